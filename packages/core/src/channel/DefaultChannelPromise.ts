import { CancellationException, IllegalStateException, toError } from '../util/errors.js';
import { getLogger, logRejection } from '../util/logger.js';
import type { Channel } from './Channel.js';
import type { ChannelFuture, ChannelFutureListener, ChannelPromise } from './ChannelFuture.js';
import { watchFailure } from './unobserved.js';

const PENDING = 0;
const UNCANCELLABLE = 1;
const SUCCESS = 2;
const FAILED = 3;
const CANCELLED = 4;
type State = typeof PENDING | typeof UNCANCELLABLE | typeof SUCCESS | typeof FAILED | typeof CANCELLED;

type Listeners<T> = ChannelFutureListener<T> | ChannelFutureListener<T>[] | undefined;

/** Listeners that complete further futures may nest this deep; beyond, they run as tasks. Netty: MAX_LISTENER_STACK_DEPTH. */
const MAX_LISTENER_DEPTH = 8;
let listenerDepth = 0;

/**
 * The promise of the framework. It doubles as the entry of an `OutboundBuffer`, so that a write costs one object:
 * the fields that begin with `entry` belong to that buffer. Netty: DefaultPromise, DefaultChannelPromise.
 */
export class DefaultChannelPromise<T = void> implements ChannelPromise<T> {
  readonly channel: Channel;
  #state: State = PENDING;
  #result: T | Error | undefined = undefined;
  #listeners: Listeners<T> = undefined;
  #notifying = false;
  /** @internal Somebody looks at the outcome: a listener, an await or a read of `cause`. */
  observed = false;

  /** @internal */
  entryMessage: unknown = undefined;
  /** @internal Bytes counted for the entry, overhead included; -1 when this is no entry. */
  entryPending = -1;
  /** @internal */
  entryNext: DefaultChannelPromise<unknown> | null = null;

  /** A promise of an operation of `channel`. `channel.newPromise()` is the usual way to one. */
  constructor(channel: Channel) {
    this.channel = channel;
  }

  get isDone(): boolean {
    return this.#state >= SUCCESS;
  }
  get isSuccess(): boolean {
    return this.#state === SUCCESS;
  }
  get isCancelled(): boolean {
    return this.#state === CANCELLED;
  }
  get isCancellable(): boolean {
    return this.#state === PENDING;
  }
  get cause(): Error | null {
    this.observed = true;
    return this.#state >= FAILED ? (this.#result as Error) : null;
  }
  get value(): T | undefined {
    return this.#state === SUCCESS ? (this.#result as T) : undefined;
  }

  setSuccess(value?: T): this {
    if (!this.trySuccess(value)) throw completedAlready(this);
    return this;
  }

  trySuccess(value?: T): boolean {
    if (this.#state >= SUCCESS) return false;
    this.#state = SUCCESS;
    this.#result = value;
    if (this.#listeners !== undefined) this.#notify();
    return true;
  }

  setFailure(cause: Error): this {
    if (!this.tryFailure(cause)) throw completedAlready(this);
    return this;
  }

  tryFailure(cause: Error): boolean {
    if (this.#state >= SUCCESS) return false;
    this.#state = FAILED;
    const error = toError(cause);
    this.#result = error;
    if (this.#listeners !== undefined) this.#notify();
    if (!this.observed) watchFailure(this, error);
    return true;
  }

  setUncancellable(): boolean {
    if (this.#state === PENDING) this.#state = UNCANCELLABLE;
    return this.#state !== CANCELLED;
  }

  cancel(): boolean {
    if (this.#state !== PENDING) return false;
    this.#state = CANCELLED;
    this.#result = new CancellationException('The operation was cancelled');
    if (this.#listeners !== undefined) this.#notify();
    return true;
  }

  addListener(listener: ChannelFutureListener<T>): this {
    this.observed = true;
    return this.addPassiveListener(listener);
  }

  addPassiveListener(listener: ChannelFutureListener<T>): this {
    const present = this.#listeners;
    if (present === undefined) this.#listeners = listener;
    else if (typeof present === 'function') this.#listeners = [present, listener];
    else present.push(listener);
    if (this.#state >= SUCCESS) this.#notify();
    return this;
  }

  removeListener(listener: ChannelFutureListener<T>): this {
    const present = this.#listeners;
    if (present === listener) this.#listeners = undefined;
    else if (Array.isArray(present)) {
      const i = present.indexOf(listener);
      if (i >= 0) present.splice(i, 1);
    }
    return this;
  }

  #notify(): void {
    if (this.#notifying) return;
    if (listenerDepth >= MAX_LISTENER_DEPTH) {
      this.channel.eventLoop.execute(() => this.#notifyNow());
      return;
    }
    listenerDepth++;
    try {
      this.#notifyNow();
    } finally {
      listenerDepth--;
    }
  }

  /** Also calls those that are added meanwhile, after the earlier ones. */
  #notifyNow(): void {
    if (this.#notifying) return;
    this.#notifying = true;
    try {
      for (let batch = this.#listeners; batch !== undefined; batch = this.#listeners) {
        this.#listeners = undefined;
        if (typeof batch === 'function') this.#call(batch);
        else for (const listener of batch) this.#call(listener);
      }
    } finally {
      this.#notifying = false;
    }
  }

  #call(listener: ChannelFutureListener<T>): void {
    try {
      const result = listener(this);
      if (result !== undefined) logRejection(result, 'A promise of a ChannelFutureListener was rejected');
    } catch (error) {
      try {
        getLogger().warn({ err: error }, 'An exception was thrown by a ChannelFutureListener');
      } catch {
        // No stack is left to log; the other listeners must hear all the same.
      }
    }
  }

  #native(): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.addListener(() => {
        if (this.#state === SUCCESS) resolve(this.#result as T);
        else reject(this.#result);
      });
    });
  }

  // biome-ignore lint/suspicious/noThenProperty: this is what makes a future awaitable
  then<A = T, B = never>(
    onSuccess?: ((value: T) => A | PromiseLike<A>) | null,
    onFailure?: ((reason: Error) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#native().then(onSuccess, onFailure);
  }

  catch<B = never>(onFailure?: ((reason: Error) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#native().catch(onFailure);
  }

  finally(onDone?: (() => void) | null): Promise<T> {
    return this.#native().finally(onDone);
  }

  /** State and failure, for logs. */
  toString(): string {
    const state = ['incomplete', 'uncancellable', 'success', 'failure', 'cancelled'][this.#state];
    const detail = this.#state === FAILED ? `: ${String(this.#result)}` : '';
    return `${this.constructor.name}(${state}${detail})`;
  }
}

function completedAlready(promise: ChannelFuture<unknown>): IllegalStateException {
  return new IllegalStateException(`complete already: ${String(promise)}`);
}
