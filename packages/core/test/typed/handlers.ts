import type { ChannelPromise } from '../../src/channel/ChannelFuture.js';
import { ChannelDuplexHandler, ChannelInboundHandlerAdapter } from '../../src/pipeline/adapters.js';
import type { ChannelHandlerContext } from '../../src/pipeline/ChannelHandlerContext.js';
import type { Passing, Untyped } from '../../src/pipeline/HandlerTypes.js';
import type { At } from '../../src/typed/flows.js';
import { PassThroughHandler } from '../../src/typed/PassThroughHandler.js';

/** Bytes to lines and back. It keeps the unfinished line, so two channels must not share one. */
export class LineCodec extends ChannelDuplexHandler<Uint8Array, string, string, Uint8Array> {
  #rest = '';
  override channelRead(ctx: ChannelHandlerContext<string, Uint8Array>, bytes: Uint8Array): void {
    const lines = (this.#rest + Buffer.from(bytes).toString()).split('\n');
    this.#rest = lines.pop() as string;
    for (const line of lines) ctx.fireChannelRead(line);
  }
  override write(
    ctx: ChannelHandlerContext<string, Uint8Array>,
    line: string,
    promise: ChannelPromise,
  ): unknown {
    return ctx.write(Buffer.from(`${line}\n`), promise);
  }
}

/** Answers each line, and remembers the lines of its channel. */
export class Echo extends ChannelInboundHandlerAdapter<string, string, string> {
  readonly seen: string[] = [];
  override channelRead(ctx: ChannelHandlerContext<string, string>, line: string): void {
    this.seen.push(line);
    ctx.writeAndFlush(`echo ${line}`);
  }
}

/** Groups messages; generic. */
export class Batcher<T> extends ChannelInboundHandlerAdapter<T, readonly T[], never> {
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

/** Counts messages of all channels; one for all. */
export class Counter extends PassThroughHandler {
  count = 0;
  override get isSharable(): true {
    return true;
  }
  override channelRead(ctx: ChannelHandlerContext<Passing, Passing>, message: Passing): void {
    this.count++;
    ctx.fireChannelRead(message);
  }
}

/** Without message types, as a ported handler is. */
export class Shout extends ChannelInboundHandlerAdapter {
  override channelRead(ctx: ChannelHandlerContext, message: Untyped): void {
    ctx.fireChannelRead(message.toUpperCase());
  }
}
