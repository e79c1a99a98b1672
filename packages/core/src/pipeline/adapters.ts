import type { ChannelPromise } from '../channel/ChannelFuture.js';
import type { SocketAddress } from '../channel/SocketAddress.js';
import type { ChannelHandler, ChannelInboundHandler, ChannelOutboundHandler } from './ChannelHandler.js';
import type { ChannelHandlerContext, Context } from './ChannelHandlerContext.js';
import type { Flow, HandlerTypes, Pass, Typed, Untyped } from './HandlerTypes.js';
import { skippable } from './mask.js';

/**
 * Base classes whose methods pass every event on. They carry a mark, so that a method that is not overridden counts as
 * missing and costs nothing, while `super.channelActive(ctx)` works.
 */

/** The inbound callbacks that the adapters pass on; `exceptionCaught` is one of all handlers. */
export const INBOUND: readonly string[] = [
  'channelRegistered',
  'channelUnregistered',
  'channelActive',
  'channelInactive',
  'channelRead',
  'channelReadComplete',
  'userEventTriggered',
  'channelWritabilityChanged',
];
/** The outbound ones. */
export const OUTBOUND: readonly string[] = [
  'bind',
  'connect',
  'disconnect',
  'close',
  'deregister',
  'read',
  'write',
  'flush',
];

/** Life cycle only. Netty: ChannelHandlerAdapter. */
export abstract class ChannelHandlerAdapter implements ChannelHandler {
  /** Whether one instance may be in several pipelines. False unless overridden. */
  get isSharable(): boolean {
    return false;
  }
  handlerAdded(_ctx: ChannelHandlerContext): unknown {
    return undefined;
  }
  handlerRemoved(_ctx: ChannelHandlerContext): unknown {
    return undefined;
  }
  exceptionCaught(ctx: ChannelHandlerContext, cause: Error): unknown {
    ctx.fireExceptionCaught(cause);
    return undefined;
  }
  static {
    skippable(this.prototype, ['exceptionCaught']);
  }
}

/** The inbound methods; without message types, which differ between one-way and duplex handlers. */
abstract class InboundPassing<In, Out, Write>
  extends ChannelHandlerAdapter
  implements Omit<ChannelInboundHandler<In, Out, Write>, '~types'>
{
  channelRegistered(ctx: ChannelHandlerContext<Out, Write>): unknown {
    ctx.fireChannelRegistered();
    return undefined;
  }
  channelUnregistered(ctx: ChannelHandlerContext<Out, Write>): unknown {
    ctx.fireChannelUnregistered();
    return undefined;
  }
  channelActive(ctx: ChannelHandlerContext<Out, Write>): unknown {
    ctx.fireChannelActive();
    return undefined;
  }
  channelInactive(ctx: ChannelHandlerContext<Out, Write>): unknown {
    ctx.fireChannelInactive();
    return undefined;
  }
  channelRead(ctx: ChannelHandlerContext<Out, Write>, message: In): unknown {
    (ctx as Context).fireChannelRead(message);
    return undefined;
  }
  channelReadComplete(ctx: ChannelHandlerContext<Out, Write>): unknown {
    ctx.fireChannelReadComplete();
    return undefined;
  }
  userEventTriggered(ctx: ChannelHandlerContext<Out, Write>, event: unknown): unknown {
    ctx.fireUserEventTriggered(event);
    return undefined;
  }
  channelWritabilityChanged(ctx: ChannelHandlerContext<Out, Write>): unknown {
    ctx.fireChannelWritabilityChanged();
    return undefined;
  }
  static {
    skippable(this.prototype, INBOUND);
  }
}

/**
 * Passes inbound events on. `Types` is for subclasses whose flows are of another kind (a `Select`, a `Pass`).
 * Netty: ChannelInboundHandlerAdapter.
 */
export abstract class ChannelInboundHandlerAdapter<
    In = Untyped,
    Out = Untyped,
    Write = Untyped,
    Types extends HandlerTypes = HandlerTypes<Flow<In, Out>, Pass, Write>,
  >
  extends InboundPassing<In, Out, Write>
  implements Typed<Types>
{
  declare readonly '~types': Types;
}

/**
 * Passes operations on. `Types` is for subclasses whose flows are of another kind (a `Select`, a `Pass`).
 * Netty: ChannelOutboundHandlerAdapter.
 */
export abstract class ChannelOutboundHandlerAdapter<
    In = Untyped,
    Out = Untyped,
    Types extends HandlerTypes = HandlerTypes<Pass, Flow<In, Out>, never>,
  >
  extends ChannelHandlerAdapter
  implements Omit<ChannelOutboundHandler<In, Out>, '~types'>, Typed<Types>
{
  declare readonly '~types': Types;

  bind(
    ctx: ChannelHandlerContext<never, Out>,
    localAddress: SocketAddress,
    promise: ChannelPromise,
  ): unknown {
    ctx.bind(localAddress, promise);
    return undefined;
  }
  connect(
    ctx: ChannelHandlerContext<never, Out>,
    remoteAddress: SocketAddress,
    localAddress: SocketAddress | null,
    promise: ChannelPromise,
  ): unknown {
    ctx.connect(remoteAddress, localAddress, promise);
    return undefined;
  }
  disconnect(ctx: ChannelHandlerContext<never, Out>, promise: ChannelPromise): unknown {
    ctx.disconnect(promise);
    return undefined;
  }
  close(ctx: ChannelHandlerContext<never, Out>, promise: ChannelPromise): unknown {
    ctx.close(promise);
    return undefined;
  }
  deregister(ctx: ChannelHandlerContext<never, Out>, promise: ChannelPromise): unknown {
    ctx.deregister(promise);
    return undefined;
  }
  read(ctx: ChannelHandlerContext<never, Out>): unknown {
    ctx.read();
    return undefined;
  }
  write(ctx: ChannelHandlerContext<never, Out>, message: In, promise: ChannelPromise): unknown {
    (ctx as Context).write(message, promise);
    return undefined;
  }
  flush(ctx: ChannelHandlerContext<never, Out>): unknown {
    ctx.flush();
    return undefined;
  }
  static {
    skippable(this.prototype, OUTBOUND);
  }
}

/**
 * Passes everything on, both ways. `Types` is for subclasses whose flows are of another kind (a `Select`, a `Pass`).
 * Netty: ChannelDuplexHandler.
 */
export abstract class ChannelDuplexHandler<
    InIn = Untyped,
    InOut = Untyped,
    OutIn = Untyped,
    OutOut = Untyped,
    Types extends HandlerTypes = HandlerTypes<Flow<InIn, InOut>, Flow<OutIn, OutOut>, never>,
  >
  extends InboundPassing<InIn, InOut, OutOut>
  implements Typed<Types>
{
  declare readonly '~types': Types;

  bind(
    ctx: ChannelHandlerContext<InOut, OutOut>,
    localAddress: SocketAddress,
    promise: ChannelPromise,
  ): unknown {
    ctx.bind(localAddress, promise);
    return undefined;
  }
  connect(
    ctx: ChannelHandlerContext<InOut, OutOut>,
    remoteAddress: SocketAddress,
    localAddress: SocketAddress | null,
    promise: ChannelPromise,
  ): unknown {
    ctx.connect(remoteAddress, localAddress, promise);
    return undefined;
  }
  disconnect(ctx: ChannelHandlerContext<InOut, OutOut>, promise: ChannelPromise): unknown {
    ctx.disconnect(promise);
    return undefined;
  }
  close(ctx: ChannelHandlerContext<InOut, OutOut>, promise: ChannelPromise): unknown {
    ctx.close(promise);
    return undefined;
  }
  deregister(ctx: ChannelHandlerContext<InOut, OutOut>, promise: ChannelPromise): unknown {
    ctx.deregister(promise);
    return undefined;
  }
  read(ctx: ChannelHandlerContext<InOut, OutOut>): unknown {
    ctx.read();
    return undefined;
  }
  write(ctx: ChannelHandlerContext<InOut, OutOut>, message: OutIn, promise: ChannelPromise): unknown {
    (ctx as Context).write(message, promise);
    return undefined;
  }
  flush(ctx: ChannelHandlerContext<InOut, OutOut>): unknown {
    ctx.flush();
    return undefined;
  }
  static {
    skippable(this.prototype, OUTBOUND);
  }
}
