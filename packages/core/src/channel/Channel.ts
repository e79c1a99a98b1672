import type { EventLoop } from '../eventloop/EventLoop.js';
import type { ChannelPipeline } from '../pipeline/ChannelPipeline.js';
import type { InboundOptions } from '../pipeline/InboundStream.js';
import type { AttributeMap } from '../util/AttributeMap.js';
import type { ChannelConfig } from './ChannelConfig.js';
import type { ChannelFuture, ChannelPromise } from './ChannelFuture.js';
import type { ChannelId } from './ChannelId.js';
import type { ChannelOption } from './ChannelOption.js';
import type { OutboundBuffer } from './OutboundBuffer.js';
import type { SocketAddress } from './SocketAddress.js';

/** The operations that travel from the tail of a pipeline to its head. Netty: ChannelOutboundInvoker. */
export interface ChannelOutboundInvoker {
  bind(localAddress: SocketAddress, promise?: ChannelPromise): ChannelFuture;
  connect(
    remoteAddress: SocketAddress,
    localAddress?: SocketAddress | null,
    promise?: ChannelPromise,
  ): ChannelFuture;
  disconnect(promise?: ChannelPromise): ChannelFuture;
  /** Closes at once: what was not sent yet fails. To send first, use `closeGracefully` or the `CLOSE` listener. */
  close(promise?: ChannelPromise): ChannelFuture;
  deregister(promise?: ChannelPromise): ChannelFuture;
  /** Asks for input; only needed when `AUTO_READ` is off. */
  read(): this;
  /** Queues a message. The future is done only after a flush. */
  write(message: unknown, promise?: ChannelPromise): ChannelFuture;
  flush(): this;
  writeAndFlush(message: unknown, promise?: ChannelPromise): ChannelFuture;
  newPromise<T = void>(): ChannelPromise<T>;
  newSucceededFuture(): ChannelFuture;
  newFailedFuture(cause: Error): ChannelFuture;
}

/** How `closeGracefully` goes about it. */
export interface CloseOptions {
  /** Milliseconds for pending data to leave and the peer to end its side, before the channel is closed. Default 5000. */
  readonly timeout?: number;
}

/** How `whenWritable` waits. */
export interface WaitOptions {
  /** Gives up with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A connection, a listening socket, or anything that reads and writes through a pipeline. Netty: Channel. */
export interface Channel extends ChannelOutboundInvoker, AttributeMap, AsyncDisposable {
  readonly id: ChannelId;
  /** The server channel that accepted this one, else `null`. */
  readonly parent: Channel | null;
  readonly eventLoop: EventLoop;
  readonly config: ChannelConfig;
  readonly pipeline: ChannelPipeline;
  readonly isOpen: boolean;
  readonly isRegistered: boolean;
  /** Connected, or bound and listening. */
  readonly isActive: boolean;
  /** Whether a write now would stay within the high water mark. */
  readonly isWritable: boolean;
  /** Bytes until unwritable; 0 if it is. */
  readonly bytesBeforeUnwritable: number;
  /** Bytes to be written until writable; 0 if it is. */
  readonly bytesBeforeWritable: number;
  readonly localAddress: SocketAddress | null;
  readonly remoteAddress: SocketAddress | null;
  /** Done when the channel is closed. Cannot be completed by users. */
  readonly closeFuture: ChannelFuture;
  /** The pending writes; `null` once closed or the output is shut down. */
  readonly outboundBuffer: OutboundBuffer | null;
  /** Whether the transport writes a `FramedMessage` as it stands. */
  readonly acceptsFramed: boolean;
  /** Whether `disconnect` is something else than `close` (UDP). Netty: metadata().hasDisconnect(). */
  readonly hasDisconnect: boolean;

  getOption<T>(option: ChannelOption<T>): T | undefined;
  setOption<T>(option: ChannelOption<T>, value: T): boolean;

  /** Flushes and hands what is pending to the transport now, not at the end of the read batch. */
  flushNow(): this;
  /** Writes and flushes; resolves when the channel is writable (again), rejects when the write fails or it closes. */
  send(message: unknown): Promise<void>;
  /** @internal `send` for a write that was begun. */
  sendDone(written: ChannelFuture): Promise<void>;
  /** Resolves when the channel is writable; rejects with `ClosedChannelException` when it closes first. */
  whenWritable(options?: WaitOptions): Promise<void>;
  /** The messages that reach the pipeline's end, read with back-pressure. See `InboundStream`. */
  inbound<T = unknown>(options?: InboundOptions): AsyncIterableIterator<T>;
  /** Flushes what is pending, ends the output, waits for the peer to end its side, then closes. */
  closeGracefully(options?: CloseOptions): Promise<void>;
}

/** A channel whose two directions can be closed one by one. Netty: DuplexChannel. */
export interface DuplexChannel extends Channel {
  readonly isInputShutdown: boolean;
  readonly isOutputShutdown: boolean;
  readonly isShutdown: boolean;
  /** Reads no more; what still arrives is discarded. */
  shutdownInput(promise?: ChannelPromise): ChannelFuture;
  /**
   * Ends the output. What was flushed and has not left yet fails with `ChannelOutputShutdownException` (data the runtime
   * is sending may still arrive), and so do later writes. To send first, wait for the last write, or `closeGracefully`.
   */
  shutdownOutput(promise?: ChannelPromise): ChannelFuture;
  shutdown(promise?: ChannelPromise): ChannelFuture;
}

/** A channel that accepts channels. Netty: ServerChannel. */
export interface ServerChannel extends Channel {
  readonly isServerChannel: true;
}

/** Whether `channel` accepts channels. */
export function isServerChannel(channel: Channel): channel is ServerChannel {
  return (channel as { isServerChannel?: boolean }).isServerChannel === true;
}
