import {
  ChannelHandlerAdapter,
  type ChannelHandlerContext,
  type ChannelPromise,
  ConfigException,
  getLogger,
  type HandlerTypes,
  IllegalStateException,
  type Pass,
  type Typed,
  type Untyped,
} from '@sluice/core';
import { CloseClues } from '../close/CloseClues.js';
import { CloseReason } from '../close/CloseReason.js';
import { ConnectionLostException, RequestTimeoutException, TooManyRequestsException } from './errors.js';
import { Idle } from './Idle.js';
import { PendingRequest, type RequestOwner } from './PendingRequest.js';
import { RequestTimeouts } from './RequestTimeouts.js';
import { requestIds } from './requestIds.js';

/** What requests and responses look like, and how many there may be. */
export interface RequestCorrelatorOptions<Request, Response, Id> {
  /** Puts the id into the request. Returns the message to write, or nothing if that is the request itself. */
  readonly assignId: (request: Request, id: Id) => unknown;
  /** The id of the request that a response answers; `undefined`: it answers none and is handed on. */
  readonly idOf: (response: Response) => Id | undefined;
  /** Which messages are responses (default: all). Others are handed on: requests of the peer, heartbeats, pushes. */
  readonly isResponse?: (message: unknown) => boolean;
  /** The next id; one that is in use is passed over (default: 1 to 2³¹ − 1 and round again, see `requestIds`). */
  readonly nextId?: () => Id;
  /** Milliseconds for a response (default 30000; 0: no limit). */
  readonly timeout?: number;
  /** Requests that may wait for a response (default 10000). */
  readonly maxPending?: number;
  /** A message that tells the peer that nobody waits any more; `undefined`: nothing is sent (default). */
  readonly cancelMessage?: (id: Id, request: Request, cause: Error) => unknown;
}

/** For one request. */
export interface RequestOptions {
  /** Milliseconds for the response, instead of the handler's `timeout`; 0: no limit. */
  readonly timeout?: number;
  /** Cancels the request: it fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What `new Promise` calls with its two functions: taken out of it, no closure is made for each request. */
let resolveLatest!: (response: never) => void;
let rejectLatest!: (cause: Error) => void;
const takeFunctions = (resolve: (response: never) => void, reject: (cause: Error) => void): void => {
  resolveLatest = resolve;
  rejectLatest = reject;
};

/**
 * Requests and their responses: gives each request an id, writes it, and settles its promise with the response of that
 * id, in whatever order responses come. Each request ends exactly once: by its response, its time limit, its
 * `AbortSignal`, a failed write, or the end of the connection, which fails all of them at once.
 *
 * - **Position**: behind the codec that makes the messages it speaks of, and behind the heartbeat.
 * - Responses do not reach later handlers; all other messages do. A response that nobody waits for, because it is late or
 *   wrong, is dropped, counted (`strayResponses`) and logged once for a channel.
 * - Responses move no timer, and there is one timer for all requests: a limit may be kept up to 10 ms late on sockets. It
 *   does not keep the process alive.
 * - With a `CloseReasonHandler` or a `ReconnectingClient`, requests fail with what those found out.
 *
 * It works for one connection: use a new instance for each channel.
 */
export class RequestCorrelator<Request = Untyped, Response = Untyped, Id = number>
  extends ChannelHandlerAdapter
  implements Typed<HandlerTypes<Pass, Pass, Request>>
{
  declare readonly '~types': HandlerTypes<Pass, Pass, Request>;
  readonly #options: RequestCorrelatorOptions<Request, Response, Id>;
  readonly #nextId: () => Id;
  readonly #timeout: number;
  readonly #maxPending: number;
  readonly #pending = new Map<unknown, PendingRequest>();
  readonly #idle = new Idle();
  readonly #clues = new CloseClues();
  readonly #owner: RequestOwner = { writeFailed: (pending, cause) => this.#writeFailed(pending, cause) };
  #ctx: ChannelHandlerContext | undefined;
  #timeouts: RequestTimeouts | undefined;
  /** Why there will be no response any more. */
  #ended: CloseReason | undefined;
  #stray = 0;

  /** @throws ConfigException for unusable options */
  constructor(options: RequestCorrelatorOptions<Request, Response, Id> & RequestIdSource<Id>) {
    super();
    const { timeout = 30_000, maxPending = 10_000 } = options;
    if (!(timeout >= 0)) throw new ConfigException(`timeout: ${timeout} ms (expected: 0 or more)`);
    if (!(maxPending >= 1)) throw new ConfigException(`maxPending: ${maxPending} (expected: 1 or more)`);
    this.#options = options;
    this.#timeout = timeout;
    this.#maxPending = maxPending;
    this.#nextId = options.nextId ?? (requestIds() as unknown as () => Id);
  }

  /** Requests that wait for a response. */
  get pending(): number {
    return this.#pending.size;
  }
  /** Responses that nobody waited for. */
  get strayResponses(): number {
    return this.#stray;
  }

  /**
   * Writes and flushes a request and brings its response. Rejects with `RequestTimeoutException` (`ERR_REQUEST_TIMEOUT`),
   * `TooManyRequestsException` (`ERR_TOO_MANY_REQUESTS`) when `maxPending` wait already, `ConnectionLostException`
   * (`ERR_CONNECTION_LOST`) with the reason when the connection ends or has ended, the reason of `signal`, the error of
   * the write or of `assignId`, `IllegalStateException` (`ERR_ILLEGAL_STATE`) when the handler is in no pipeline.
   */
  request(message: Request, options?: RequestOptions): Promise<Response> {
    const ctx = this.#ctx;
    const signal = options?.signal;
    if (this.#ended !== undefined) return Promise.reject(this.#lostException(this.#ended, false));
    if (ctx === undefined)
      return Promise.reject(
        new IllegalStateException('The RequestCorrelator is in no pipeline: add it first'),
      );
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (this.#pending.size >= this.#maxPending)
      return Promise.reject(
        new TooManyRequestsException(
          `${this.#maxPending} requests (maxPending) wait for a response from ${String(ctx.channel)} already`,
        ),
      );
    let id: Id;
    let toWrite: unknown;
    try {
      id = this.#freshId();
      toWrite = this.#options.assignId(message, id) ?? message;
    } catch (error) {
      return Promise.reject(error as Error);
    }
    const promise = new Promise<Response>(
      takeFunctions as ConstructorParameters<typeof Promise<Response>>[0],
    );
    const pending = new PendingRequest(this.#owner, ctx.channel, id, message, resolveLatest, rejectLatest);
    this.#pending.set(id, pending);
    const limit = options?.timeout ?? this.#timeout;
    if (limit > 0) this.#timeouts?.add(pending, limit);
    if (signal !== undefined) this.#watch(pending, signal);
    ctx.writeAndFlush(toWrite, pending);
    return promise;
  }

  /** Resolves when no request waits for a response. */
  idle(): Promise<void> {
    return this.#idle.wait(this.#pending.size);
  }

  // ---- what the pipeline tells -----------------------------------------------------------------------------------

  override handlerAdded(ctx: ChannelHandlerContext): void {
    this.#ctx = ctx;
    this.#timeouts = new RequestTimeouts(ctx.channel.eventLoop, (pending) => this.#timedOut(pending));
  }

  override handlerRemoved(ctx: ChannelHandlerContext): void {
    this.#end(ctx.channel.isOpen ? new CloseReason('local', REMOVED) : this.#clues.settle(ctx.channel));
  }

  channelRead(ctx: ChannelHandlerContext, message: unknown): unknown {
    const { isResponse, idOf } = this.#options;
    if (isResponse === undefined || isResponse(message)) {
      const id = idOf(message as Response);
      if (id !== undefined) {
        this.#answered(id, message as Response);
        return undefined;
      }
    }
    ctx.fireChannelRead(message);
    return undefined;
  }

  channelInactive(ctx: ChannelHandlerContext): unknown {
    this.#end(this.#clues.settle(ctx.channel));
    ctx.fireChannelInactive();
    return undefined;
  }

  override exceptionCaught(ctx: ChannelHandlerContext, cause: Error): unknown {
    this.#clues.error ??= cause;
    ctx.fireExceptionCaught(cause);
    return undefined;
  }

  close(ctx: ChannelHandlerContext, promise: ChannelPromise): unknown {
    this.#clues.closedHere = true;
    ctx.close(promise);
    return undefined;
  }

  // ---- how requests end ------------------------------------------------------------------------------------------

  #answered(id: Id, response: Response): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) {
      if (this.#stray++ === 0)
        getLogger().warn(
          { id, channel: String(this.#ctx?.channel) },
          'A response that no request waits for (late, or with a wrong id) was dropped; further ones are only counted',
        );
      return;
    }
    this.#forget(pending);
    pending.resolve(response as never);
  }

  #timedOut(pending: PendingRequest): void {
    const { id, limit, channel } = pending;
    const text = `No response to request ${String(id)} within ${limit} ms from ${String(channel)}`;
    this.#giveUp(pending, new RequestTimeoutException(text));
  }

  #watch(pending: PendingRequest, signal: AbortSignal): void {
    pending.signal = signal;
    pending.abort = () => this.#giveUp(pending, signal.reason as Error);
    signal.addEventListener('abort', pending.abort, { once: true });
  }

  #giveUp(pending: PendingRequest, cause: Error): void {
    this.#forget(pending);
    pending.reject(cause);
    // What was not handed to the system need not be sent, nor taken back.
    if (pending.cancel()) return;
    const { cancelMessage } = this.#options;
    const message = cancelMessage?.(pending.id as Id, pending.request as Request, cause);
    if (message !== undefined) this.#ctx?.writeAndFlush(message);
  }

  #writeFailed(pending: PendingRequest, cause: Error): void {
    // A closed channel tells why in a moment, by `channelInactive`; else `handlerRemoved` comes.
    if (this.#pending.get(pending.id) !== pending || !pending.channel.isOpen) return;
    this.#forget(pending);
    pending.reject(cause);
  }

  #end(reason: CloseReason): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#timeouts?.stop();
    for (const pending of [...this.#pending.values()]) {
      this.#forget(pending);
      pending.reject(this.#lostException(reason, pending.isSuccess));
    }
  }

  #forget(pending: PendingRequest): void {
    this.#pending.delete(pending.id);
    if (pending.limit > 0) this.#timeouts?.remove(pending);
    if (pending.abort !== undefined) pending.signal?.removeEventListener('abort', pending.abort);
    if (this.#pending.size === 0) this.#idle.reached();
  }

  #lostException(reason: CloseReason, sent: boolean): ConnectionLostException {
    const text = `The connection ${String(this.#ctx?.channel)} ended before the response: ${String(reason)}`;
    return new ConnectionLostException(text, reason, sent);
  }

  #freshId(): Id {
    for (let n = 0; n <= this.#pending.size; n++) {
      const id = this.#nextId();
      if (!this.#pending.has(id)) return id;
    }
    throw new IllegalStateException('nextId gave only ids of requests that wait for a response');
  }
}

const REMOVED = new IllegalStateException('The RequestCorrelator was removed from the pipeline');

/** Ids that are no numbers cannot be counted: they need a source. */
export type RequestIdSource<Id> = number extends Id
  ? unknown
  : Required<Pick<RequestCorrelatorOptions<never, never, Id>, 'nextId'>>;
