/** Handlers of every kind, their contexts and the pipeline they stand in. */
import {
  type AnyChannelHandler,
  type AnyFlow,
  type Channel,
  ChannelDuplexHandler,
  type ChannelFuture,
  type ChannelHandler,
  ChannelHandlerAdapter,
  type ChannelHandlerContext,
  type ChannelInboundHandler,
  ChannelInboundHandlerAdapter,
  ChannelInitializer,
  type ChannelOutboundHandler,
  ChannelOutboundHandlerAdapter,
  type ChannelPipeline,
  type ChannelPromise,
  type ChannelTransport,
  CombinedChannelDuplexHandler,
  EmbeddedChannel,
  type EventLoop,
  type Flow,
  type HandlerClass,
  type HandlerKey,
  type HandlerTypes,
  handler,
  type MessageMatcher,
  matches,
  type Pass,
  type Passing,
  PendingWriteQueue,
  type SameTypes,
  type Select,
  SimpleChannelInboundHandler,
  type SocketAddress,
  serial,
  type Typed,
  type TypedInboundHandler,
  type UnhandledHooks,
  type Untyped,
} from '@sluice/core';
import { assertType, type Equal } from '../support/assertType.js';

// ---- plain objects ------------------------------------------------------------------------------------------------

const typed = handler<string, number, Buffer>({
  channelRead(ctx, message) {
    assertType<Equal<typeof ctx, ChannelHandlerContext<number, Buffer>>>();
    assertType<Equal<typeof message, string>>();
    ctx.fireChannelRead(message.length);
    ctx.write(Buffer.of(1));
  },
  userEventTriggered(ctx, event) {
    assertType<Equal<typeof event, unknown>>();
    ctx.fireUserEventTriggered(event);
  },
  exceptionCaught(_ctx, cause) {
    assertType<Equal<typeof cause, Error>>();
  },
});
assertType<Equal<typeof typed, TypedInboundHandler<string, number, Buffer>>>();
assertType<Equal<(typeof typed)['~types'], HandlerTypes<Flow<string, number>, Pass, Buffer>>>();
const shared = handler<string>({ isSharable: true });
assertType<Equal<(typeof shared)['isSharable'], true>>();
// One that emits and writes nothing cannot.
handler<string>({
  channelActive(ctx) {
    assertType<Equal<Parameters<typeof ctx.fireChannelRead>[0], never>>();
    assertType<Equal<Parameters<typeof ctx.write>[0], never>>();
  },
});

const inbound: ChannelInboundHandler<string, string, string> = {
  channelRead: (ctx, text) => ctx.write(text),
};
const outbound: ChannelOutboundHandler<number, string> = {
  write(ctx, message, promise) {
    assertType<Equal<typeof message, number>>();
    assertType<Equal<typeof promise, ChannelPromise>>();
    return ctx.write(String(message), promise);
  },
  connect(ctx, remote, local, promise) {
    assertType<Equal<typeof remote, SocketAddress>>();
    assertType<Equal<typeof local, SocketAddress | null>>();
    ctx.connect(remote, local, promise);
  },
};
// An untyped object gets every message, as a ported handler does.
const anything: AnyChannelHandler = {
  channelRead(ctx, message) {
    assertType<Equal<typeof message, Untyped>>();
    ctx.fireChannelRead(message.anything);
  },
};
export const lifecycle: ChannelHandler = { handlerAdded() {}, handlerRemoved() {}, isSharable: true };

// ---- classes --------------------------------------------------------------------------------------------------------

class In extends ChannelInboundHandlerAdapter<string, number, Buffer> {
  override channelRead(ctx: ChannelHandlerContext<number, Buffer>, message: string): unknown {
    assertType<Equal<ReturnType<typeof ctx.fireChannelRead>, typeof ctx>>();
    return ctx.fireChannelRead(message.length);
  }
}
class Out extends ChannelOutboundHandlerAdapter<number, string> {
  override write(
    ctx: ChannelHandlerContext<never, string>,
    message: number,
    promise: ChannelPromise,
  ): unknown {
    return ctx.write(String(message), promise);
  }
}
class Both extends ChannelDuplexHandler<string, number, number, string> {
  override channelActive(ctx: ChannelHandlerContext<number, string>): unknown {
    return super.channelActive(ctx);
  }
}
assertType<Equal<In['~types'], HandlerTypes<Flow<string, number>, Pass, Buffer>>>();
assertType<Equal<Out['~types'], HandlerTypes<Pass, Flow<number, string>, never>>>();
assertType<Equal<Both['~types'], HandlerTypes<Flow<string, number>, Flow<number, string>, never>>>();

class Texts extends SimpleChannelInboundHandler<string, number> {
  constructor(matcher: MessageMatcher<string> = (message) => typeof message === 'string') {
    super(matcher);
  }
  protected override channelRead0(ctx: ChannelHandlerContext<never, number>, message: string): unknown {
    return ctx.write(message.length);
  }
}
assertType<Equal<Texts['~types'], HandlerTypes<Select<string, never>, Pass, number>>>();
export function isDate(message: unknown): Date | undefined {
  return matches(Date, message) ? message : undefined;
}
class Named extends ChannelHandlerAdapter {}
class Init extends ChannelInitializer<EmbeddedChannel> {
  protected override initChannel(channel: EmbeddedChannel): void {
    channel.pipeline.addLast(new Named());
  }
}

const combined = new CombinedChannelDuplexHandler(new In(), new Out());
assertType<
  Equal<(typeof combined)['~types'], HandlerTypes<Flow<string, number>, Flow<number, string>, Buffer>>
>();
const oneByOne = serial(new In());
assertType<Equal<SameTypes<In>, Required<Typed<In['~types']>>>>();
export const stillIn: AnyChannelHandler & Required<Typed<In['~types']>> = oneByOne;
/** What a message is to a handler that may only pass it on. */
export const watch = (ctx: ChannelHandlerContext<Passing, Passing>, message: Passing): unknown =>
  ctx.fireChannelRead(message);
export type SomeFlow = AnyFlow extends Flow<never, unknown> | Select<never, unknown> | Pass ? true : false;
assertType<SomeFlow>();

// ---- the pipeline -----------------------------------------------------------------------------------------------------

const channel = new EmbeddedChannel(typed, shared, inbound as AnyChannelHandler, new Init());
const pipeline: ChannelPipeline = channel.pipeline;
pipeline.addLast('in', new In()).addFirst(new Out(), combined).addBefore('in', null, anything);
assertType<Equal<ReturnType<typeof pipeline.get<In>>, In | null>>();
export const byClass: In | null = pipeline.get(In);
export const byName: ChannelHandler | null = pipeline.get('in');
export const removed: In = pipeline.remove(In);
export const gone: ChannelHandler | null = pipeline.removeIfExists('x');
export const key: readonly HandlerKey[] = ['name', In, typed, outbound];
export const classes: readonly HandlerClass[] = [In, Out, Texts];
assertType<Equal<ReturnType<typeof pipeline.names>, string[]>>();
assertType<Equal<ReturnType<typeof pipeline.toMap>, Map<string, ChannelHandler>>>();
for (const [name, of] of pipeline) {
  assertType<Equal<typeof name, string>>();
  assertType<Equal<typeof of, ChannelHandler>>();
}
assertType<Equal<ReturnType<typeof pipeline.fireChannelRead>, ChannelPipeline>>();
pipeline.unhandled = { exception: (of, cause) => console.error(String(of), cause) } satisfies UnhandledHooks;

export function parts(ctx: ChannelHandlerContext): void {
  assertType<Equal<typeof ctx.channel, Channel>>();
  assertType<Equal<typeof ctx.executor, EventLoop>>();
  assertType<Equal<typeof ctx.handler, ChannelHandler>>();
  assertType<Equal<ReturnType<typeof ctx.writeAndFlush>, ChannelFuture>>();
  assertType<Equal<ReturnType<typeof ctx.send>, Promise<void>>>();
  assertType<Equal<ReturnType<typeof ctx.newPromise<number>>, ChannelPromise<number>>>();
  const queue = new PendingWriteQueue(ctx);
  queue.add('message', ctx.newPromise());
  queue.removeAndFailAll(new Error('gone'));
}
/** What the head of a pipeline asks of its transport. */
export type Transport = ChannelTransport['doWriteOperation'];
