import { type Channel, type ChannelFuture, DefaultChannelPromise } from '@sluice/core';

/** Whom pending requests tell. */
export interface RequestOwner {
  writeFailed(pending: PendingRequest, cause: Error): void;
}

/**
 * A request without a response so far. It is also the promise of its write and an entry of the list of those with the same
 * time limit, so that a request costs one object besides the promise that its sender gets.
 */
export class PendingRequest extends DefaultChannelPromise {
  readonly owner: RequestOwner;
  readonly id: unknown;
  readonly request: unknown;
  readonly resolve: (response: never) => void;
  readonly reject: (cause: Error) => void;
  /** Set while an `AbortSignal` can cancel it. */
  signal: AbortSignal | undefined;
  abort: (() => void) | undefined;
  /** In the list of its time limit. */
  deadline = 0;
  limit = 0;
  previous: PendingRequest | null = null;
  next: PendingRequest | null = null;

  constructor(
    owner: RequestOwner,
    channel: Channel,
    id: unknown,
    request: unknown,
    resolve: (response: never) => void,
    reject: (cause: Error) => void,
  ) {
    super(channel);
    this.owner = owner;
    this.id = id;
    this.request = request;
    this.resolve = resolve;
    this.reject = reject;
    this.addListener(written);
  }
}

/** One for all: a listener of its own for each request would be one more object. */
function written(future: ChannelFuture): void {
  const pending = future as PendingRequest;
  if (pending.cause !== null) pending.owner.writeFailed(pending, pending.cause);
}
