/** Handlers of an imaginary order service, one of each kind: what the programs beside this folder build from. */
import {
  type At,
  ChannelDuplexHandler,
  type ChannelHandlerContext,
  ChannelInboundHandlerAdapter,
  ChannelOutboundHandlerAdapter,
  type ChannelPromise,
  type HandlerTypes,
  type Pass,
  type Passing,
  PassThroughHandler,
  type Select,
  SimpleChannelInboundHandler,
  type Untyped,
} from '@sluice/core';

export class Frame {
  constructor(readonly body: Uint8Array) {}
}
export interface Order {
  readonly id: number;
  readonly qty: number;
}
export interface Ack {
  readonly ack: number;
}
export class Ping {
  readonly ping = true as const;
}

/** Bytes to frames and back; duplex. */
export class FrameCodec extends ChannelDuplexHandler<Uint8Array, Frame, Frame, Uint8Array> {
  override channelRead(ctx: ChannelHandlerContext<Frame, Uint8Array>, bytes: Uint8Array): void {
    ctx.fireChannelRead(new Frame(bytes));
  }
  override write(
    ctx: ChannelHandlerContext<Frame, Uint8Array>,
    frame: Frame,
    promise: ChannelPromise,
  ): unknown {
    return ctx.write(frame.body, promise);
  }
}

/** Takes frames, lets other messages through. */
export class FrameToString extends ChannelInboundHandlerAdapter<
  unknown,
  unknown,
  never,
  HandlerTypes<Select<Frame, string>, Pass, never>
> {
  override channelRead(ctx: ChannelHandlerContext<unknown, never>, message: unknown): void {
    ctx.fireChannelRead(message instanceof Frame ? Buffer.from(message.body).toString() : message);
  }
}

/** Encodes strings, lets other messages through. */
export class StringToFrame extends ChannelOutboundHandlerAdapter<
  unknown,
  unknown,
  HandlerTypes<Pass, Select<string, Frame>, never>
> {
  override write(
    ctx: ChannelHandlerContext<never, unknown>,
    message: unknown,
    promise: ChannelPromise,
  ): unknown {
    return ctx.write(typeof message === 'string' ? new Frame(Buffer.from(message)) : message, promise);
  }
}

/** Encodes acknowledgements, takes nothing else. */
export class AckEncoder extends ChannelOutboundHandlerAdapter<Ack, string> {
  override write(ctx: ChannelHandlerContext<never, string>, { ack }: Ack, promise: ChannelPromise): unknown {
    return ctx.write(`ack ${ack}`, promise);
  }
}

/** A generic codec: text to `In`, `Out` to text. */
export class JsonCodec<In, Out> extends ChannelDuplexHandler<string, In, Out, string> {
  override channelRead(ctx: ChannelHandlerContext<In, string>, text: string): void {
    ctx.fireChannelRead(JSON.parse(text) as In);
  }
  override write(ctx: ChannelHandlerContext<In, string>, message: Out, promise: ChannelPromise): unknown {
    return ctx.write(JSON.stringify(message), promise);
  }
}

/** Changes no message, writes none. */
export class Idle extends PassThroughHandler {
  constructor(readonly seconds: number) {
    super();
  }
  override channelRead(ctx: ChannelHandlerContext<Passing, Passing>, message: Passing): void {
    ctx.fireChannelRead(message);
  }
}

/** Changes no message; one for all channels. */
export class Log extends PassThroughHandler {
  override get isSharable(): true {
    return true;
  }
  override channelRead(ctx: ChannelHandlerContext<Passing, Passing>, message: Passing): void {
    ctx.fireChannelRead(message);
  }
  override write(
    ctx: ChannelHandlerContext<Passing, Passing>,
    message: Passing,
    promise: ChannelPromise,
  ): unknown {
    return ctx.write(message, promise);
  }
}

/** Changes no message, writes strings on its own account. */
export class Heartbeat extends PassThroughHandler<string> {
  override userEventTriggered(ctx: ChannelHandlerContext<Passing, Passing | string>): void {
    ctx.writeAndFlush('ping');
  }
}

/** The application: takes orders, writes acknowledgements. */
export class OrderService extends ChannelInboundHandlerAdapter<Order, never, Ack> {
  readonly seen: Order[] = [];
  override channelRead(ctx: ChannelHandlerContext<never, Ack>, order: Order): void {
    this.seen.push(order);
    ctx.writeAndFlush({ ack: order.id });
  }
}

export class OrderFilter extends ChannelInboundHandlerAdapter<Order, Order, never> {
  override channelRead(ctx: ChannelHandlerContext<Order, never>, order: Order): void {
    if (order.qty > 0) ctx.fireChannelRead(order);
  }
}

/** Makes one of two kinds of message. */
export class PingOrOrder extends ChannelInboundHandlerAdapter<string, Ping | Order, never> {
  override channelRead(ctx: ChannelHandlerContext<Ping | Order, never>, text: string): void {
    ctx.fireChannelRead(text === 'ping' ? new Ping() : (JSON.parse(text) as Order));
  }
}

/** Takes its part out of a union. */
export class PingResponder extends SimpleChannelInboundHandler<Ping, string> {
  constructor() {
    super(Ping);
  }
  protected override channelRead0(ctx: ChannelHandlerContext<never, string>): void {
    ctx.writeAndFlush('pong');
  }
}

/** A generic handler whose type argument comes from its place. */
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

export class OrdersInBulk extends ChannelInboundHandlerAdapter<readonly Order[], never, Ack> {
  override channelRead(ctx: ChannelHandlerContext<never, Ack>, orders: readonly Order[]): void {
    ctx.writeAndFlush({ ack: orders.length });
  }
}

/** A ported handler without message types. */
export class Ported extends ChannelInboundHandlerAdapter {
  override channelRead(ctx: ChannelHandlerContext, message: Untyped): void {
    ctx.fireChannelRead(message.body);
  }
}
