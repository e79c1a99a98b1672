import type { Channel } from '../channel/Channel.js';
import type { ChannelFuture, ChannelPromise } from '../channel/ChannelFuture.js';
import { DefaultChannelPromise } from '../channel/DefaultChannelPromise.js';
import type { SocketAddress } from '../channel/SocketAddress.js';
import type { EventLoop } from '../eventloop/EventLoop.js';
import type { Attribute, AttributeKey } from '../util/AttributeMap.js';
import { isStackOverflow, toError } from '../util/errors.js';
import { getLogger } from '../util/logger.js';
import type { AnyChannelHandler, ChannelHandler } from './ChannelHandler.js';
import type { ChannelPipeline } from './ChannelPipeline.js';
import type { Untyped } from './HandlerTypes.js';
import * as m from './mask.js';
import { observeInbound, observeOutbound } from './observe.js';
import { checkMessage, isUsable } from './validate.js';

const INIT = 0;
const ADD_PENDING = 1;
const ADDED = 2;
const REMOVED = 3;
/** Added, but passed by after a stack overflow. */
const SUSPENDED = 4;
type HandlerState = typeof INIT | typeof ADD_PENDING | typeof ADDED | typeof REMOVED | typeof SUSPENDED;

type InboundEvent =
  | 'channelRegistered'
  | 'channelUnregistered'
  | 'channelActive'
  | 'channelInactive'
  | 'userEventTriggered'
  | 'channelWritabilityChanged';
type OutboundOperation = 'bind' | 'connect' | 'disconnect' | 'close' | 'deregister';

/** A context as the pipeline sees it. */
export type Context = ChannelHandlerContext<Untyped, Untyped>;

/**
 * A handler's place in its pipeline: events fired here go on to the next handler that implements them, operations to
 * the one before. The frequent events keep a direct reference to their next context, found when first needed and
 * dropped by edits nearby; the rare ones walk. Netty: AbstractChannelHandlerContext.
 */
export class ChannelHandlerContext<FireRead = Untyped, Write = Untyped> {
  readonly pipeline: ChannelPipeline;
  readonly name: string;
  readonly #handler: AnyChannelHandler;
  /** @internal Callbacks the handler implements. */
  readonly mask: number;
  /** @internal Links; those of a removed context keep pointing where they did, so that it can still hand on. */
  prev: Context | null = null;
  /** @internal */
  next: Context | null = null;
  /** @internal Whether the context is in the pipeline's list. */
  linked = false;
  #state: HandlerState = INIT;

  /** @internal Next contexts of the frequent events; null until looked for. */
  nextRead: Context | null = null;
  /** @internal */
  nextReadComplete: Context | null = null;
  /** @internal */
  prevWrite: Context | null = null;
  /** @internal */
  prevFlush: Context | null = null;
  /** @internal */
  prevWriteOrFlush: Context | null = null;

  /** @internal Made by the pipeline. */
  constructor(pipeline: ChannelPipeline, name: string, handler: AnyChannelHandler, mask: number) {
    this.pipeline = pipeline;
    this.name = name;
    this.#handler = handler;
    this.mask = mask;
  }

  get channel(): Channel {
    return this.pipeline.channel;
  }
  get handler(): ChannelHandler {
    return this.#handler;
  }
  get eventLoop(): EventLoop {
    return this.pipeline.channel.eventLoop;
  }
  /** Netty's name for `eventLoop`. */
  get executor(): EventLoop {
    return this.pipeline.channel.eventLoop;
  }
  /** Whether the handler has been removed; still false within `handlerRemoved`. */
  get isRemoved(): boolean {
    return this.#state === REMOVED;
  }
  /** The channel's attribute (contexts have none of their own). */
  attr<T>(key: AttributeKey<T>): Attribute<T> {
    return this.pipeline.channel.attr(key);
  }
  hasAttr(key: AttributeKey<unknown>): boolean {
    return this.pipeline.channel.hasAttr(key);
  }

  // ---- inbound -------------------------------------------------------------------------------------------------

  fireChannelRead(message: FireRead): this {
    checkMessage(message, 'msg');
    const next = this.nextRead ?? this.#findInbound(m.CHANNEL_READ);
    if (next.#state === ADDED) {
      try {
        // biome-ignore lint/style/noNonNullAssertion: the mask says that it is there, here and below
        const result = next.#handler.channelRead!(next, message);
        if (result !== undefined) observeInbound(next, result);
      } catch (error) {
        next.#inboundFailed(error);
      }
    } else next.fireChannelRead(message);
    return this;
  }

  fireChannelReadComplete(): this {
    const next = this.nextReadComplete ?? this.#findInbound(m.CHANNEL_READ_COMPLETE);
    if (next.#state === ADDED) {
      try {
        // biome-ignore lint/style/noNonNullAssertion: see fireChannelRead
        const result = next.#handler.channelReadComplete!(next);
        if (result !== undefined) observeInbound(next, result);
      } catch (error) {
        next.#inboundFailed(error);
      }
    } else next.fireChannelReadComplete();
    return this;
  }

  fireChannelRegistered(): this {
    return this.#fire(m.CHANNEL_REGISTERED, 'channelRegistered', undefined);
  }
  fireChannelUnregistered(): this {
    return this.#fire(m.CHANNEL_UNREGISTERED, 'channelUnregistered', undefined);
  }
  fireChannelActive(): this {
    return this.#fire(m.CHANNEL_ACTIVE, 'channelActive', undefined);
  }
  fireChannelInactive(): this {
    return this.#fire(m.CHANNEL_INACTIVE, 'channelInactive', undefined);
  }
  fireChannelWritabilityChanged(): this {
    return this.#fire(m.CHANNEL_WRITABILITY_CHANGED, 'channelWritabilityChanged', undefined);
  }
  fireUserEventTriggered(event: unknown): this {
    return this.#fire(m.USER_EVENT_TRIGGERED, 'userEventTriggered', checkMessage(event, 'event'));
  }

  #fire(bit: number, event: InboundEvent, argument: unknown): this {
    const next = this.#findInbound(bit);
    if (next.#state === ADDED) {
      try {
        // biome-ignore lint/style/noNonNullAssertion: see fireChannelRead
        const result = next.#handler[event]!(next, argument);
        if (result !== undefined) observeInbound(next, result);
      } catch (error) {
        next.#inboundFailed(error);
      }
    } else next.#fire(bit, event, argument);
    return this;
  }

  fireExceptionCaught(cause: Error): this {
    this.#findInbound(m.EXCEPTION_CAUGHT).invokeExceptionCaught(checkMessage(cause, 'cause'));
    return this;
  }

  /** @internal Gives `cause` to this handler; what it throws is logged and dropped. */
  invokeExceptionCaught(cause: Error): void {
    if (this.#state !== ADDED || (this.mask & m.EXCEPTION_CAUGHT) === 0) {
      this.fireExceptionCaught(cause);
      return;
    }
    try {
      // biome-ignore lint/style/noNonNullAssertion: see fireChannelRead
      const result = this.#handler.exceptionCaught!(this, cause);
      if (result !== undefined) observeInbound(this, result, cause);
    } catch (error) {
      if (isStackOverflow(error)) this.pipeline.depthExceeded(error);
      else exceptionCaughtFailed(error, cause);
    }
  }

  /** An inbound callback, `read` or `flush` threw: the same handler hears of it. */
  #inboundFailed(thrown: unknown): void {
    if (isStackOverflow(thrown)) this.pipeline.depthExceeded(thrown);
    else this.invokeExceptionCaught(toError(thrown));
  }

  // ---- outbound ------------------------------------------------------------------------------------------------

  write(message: Write, promise?: ChannelPromise): ChannelFuture {
    const p = promise ?? new DefaultChannelPromise(this.pipeline.channel);
    if (this.#refuses(message, promise)) return p;
    this.#write(message, p);
    return p;
  }

  #write(message: Write, promise: ChannelPromise): void {
    const next = this.prevWrite ?? this.#findOutbound(m.WRITE);
    if (next.#state === ADDED) next.#invokeWrite(message, promise);
    else next.#write(message, promise);
  }

  #invokeWrite(message: unknown, promise: ChannelPromise): void {
    try {
      // biome-ignore lint/style/noNonNullAssertion: see fireChannelRead
      const result = this.#handler.write!(this, message, promise);
      if (result !== undefined) observeOutbound(this, result, promise);
    } catch (error) {
      this.#outboundFailed(error, promise);
    }
  }

  flush(): this {
    const next = this.prevFlush ?? this.#findOutbound(m.FLUSH);
    if (next.#state === ADDED) next.#invokeFlush();
    else next.flush();
    return this;
  }

  #invokeFlush(): void {
    try {
      // biome-ignore lint/style/noNonNullAssertion: see fireChannelRead
      const result = this.#handler.flush!(this);
      if (result !== undefined) observeInbound(this, result);
    } catch (error) {
      this.#inboundFailed(error);
    }
  }

  writeAndFlush(message: Write, promise?: ChannelPromise): ChannelFuture {
    const p = promise ?? new DefaultChannelPromise(this.pipeline.channel);
    if (this.#refuses(message, promise)) return p;
    this.#writeAndFlush(message, p);
    return p;
  }

  /** The nearest handler of either operation gets both, so that one that removes itself in `write` still flushes. */
  #writeAndFlush(message: Write, promise: ChannelPromise): void {
    const next = this.prevWriteOrFlush ?? this.#findOutbound(m.WRITE | m.FLUSH);
    if (next.#state !== ADDED) {
      next.#writeAndFlush(message, promise);
      return;
    }
    if ((next.mask & m.WRITE) !== 0) next.#invokeWrite(message, promise);
    else next.#write(message, promise);
    if ((next.mask & m.FLUSH) !== 0) next.#invokeFlush();
    else next.flush();
  }

  read(): this {
    const next = this.#findOutbound(m.READ);
    if (next.#state === ADDED) {
      try {
        // biome-ignore lint/style/noNonNullAssertion: see fireChannelRead
        const result = next.#handler.read!(next);
        if (result !== undefined) observeInbound(next, result);
      } catch (error) {
        next.#inboundFailed(error);
      }
    } else next.read();
    return this;
  }

  bind(localAddress: SocketAddress, promise: ChannelPromise = this.newPromise()): ChannelFuture {
    return this.#operate(m.BIND, 'bind', promise, localAddress, null);
  }
  connect(
    remoteAddress: SocketAddress,
    localAddress: SocketAddress | null = null,
    promise: ChannelPromise = this.newPromise(),
  ): ChannelFuture {
    return this.#operate(m.CONNECT, 'connect', promise, remoteAddress, localAddress);
  }
  /** Closes a channel that cannot disconnect. */
  disconnect(promise: ChannelPromise = this.newPromise()): ChannelFuture {
    if (!this.pipeline.channel.hasDisconnect) return this.close(promise);
    return this.#operate(m.DISCONNECT, 'disconnect', promise, null, null);
  }
  close(promise: ChannelPromise = this.newPromise()): ChannelFuture {
    return this.#operate(m.CLOSE, 'close', promise, null, null);
  }
  deregister(promise: ChannelPromise = this.newPromise()): ChannelFuture {
    return this.#operate(m.DEREGISTER, 'deregister', promise, null, null);
  }

  #operate(
    bit: number,
    operation: OutboundOperation,
    promise: ChannelPromise,
    first: SocketAddress | null,
    second: SocketAddress | null,
  ): ChannelFuture {
    if (isUsable(promise, this.pipeline.channel)) this.#forward(bit, operation, promise, first, second);
    return promise;
  }

  #forward(
    bit: number,
    operation: OutboundOperation,
    promise: ChannelPromise,
    first: SocketAddress | null,
    second: SocketAddress | null,
  ): void {
    const next = this.#findOutbound(bit);
    if (next.#state !== ADDED) return next.#forward(bit, operation, promise, first, second);
    const handler = next.#handler as Required<AnyChannelHandler>;
    try {
      const result =
        operation === 'connect'
          ? handler.connect(next, first as SocketAddress, second, promise)
          : operation === 'bind'
            ? handler.bind(next, first as SocketAddress, promise)
            : handler[operation](next, promise);
      if (result !== undefined) observeOutbound(next, result, promise);
    } catch (error) {
      next.#outboundFailed(error, promise);
    }
  }

  #outboundFailed(thrown: unknown, promise: ChannelPromise): void {
    if (isStackOverflow(thrown)) this.pipeline.depthExceeded(thrown);
    const cause = toError(thrown);
    if (!promise.tryFailure(cause)) {
      getLogger().warn(
        { err: cause, promise: String(promise) },
        'A handler threw after its promise was done',
      );
    }
  }

  #refuses(message: unknown, promise: ChannelPromise | undefined): boolean {
    checkMessage(message, 'msg');
    return promise !== undefined && !isUsable(promise, this.pipeline.channel);
  }

  newPromise<T = void>(): ChannelPromise<T> {
    return new DefaultChannelPromise<T>(this.pipeline.channel);
  }
  newSucceededFuture(): ChannelFuture {
    return this.newPromise().setSuccess();
  }
  newFailedFuture(cause: Error): ChannelFuture {
    return this.newPromise().setFailure(cause);
  }
  /** Writes and flushes from here; resolves when the channel is writable (again), rejects when the write fails. */
  send(message: Write): Promise<void> {
    const done = this.writeAndFlush(message);
    return this.pipeline.channel.sendDone(done);
  }
  /**
   * Whether a message written from here reaches the transport as it is: no handler between, or only such as say that
   * they hand everything on untouched (`isTransparent`).
   */
  get writesToTransport(): boolean {
    const head = this.pipeline.head;
    let ctx: Context = this;
    do ctx = ctx.prevWrite ?? ctx.#findOutbound(m.WRITE);
    while (ctx !== head && ctx.#handler.isTransparent === true);
    return ctx === head;
  }

  // ---- links and state: for the pipeline -------------------------------------------------------------------------

  #findInbound(bit: number): Context {
    let ctx = this.next as Context;
    while ((ctx.mask & bit) === 0) ctx = ctx.next as Context;
    if (this.linked) {
      if (bit === m.CHANNEL_READ) this.nextRead = ctx;
      else if (bit === m.CHANNEL_READ_COMPLETE) this.nextReadComplete = ctx;
    }
    return ctx;
  }

  #findOutbound(bits: number): Context {
    let ctx = this.prev as Context;
    while ((ctx.mask & bits) === 0) ctx = ctx.prev as Context;
    if (this.linked) {
      if (bits === m.WRITE) this.prevWrite = ctx;
      else if (bits === m.FLUSH) this.prevFlush = ctx;
      else if (bits === (m.WRITE | m.FLUSH)) this.prevWriteOrFlush = ctx;
    }
    return ctx;
  }

  /** @internal */
  setAddPending(): void {
    if (this.#state === INIT) this.#state = ADD_PENDING;
  }

  /** @internal The state changes first: events fired within `handlerAdded` reach the handler. */
  callHandlerAdded(): unknown {
    if (this.#state === REMOVED) return undefined;
    this.#state = ADDED;
    return this.#handler.handlerAdded?.(this);
  }

  /** @internal Only a handler that was added hears of its removal. */
  callHandlerRemoved(): unknown {
    try {
      const added = this.#state === ADDED || this.#state === SUSPENDED;
      return added ? this.#handler.handlerRemoved?.(this) : undefined;
    } finally {
      this.#state = REMOVED;
    }
  }

  /** @internal After a stack overflow: events pass the handler by until the channel is closed. */
  suspend(): void {
    if (this.#state === ADDED) this.#state = SUSPENDED;
  }
  /** @internal */
  resume(): void {
    if (this.#state === SUSPENDED) this.#state = ADDED;
  }

  toString(): string {
    return `ChannelHandlerContext(${this.name}, ${String(this.pipeline.channel)})`;
  }
}

export function exceptionCaughtFailed(thrown: unknown, cause: Error): void {
  getLogger().warn(
    { err: thrown, cause },
    "An exception was thrown by a user handler's exceptionCaught() method while handling another exception",
  );
}
