import type { Channel } from './Channel.js';

/** Told once, when the future is done; what it throws is logged. Netty: ChannelFutureListener. */
export type ChannelFutureListener<T = void> = (future: ChannelFuture<T>) => unknown;

/**
 * The result of a channel operation. Its state can be read at once, listeners are called in order, and it can be
 * awaited: the native promise is made only when somebody does. A failure nobody looks at is reported to the channel,
 * never as an `unhandledRejection`. Netty: ChannelFuture.
 */
export interface ChannelFuture<T = void> extends PromiseLike<T> {
  /** The channel whose operation this is. */
  readonly channel: Channel;
  /** Whether the operation is over: successful, failed or cancelled. */
  readonly isDone: boolean;
  /** Whether it was successful. */
  readonly isSuccess: boolean;
  /** Whether it was cancelled. */
  readonly isCancelled: boolean;
  /** Whether `cancel()` can still succeed. */
  readonly isCancellable: boolean;
  /** Why it failed (a `CancellationException` when cancelled), else `null`. Reading it counts as having looked. */
  readonly cause: Error | null;
  /** The result once successful, else `undefined`. Netty: getNow(). */
  readonly value: T | undefined;

  /** Calls `listener` when done; at once if it is done already. */
  addListener(listener: ChannelFutureListener<T>): this;
  /**
   * As `addListener`, but does not count as having looked: for handlers that only want to know when a write is done, so
   * that a failure is still reported if nobody else looks.
   */
  addPassiveListener(listener: ChannelFutureListener<T>): this;
  /** Removes the first registration of `listener`. */
  removeListener(listener: ChannelFutureListener<T>): this;
  /** Cancels the operation if it has not begun (a write: not been flushed). Returns whether it did. */
  cancel(): boolean;

  /** Makes the future awaitable. Rejects with `cause`. Counts as having looked. */
  then<A = T, B = never>(
    onSuccess?: ((value: T) => A | PromiseLike<A>) | null,
    onFailure?: ((reason: Error) => B | PromiseLike<B>) | null,
  ): Promise<A | B>;
  /** As `Promise.catch`. */
  catch<B = never>(onFailure?: ((reason: Error) => B | PromiseLike<B>) | null): Promise<T | B>;
  /** As `Promise.finally`. */
  finally(onDone?: (() => void) | null): Promise<T>;
}

/** A {@link ChannelFuture} that its owner completes. Netty: ChannelPromise. */
export interface ChannelPromise<T = void> extends ChannelFuture<T> {
  /** Completes it. Throws `IllegalStateException` if it is done. */
  setSuccess(value?: T): this;
  /** Completes it unless it is done; returns whether it did. */
  trySuccess(value?: T): boolean;
  /** Fails it. Throws `IllegalStateException` if it is done. */
  setFailure(cause: Error): this;
  /** Fails it unless it is done; returns whether it did. */
  tryFailure(cause: Error): boolean;
  /** Makes it proof against `cancel()`. Returns false if it was cancelled before. */
  setUncancellable(): boolean;
}
