import {
  Bootstrap,
  type ChannelHandlerContext,
  SimpleChannelInboundHandler,
  type SocketAddress,
} from '@sluice/core';
import { type BackoffOptions, IdleStateEvent, IdleStateHandler, ReconnectingClient } from '@sluice/handlers';
import { ImMessage, LOGIN, PING } from './ImMessage.js';
import { ImMessageDecoder } from './ImMessageDecoder.js';
import { ImMessageEncoder } from './ImMessageEncoder.js';

/** Logs in on each new connection, pings when there is nothing to say, and hands on what comes. */
class ClientHandler extends SimpleChannelInboundHandler<ImMessage> {
  readonly #token: string;
  readonly #received: (message: ImMessage) => void;

  constructor(token: string, received: (message: ImMessage) => void) {
    super(ImMessage);
    this.#token = token;
    this.#received = received;
  }

  channelActive(ctx: ChannelHandlerContext): void {
    ctx.writeAndFlush(new ImMessage(LOGIN, this.#token));
  }

  protected override channelRead0(_ctx: ChannelHandlerContext, message: ImMessage): void {
    this.#received(message);
  }

  userEventTriggered(ctx: ChannelHandlerContext, event: unknown): void {
    if (event instanceof IdleStateEvent) ctx.writeAndFlush(new ImMessage(PING, ''));
  }

  override exceptionCaught(ctx: ChannelHandlerContext, _cause: Error): void {
    ctx.close();
  }
}

/** A client that stays connected until `close()`. */
export function imClient(
  endpoint: SocketAddress,
  token: string,
  received: (message: ImMessage) => void,
  backoff: BackoffOptions = { base: 1000, jitter: 'equal' },
): ReconnectingClient {
  const bootstrap = new Bootstrap().handler((channel) => {
    channel.pipeline.addLast(
      new IdleStateHandler({ writerIdle: 10_000 }),
      new ImMessageDecoder(),
      new ImMessageEncoder(),
      new ClientHandler(token, received),
    );
  });
  return new ReconnectingClient({ bootstrap, endpoints: [endpoint], backoff }).start();
}
