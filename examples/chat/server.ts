/**
 * Everybody hears everybody: `node examples/dist/chat/server.js [port]`, then several `nc 127.0.0.1 7008`.
 * Shows a `ChannelGroup`: it forgets closed channels by itself. Netty: example/securechat, without TLS.
 */
import { LineBasedFrameDecoder, StringDecoder, StringEncoder } from '@sluice/codec';
import {
  type ChannelHandlerContext,
  ChannelMatchers,
  CLOSE,
  DefaultChannelGroup,
  formatAddress,
  ServerBootstrap,
  SimpleChannelInboundHandler,
} from '@sluice/core';
import { addressFromArguments, announce, run } from '../support.js';

const everybody = new DefaultChannelGroup('everybody');

class ChatHandler extends SimpleChannelInboundHandler<string, string> {
  channelActive(ctx: ChannelHandlerContext<never, string>): void {
    everybody.writeAndFlush(`* ${name(ctx)} has joined\n`);
    everybody.add(ctx.channel);
    ctx.writeAndFlush(`Welcome! ${everybody.size} here. Lines go to everybody; 'bye' leaves.\n`);
    ctx.fireChannelActive();
  }
  protected override channelRead0(ctx: ChannelHandlerContext<never, string>, line: string): void {
    if (line.toLowerCase() === 'bye') {
      ctx.writeAndFlush('Bye!\n').addListener(CLOSE);
      return;
    }
    everybody.writeAndFlush(`[${name(ctx)}] ${line}\n`, ChannelMatchers.isNot(ctx.channel));
    ctx.writeAndFlush(`[you] ${line}\n`);
  }
  channelInactive(ctx: ChannelHandlerContext): void {
    everybody.writeAndFlush(`* ${name(ctx)} has left\n`);
    ctx.fireChannelInactive();
  }
  override exceptionCaught(ctx: ChannelHandlerContext, cause: Error): void {
    console.error(`${String(ctx.channel)}: ${cause.message}`);
    ctx.close();
  }
}

function name(ctx: ChannelHandlerContext): string {
  const remote = ctx.channel.remoteAddress;
  return remote === null ? 'somebody' : formatAddress(remote);
}

run(async () => {
  const server = await new ServerBootstrap()
    .childHandler((channel) => {
      channel.pipeline.addLast(
        new LineBasedFrameDecoder({ maxLength: 8192 }),
        new StringDecoder(),
        new StringEncoder(),
        new ChatHandler(),
      );
    })
    .bind(addressFromArguments(7008));
  announce('chat', server);
});
