import type { Channel } from '../channel/Channel.js';
import type { ChannelPromise } from '../channel/ChannelFuture.js';
import { invalidArgType, invalidArgValue } from '../util/errors.js';

/** Throws `TypeError` (`ERR_INVALID_ARG_TYPE`) for a message or event that is not there. */
export function checkMessage<T>(message: T, what: string): T {
  if (message === undefined || message === null) {
    throw invalidArgType(`${what}: a pipeline carries no ${String(message)}`);
  }
  return message;
}

/**
 * Whether an operation may go ahead with this promise; false when it was cancelled. Throws `TypeError`
 * (`ERR_INVALID_ARG_VALUE`) for one that is done, belongs to another channel, or is a channel's `closeFuture`.
 * Netty: AbstractChannelHandlerContext.isNotValidPromise.
 */
export function isUsable(promise: ChannelPromise, channel: Channel): boolean {
  if (promise.isDone) {
    if (promise.isCancelled) return false;
    throw invalidArgValue(`promise already done: ${String(promise)}`);
  }
  if (promise.channel !== channel) {
    throw invalidArgValue(
      `promise.channel does not match: ${String(promise.channel)} (expected: ${String(channel)})`,
    );
  }
  if (promise === channel.closeFuture) throw invalidArgValue('CloseFuture not allowed in a pipeline');
  return true;
}
