import type { ChannelFuture, ChannelFutureListener as Listener } from './ChannelFuture.js';

/** Closes the channel when the operation is done, however it ended. Netty: ChannelFutureListener.CLOSE. */
export const CLOSE = (future: ChannelFuture<unknown>): void => {
  future.channel.close();
};

/** Closes the channel when the operation failed. Netty: ChannelFutureListener.CLOSE_ON_FAILURE. */
export const CLOSE_ON_FAILURE = (future: ChannelFuture<unknown>): void => {
  if (!future.isSuccess) future.channel.close();
};

/** Fires the failure through the pipeline. Netty: ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE. */
export const FIRE_EXCEPTION_ON_FAILURE = (future: ChannelFuture<unknown>): void => {
  const cause = future.cause;
  if (cause !== null) future.channel.pipeline.fireExceptionCaught(cause);
};

/** A listener of futures that give anything. Netty: ChannelFutureListener. */
export type ChannelFutureListener<T = void> = Listener<T>;

/** The ready listeners, under Netty's names. */
export const ChannelFutureListener: {
  /** Closes the channel when the operation is done, however it ended. */
  readonly CLOSE: typeof CLOSE;
  /** Closes the channel when the operation failed. */
  readonly CLOSE_ON_FAILURE: typeof CLOSE_ON_FAILURE;
  /** Fires the failure through the pipeline. */
  readonly FIRE_EXCEPTION_ON_FAILURE: typeof FIRE_EXCEPTION_ON_FAILURE;
} = { CLOSE, CLOSE_ON_FAILURE, FIRE_EXCEPTION_ON_FAILURE };
