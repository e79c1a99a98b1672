import type { ChannelFuture, ChannelPromise } from '../channel/ChannelFuture.js';
import type { SocketAddress } from '../channel/SocketAddress.js';
import { isStackOverflow, toError } from '../util/errors.js';
import type { AnyChannelHandler } from './ChannelHandler.js';
import { ChannelHandlerContext, type Context, exceptionCaughtFailed } from './ChannelHandlerContext.js';
import { ChannelPipelineException } from './errors.js';
import { simpleClassName } from './HandlerList.js';
import * as m from './mask.js';
import { observeInbound, observeLifecycle } from './observe.js';

/**
 * The context that one part of a combined handler sees: the place of the whole handler, with a handler and a removal
 * of its own. It is in no list; everything goes through the context of the whole.
 * Netty: CombinedChannelDuplexHandler.DelegatingChannelHandlerContext.
 */
export class PartContext extends ChannelHandlerContext {
  readonly #whole: Context;
  readonly #part: AnyChannelHandler;
  /** Who hears of exceptions that this part passes on; `null`: the next handler of the pipeline. */
  readonly #exceptionsTo: PartContext | null;
  #removed = false;

  constructor(whole: Context, part: AnyChannelHandler, exceptionsTo: PartContext | null) {
    super(whole.pipeline, whole.name, part, m.maskOf(part));
    this.#whole = whole;
    this.#part = part;
    this.#exceptionsTo = exceptionsTo;
  }

  /** Calls the part's callback, or `pass` when it has none or is removed. */
  call(callback: keyof AnyChannelHandler, bit: number, pass: () => unknown, ...args: unknown[]): unknown {
    if (this.#removed || (this.mask & bit) === 0) {
      pass();
      return undefined;
    }
    return (this.#part[callback] as (...all: unknown[]) => unknown).call(this.#part, this, ...args);
  }

  /** Gives `cause` to the part, or passes it on when the part has no use for it. Returns what the callback returns. */
  exception(cause: Error): unknown {
    if (!this.#removed && (this.mask & m.EXCEPTION_CAUGHT) !== 0)
      return this.#part.exceptionCaught?.(this, cause);
    this.fireExceptionCaught(cause);
    return undefined;
  }

  /** The other part passed an exception on: as in a pipeline, what this part throws about it is logged and dropped. */
  #exceptionPassed(cause: Error): void {
    try {
      const result = this.exception(cause);
      if (result !== undefined) observeInbound(this, result, cause);
    } catch (error) {
      if (isStackOverflow(error)) throw error;
      exceptionCaughtFailed(error, cause);
    }
  }

  add(): unknown {
    return this.#part.handlerAdded?.(this);
  }

  remove(): void {
    if (this.#removed) return;
    this.#removed = true;
    try {
      const result = this.#part.handlerRemoved?.(this);
      if (result !== undefined) observeLifecycle(result, (thrown) => this.#removeFailed(thrown));
    } catch (thrown) {
      this.#removeFailed(thrown);
    }
  }

  #removeFailed(thrown: unknown): void {
    const text = `${simpleClassName(this.#part)}.handlerRemoved() has thrown an exception.`;
    this.fireExceptionCaught(new ChannelPipelineException(text, { cause: toError(thrown) }));
  }

  override get isRemoved(): boolean {
    return this.#removed || this.#whole.isRemoved;
  }
  override get writesToTransport(): boolean {
    return this.#whole.writesToTransport;
  }

  override fireExceptionCaught(cause: Error): this {
    if (this.#exceptionsTo === null) this.#whole.fireExceptionCaught(cause);
    else this.#exceptionsTo.#exceptionPassed(cause);
    return this;
  }
  override invokeExceptionCaught(cause: Error): void {
    this.#whole.invokeExceptionCaught(cause);
  }
  override fireChannelRead(message: unknown): this {
    this.#whole.fireChannelRead(message);
    return this;
  }
  override fireChannelReadComplete(): this {
    this.#whole.fireChannelReadComplete();
    return this;
  }
  override fireChannelRegistered(): this {
    this.#whole.fireChannelRegistered();
    return this;
  }
  override fireChannelUnregistered(): this {
    this.#whole.fireChannelUnregistered();
    return this;
  }
  override fireChannelActive(): this {
    this.#whole.fireChannelActive();
    return this;
  }
  override fireChannelInactive(): this {
    this.#whole.fireChannelInactive();
    return this;
  }
  override fireChannelWritabilityChanged(): this {
    this.#whole.fireChannelWritabilityChanged();
    return this;
  }
  override fireUserEventTriggered(event: unknown): this {
    this.#whole.fireUserEventTriggered(event);
    return this;
  }

  override write(message: unknown, promise?: ChannelPromise): ChannelFuture {
    return this.#whole.write(message, promise);
  }
  override writeAndFlush(message: unknown, promise?: ChannelPromise): ChannelFuture {
    return this.#whole.writeAndFlush(message, promise);
  }
  override flush(): this {
    this.#whole.flush();
    return this;
  }
  override read(): this {
    this.#whole.read();
    return this;
  }
  override bind(localAddress: SocketAddress, promise?: ChannelPromise): ChannelFuture {
    return this.#whole.bind(localAddress, promise);
  }
  override connect(
    remote: SocketAddress,
    local?: SocketAddress | null,
    promise?: ChannelPromise,
  ): ChannelFuture {
    return this.#whole.connect(remote, local, promise);
  }
  override disconnect(promise?: ChannelPromise): ChannelFuture {
    return this.#whole.disconnect(promise);
  }
  override close(promise?: ChannelPromise): ChannelFuture {
    return this.#whole.close(promise);
  }
  override deregister(promise?: ChannelPromise): ChannelFuture {
    return this.#whole.deregister(promise);
  }
}
