import type { Channel } from '../channel/Channel.js';
import type { ChannelPromise } from '../channel/ChannelFuture.js';
import type { SocketAddress } from '../channel/SocketAddress.js';
import type { AnyChannelHandler } from './ChannelHandler.js';
import type { Context } from './ChannelHandlerContext.js';
import { hooksOf, unhandledException, unhandledMessage } from './UnhandledHooks.js';

/** What the head of a pipeline asks of its transport. Netty: Channel.Unsafe. */
export interface ChannelTransport extends Channel {
  /** `bind` has passed all handlers. */
  doBindOperation(localAddress: SocketAddress, promise: ChannelPromise): void;
  /** `connect` has passed all handlers. */
  doConnectOperation(remote: SocketAddress, local: SocketAddress | null, promise: ChannelPromise): void;
  /** `disconnect` has passed all handlers. */
  doDisconnectOperation(promise: ChannelPromise): void;
  /** `close` has passed all handlers. */
  doCloseOperation(promise: ChannelPromise): void;
  /** `deregister` has passed all handlers. */
  doDeregisterOperation(promise: ChannelPromise): void;
  /** `read` has passed all handlers. */
  doReadOperation(): void;
  /** `write` has passed all handlers. */
  doWriteOperation(message: unknown, promise: ChannelPromise): void;
  /** `flush` has passed all handlers. */
  doFlushOperation(): void;
}

const transport = (ctx: Context): ChannelTransport => ctx.pipeline.channel as ChannelTransport;

/** First in every pipeline: operations leave it for the transport. One object serves all channels. Netty: HeadContext. */
export const HEAD: AnyChannelHandler = {
  isSharable: true,
  bind: (ctx, localAddress, promise) => transport(ctx).doBindOperation(localAddress, promise),
  connect: (ctx, remote, local, promise) => transport(ctx).doConnectOperation(remote, local, promise),
  disconnect: (ctx, promise) => transport(ctx).doDisconnectOperation(promise),
  close: (ctx, promise) => transport(ctx).doCloseOperation(promise),
  deregister: (ctx, promise) => transport(ctx).doDeregisterOperation(promise),
  read: (ctx) => transport(ctx).doReadOperation(),
  write: (ctx, message, promise) => transport(ctx).doWriteOperation(message, promise),
  flush: (ctx) => transport(ctx).doFlushOperation(),
  exceptionCaught: (ctx, cause) => void ctx.fireExceptionCaught(cause),
};

/** Last in every pipeline: what arrives here was handled by nobody. Netty: TailContext. */
export const TAIL: AnyChannelHandler = {
  isSharable: true,
  channelRegistered: () => undefined,
  channelUnregistered: () => undefined,
  channelActive: (ctx) => hooksOf(ctx.channel).active?.(ctx.channel),
  channelInactive: (ctx) => hooksOf(ctx.channel).inactive?.(ctx.channel),
  channelRead: (ctx, message) => unhandledMessage(ctx.channel, message),
  channelReadComplete: (ctx) => hooksOf(ctx.channel).readComplete?.(ctx.channel),
  userEventTriggered: (ctx, event) => hooksOf(ctx.channel).userEvent?.(ctx.channel, event),
  channelWritabilityChanged: (ctx) => hooksOf(ctx.channel).writabilityChanged?.(ctx.channel),
  exceptionCaught: (ctx, cause) => unhandledException(ctx.channel, cause),
};
