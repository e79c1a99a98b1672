import { type ChannelHandlerContext, ChannelInboundHandlerAdapter } from '@sluice/core';
import { farewellOf } from '../protocol/farewell.js';
import type { Bye, Chat, ImMessage, Notice, Talk } from '../protocol/messages.js';
import type { Caller } from './Caller.js';

type Context = ChannelHandlerContext<Chat | Notice, Talk>;

/** The calling side of a session: logs in as soon as there is a connection, and knows at its end why it ended. */
export class LoginHandler extends ChannelInboundHandlerAdapter<ImMessage, Chat | Notice, Talk> {
  readonly #caller: Caller;
  #bye: Bye | undefined;

  constructor(caller: Caller) {
    super();
    this.#caller = caller;
  }

  override channelActive(ctx: Context): void {
    ctx.writeAndFlush(this.#caller.login);
    ctx.fireChannelActive();
  }

  override channelRead(ctx: Context, message: ImMessage): void {
    if (message.kind === 'welcome') this.#caller.welcomed(message.server, ctx.channel);
    else if (message.kind === 'bye') {
      this.#bye = message;
      this.#caller.dismissed(message.comeBack);
    } else if (message.kind === 'chat' || message.kind === 'notice') ctx.fireChannelRead(message);
  }

  override channelInactive(ctx: Context): void {
    this.#caller.ended(farewellOf(ctx.channel, this.#bye?.reason));
    ctx.fireChannelInactive();
  }
}
