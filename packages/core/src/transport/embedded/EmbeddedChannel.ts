import type { Channel } from '../../channel/Channel.js';
import type { ChannelFuture, ChannelPromise } from '../../channel/ChannelFuture.js';
import type { ChannelId } from '../../channel/ChannelId.js';
import { ClosedChannelException } from '../../channel/errors.js';
import type { OutboundBuffer } from '../../channel/OutboundBuffer.js';
import type { SocketAddress } from '../../channel/SocketAddress.js';
import { EmbeddedEventLoop } from '../../eventloop/EmbeddedEventLoop.js';
import type { Ticker } from '../../eventloop/EventLoop.js';
import type { AnyChannelHandler } from '../../pipeline/ChannelHandler.js';
import type { UnhandledHooks } from '../../pipeline/UnhandledHooks.js';
import { getLogger } from '../../util/logger.js';
import { AbstractChannel } from '../AbstractChannel.js';

const LOCAL: SocketAddress = { local: 'embedded' };

/** How an {@link EmbeddedChannel} is made. */
export interface EmbeddedChannelOptions {
  /** The server channel (default `null`). */
  readonly parent?: Channel;
  /** Default: a new one. */
  readonly id?: ChannelId;
  /**
   * The clock of the channel's timers; `other.eventLoop` lets two channels share one. It cannot be moved through this
   * channel then. Default: a clock of its own.
   */
  readonly ticker?: Ticker;
  /** Register at once (default true): the handlers hear `handlerAdded`, `channelRegistered`, `channelActive`. */
  readonly register?: boolean;
  /** Let `disconnect` be something else than `close` (default false). */
  readonly hasDisconnect?: boolean;
  /** The handlers, in order. */
  readonly handlers?: readonly AnyChannelHandler[];
}

/**
 * A channel without a transport, for testing handlers: what comes out at either end is kept in a queue, an exception
 * that nobody handled is thrown, and time moves when it is told to. Everything is synchronous. Netty: EmbeddedChannel.
 */
export class EmbeddedChannel extends AbstractChannel {
  /** A loop of its own, whose time stands still or moves as told. */
  declare readonly eventLoop: EmbeddedEventLoop;
  /** Messages that reached the end of the pipeline and were not read yet. */
  readonly inboundMessages: unknown[] = [];
  /** Messages that reached the transport and were not read yet. */
  readonly outboundMessages: unknown[] = [];
  readonly #hasDisconnect: boolean;
  #state: 'open' | 'active' | 'closed' = 'open';
  #exception: Error | undefined;
  /** Operations in progress: tasks run when the outermost one is over. */
  #executing = 0;
  #cancelTimers = false;

  /** With handlers, or with options. */
  constructor(...handlers: AnyChannelHandler[]);
  constructor(options: EmbeddedChannelOptions);
  constructor(...args: unknown[]) {
    const options = optionsOf(args);
    super(options.parent ?? null, new EmbeddedEventLoop(options.ticker), options.id);
    this.#hasDisconnect = options.hasDisconnect ?? false;
    this.pipeline.unhandled = this.#unhandled();
    const handlers = options.handlers ?? [];
    if (handlers.length > 0) {
      const initializer: AnyChannelHandler = {
        channelRegistered: (ctx) => {
          ctx.pipeline.remove(initializer);
          ctx.pipeline.addLast(...handlers);
          ctx.pipeline.fireChannelRegistered();
        },
      };
      this.pipeline.addLast(initializer);
    }
    if (options.register !== false)
      this.register().addListener((f) => f.cause !== null && this.#record(f.cause));
  }

  #unhandled(): UnhandledHooks {
    return {
      message: (_channel, message) => this.handleInboundMessage(message),
      exception: (_channel, cause) => this.#record(cause),
    };
  }

  /** A message reached the end of the pipeline. */
  protected handleInboundMessage(message: unknown): void {
    this.inboundMessages.push(message);
  }
  /** A message reached the transport. */
  protected handleOutboundMessage(message: unknown): void {
    this.outboundMessages.push(message);
  }

  // ---- the transport ---------------------------------------------------------------------------------------------

  get isOpen(): boolean {
    return this.#state !== 'closed';
  }
  get isActive(): boolean {
    return this.#state === 'active';
  }
  get localAddress(): SocketAddress | null {
    return this.isActive ? LOCAL : null;
  }
  get remoteAddress(): SocketAddress | null {
    return this.isActive ? LOCAL : null;
  }
  override get hasDisconnect(): boolean {
    return this.#hasDisconnect;
  }
  protected override doRegister(): void {
    this.#state = 'active';
  }
  protected override doBind(_localAddress: SocketAddress, promise: ChannelPromise): void {
    this.boundSuccessfully(promise, this.isActive);
  }
  protected override doConnect(
    _remote: SocketAddress,
    _local: SocketAddress | null,
    promise: ChannelPromise,
  ): void {
    promise.trySuccess();
  }
  protected override doDisconnect(): void {
    if (!this.#hasDisconnect) this.#state = 'closed';
  }
  protected override doClose(closed: () => void): void {
    this.#state = 'closed';
    closed();
  }
  protected override doBeginRead(): void {}
  protected override doWrite(buffer: OutboundBuffer): void {
    for (let message = buffer.current; message !== null; message = buffer.current) {
      this.handleOutboundMessage(message);
      buffer.remove();
    }
  }

  // ---- messages --------------------------------------------------------------------------------------------------

  /**
   * Fires each message through the pipeline, then `channelReadComplete`, and runs tasks. Throws what was not handled,
   * `ClosedChannelException` when closed. Returns whether messages reached the end.
   */
  writeInbound(...messages: unknown[]): boolean {
    this.#ensureOpen();
    if (messages.length === 0) return this.inboundMessages.length > 0;
    this.#execute(() => {
      for (const message of messages) this.pipeline.fireChannelRead(message);
      this.#flushInbound(false);
    });
    return this.inboundMessages.length > 0;
  }

  /** Fires one message, without `channelReadComplete`. */
  writeOneInbound(message: unknown): ChannelFuture {
    this.#execute(() => {
      if (this.#checkOpen(true)) this.pipeline.fireChannelRead(message);
    });
    return this.#outcome();
  }

  /** Fires `channelReadComplete`; throws what was not handled. */
  flushInbound(): this {
    this.#flushInbound(true);
    return this;
  }

  #flushInbound(record: boolean): void {
    this.#execute(() => {
      if (!this.#checkOpen(record)) return;
      this.pipeline.fireChannelReadComplete();
      this.runPendingTasks();
    });
    this.checkException();
  }

  /**
   * Writes each message, flushes, and runs tasks. Throws the failure of a write, `ClosedChannelException` when closed.
   * Returns whether messages reached the transport.
   */
  writeOutbound(...messages: unknown[]): boolean {
    this.#ensureOpen();
    if (messages.length === 0) return this.outboundMessages.length > 0;
    this.#execute(() => {
      const futures = messages.map((message) => this.write(message));
      this.#flushOutbound();
      // A write that a handler put off may fail later; it is recorded then.
      for (const future of futures) future.addListener((f) => f.cause !== null && this.#record(f.cause));
    });
    this.checkException();
    return this.outboundMessages.length > 0;
  }

  /** Writes one message without a flush. */
  writeOneOutbound(message: unknown, promise: ChannelPromise = this.newPromise()): ChannelFuture {
    return this.#execute(() =>
      this.#checkOpen(true) ? this.write(message, promise) : this.#outcome(promise),
    );
  }

  /** Flushes and runs tasks; throws what was not handled. */
  flushOutbound(): this {
    this.#execute(() => {
      if (this.#checkOpen(true)) this.#flushOutbound();
    });
    this.checkException();
    return this;
  }

  #flushOutbound(): void {
    this.runPendingTasks();
    this.flush();
  }

  /** The next message that reached the end of the pipeline, or `null`. */
  readInbound<T = unknown>(): T | null {
    return this.inboundMessages.length > 0 ? (this.inboundMessages.shift() as T) : null;
  }
  /** The next message that reached the transport, or `null`. */
  readOutbound<T = unknown>(): T | null {
    return this.outboundMessages.length > 0 ? (this.outboundMessages.shift() as T) : null;
  }
  /** Forgets the inbound messages; returns whether there were any. */
  releaseInbound(): boolean {
    return this.inboundMessages.splice(0).length > 0;
  }
  /** Forgets the outbound messages; returns whether there were any. */
  releaseOutbound(): boolean {
    return this.outboundMessages.splice(0).length > 0;
  }

  /** Closes; throws what was not handled. Returns whether messages are left in either queue. */
  finish(): boolean {
    this.#execute(() => this.close());
    this.checkException();
    return this.inboundMessages.length > 0 || this.outboundMessages.length > 0;
  }
  /** As `finish`, and forgets the messages. */
  finishAndReleaseAll(): boolean {
    try {
      return this.finish();
    } finally {
      this.releaseInbound();
      this.releaseOutbound();
    }
  }

  // ---- tasks and time --------------------------------------------------------------------------------------------

  /** Runs the tasks of `execute` and the timers that are due. What one throws is recorded. */
  runPendingTasks(): void {
    this.#recording(() => this.eventLoop.runTasks());
    this.#recording(() => this.eventLoop.runScheduledTasks());
  }
  /** Runs the timers that are due. Returns the ms until the next one, -1 when none waits. */
  runScheduledPendingTasks(): number {
    this.#recording(() => this.eventLoop.runScheduledTasks());
    return this.eventLoop.nextDelay();
  }
  /** Whether a task waits or a timer is due. */
  get hasPendingTasks(): boolean {
    return this.eventLoop.hasPendingTasks;
  }
  /** Stops the clock where it is. */
  freezeTime(): void {
    this.eventLoop.freezeTime();
  }
  /** Lets the clock go on from where it stopped. */
  unfreezeTime(): void {
    this.eventLoop.unfreezeTime();
  }
  /** Moves the clock; the timers that come due run with the next `runPendingTasks`. */
  advanceTimeBy(ms: number): void {
    this.eventLoop.advanceTimeBy(ms);
  }
  /** Freezes the clock and lets `ms` pass: each timer, with the tasks it causes, runs at its own time. */
  elapse(ms: number): void {
    const loop = this.eventLoop;
    loop.freezeTime();
    const end = loop.now + ms;
    this.#drain();
    while (loop.advanceToNext(end)) this.#drain();
    loop.advanceTimeBy(end - loop.now);
  }

  /** Runs what is due now, and what that causes to be due now. */
  #drain(): void {
    do this.runPendingTasks();
    while (this.hasPendingTasks);
  }

  // ---- exceptions ------------------------------------------------------------------------------------------------

  /** Throws the first exception that was recorded, and forgets it. */
  checkException(): void {
    const exception = this.#exception;
    this.#exception = undefined;
    if (exception !== undefined) throw exception;
  }

  #outcome(promise: ChannelPromise = this.newPromise()): ChannelFuture {
    const exception = this.#exception;
    this.#exception = undefined;
    return exception === undefined ? promise.setSuccess() : promise.setFailure(exception);
  }

  #record(exception: Error): void {
    if (this.#exception === undefined) this.#exception = exception;
    else {
      getLogger().warn(
        { err: exception },
        'More than one exception was raised. Will report only the first one and log others.',
      );
    }
  }

  #recording(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#record(error as Error);
    }
  }

  #checkOpen(record: boolean): boolean {
    if (!this.isOpen && record)
      this.#record(new ClosedChannelException(`The channel ${String(this)} is closed`));
    return this.isOpen;
  }

  #ensureOpen(): void {
    if (!this.#checkOpen(true)) this.checkException();
  }

  // ---- every operation runs the tasks it caused --------------------------------------------------------------------

  #execute<T>(operation: () => T): T {
    this.#executing++;
    try {
      return operation();
    } finally {
      this.#executing--;
      this.maybeRunPendingTasks(this.#executing);
    }
  }

  /** An operation is over; `depth` others, around it, are not. Tasks run when the outermost is over. */
  protected maybeRunPendingTasks(depth: number): void {
    if (depth > 0) return;
    this.runPendingTasks();
    if (this.#cancelTimers) this.eventLoop.cancelScheduledTasks();
  }

  override register(promise?: ChannelPromise): ChannelFuture {
    return this.#execute(() => super.register(promise));
  }
  override close(promise?: ChannelPromise): ChannelFuture {
    return this.#execute(() => {
      this.runPendingTasks();
      const future = super.close(promise);
      this.#cancelTimers = true;
      return future;
    });
  }
  override disconnect(promise?: ChannelPromise): ChannelFuture {
    return this.#execute(() => {
      const future = super.disconnect(promise);
      if (!this.#hasDisconnect) this.#cancelTimers = true;
      return future;
    });
  }
  override bind(localAddress: SocketAddress, promise?: ChannelPromise): ChannelFuture {
    return this.#execute(() => super.bind(localAddress, promise));
  }
  override connect(
    remote: SocketAddress,
    local?: SocketAddress | null,
    promise?: ChannelPromise,
  ): ChannelFuture {
    return this.#execute(() => super.connect(remote, local, promise));
  }
  override deregister(promise?: ChannelPromise): ChannelFuture {
    return this.#execute(() => super.deregister(promise));
  }
  override read(): this {
    return this.#execute(() => super.read());
  }
  override write(message: unknown, promise?: ChannelPromise): ChannelFuture {
    return this.#execute(() => super.write(message, promise));
  }
  override flush(): this {
    return this.#execute(() => super.flush());
  }
  override writeAndFlush(message: unknown, promise?: ChannelPromise): ChannelFuture {
    return this.#execute(() => super.writeAndFlush(message, promise));
  }
  /** @internal */
  override doBindOperation(localAddress: SocketAddress, promise: ChannelPromise): void {
    this.#execute(() => super.doBindOperation(localAddress, promise));
  }
  /** @internal */
  override doConnectOperation(
    remote: SocketAddress,
    local: SocketAddress | null,
    promise: ChannelPromise,
  ): void {
    this.#execute(() => super.doConnectOperation(remote, local, promise));
  }
  /** @internal */
  override doDisconnectOperation(promise: ChannelPromise): void {
    this.#execute(() => super.doDisconnectOperation(promise));
  }
  /** @internal */
  override doCloseOperation(promise: ChannelPromise): void {
    this.#execute(() => super.doCloseOperation(promise));
  }
  /** @internal */
  override doDeregisterOperation(promise: ChannelPromise): void {
    this.#execute(() => super.doDeregisterOperation(promise));
  }
  /** @internal */
  override doReadOperation(): void {
    this.#execute(() => super.doReadOperation());
  }
  /** @internal */
  override doWriteOperation(message: unknown, promise: ChannelPromise): void {
    this.#execute(() => super.doWriteOperation(message, promise));
  }
  /** @internal */
  override doFlushOperation(): void {
    this.#execute(() => super.doFlushOperation());
  }
}

function optionsOf(args: unknown[]): EmbeddedChannelOptions {
  const first = args[0] as EmbeddedChannelOptions | undefined;
  if (args.length === 1 && first !== undefined && isOptions(first)) return first;
  return { handlers: args as AnyChannelHandler[] };
}

/** Options name their handlers or one of the switches; a handler has none of these. */
function isOptions(value: object): boolean {
  return (
    Object.getPrototypeOf(value) === Object.prototype &&
    OPTION_NAMES.some((name) => Object.hasOwn(value, name))
  );
}

const OPTION_NAMES = ['handlers', 'register', 'hasDisconnect', 'parent', 'id', 'ticker'];
