/**
 * Has the server compute a factorial: `node examples/dist/factorial/client.js [port] [host] [count]`.
 * Sends with back-pressure: as long as the channel takes more, then when it is writable again.
 */
import { Bootstrap, type ChannelHandlerContext, SimpleChannelInboundHandler } from '@sluice/core';
import { addressFromArguments, run } from '../support.js';
import { BigIntegerDecoder, BigIntegerEncoder } from './BigIntegerCodec.js';

class FactorialClient extends SimpleChannelInboundHandler<bigint, bigint> {
  readonly #count: bigint;
  #next = 1n;
  #answers = 0n;
  readonly answer: Promise<bigint>;
  #resolve: (answer: bigint) => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor(count: bigint) {
    super();
    this.#count = count;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  channelActive(ctx: ChannelHandlerContext<never, bigint>): void {
    this.#send(ctx);
  }
  channelWritabilityChanged(ctx: ChannelHandlerContext<never, bigint>): void {
    this.#send(ctx);
  }
  #send(ctx: ChannelHandlerContext<never, bigint>): void {
    while (ctx.channel.isWritable && this.#next <= this.#count) ctx.write(this.#next++);
    ctx.flush();
  }

  protected override channelRead0(ctx: ChannelHandlerContext<never, bigint>, product: bigint): void {
    if (++this.#answers < this.#count) return;
    this.#resolve(product);
    ctx.close();
  }
  channelInactive(): void {
    this.#reject(new Error('The server closed the connection before the last answer'));
  }
  override exceptionCaught(ctx: ChannelHandlerContext, cause: Error): void {
    this.#reject(cause);
    ctx.close();
  }
}

run(async () => {
  const count = BigInt(process.argv[4] ?? '1000');
  const client = new FactorialClient(count);
  await new Bootstrap()
    .handler((channel) => {
      channel.pipeline.addLast(new BigIntegerDecoder(), new BigIntegerEncoder(), client);
    })
    .connect(addressFromArguments(7322));
  console.log(`Factorial of ${count} is: ${await client.answer}`);
});
