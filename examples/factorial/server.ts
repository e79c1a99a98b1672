/**
 * Multiplies the numbers it gets: `node examples/dist/factorial/server.js [port]`. After each it sends the product so far.
 * Shows a codec of one's own for `bigint`, and a handler that keeps state of its channel. Netty: example/factorial.
 */
import { type ChannelHandlerContext, ServerBootstrap, SimpleChannelInboundHandler } from '@sluice/core';
import { addressFromArguments, announce, run } from '../support.js';
import { BigIntegerDecoder, BigIntegerEncoder } from './BigIntegerCodec.js';

class FactorialHandler extends SimpleChannelInboundHandler<bigint, bigint> {
  #product = 1n;
  #last = 1n;

  protected override channelRead0(ctx: ChannelHandlerContext<never, bigint>, number: bigint): void {
    this.#last = number;
    this.#product *= number;
    ctx.writeAndFlush(this.#product);
  }
  channelInactive(ctx: ChannelHandlerContext): void {
    console.log(`Factorial of ${this.#last} has ${this.#product.toString().length} digits`);
    ctx.fireChannelInactive();
  }
  override exceptionCaught(ctx: ChannelHandlerContext, cause: Error): void {
    console.error(`${String(ctx.channel)}: ${cause.message}`);
    ctx.close();
  }
}

run(async () => {
  const server = await new ServerBootstrap()
    .childHandler((channel) => {
      channel.pipeline.addLast(new BigIntegerDecoder(), new BigIntegerEncoder(), new FactorialHandler());
    })
    .bind(addressFromArguments(7322));
  announce('factorial', server);
});
