/** The programs of docs/guides/typed-pipelines.md. */
import { LineBasedFrameDecoder, StringDecoder, StringEncoder } from '@sluice/codec';
import {
  type At,
  type Channel,
  type ChannelHandlerContext,
  ChannelInboundHandlerAdapter,
  handler,
  type Passing,
  PassThroughHandler,
  passThrough,
  pipeline,
  pipelineOf,
  ServerBootstrap,
} from '@sluice/core';

class Greeter extends ChannelInboundHandlerAdapter<string, never, string> {
  override channelRead(ctx: ChannelHandlerContext<never, string>, name: string): void {
    ctx.writeAndFlush(`Hello, ${name}!\n`);
  }
}

const built = pipeline()
  .addLast(() => new LineBasedFrameDecoder({ maxLength: 80 }))
  .addLast(() => new StringDecoder())
  .addLast(() => new StringEncoder())
  .addLast('greeter', () => new Greeter())
  .build();

export const server: ServerBootstrap = new ServerBootstrap().childHandler(built);

export function ends(channel: Channel): void {
  const tail = built.tail(channel);
  tail.writeAndFlush('bye\n');
  const greeter: Greeter = tail.get('greeter');
  tail.pipeline.remove(greeter);
}

async function serve(names: AsyncIterable<string>, send: (text: string) => Promise<void>): Promise<void> {
  for await (const name of names) await send(`Hello, ${name}!\n`);
}

const text = pipeline()
  .addLast(() => new LineBasedFrameDecoder({ maxLength: 80 }))
  .addLast(() => new StringDecoder())
  .addLast(() => new StringEncoder());

export const reading = text.build((tail) => {
  serve(tail.inbound(), (reply) => tail.send(reply)).catch((error) => console.error(error));
});

class Counter extends PassThroughHandler {
  count = 0;
  override get isSharable(): true {
    return true;
  }
  override channelRead(ctx: ChannelHandlerContext<Passing, Passing>, message: Passing): void {
    this.count++;
    ctx.fireChannelRead(message);
  }
}

class Batcher<T> extends ChannelInboundHandlerAdapter<T, readonly T[], never> {
  #batch: T[] = [];
  constructor(
    _at: At<T>,
    readonly size: number,
  ) {
    super();
  }
  override channelRead(ctx: ChannelHandlerContext<readonly T[], never>, message: T): void {
    this.#batch.push(message);
    if (this.#batch.length < this.size) return;
    ctx.fireChannelRead(this.#batch);
    this.#batch = [];
  }
}

export const more = text
  .addLast(new Counter())
  .addLast(() => passThrough<string>({ channelActive: (ctx) => ctx.writeAndFlush('Who is there?\n') }))
  .addLastAt((at) => new Batcher(at, 3))
  .addLast(() =>
    handler<readonly string[], never, string>({
      channelRead(ctx, names) {
        ctx.writeAndFlush(`Hello, ${names.join(' and ')}!\n`);
      },
    }),
  )
  .build();

export const short = pipelineOf(
  () => new LineBasedFrameDecoder({ maxLength: 80 }),
  () => new StringDecoder(),
  () => new StringEncoder(),
  () => new Greeter(),
);
