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
  /**
   * Binds to a local address. The future fails with `BindException` (`ERR_BIND`) when that is not possible.
   */
  bind(localAddress: SocketAddress, promise?: ChannelPromise): ChannelFuture;
  /**
   * Connects to a remote address, from `localAddress` if one is given. Fails with `ConnectException`
   * (`ERR_CONNECT`) or, after `CONNECT_TIMEOUT_MILLIS`, `ConnectTimeoutException` (`ERR_CONNECT_TIMEOUT`);
   * the channel is closed then. Cancelling the future closes the channel. A bootstrap does this for you.
   */
  connect(
    remoteAddress: SocketAddress,
    localAddress?: SocketAddress | null,
    promise?: ChannelPromise,
  ): ChannelFuture;
  /** Undoes `connect` and leaves the channel open (UDP); closes every other kind of channel. */
  disconnect(promise?: ChannelPromise): ChannelFuture;
  /** Closes at once: what was not sent yet fails. To send first, use `closeGracefully` or the `CLOSE` listener. */
  close(promise?: ChannelPromise): ChannelFuture;
  /**
   * Takes the channel off its event loop: `channelUnregistered`, and no further events. Rarely needed in
   * Node.
   */
  deregister(promise?: ChannelPromise): ChannelFuture;
  /** Asks for input; only needed when `AUTO_READ` is off. */
  read(): this;
  /** Queues a message. The future is done only after a flush. */
  write(message: unknown, promise?: ChannelPromise): ChannelFuture;
  /**
   * Has everything written so far handed to the system: on sockets at the end of the read dispatch or of the
   * tick, see `flushNow`.
   */
  flush(): this;
  /**
   * `write` and `flush` in one. The future is done when the system has taken the bytes, which does not mean
   * that the peer has them.
   */
  writeAndFlush(message: unknown, promise?: ChannelPromise): ChannelFuture;
  /** A promise of this channel, to give to an operation or to complete by hand. */
  newPromise<T = void>(): ChannelPromise<T>;
  /** A future that has succeeded. */
  newSucceededFuture(): ChannelFuture;
  /** A future that has failed. If nobody looks at it, that is reported as any other failure. */
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
  /** Tells the channel from all others, in logs too. */
  readonly id: ChannelId;
  /** The server channel that accepted this one, else `null`. */
  readonly parent: Channel | null;
  /** Where the tasks and timers of the channel run. */
  readonly eventLoop: EventLoop;
  /** The settings, as properties. Those of the transport are options: see `setOption`. */
  readonly config: ChannelConfig;
  /** The handlers. */
  readonly pipeline: ChannelPipeline;
  /** False as soon as `close()` is called, on sockets before the socket is gone (see `closeFuture`). */
  readonly isOpen: boolean;
  /** Whether the channel has been registered with its loop: its handlers have heard `channelRegistered`. */
  readonly isRegistered: boolean;
  /** Connected, or bound and listening. */
  readonly isActive: boolean;
  /** Whether a write now would stay within the high water mark. */
  readonly isWritable: boolean;
  /** Bytes until unwritable; 0 if it is. */
  readonly bytesBeforeUnwritable: number;
  /** Bytes to be written until writable; 0 if it is. */
  readonly bytesBeforeWritable: number;
  /** Where the channel is bound; `null` before. On sockets also known after the close. */
  readonly localAddress: SocketAddress | null;
  /** Where the peer is; `null` before the connect. On sockets also known after the close. */
  readonly remoteAddress: SocketAddress | null;
  /** Done when the channel is closed. Cannot be completed by users. */
  readonly closeFuture: ChannelFuture;
  /** The pending writes; `null` once closed or the output is shut down. */
  readonly outboundBuffer: OutboundBuffer | null;
  /** Whether the transport writes a `FramedMessage` as it stands. */
  readonly acceptsFramed: boolean;
  /** Whether `disconnect` is something else than `close` (UDP). Netty: metadata().hasDisconnect(). */
  readonly hasDisconnect: boolean;

  /** The value of an option; `undefined` when it was never set and has no default of ours. */
  getOption<T>(option: ChannelOption<T>): T | undefined;
  /**
   * Sets an option. Returns false, after one warning by name, if this channel or this version of Node cannot
   * honour it. Throws `RangeError` (`ERR_OUT_OF_RANGE`) or `TypeError` for an unusable value.
   */
  setOption<T>(option: ChannelOption<T>, value: T): boolean;

  /** Flushes and hands what is pending to the transport now, not at the end of the read batch. */
  flushNow(): this;
  /** Writes and flushes; resolves when the channel is writable (again), rejects when the write fails or it closes. */
  send(message: unknown): Promise<void>;
  /** @internal `send` for a write that was begun. */
  sendDone(written: ChannelFuture): Promise<void>;
  /**
   * Resolves when the channel is writable; rejects with `ClosedChannelException` when it closes first, with
   * `ChannelOutputShutdownException` when its output ends.
   */
  whenWritable(options?: WaitOptions): Promise<void>;
  /** The messages that reach the pipeline's end, read with back-pressure. See `InboundStream`. */
  inbound<T = unknown>(options?: InboundOptions): AsyncIterableIterator<T>;
  /** Flushes what is pending, ends the output, waits for the peer to end its side, then closes. */
  closeGracefully(options?: CloseOptions): Promise<void>;
}

/** A channel whose two directions can be closed one by one. Netty: DuplexChannel. */
export interface DuplexChannel extends Channel {
  /**
   * Whether nothing more is read: the peer ended its side, or `shutdownInput` was called, or the channel is
   * closed.
   */
  readonly isInputShutdown: boolean;
  /** Whether nothing more can be written: `shutdownOutput` was called, or the channel is closed. */
  readonly isOutputShutdown: boolean;
  /** Whether both directions are shut down. */
  readonly isShutdown: boolean;
  /** Reads no more; what still arrives is discarded. */
  shutdownInput(promise?: ChannelPromise): ChannelFuture;
  /**
   * Ends the output. What was flushed and has not left yet fails with `ChannelOutputShutdownException` (data the runtime
   * is sending may still arrive), and so do later writes and a second call. To send first, wait for the last write, or
   * `closeGracefully`.
   */
  shutdownOutput(promise?: ChannelPromise): ChannelFuture;
  /** Shuts both directions down, the input first. */
  shutdown(promise?: ChannelPromise): ChannelFuture;
}

/** A channel that accepts channels. Netty: ServerChannel. */
export interface ServerChannel extends Channel {
  /** Tells server channels from others; see `isServerChannel()`. */
  readonly isServerChannel: true;
}

/** Whether `channel` accepts channels. */
export function isServerChannel(channel: Channel): channel is ServerChannel {
  return (channel as { isServerChannel?: boolean }).isServerChannel === true;
}
