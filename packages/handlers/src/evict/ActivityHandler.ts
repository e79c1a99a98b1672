import {
  AttributeKey,
  type Channel,
  type ChannelHandlerContext,
  type ChannelPromise,
  type Passing,
  PassThroughHandler,
} from '@sluice/core';
import { ReadDemand } from '../heartbeat/ReadDemand.js';

/**
 * Notes when something was last read and written, for a `ChannelSweep` and for administration: two stores for a message, no
 * timer. What counts is what passes it: bytes if it stands first, messages behind the codec. It works for one connection.
 */
export class ActivityHandler extends PassThroughHandler {
  readonly #demand = new ReadDemand();
  #gotMessage = false;
  #channel: Channel | undefined;
  /** When the channel became active, on the event loop's clock (ms), as the other two. */
  since = 0;
  /** When something last arrived; at first, when the channel became active. */
  lastRead = 0;
  /** When something was last written; at first, when the channel became active. */
  lastWrite = 0;

  /** Whether this side reads at present; while it does not, silence proves nothing. */
  get isReading(): boolean {
    return this.#channel !== undefined && this.#demand.isReading(this.#channel);
  }

  override handlerAdded(ctx: ChannelHandlerContext): unknown {
    ctx.attr(ACTIVITY).setIfAbsent(this);
    this.#channel = ctx.channel;
    this.#demand.ask(ctx.channel, false);
    this.#begin(ctx.eventLoop.now);
    return undefined;
  }

  override handlerRemoved(ctx: ChannelHandlerContext): unknown {
    ctx.attr(ACTIVITY).compareAndSet(this, undefined);
    return undefined;
  }

  override channelActive(ctx: ChannelHandlerContext<Passing, Passing>): unknown {
    this.#begin(ctx.eventLoop.now);
    ctx.fireChannelActive();
    return undefined;
  }

  #begin(now: number): void {
    this.since = this.lastRead = this.lastWrite = now;
  }

  override channelRead(ctx: ChannelHandlerContext<Passing, Passing>, message: Passing): unknown {
    this.lastRead = ctx.eventLoop.now;
    this.#gotMessage = true;
    ctx.fireChannelRead(message);
    return undefined;
  }

  override channelReadComplete(ctx: ChannelHandlerContext<Passing, Passing>): unknown {
    this.#demand.endOfBatch(this.#gotMessage);
    this.#gotMessage = false;
    ctx.fireChannelReadComplete();
    return undefined;
  }

  override read(ctx: ChannelHandlerContext<Passing, Passing>): unknown {
    this.#demand.ask(ctx.channel, this.#gotMessage);
    ctx.read();
    return undefined;
  }

  override write(
    ctx: ChannelHandlerContext<Passing, Passing>,
    message: Passing,
    promise: ChannelPromise,
  ): unknown {
    this.lastWrite = ctx.eventLoop.now;
    ctx.write(message, promise);
    return undefined;
  }
}

/** The `ActivityHandler` of a channel, while it is in the pipeline. */
export const ACTIVITY: AttributeKey<ActivityHandler> =
  AttributeKey.valueOf<ActivityHandler>('sluice.activity');
