import { type ChannelHandlerContext, ChannelInboundHandlerAdapter } from '@sluice/core';
import { HeartbeatEvent, IdleStateEvent } from '@sluice/handlers';
import type { Chat, Notice } from '../protocol/messages.js';
import type { Caller } from './Caller.js';

/** Last of the calling side: hands what is said, and how the connection fares, to the caller. */
export class ListenHandler extends ChannelInboundHandlerAdapter<Chat | Notice, never, never> {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    super();
    this.#caller = caller;
  }

  override channelRead(_ctx: ChannelHandlerContext<never, never>, message: Chat | Notice): void {
    this.#caller.heard?.(message);
  }

  override userEventTriggered(ctx: ChannelHandlerContext<never, never>, event: unknown): void {
    if (event instanceof IdleStateEvent) {
      if (event.isFirst) this.#caller.idle?.();
    } else if (event instanceof HeartbeatEvent && event.rtt !== undefined) this.#caller.ponged?.(event.rtt);
    ctx.fireUserEventTriggered(event);
  }
}
