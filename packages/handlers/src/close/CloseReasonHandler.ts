import {
  ChannelHandlerAdapter,
  type ChannelHandlerContext,
  type ChannelPromise,
  type HandlerTypes,
  type Pass,
  type Typed,
} from '@sluice/core';
import { CloseClues } from './CloseClues.js';

/**
 * Finds out why the connection ended, unless a handler said so before (`closeBecause`): sets the channel's `CLOSE_REASON`
 * and fires the `CloseReason` as a user event, once, just before `channelInactive`. Put it first, next to the transport:
 * there it hears of the system's errors, and of each `close` that this side asks for.
 *
 * It works for one connection: use a new instance for each channel.
 */
export class CloseReasonHandler
  extends ChannelHandlerAdapter
  implements Typed<HandlerTypes<Pass, Pass, never>>
{
  declare readonly '~types': HandlerTypes<Pass, Pass, never>;
  readonly #clues = new CloseClues();

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

  channelInactive(ctx: ChannelHandlerContext): unknown {
    ctx.fireUserEventTriggered(this.#clues.settle(ctx.channel));
    ctx.fireChannelInactive();
    return undefined;
  }
}
