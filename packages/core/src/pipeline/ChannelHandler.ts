import type { ChannelPromise } from '../channel/ChannelFuture.js';
import type { SocketAddress } from '../channel/SocketAddress.js';
import type { ChannelHandlerContext } from './ChannelHandlerContext.js';
import type {
  Flow,
  HandlerTypes,
  InboundTypes,
  OutboundTypes,
  Pass,
  Typed,
  Untyped,
} from './HandlerTypes.js';

/**
 * What all handlers have. Every callback is optional; one that is missing means "pass on" and costs nothing. A callback
 * may be `async`: a rejection goes where a throw would go. Netty: ChannelHandler.
 */
export interface ChannelHandler {
  /** Whether one instance may be in several pipelines, or in one more than once. Default false. */
  readonly isSharable?: boolean;
  /**
   * Whether `write` hands every message on as it came, whatever its type, and only looks on. A prepender may then pass a
   * `FramedMessage` through it, which saves a write for each frame. Default false.
   */
  readonly isTransparent?: boolean;
  /** The handler has been added and may use its context. */
  handlerAdded?(ctx: ChannelHandlerContext): unknown;
  /** The handler has been removed and gets no further events. */
  handlerRemoved?(ctx: ChannelHandlerContext): unknown;
  /** A handler threw, or an error came in from the transport. What this throws is logged and dropped. */
  exceptionCaught?(ctx: ChannelHandlerContext, cause: Error): unknown;
}

/**
 * Handles what comes in: messages of type `In`; it fires `Out` and writes `Write`. Without type arguments it is untyped.
 * Netty: ChannelInboundHandler.
 */
export interface ChannelInboundHandler<In = Untyped, Out = Untyped, Write = Untyped>
  extends ChannelHandler,
    Typed<InboundTypes<In, Out, Write>> {
  /** The channel was registered with its event loop; first event of every channel. */
  channelRegistered?(ctx: ChannelHandlerContext<Out, Write>): unknown;
  /** The channel was taken off its event loop; its last event, after `channelInactive` if it was active. */
  channelUnregistered?(ctx: ChannelHandlerContext<Out, Write>): unknown;
  /** The channel is connected (or, for a server channel, listens). */
  channelActive?(ctx: ChannelHandlerContext<Out, Write>): unknown;
  /** The channel is closed. */
  channelInactive?(ctx: ChannelHandlerContext<Out, Write>): unknown;
  /**
   * A message arrived. It is the handler's for ever: keep it, write it elsewhere, or pass it on with
   * `ctx.fireChannelRead`. What is thrown (or rejects) goes to the same handler's `exceptionCaught`.
   */
  channelRead?(ctx: ChannelHandlerContext<Out, Write>, message: In): unknown;
  /** The batch of reads is over; not a message boundary, and it may come without a read. */
  channelReadComplete?(ctx: ChannelHandlerContext<Out, Write>): unknown;
  /**
   * A handler, or the transport, fired an event of its own: `IdleStateEvent`, `ChannelInputShutdownEvent` …
   */
  userEventTriggered?(ctx: ChannelHandlerContext<Out, Write>, event: unknown): unknown;
  /** `channel.isWritable` changed. */
  channelWritabilityChanged?(ctx: ChannelHandlerContext<Out, Write>): unknown;
}

/** Handles what goes out: takes `In`, hands `Out` on towards the transport. Netty: ChannelOutboundHandler. */
export interface ChannelOutboundHandler<In = Untyped, Out = Untyped>
  extends ChannelHandler,
    Typed<OutboundTypes<In, Out>> {
  /**
   * `channel.bind` was called. The handler passes it on with `ctx.bind(localAddress, promise)`, or completes
   * the promise itself. What is thrown (or rejects) fails the promise.
   */
  bind?(
    ctx: ChannelHandlerContext<never, Out>,
    localAddress: SocketAddress,
    promise: ChannelPromise,
  ): unknown;
  /** `channel.connect` was called. Pass it on with `ctx.connect(remoteAddress, localAddress, promise)`. */
  connect?(
    ctx: ChannelHandlerContext<never, Out>,
    remoteAddress: SocketAddress,
    localAddress: SocketAddress | null,
    promise: ChannelPromise,
  ): unknown;
  /** `disconnect` was called on a channel that can disconnect (UDP); on others it arrives as `close`. */
  disconnect?(ctx: ChannelHandlerContext<never, Out>, promise: ChannelPromise): unknown;
  /**
   * `close` was called. Pass it on with `ctx.close(promise)`; a handler that keeps it to itself keeps the
   * channel open.
   */
  close?(ctx: ChannelHandlerContext<never, Out>, promise: ChannelPromise): unknown;
  /** `deregister` was called. */
  deregister?(ctx: ChannelHandlerContext<never, Out>, promise: ChannelPromise): unknown;
  /**
   * Input is asked for, by `channel.read()` or by `AUTO_READ`. A handler that does not pass it on stops the
   * reading. What is thrown (or rejects) goes to the same handler's `exceptionCaught`, for there is no
   * promise.
   */
  read?(ctx: ChannelHandlerContext<never, Out>): unknown;
  /**
   * A message is written. Pass it, or what is to go instead, on with `ctx.write(message, promise)`: the
   * promise must go along or be completed. What is thrown (or rejects) fails the promise.
   */
  write?(ctx: ChannelHandlerContext<never, Out>, message: In, promise: ChannelPromise): unknown;
  /**
   * What was written is to go out. What is thrown (or rejects) goes to the same handler's `exceptionCaught`.
   */
  flush?(ctx: ChannelHandlerContext<never, Out>): unknown;
}

/** A handler with any of the callbacks: what a pipeline takes. */
export interface AnyChannelHandler
  extends ChannelHandler,
    Omit<ChannelInboundHandler, '~types'>,
    Omit<ChannelOutboundHandler, '~types'> {
  bind?(ctx: ChannelHandlerContext, localAddress: SocketAddress, promise: ChannelPromise): unknown;
  connect?(
    ctx: ChannelHandlerContext,
    remoteAddress: SocketAddress,
    localAddress: SocketAddress | null,
    promise: ChannelPromise,
  ): unknown;
  disconnect?(ctx: ChannelHandlerContext, promise: ChannelPromise): unknown;
  close?(ctx: ChannelHandlerContext, promise: ChannelPromise): unknown;
  deregister?(ctx: ChannelHandlerContext, promise: ChannelPromise): unknown;
  read?(ctx: ChannelHandlerContext): unknown;
  write?(ctx: ChannelHandlerContext, message: Untyped, promise: ChannelPromise): unknown;
  flush?(ctx: ChannelHandlerContext): unknown;
}

/** A class of handlers, for look-ups by type. */
export type HandlerClass<H extends ChannelHandler = ChannelHandler> = abstract new (...args: never[]) => H;

/** A plain object with message types, as `handler` gives it. */
export interface TypedInboundHandler<In, Out, Write> extends ChannelInboundHandler<In, Out, Write> {
  readonly '~types': HandlerTypes<Flow<In, Out>, Pass, Write>;
}

/**
 * Gives a plain object its message types: `handler<string, never, Buffer>({ channelRead(ctx, text) { … } })`.
 * With `isSharable: true` the result is typed as sharable.
 */
export function handler<In, Out = never, Write = never>(
  callbacks: Omit<ChannelInboundHandler<In, Out, Write>, '~types'> & { readonly isSharable: true },
): TypedInboundHandler<In, Out, Write> & { readonly isSharable: true };
export function handler<In, Out = never, Write = never>(
  callbacks: Omit<ChannelInboundHandler<In, Out, Write>, '~types'>,
): TypedInboundHandler<In, Out, Write>;
export function handler(callbacks: object): never {
  return callbacks as never;
}
