import type { ChannelFuture, ChannelPromise } from '../channel/ChannelFuture.js';
import type { SocketAddress } from '../channel/SocketAddress.js';
import type { ChannelTransport } from './ends.js';
import { type ChannelPipelineException, PipelineDepthException } from './errors.js';
import { HandlerList } from './HandlerList.js';
import { defaultHooks, type UnhandledHooks, unobservedFailure } from './UnhandledHooks.js';

/**
 * The handlers of a channel. Inbound events enter at the head and travel to the tail, operations the other way round;
 * each goes to the handlers that implement it, no others. Netty: ChannelPipeline, DefaultChannelPipeline.
 */
export class ChannelPipeline extends HandlerList {
  /** What happens to what no handler took. */
  unhandled: UnhandledHooks = defaultHooks;
  #depthExceeded = false;
  #depthTold = false;

  // ---- inbound: from the head ----------------------------------------------------------------------------------

  /** For transports, as all methods of this kind: begins the event at the first handler. */
  fireChannelRegistered(): this {
    this.invokeHandlerAddedIfNeeded();
    this.head.fireChannelRegistered();
    return this;
  }

  /** Afterwards, if the channel is closed, all handlers are removed. */
  fireChannelUnregistered(): this {
    this.head.fireChannelUnregistered();
    if (!this.channel.isOpen) this.destroy();
    return this;
  }

  /** Begins `channelActive`, then reads if `AUTO_READ` is on. */
  fireChannelActive(): this {
    this.head.fireChannelActive();
    this.#readIfAutoRead();
    return this;
  }

  /** Begins `channelInactive`. */
  fireChannelInactive(): this {
    this.head.fireChannelInactive();
    return this;
  }

  /** Begins `channelRead`. */
  fireChannelRead(message: unknown): this {
    this.head.fireChannelRead(message);
    return this;
  }

  /** Begins `channelReadComplete`, then reads if `AUTO_READ` is on. */
  fireChannelReadComplete(): this {
    this.head.fireChannelReadComplete();
    this.#readIfAutoRead();
    return this;
  }

  /** Fires an event through all handlers, from the first. */
  fireUserEventTriggered(event: unknown): this {
    this.head.fireUserEventTriggered(event);
    return this;
  }

  /** Begins `channelWritabilityChanged`. */
  fireChannelWritabilityChanged(): this {
    this.head.fireChannelWritabilityChanged();
    return this;
  }

  /** Gives an error to the handlers, from the first. */
  fireExceptionCaught(cause: Error): this {
    this.head.fireExceptionCaught(cause);
    return this;
  }

  #readIfAutoRead(): void {
    if (this.channel.config.autoRead) this.channel.read();
  }

  // ---- outbound: from the tail ---------------------------------------------------------------------------------

  /** `channel.bind`: through all handlers, from the last, as all methods of this kind. */
  bind(localAddress: SocketAddress, promise?: ChannelPromise): ChannelFuture {
    return this.tail.bind(localAddress, promise);
  }
  /** `channel.connect`. */
  connect(remote: SocketAddress, local?: SocketAddress | null, promise?: ChannelPromise): ChannelFuture {
    return this.tail.connect(remote, local, promise);
  }
  /** `channel.disconnect`. */
  disconnect(promise?: ChannelPromise): ChannelFuture {
    return this.tail.disconnect(promise);
  }
  /** `channel.close`. */
  close(promise?: ChannelPromise): ChannelFuture {
    return this.tail.close(promise);
  }
  /** `channel.deregister`. */
  deregister(promise?: ChannelPromise): ChannelFuture {
    return this.tail.deregister(promise);
  }
  /** `channel.read`. */
  read(): this {
    this.tail.read();
    return this;
  }
  /** `channel.write`. */
  write(message: unknown, promise?: ChannelPromise): ChannelFuture {
    return this.tail.write(message, promise);
  }
  /** `channel.flush`. */
  flush(): this {
    this.tail.flush();
    return this;
  }
  /** `channel.writeAndFlush`. */
  writeAndFlush(message: unknown, promise?: ChannelPromise): ChannelFuture {
    return this.tail.writeAndFlush(message, promise);
  }
  /** A promise of the channel. */
  newPromise<T = void>(): ChannelPromise<T> {
    return this.tail.newPromise<T>();
  }
  /** A future that has succeeded. */
  newSucceededFuture(): ChannelFuture {
    return this.tail.newSucceededFuture();
  }
  /** A future that has failed. */
  newFailedFuture(cause: Error): ChannelFuture {
    return this.tail.newFailedFuture(cause);
  }

  // ---- failures --------------------------------------------------------------------------------------------------

  /** @internal A future of this channel failed and nobody looked. */
  unobservedFailure(cause: Error): void {
    unobservedFailure(this.channel, cause);
  }

  protected override lifecycleFailed(error: ChannelPipelineException): void {
    this.fireExceptionCaught(error);
  }

  /**
   * @internal The call stack is used up. Handlers are passed by from here on, so that the calls that led here come to
   * an end; then the handlers hear of it and the channel is closed. The process and other channels go on.
   */
  override depthExceeded(cause: unknown): void {
    if (this.#depthExceeded) return;
    // Each step may itself run out of stack; the flag comes last, so that the next frame up tries again.
    for (let ctx = this.head.next; ctx !== null && ctx !== this.tail; ctx = ctx.next) ctx.suspend();
    process.nextTick(() => this.#failDepth(cause));
    this.#depthExceeded = true;
  }

  /** @internal Handlers are passed by, encoders too: nothing may be written, and nothing added. */
  override get isDepthExceeded(): boolean {
    return this.#depthExceeded;
  }

  #failDepth(cause: unknown): void {
    this.#depthExceeded = false;
    for (let ctx = this.head.next; ctx !== null && ctx !== this.tail; ctx = ctx.next) ctx.resume();
    // Also when it was closed meanwhile: nothing has said yet why so much of its work broke off.
    if (!this.channel.isOpen && this.#depthTold) return;
    this.#depthTold = true;
    this.fireExceptionCaught(
      new PipelineDepthException(
        `The call stack was used up while ${String(this.channel)} handled an event; the channel is closed. Look for ` +
          'a recursion without end in a handler, or for handlers that answer an event by firing it again. ' +
          `Handlers: [${this.names().join(', ')}]`,
        { cause },
      ),
    );
    this.channel.close();
    // Nested without end again, in `close` or in `exceptionCaught`: the transport is closed without asking handlers.
    if (this.#depthExceeded) (this.channel as ChannelTransport).doCloseOperation(this.newPromise());
  }
}
