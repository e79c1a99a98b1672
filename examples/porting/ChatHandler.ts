import {
  type ChannelGroup,
  type ChannelHandlerContext,
  DefaultChannelGroup,
  SimpleChannelInboundHandler,
} from '@sluice/core';
import { ImMessage, PING, PONG, TEXT } from './ImMessage.js';
import { USER } from './LoginHandler.js';

/** Passes each text on to everybody else. */
export class ChatHandler extends SimpleChannelInboundHandler<ImMessage> {
  readonly #members: ChannelGroup = new DefaultChannelGroup();

  constructor() {
    super(ImMessage);
  }

  override get isSharable(): true {
    return true;
  }

  override handlerAdded(ctx: ChannelHandlerContext): void {
    this.#members.add(ctx.channel);
  }

  protected override channelRead0(ctx: ChannelHandlerContext, message: ImMessage): void {
    if (message.type === PING) {
      ctx.writeAndFlush(new ImMessage(PONG, message.body));
    } else if (message.type === TEXT) {
      const user = ctx.channel.attr(USER).get();
      const text = new ImMessage(TEXT, `${user}: ${message.body}`);
      this.#members.writeAndFlush(text, (channel) => channel !== ctx.channel);
    }
  }
}
