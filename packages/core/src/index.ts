/**
 * Channels, pipelines of handlers, futures, bootstraps, transports and byte buffers.
 *
 * Begin with {@link ServerBootstrap} and {@link Bootstrap}; what a handler may do is in {@link ChannelInboundHandler},
 * {@link ChannelOutboundHandler} and {@link ChannelHandlerContext}. {@link EmbeddedChannel} tests handlers without a socket.
 *
 * @module @sluice/core
 */

export {
  AbstractBootstrap,
  type BootstrapSettings,
  type ChannelFactory,
  type HandlerOrInit,
} from './bootstrap/AbstractBootstrap.js';
export {
  type AddressResolver,
  Bootstrap,
  type BootstrapConfig,
  type ConnectOptions,
} from './bootstrap/Bootstrap.js';
export { ServerBootstrap, type ServerBootstrapConfig } from './bootstrap/ServerBootstrap.js';
export {
  childrenOf,
  ServerShutdownEvent,
  type ShutdownOptions,
  shutdownGracefully,
  shutdownOnSignals,
} from './bootstrap/shutdownGracefully.js';
export { ByteBuf, EMPTY_BUFFER } from './buffer/ByteBuf.js';
export { MAX_BUFFER_CAPACITY } from './buffer/ByteBufIndexes.js';
export * from './buffer/ByteProcessor.js';
export type { ByteSource } from './buffer/byteSource.js';
export { bytesEqual, compareBytes, hashBytes } from './buffer/compareBytes.js';
export { decodeHexDump, hexDump, prettyHexDump } from './buffer/hexDump.js';
export { ReadOnlyBufferException } from './buffer/ReadOnlyBufferException.js';
export type {
  Channel,
  ChannelOutboundInvoker,
  CloseOptions,
  DuplexChannel,
  ServerChannel,
  WaitOptions,
} from './channel/Channel.js';
export { isServerChannel } from './channel/Channel.js';
export type { ChannelConfig, ConfigHost } from './channel/ChannelConfig.js';
export type { ChannelFuture, ChannelPromise } from './channel/ChannelFuture.js';
export type { ChannelGroup } from './channel/ChannelGroup.js';
export { ChannelGroupException } from './channel/ChannelGroupException.js';
export type { ChannelGroupFuture, ChannelGroupFutureListener } from './channel/ChannelGroupFuture.js';
export { ChannelId } from './channel/ChannelId.js';
export { type ChannelClass, type ChannelMatcher, ChannelMatchers } from './channel/ChannelMatchers.js';
export { ChannelOption } from './channel/ChannelOption.js';
export { type ChannelGroupOptions, DefaultChannelGroup } from './channel/DefaultChannelGroup.js';
export { DefaultChannelPromise } from './channel/DefaultChannelPromise.js';
export * from './channel/errors.js';
export * from './channel/events.js';
export { FramedMessage } from './channel/FramedMessage.js';
export {
  ChannelFutureListener,
  CLOSE,
  CLOSE_ON_FAILURE,
  FIRE_EXCEPTION_ON_FAILURE,
} from './channel/listeners.js';
export {
  byteLength,
  defaultMessageSizeEstimator,
  type MessageSizeEstimator,
} from './channel/MessageSizeEstimator.js';
export { OutboundBuffer, type OutboundEntry } from './channel/OutboundBuffer.js';
export { PromiseCombiner } from './channel/PromiseCombiner.js';
export {
  formatAddress,
  type InetSocketAddress,
  type LocalAddressLike,
  type PathAddress,
  type SocketAddress,
} from './channel/SocketAddress.js';
export { WriteBufferWaterMark } from './channel/WriteBufferWaterMark.js';
export { EmbeddedEventLoop } from './eventloop/EmbeddedEventLoop.js';
export type { EventLoop, ScheduledTask, Ticker } from './eventloop/EventLoop.js';
export { NodeEventLoop, nodeEventLoop } from './eventloop/NodeEventLoop.js';
export { TimerWheel, type TimerWheelOptions, type WheelClock } from './eventloop/TimerWheel.js';
export {
  ChannelDuplexHandler,
  ChannelHandlerAdapter,
  ChannelInboundHandlerAdapter,
  ChannelOutboundHandlerAdapter,
} from './pipeline/adapters.js';
export {
  type AnyChannelHandler,
  type ChannelHandler,
  type ChannelInboundHandler,
  type ChannelOutboundHandler,
  type HandlerClass,
  handler,
  type TypedInboundHandler,
} from './pipeline/ChannelHandler.js';
export { ChannelHandlerContext } from './pipeline/ChannelHandlerContext.js';
export { ChannelInitializer } from './pipeline/ChannelInitializer.js';
export { ChannelPipeline } from './pipeline/ChannelPipeline.js';
export { CombinedChannelDuplexHandler } from './pipeline/CombinedChannelDuplexHandler.js';
export type { ChannelTransport } from './pipeline/ends.js';
export {
  ChannelPipelineException,
  isPlainDisconnect,
  NoSuchHandlerException,
  PipelineDepthException,
} from './pipeline/errors.js';
export type { HandlerKey } from './pipeline/HandlerList.js';
export type {
  AnyFlow,
  Flow,
  HandlerTypes,
  Pass,
  Passing,
  SameTypes,
  Select,
  Typed,
  Untyped,
} from './pipeline/HandlerTypes.js';
export type { InboundOptions, InboundStream } from './pipeline/InboundStream.js';
export { PendingWriteQueue } from './pipeline/PendingWriteQueue.js';
export {
  type MessageMatcher,
  matches,
  SimpleChannelInboundHandler,
} from './pipeline/SimpleChannelInboundHandler.js';
export { serial } from './pipeline/serial.js';
export type { UnhandledHooks } from './pipeline/UnhandledHooks.js';
export { ChannelHealthChecker } from './pool/ChannelHealthChecker.js';
export type { AcquireOptions, ChannelPool, PoolBootstrap } from './pool/ChannelPool.js';
export type { ChannelPoolHandler } from './pool/ChannelPoolHandler.js';
export { ChannelPoolMap, type ChannelPoolMapOptions } from './pool/ChannelPoolMap.js';
export { AcquireTimeoutException } from './pool/errors.js';
export {
  type AcquireTimeoutAction,
  FixedChannelPool,
  type FixedChannelPoolOptions,
} from './pool/FixedChannelPool.js';
export { SimpleChannelPool, type SimpleChannelPoolOptions } from './pool/SimpleChannelPool.js';
export { AbstractChannel } from './transport/AbstractChannel.js';
export { BatchingChannel } from './transport/BatchingChannel.js';
export { ByteStreamChannel } from './transport/ByteStreamChannel.js';
export { EmbeddedChannel, type EmbeddedChannelOptions } from './transport/embedded/EmbeddedChannel.js';
export type { StreamWriter } from './transport/GatheringWriter.js';
export { LocalAddress } from './transport/local/LocalAddress.js';
export { type AcceptedBy, LocalChannel } from './transport/local/LocalChannel.js';
export { LocalServerChannel } from './transport/local/LocalServerChannel.js';
export { StreamChannel, type StreamChannelOptions } from './transport/stream/StreamChannel.js';
export { type ReadMode, readMode, setReadMode } from './transport/tcp/runtime.js';
export { ConnectionDroppedEvent, ServerSocketChannel } from './transport/tcp/ServerSocketChannel.js';
export { SocketChannel } from './transport/tcp/SocketChannel.js';
export {
  DatagramChannel,
  type DatagramChannelOptions,
  type MulticastOptions,
} from './transport/udp/DatagramChannel.js';
export { DatagramPacket } from './transport/udp/DatagramPacket.js';
export type { At, MadeBy, NextDown, NextUp, SharableHandler } from './typed/flows.js';
export type * from './typed/mismatches.js';
export {
  type PassThroughCallbacks,
  PassThroughHandler,
  passThrough,
  type TypedPassThrough,
} from './typed/PassThroughHandler.js';
export {
  type PipelineBuilder,
  pipeline,
  pipelineOf,
  type SocketReads,
  type SocketWrites,
  type UncheckedSource,
} from './typed/PipelineBuilder.js';
export { PipelineInitializer, type WhenBuilt } from './typed/PipelineInitializer.js';
export { TypedTail } from './typed/TypedTail.js';
export { Attribute, AttributeKey, type AttributeMap } from './util/AttributeMap.js';
export {
  CancellationException,
  ConfigException,
  IllegalStateException,
  invalidArgType,
  invalidArgValue,
  isStackOverflow,
  outOfRange,
  RejectedExecutionException,
  registerError,
  registeredErrors,
  SluiceError,
} from './util/errors.js';
export { getLogger, type Logger, setLogger, warnOnce } from './util/logger.js';
