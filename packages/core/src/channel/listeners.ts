import type { ChannelFuture } from './ChannelFuture.js';

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
