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

  // ---- inbound: from the head ----------------------------------------------------------------------------------

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

  fireChannelActive(): this {
    this.head.fireChannelActive();
    this.#readIfAutoRead();
    return this;
  }

  fireChannelInactive(): this {
    this.head.fireChannelInactive();
    return this;
  }

  fireChannelRead(message: unknown): this {
    this.head.fireChannelRead(message);
    return this;
  }

  fireChannelReadComplete(): this {
    this.head.fireChannelReadComplete();
    this.#readIfAutoRead();
    return this;
  }

  fireUserEventTriggered(event: unknown): this {
    this.head.fireUserEventTriggered(event);
    return this;
  }

  fireChannelWritabilityChanged(): this {
    this.head.fireChannelWritabilityChanged();
    return this;
  }

  fireExceptionCaught(cause: Error): this {
    this.head.fireExceptionCaught(cause);
    return this;
  }

  #readIfAutoRead(): void {
    if (this.channel.config.autoRead) this.channel.read();
  }

  // ---- outbound: from the tail ---------------------------------------------------------------------------------

  bind(localAddress: SocketAddress, promise?: ChannelPromise): ChannelFuture {
    return this.tail.bind(localAddress, promise);
  }
  connect(remote: SocketAddress, local?: SocketAddress | null, promise?: ChannelPromise): ChannelFuture {
    return this.tail.connect(remote, local, promise);
  }
  disconnect(promise?: ChannelPromise): ChannelFuture {
    return this.tail.disconnect(promise);
  }
  close(promise?: ChannelPromise): ChannelFuture {
    return this.tail.close(promise);
  }
  deregister(promise?: ChannelPromise): ChannelFuture {
    return this.tail.deregister(promise);
  }
  read(): this {
    this.tail.read();
    return this;
  }
  write(message: unknown, promise?: ChannelPromise): ChannelFuture {
    return this.tail.write(message, promise);
  }
  flush(): this {
    this.tail.flush();
    return this;
  }
  writeAndFlush(message: unknown, promise?: ChannelPromise): ChannelFuture {
    return this.tail.writeAndFlush(message, promise);
  }
  newPromise<T = void>(): ChannelPromise<T> {
    return this.tail.newPromise<T>();
  }
  newSucceededFuture(): ChannelFuture {
    return this.tail.newSucceededFuture();
  }
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
  depthExceeded(cause: unknown): void {
    if (this.#depthExceeded) return;
    // Each step may itself run out of stack; the flag comes last, so that the next frame up tries again.
    for (let ctx = this.head.next; ctx !== null && ctx !== this.tail; ctx = ctx.next) ctx.suspend();
    process.nextTick(() => this.#failDepth(cause));
    this.#depthExceeded = true;
  }

  /** @internal Handlers are passed by, encoders too: nothing may be written. */
  get isDepthExceeded(): boolean {
    return this.#depthExceeded;
  }

  #failDepth(cause: unknown): void {
    this.#depthExceeded = false;
    for (let ctx = this.head.next; ctx !== null && ctx !== this.tail; ctx = ctx.next) ctx.resume();
    if (!this.channel.isOpen) return;
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
