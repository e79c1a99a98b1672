import {
  type Channel,
  ChannelHandlerAdapter,
  type ChannelHandlerContext,
  type HandlerTypes,
  type Pass,
  type Typed,
} from '@sluice/core';
import { CLOSE_REASON } from '../heartbeat/closeReason.js';

/** Told once when a channel is gone; `cause` is why, if that is known. */
export type ChannelLostListener = (channel: Channel, cause: Error | undefined) => void;

/**
 * Tells its owner that the channel is gone, and why. It has no state but that and no timer: what happens next is the
 * business of the `ReconnectingClient`, which puts a new one first into the pipeline of each connection.
 */
export class ReconnectHandler
  extends ChannelHandlerAdapter
  implements Typed<HandlerTypes<Pass, Pass, never>>
{
  declare readonly '~types': HandlerTypes<Pass, Pass, never>;
  #lost: ChannelLostListener | undefined;
  #error: Error | undefined;

  constructor(lost: ChannelLostListener) {
    super();
    this.#lost = lost;
  }

  /** The first in the pipeline hears what the transport reports (a reset, a failed write). */
  override exceptionCaught(ctx: ChannelHandlerContext, cause: Error): unknown {
    this.#error = cause;
    ctx.fireExceptionCaught(cause);
    return undefined;
  }

  channelInactive(ctx: ChannelHandlerContext): unknown {
    // Other handlers end their business with the old channel before a new one is thought of.
    ctx.fireChannelInactive();
    const lost = this.#lost;
    this.#lost = undefined;
    lost?.(ctx.channel, ctx.attr(CLOSE_REASON).get() ?? this.#error);
    return undefined;
  }
}
