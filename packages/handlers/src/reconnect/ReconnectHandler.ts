import {
  type Channel,
  ChannelHandlerAdapter,
  type ChannelHandlerContext,
  type ChannelPromise,
  type HandlerTypes,
  type Pass,
  type Typed,
} from '@sluice/core';
import { CloseClues } from '../close/CloseClues.js';
import type { CloseReason } from '../close/CloseReason.js';
import { ReconnectAfterEvent } from './ReconnectAfter.js';

/** Told once when a channel is gone; `cause` is the error behind the `reason`, if there is one. */
export type ChannelLostListener = (channel: Channel, cause: Error | undefined, reason: CloseReason) => void;

/** Told when the server asks this client to move. */
export type ReconnectAfterListener = (channel: Channel, event: ReconnectAfterEvent) => void;

/**
 * Tells its owner that the channel is gone, and why, and that the server wants it gone. It has no timer: what happens next
 * is the business of the `ReconnectingClient`, which puts a new one first into the pipeline of each connection. It also
 * sets the channel's `CLOSE_REASON` where no handler said more, before any handler hears of the end.
 */
export class ReconnectHandler
  extends ChannelHandlerAdapter
  implements Typed<HandlerTypes<Pass, Pass, never>>
{
  declare readonly '~types': HandlerTypes<Pass, Pass, never>;
  readonly #clues = new CloseClues();
  readonly #asked: ReconnectAfterListener | undefined;
  #lost: ChannelLostListener | undefined;

  /** `lost` is told once, when the channel has become inactive; `asked` of each `ReconnectAfterEvent`. */
  constructor(lost: ChannelLostListener, asked?: ReconnectAfterListener) {
    super();
    this.#lost = lost;
    this.#asked = asked;
  }

  /** The first in the pipeline hears what the transport reports (a reset, a failed write). */
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

  userEventTriggered(ctx: ChannelHandlerContext, event: unknown): unknown {
    ctx.fireUserEventTriggered(event);
    if (event instanceof ReconnectAfterEvent) this.#asked?.(ctx.channel, event);
    return undefined;
  }

  channelInactive(ctx: ChannelHandlerContext): unknown {
    const reason = this.#clues.settle(ctx.channel);
    // Other handlers end their business with the old channel before a new one is thought of.
    ctx.fireChannelInactive();
    const lost = this.#lost;
    this.#lost = undefined;
    lost?.(ctx.channel, reason.cause, reason);
    return undefined;
  }
}
