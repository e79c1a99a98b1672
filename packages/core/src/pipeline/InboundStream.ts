import { outOfRange } from '../util/errors.js';
import type { AnyChannelHandler } from './ChannelHandler.js';
import type { Context } from './ChannelHandlerContext.js';

/** How `channel.inbound()` reads. */
export interface InboundOptions {
  /** Messages that may wait for the loop before the channel stops reading (default 16). */
  readonly highWaterMark?: number;
  /**
   * Leave the channel open when the loop is left early (default false: it is closed). Messages then wait for a further
   * loop over the same object, up to `highWaterMark`.
   */
  readonly keepOpen?: boolean;
}

interface Waiter<T> {
  resolve(result: IteratorResult<T>): void;
  reject(error: Error): void;
}

/**
 * The messages that reach the pipeline's end as an async iterable. It turns `autoRead` off and reads only while fewer
 * than `highWaterMark` messages wait. Attach it in the initializer, before the first message can pass. The loop ends
 * when the channel becomes inactive, throws what `exceptionCaught` brings, and closes the channel when left early.
 */
export class InboundStream<T> implements AnyChannelHandler, AsyncIterableIterator<T> {
  readonly #queue: T[] = [];
  readonly #waiters: Waiter<T>[] = [];
  readonly #limit: number;
  readonly #keepOpen: boolean;
  #ctx: Context | undefined;
  #hadAutoRead = false;
  #ended = false;
  #failure: Error | undefined;
  /** A read was asked for and has not completed. */
  #reading = false;

  /** Throws `RangeError` (`ERR_OUT_OF_RANGE`) unless `highWaterMark` is at least 1. */
  constructor(options: InboundOptions = {}) {
    this.#limit = options.highWaterMark ?? 16;
    if (!(this.#limit >= 1)) throw outOfRange(`highWaterMark: ${this.#limit} (expected: >= 1)`);
    this.#keepOpen = options.keepOpen ?? false;
  }

  handlerAdded(ctx: Context): void {
    this.#ctx = ctx;
    this.#hadAutoRead = ctx.channel.config.autoRead;
    ctx.channel.config.autoRead = false;
    if (ctx.channel.isActive) this.#demand();
  }
  handlerRemoved(ctx: Context): void {
    this.#end();
    if (this.#hadAutoRead && ctx.channel.isOpen) ctx.channel.config.autoRead = true;
  }
  channelActive(ctx: Context): void {
    this.#demand();
    ctx.fireChannelActive();
  }
  channelRead(ctx: Context, message: T): void {
    if (this.#ended) {
      ctx.fireChannelRead(message);
      return;
    }
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) waiter.resolve({ done: false, value: message });
    else this.#queue.push(message);
  }
  channelReadComplete(ctx: Context): void {
    this.#reading = false;
    this.#demand();
    ctx.fireChannelReadComplete();
  }
  channelInactive(ctx: Context): void {
    this.#end();
    ctx.fireChannelInactive();
  }
  exceptionCaught(ctx: Context, cause: Error): void {
    if (this.#ended) {
      // No loop will throw it.
      ctx.fireExceptionCaught(cause);
      return;
    }
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) waiter.reject(cause);
    else this.#failure ??= cause;
    this.#finish();
  }

  #demand(): void {
    if (this.#reading || this.#ended || this.#queue.length >= this.#limit) return;
    this.#reading = true;
    this.#ctx?.read();
  }

  #end(): void {
    this.#ended = true;
    for (const waiter of this.#waiters.splice(0)) waiter.resolve({ done: true, value: undefined });
  }

  /** The loop is over before the channel is. */
  #finish(): void {
    this.#end();
    if (!this.#keepOpen) this.#ctx?.channel.close();
  }

  /** The next message; waits for one. Rejects, once, with what `exceptionCaught` brought. */
  next(): Promise<IteratorResult<T>> {
    const value = this.#queue.shift();
    if (value !== undefined) {
      this.#demand();
      return Promise.resolve({ done: false, value });
    }
    if (this.#failure !== undefined) {
      const failure = this.#failure;
      this.#failure = undefined;
      return Promise.reject(failure);
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** The loop was left: closes the channel unless `keepOpen`. */
  return(): Promise<IteratorResult<T>> {
    if (!this.#keepOpen) {
      this.#queue.length = 0;
      if (!this.#ended) this.#finish();
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Itself: there is one queue, whoever loops. */
  [Symbol.asyncIterator](): this {
    return this;
  }
}
