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
  /** The pipeline that the handler is in, or was. */
  readonly pipeline: ChannelPipeline;
  /** The name of the handler in its pipeline. */
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

  /** The channel. */
  get channel(): Channel {
    return this.pipeline.channel;
  }
  /** The handler. */
  get handler(): ChannelHandler {
    return this.#handler;
  }
  /** Where tasks and timers of the channel run. */
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
  /** Whether the channel has a value for this key. */
  hasAttr(key: AttributeKey<unknown>): boolean {
    return this.pipeline.channel.hasAttr(key);
  }

  // ---- inbound -------------------------------------------------------------------------------------------------

  /**
   * Hands a message to the next handler with a `channelRead`. Throws `TypeError` for `null` or `undefined`.
   */
  fireChannelRead(message: FireRead): this {
    checkMessage(message, 'msg');
    let next = this.nextRead ?? this.#findInbound(m.CHANNEL_READ);
    // A loop, here and below: however many are passed by, it costs no stack.
    while (next.#state !== ADDED) next = next.nextRead ?? next.#findInbound(m.CHANNEL_READ);
    try {
      // biome-ignore lint/style/noNonNullAssertion: the mask says that it is there, here and below
      const result = next.#handler.channelRead!(next, message);
      if (result !== undefined) observeInbound(next, result);
    } catch (error) {
      next.#inboundFailed(error);
    }
    return this;
  }

  /** Hands `channelReadComplete` on: the batch of reads is over. */
  fireChannelReadComplete(): this {
    let next = this.nextReadComplete ?? this.#findInbound(m.CHANNEL_READ_COMPLETE);
    while (next.#state !== ADDED) next = next.nextReadComplete ?? next.#findInbound(m.CHANNEL_READ_COMPLETE);
    try {
      // biome-ignore lint/style/noNonNullAssertion: see fireChannelRead
      const result = next.#handler.channelReadComplete!(next);
      if (result !== undefined) observeInbound(next, result);
    } catch (error) {
      next.#inboundFailed(error);
    }
    return this;
  }

  /** Hands `channelRegistered` on. */
  fireChannelRegistered(): this {
    return this.#fire(m.CHANNEL_REGISTERED, 'channelRegistered', undefined);
  }
  /** Hands `channelUnregistered` on. */
  fireChannelUnregistered(): this {
    return this.#fire(m.CHANNEL_UNREGISTERED, 'channelUnregistered', undefined);
  }
  /** Hands `channelActive` on. */
  fireChannelActive(): this {
    return this.#fire(m.CHANNEL_ACTIVE, 'channelActive', undefined);
  }
  /** Hands `channelInactive` on. */
  fireChannelInactive(): this {
    return this.#fire(m.CHANNEL_INACTIVE, 'channelInactive', undefined);
  }
  /** Hands `channelWritabilityChanged` on. */
  fireChannelWritabilityChanged(): this {
    return this.#fire(m.CHANNEL_WRITABILITY_CHANGED, 'channelWritabilityChanged', undefined);
  }
  /** Fires an event of any type to the handlers behind. Throws `TypeError` for `null` or `undefined`. */
  fireUserEventTriggered(event: unknown): this {
    return this.#fire(m.USER_EVENT_TRIGGERED, 'userEventTriggered', checkMessage(event, 'event'));
  }

  #fire(bit: number, event: InboundEvent, argument: unknown): this {
    const next = this.#nextInbound(bit);
    try {
      // biome-ignore lint/style/noNonNullAssertion: see fireChannelRead
      const result = next.#handler[event]!(next, argument);
      if (result !== undefined) observeInbound(next, result);
    } catch (error) {
      next.#inboundFailed(error);
    }
    return this;
  }

  /**
   * Hands an error to the next handler with an `exceptionCaught`; at the end of the pipeline it is logged.
   */
  fireExceptionCaught(cause: Error): this {
    checkMessage(cause, 'cause');
    this.#nextInbound(m.EXCEPTION_CAUGHT).invokeExceptionCaught(cause);
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

  /**
   * Writes from here: the handlers before this one see the message, those behind it do not. The future is
   * done only after a flush. Throws `TypeError` for `null`, `undefined` or a promise that is done or belongs
   * to another channel; everything else that goes wrong fails the future.
   */
  write(message: Write, promise?: ChannelPromise): ChannelFuture {
    const p = promise ?? new DefaultChannelPromise(this.pipeline.channel);
    if (this.#refuses(message, promise)) return p;
    this.#write(message, p);
    return p;
  }

  #write(message: Write, promise: ChannelPromise): void {
    let next = this.prevWrite ?? this.#findOutbound(m.WRITE);
    while (next.#state !== ADDED) next = next.prevWrite ?? next.#findOutbound(m.WRITE);
    next.#invokeWrite(message, promise);
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

  /** Has the handlers before this one, then the transport, send what was written. */
  flush(): this {
    let next = this.prevFlush ?? this.#findOutbound(m.FLUSH);
    while (next.#state !== ADDED) next = next.prevFlush ?? next.#findOutbound(m.FLUSH);
    next.#invokeFlush();
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

  /** `write` and `flush` in one, from here. */
  writeAndFlush(message: Write, promise?: ChannelPromise): ChannelFuture {
    const p = promise ?? new DefaultChannelPromise(this.pipeline.channel);
    if (this.#refuses(message, promise)) return p;
    this.#writeAndFlush(message, p);
    return p;
  }

  /** The nearest handler of either operation gets both, so that one that removes itself in `write` still flushes. */
  #writeAndFlush(message: Write, promise: ChannelPromise): void {
    const both = m.WRITE | m.FLUSH;
    let next = this.prevWriteOrFlush ?? this.#findOutbound(both);
    while (next.#state !== ADDED) next = next.prevWriteOrFlush ?? next.#findOutbound(both);
    if ((next.mask & m.WRITE) !== 0) next.#invokeWrite(message, promise);
    else next.#write(message, promise);
    if ((next.mask & m.FLUSH) !== 0) next.#invokeFlush();
    else next.flush();
  }

  /** Asks for input, from here towards the transport; needed when `AUTO_READ` is off. */
  read(): this {
    const next = this.#nextOutbound(m.READ);
    try {
      // biome-ignore lint/style/noNonNullAssertion: see fireChannelRead
      const result = next.#handler.read!(next);
      if (result !== undefined) observeInbound(next, result);
    } catch (error) {
      next.#inboundFailed(error);
    }
    return this;
  }

  /** Passes `bind` on towards the transport. */
  bind(localAddress: SocketAddress, promise: ChannelPromise = this.newPromise()): ChannelFuture {
    return this.#operate(m.BIND, 'bind', promise, localAddress, null);
  }
  /** Passes `connect` on towards the transport. */
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
  /** Closes the channel: the handlers before this one may act on it first. What was not sent yet fails. */
  close(promise: ChannelPromise = this.newPromise()): ChannelFuture {
    return this.#operate(m.CLOSE, 'close', promise, null, null);
  }
  /** Passes `deregister` on towards the transport. */
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
    const next = this.#nextOutbound(bit);
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

  /** A promise of the channel. */
  newPromise<T = void>(): ChannelPromise<T> {
    return new DefaultChannelPromise<T>(this.pipeline.channel);
  }
  /** A future that has succeeded. */
  newSucceededFuture(): ChannelFuture {
    return this.newPromise().setSuccess();
  }
  /** A future that has failed. */
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

  #nextInbound(bit: number): Context {
    let next = this.#findInbound(bit);
    while (next.#state !== ADDED) next = next.#findInbound(bit);
    return next;
  }

  #nextOutbound(bit: number): Context {
    let next = this.#findOutbound(bit);
    while (next.#state !== ADDED) next = next.#findOutbound(bit);
    return next;
  }

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

  /** For logs. */
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
