/**
 * A conversation by lines: `node examples/dist/telnet/server.js [port]`, then `nc 127.0.0.1 7023` (or telnet).
 * Shows a framer with string codecs in front of the business, and closing after the last answer has left.
 * Netty: example/telnet.
 */
import { hostname } from 'node:os';
import { DelimiterBasedFrameDecoder, Delimiters, StringDecoder, StringEncoder } from '@sluice/codec';
import {
  type ChannelHandlerContext,
  CLOSE,
  ServerBootstrap,
  SimpleChannelInboundHandler,
} from '@sluice/core';
import { addressFromArguments, announce, run } from '../support.js';

class TelnetHandler extends SimpleChannelInboundHandler<string, string> {
  channelActive(ctx: ChannelHandlerContext<never, string>): void {
    ctx.write(`Welcome to ${hostname()}!\r\n`);
    ctx.writeAndFlush(`It is ${new Date().toISOString()} now.\r\n`);
    ctx.fireChannelActive();
  }

  protected override channelRead0(ctx: ChannelHandlerContext<never, string>, line: string): void {
    if (line === '') ctx.writeAndFlush('Please type something.\r\n');
    else if (line.toLowerCase() === 'bye') ctx.writeAndFlush('Have a good day!\r\n').addListener(CLOSE);
    else ctx.writeAndFlush(`Did you say '${line}'?\r\n`);
  }

  override exceptionCaught(ctx: ChannelHandlerContext, cause: Error): void {
    console.error(`${String(ctx.channel)}: ${cause.message}`);
    ctx.close();
  }
}

run(async () => {
  const server = await new ServerBootstrap()
    .childHandler((channel) => {
      channel.pipeline.addLast(
        new DelimiterBasedFrameDecoder({ maxFrameLength: 8192, delimiters: Delimiters.lineDelimiter() }),
        new StringDecoder(),
        new StringEncoder(),
        new TelnetHandler(),
      );
    })
    .bind(addressFromArguments(7023));
  announce('telnet', server);
});
