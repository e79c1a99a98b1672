import {
  AttributeKey,
  type ChannelHandlerContext,
  CLOSE,
  type ScheduledTask,
  SimpleChannelInboundHandler,
} from '@sluice/core';
import type { ChatHandler } from './ChatHandler.js';
import { ImMessage, LOGIN, LOGIN_FAILED, LOGIN_OK } from './ImMessage.js';

export const USER: AttributeKey<string> = AttributeKey.valueOf('user');
const TIMEOUT = 10_000;

/** The name of the user with this token, or `undefined`. May take its time. */
export type FindUser = (token: string) => Promise<string | undefined>;

/** The first message must be a login. Wrapped in `serial()`, because asking the user store waits. */
export class LoginHandler extends SimpleChannelInboundHandler<ImMessage> {
  readonly #findUser: FindUser;
  readonly #chat: ChatHandler;
  #timeout: ScheduledTask | undefined;

  constructor(findUser: FindUser, chat: ChatHandler) {
    super(ImMessage);
    this.#findUser = findUser;
    this.#chat = chat;
  }

  channelActive(ctx: ChannelHandlerContext): void {
    this.#timeout = ctx.eventLoop.schedule(() => ctx.close(), TIMEOUT);
    ctx.fireChannelActive();
  }

  protected override async channelRead0(ctx: ChannelHandlerContext, message: ImMessage): Promise<void> {
    const user = message.type === LOGIN ? await this.#findUser(message.body) : undefined;
    if (user === undefined) {
      ctx.writeAndFlush(new ImMessage(LOGIN_FAILED, 'who are you?')).addListener(CLOSE);
      return;
    }
    if (ctx.isRemoved) return; // the connection was lost meanwhile
    ctx.channel.attr(USER).set(user);
    ctx.writeAndFlush(new ImMessage(LOGIN_OK, user));
    ctx.pipeline.replace(ctx.name, 'chat', this.#chat);
  }

  override handlerRemoved(_ctx: ChannelHandlerContext): void {
    this.#timeout?.cancel();
  }
}
