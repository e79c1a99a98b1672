import type { Channel } from '../channel/Channel.js';
import { ChannelConfig, type ConfigHost } from '../channel/ChannelConfig.js';
import type { ChannelFuture, ChannelPromise } from '../channel/ChannelFuture.js';
import { ChannelId } from '../channel/ChannelId.js';
import type { ChannelOption } from '../channel/ChannelOption.js';
import { DefaultChannelPromise } from '../channel/DefaultChannelPromise.js';
import {
  ChannelOutputShutdownException,
  ClosedChannelException,
  NotYetConnectedException,
} from '../channel/errors.js';
import { ChannelOutputShutdownEvent } from '../channel/events.js';
import { OutboundBuffer } from '../channel/OutboundBuffer.js';
import type { SocketAddress } from '../channel/SocketAddress.js';
import type { EventLoop } from '../eventloop/EventLoop.js';
import { nodeEventLoop } from '../eventloop/NodeEventLoop.js';
import { ChannelPipeline } from '../pipeline/ChannelPipeline.js';
import type { ChannelTransport } from '../pipeline/ends.js';
import { PipelineDepthException } from '../pipeline/errors.js';
import { IllegalStateException, outOfRange, toError } from '../util/errors.js';
import { getLogger } from '../util/logger.js';
import { reserveStack } from '../util/stack.js';
import { ChannelFacade } from './ChannelFacade.js';
import { safeFailure, safeSuccess } from './settle.js';

/**
 * What all channels share: states and their order, promises, pending writes. A transport fills in the `do…` methods.
 * Netty: AbstractChannel with its AbstractUnsafe; the `do…Operation` methods are what the pipeline's head calls.
 */
export abstract class AbstractChannel extends ChannelFacade implements ChannelTransport, ConfigHost {
  readonly id: ChannelId;
  /** The server channel that accepted this one, else `null`. */
  readonly parent: Channel | null;
  readonly eventLoop: EventLoop;
  readonly config: ChannelConfig;
  readonly pipeline: ChannelPipeline;
  readonly closeFuture: ChannelFuture;
  #outbound: OutboundBuffer | null;
  #registered = false;
  #neverRegistered = true;
  #inFlush = false;
  #closeInitiated = false;
  /** Why nothing can be written although the channel is open. */
  #outputShutdown: ChannelOutputShutdownException | undefined;
  /** The error that closed the channel; the cause of later failures. */
  #closeCause: Error | undefined;
  #tooLate: ClosedChannelException | undefined;

  /** For transports. `eventLoop`: the loop of all sockets unless given. */
  constructor(parent: Channel | null, eventLoop: EventLoop = nodeEventLoop, id: ChannelId = new ChannelId()) {
    super();
    this.id = id;
    this.parent = parent;
    this.eventLoop = eventLoop;
    this.config = new ChannelConfig(this);
    this.#outbound = new OutboundBuffer(this);
    const closeFuture = new DefaultChannelPromise(this);
    closeFuture.setUncancellable();
    this.closeFuture = closeFuture;
    this.pipeline = new ChannelPipeline(this);
  }

  // ---- what a transport provides ---------------------------------------------------------------------------------

  /** False unless overridden. */
  get hasDisconnect(): boolean {
    return false;
  }
  /** False unless overridden. */
  get acceptsFramed(): boolean {
    return false;
  }

  /** Called on `register`; a throw closes the channel. */
  protected doRegister(): void {}
  /** Called when the channel leaves its loop. */
  protected doDeregister(): void {}
  /** Completes `promise` when bound; a failure is thrown or fails `promise`. */
  protected abstract doBind(localAddress: SocketAddress, promise: ChannelPromise): void;
  /** Connects; completes `promise` by `connectedSuccessfully`, or fails it and closes. */
  protected abstract doConnect(
    remote: SocketAddress,
    local: SocketAddress | null,
    promise: ChannelPromise,
  ): void;
  /** Undoes `doConnect`; closes unless overridden. */
  protected doDisconnect(): void {
    this.doClose(() => {});
  }
  /** Closes the resource; `isOpen` and `isActive` are false afterwards. Calls `closed` when it is really gone. */
  protected abstract doClose(closed: () => void): void;
  /** Reads once: fires `channelRead` for what there is, then `channelReadComplete`. */
  protected abstract doBeginRead(): void;
  /** Takes back a read that was asked for: nothing more is read until the next one. */
  protected doStopRead(): void {}
  /** Writes what is flushed, as far as possible now. A throw closes the channel. */
  protected abstract doWrite(buffer: OutboundBuffer): void;
  /** Checks or converts a message; throws `UnsupportedMessageTypeException` for one the transport cannot write. */
  protected filterOutboundMessage(message: unknown): unknown {
    return message;
  }
  /** Ends the output; only where there are two directions. */
  protected doShutdownOutput(): void {
    this.doClose(() => {});
  }
  /** `AUTO_READ` was changed. */
  autoReadChanged(autoRead: boolean): void {
    if (autoRead) this.read();
    else this.doStopRead();
  }
  /** Applies an option of the transport; false if it cannot be honoured. */
  applyOption(_option: ChannelOption<unknown>, _value: unknown): boolean {
    return false;
  }

  // ---- state -----------------------------------------------------------------------------------------------------

  /** Itself. */
  get channel(): Channel {
    return this;
  }
  get isRegistered(): boolean {
    return this.#registered;
  }
  get outboundBuffer(): OutboundBuffer | null {
    return this.#outbound;
  }
  // ---- operations at the head ------------------------------------------------------------------------------------

  /** Registers the channel with its loop: handlers hear `handlerAdded`, then `channelRegistered`. */
  register(promise: ChannelPromise = this.newPromise()): ChannelFuture {
    if (this.#registered)
      return promise.setFailure(new IllegalStateException('registered to an event loop already'));
    if (!promise.setUncancellable() || !this.#ensureOpen(promise)) return promise;
    try {
      this.doRegister();
    } catch (error) {
      this.closeForcibly();
      (this.closeFuture as ChannelPromise).trySuccess();
      promise.tryFailure(error as Error);
      return promise;
    }
    const first = this.#neverRegistered;
    this.#neverRegistered = false;
    this.#registered = true;
    this.pipeline.invokeHandlerAddedIfNeeded();
    safeSuccess(promise);
    this.pipeline.fireChannelRegistered();
    if (this.isActive) {
      if (first) this.pipeline.fireChannelActive();
      else if (this.config.autoRead) this.doReadOperation();
    }
    return promise;
  }

  /** For the head of the pipeline, as all methods of this kind: the operation has passed all handlers. */
  doBindOperation(localAddress: SocketAddress, promise: ChannelPromise): void {
    if (!promise.setUncancellable() || !this.#ensureOpen(promise)) return;
    try {
      this.doBind(localAddress, promise);
    } catch (error) {
      safeFailure(promise, error as Error);
      this.closeIfClosed();
    }
  }

  /** For transports: bound. The promise first, then `channelActive`, as a task. */
  protected boundSuccessfully(promise: ChannelPromise, wasActive: boolean): void {
    if (!wasActive && this.isActive) this.eventLoop.execute(() => this.pipeline.fireChannelActive());
    safeSuccess(promise);
  }

  /** `connect` has passed all handlers. */
  doConnectOperation(remote: SocketAddress, local: SocketAddress | null, promise: ChannelPromise): void {
    // Stays cancellable: cancelling closes the channel, see the transports.
    if (promise.isDone || !this.#ensureOpen(promise)) return;
    try {
      this.doConnect(remote, local, promise);
    } catch (error) {
      promise.tryFailure(error as Error);
      this.closeIfClosed();
    }
  }

  /** For transports: connected. The promise first, then `channelActive`; a promise cancelled meanwhile closes. */
  protected connectedSuccessfully(promise: ChannelPromise, wasActive: boolean): void {
    // Looked at before the promise: one of its listeners may close the channel, which was active all the same.
    const active = this.isActive;
    const accepted = promise.trySuccess();
    if (!wasActive && active) this.pipeline.fireChannelActive();
    if (!accepted) this.doCloseOperation(this.newPromise());
  }

  /** `disconnect` has passed all handlers. */
  doDisconnectOperation(promise: ChannelPromise): void {
    if (!promise.setUncancellable()) return;
    const wasActive = this.isActive;
    try {
      this.doDisconnect();
    } catch (error) {
      safeFailure(promise, error as Error);
      this.closeIfClosed();
      return;
    }
    if (wasActive && !this.isActive) this.eventLoop.execute(() => this.pipeline.fireChannelInactive());
    safeSuccess(promise);
    this.closeIfClosed();
  }

  /** `close` has passed all handlers. Transports call it to close without asking them. */
  doCloseOperation(promise: ChannelPromise): void {
    const cause = new ClosedChannelException(`The channel ${String(this)} was closed`);
    this.closeWith(promise, cause, cause);
  }

  /**
   * Closes: `flushedCause` fails what was flushed, `cause` what was not. Then, when the resource is gone: `closeFuture`,
   * the promise, the failing writes, and as tasks `channelInactive`, `channelUnregistered`, `handlerRemoved`.
   */
  protected closeWith(promise: ChannelPromise, flushedCause: Error, cause: ClosedChannelException): void {
    reserveStack();
    if (!promise.setUncancellable()) return;
    const closeFuture = this.closeFuture as ChannelPromise;
    if (this.#closeInitiated) {
      if (closeFuture.isDone) safeSuccess(promise);
      else closeFuture.addListener(() => promise.trySuccess());
      return;
    }
    this.beforeClose();
    if (this.#closeInitiated) {
      this.closeWith(promise, flushedCause, cause);
      return;
    }
    this.#closeInitiated = true;
    this.#outputShutdown = undefined;
    const wasActive = this.isActive;
    const buffer = this.#outbound;
    this.#outbound = null;
    const finish = (error?: Error): void => {
      closeFuture.trySuccess();
      if (error === undefined) safeSuccess(promise);
      else safeFailure(promise, error);
      if (buffer !== null) {
        buffer.failFlushed(flushedCause, false);
        buffer.close(cause);
      }
      this.rejectWaiters(cause);
      if (this.#inFlush) this.eventLoop.execute(() => this.#deregister(this.newPromise(), wasActive));
      else this.#deregister(this.newPromise(), wasActive);
    };
    try {
      this.doClose(finish);
    } catch (error) {
      finish(error as Error);
    }
  }

  /** For transports that put flushes off: what was flushed before the close still goes out. */
  protected beforeClose(): void {}

  /** For transports: an I/O error ends the channel; it becomes the cause of everything that fails afterwards. */
  protected closeOnError(error: Error): void {
    this.#closeCause ??= error;
    this.closeWith(this.newPromise(), error, this.#closedException());
  }

  /** Closes without any event. */
  protected closeForcibly(): void {
    try {
      this.doClose(() => {});
    } catch (error) {
      getLogger().warn({ err: error, channel: String(this) }, 'Failed to close a channel.');
    }
  }

  /** Runs the events of a close when the resource turns out to be closed. */
  protected closeIfClosed(): void {
    if (!this.isOpen) this.doCloseOperation(this.newPromise());
  }

  /** `deregister` has passed all handlers. */
  doDeregisterOperation(promise: ChannelPromise): void {
    this.#deregister(promise, false);
  }

  #deregister(promise: ChannelPromise, fireInactive: boolean): void {
    if (!promise.setUncancellable()) return;
    if (!this.#registered) {
      safeSuccess(promise);
      return;
    }
    const unregister = (): void => {
      // Handlers are passed by until the next tick, and have to hear of this.
      if (this.pipeline.isDepthExceeded) {
        process.nextTick(unregister);
        return;
      }
      try {
        this.doDeregister();
        // As a key taken out of Netty's selector: a channel without a loop reads nothing.
        if (this.isOpen) this.doStopRead();
      } catch (error) {
        getLogger().warn({ err: error }, 'Unexpected exception occurred while deregistering a channel.');
      }
      if (fireInactive && !this.isActive) this.pipeline.fireChannelInactive();
      if (this.#registered) {
        this.#registered = false;
        this.pipeline.fireChannelUnregistered();
      }
      safeSuccess(promise);
    };
    this.eventLoop.execute(unregister);
  }

  /** `read` has passed all handlers. */
  doReadOperation(): void {
    // Registering it again asks for a read by itself (autoRead), or the user does.
    if (!this.#registered && !this.#neverRegistered) return;
    try {
      this.doBeginRead();
    } catch (error) {
      this.eventLoop.execute(() => this.pipeline.fireExceptionCaught(error as Error));
      this.doCloseOperation(this.newPromise());
    }
  }

  /** `write` has passed all handlers. */
  doWriteOperation(message: unknown, promise: ChannelPromise): void {
    const buffer = this.#outbound;
    if (buffer === null) {
      safeFailure(promise, this.#refusal());
      return;
    }
    let filtered: unknown;
    let size: number;
    try {
      // Encoders are passed by now: what arrives here is not what should leave.
      if (this.pipeline.isDepthExceeded) throw depthExceeded(this);
      filtered = this.filterOutboundMessage(message);
      size = Math.max(0, this.config.messageSizeEstimator(filtered));
      if (!Number.isFinite(size))
        throw outOfRange(`The message size estimator returned ${size} (expected: bytes)`);
    } catch (error) {
      safeFailure(promise, toError(error));
      return;
    }
    this.beforeAdd(buffer, size);
    if (this.#outbound !== buffer) safeFailure(promise, this.#refusal());
    else buffer.addMessage(filtered, size, promise);
  }

  /** For transports that put flushes off: a message of `size` bytes is about to be added. */
  protected beforeAdd(_buffer: OutboundBuffer, _size: number): void {}

  /** `flush` has passed all handlers. */
  doFlushOperation(): void {
    if (this.#outbound === null || this.pipeline.isDepthExceeded) return;
    this.#outbound.addFlush();
    this.flushRequested();
  }

  /** For transports: flush now or later. */
  protected flushRequested(): void {
    this.flushPending();
  }

  /** Hands what is flushed to the transport. A call from within (a listener that flushes) leaves it to the outer one. */
  protected flushPending(): void {
    const buffer = this.#outbound;
    if (this.#inFlush || buffer === null || buffer.isEmpty) return;
    this.#inFlush = true;
    try {
      if (this.isActive) this.doWrite(buffer);
      else if (this.isOpen) buffer.failFlushed(this.#notConnected(), true);
      else buffer.failFlushed(this.#closedException(), false);
    } catch (error) {
      this.writeFailed(error as Error);
    } finally {
      this.#inFlush = false;
    }
  }

  /** Writing failed: closes (`AUTO_CLOSE`), else shuts the output down. */
  protected writeFailed(error: Error): void {
    if (this.config.autoClose) this.closeOnError(error);
    else this.shutDownOutputWith(this.newPromise(), error);
  }

  /** Ends the output: pending writes fail, `ChannelOutputShutdownEvent` is fired. */
  protected shutDownOutputWith(promise: ChannelPromise, cause?: Error): void {
    if (!promise.setUncancellable()) return;
    const buffer = this.#outbound;
    if (buffer === null) {
      promise.setFailure(this.#refusal());
      return;
    }
    this.#outbound = null;
    const reason = new ChannelOutputShutdownException('Channel output shutdown', { cause });
    this.#outputShutdown = reason;
    try {
      this.doShutdownOutput();
      promise.setSuccess();
    } catch (error) {
      promise.tryFailure(error as Error);
    } finally {
      buffer.failFlushed(reason, false);
      buffer.close(reason, true);
      this.rejectWaiters(reason);
      this.pipeline.fireUserEventTriggered(ChannelOutputShutdownEvent.INSTANCE);
    }
  }

  #ensureOpen(promise: ChannelPromise): boolean {
    if (this.isOpen) return true;
    safeFailure(promise, this.#closedException());
    return false;
  }

  /** Why nothing can be written any more. */
  #refusal(): Error {
    return this.#outputShutdown ?? this.#closedException();
  }

  /** One for all operations that come too late: they are told as one failure, and cost no stack trace each. */
  #closedException(): ClosedChannelException {
    this.#tooLate ??= new ClosedChannelException(`The channel ${String(this)} is closed`, {
      cause: this.#closeCause,
    });
    return this.#tooLate;
  }

  #notConnected(): NotYetConnectedException {
    return new NotYetConnectedException(
      `The channel ${String(this)} is not connected yet: write in channelActive, or after the connect future.`,
    );
  }
}

function depthExceeded(channel: Channel): PipelineDepthException {
  return new PipelineDepthException(`${String(channel)} writes nothing more: its call stack was used up`);
}
