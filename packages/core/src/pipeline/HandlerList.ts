import type { Channel } from '../channel/Channel.js';
import { invalidArgType, invalidArgValue, isStackOverflow, toError } from '../util/errors.js';
import { getLogger } from '../util/logger.js';
import { reserveStack } from '../util/stack.js';
import type { AnyChannelHandler, ChannelHandler, HandlerClass } from './ChannelHandler.js';
import { ChannelHandlerContext, type Context } from './ChannelHandlerContext.js';
import type { ChannelPipeline } from './ChannelPipeline.js';
import { HEAD, TAIL } from './ends.js';
import { ChannelPipelineException, NoSuchHandlerException, PipelineDepthException } from './errors.js';
import * as m from './mask.js';
import { observeLifecycle } from './observe.js';

/** How a handler is named in calls: by its name, by itself, or by its class (the first instance from the head). */
export type HandlerKey = string | ChannelHandler | HandlerClass;

/** Marks a handler that was added once; a sharable one may come again. Its value is the handler: copies are not marked. */
const ADDED = Symbol.for('sluice.handler.added');
/** For handlers that cannot take the mark (frozen objects). */
const addedFrozen = new WeakSet<object>();

/** The ordered handlers of a pipeline and their editing, which is allowed at any time, also while an event travels. */
export abstract class HandlerList {
  /** The channel whose pipeline this is. */
  readonly channel: Channel;
  /** @internal */
  readonly head: Context;
  /** @internal */
  readonly tail: Context;
  /** Until the channel is registered, `handlerAdded` and `handlerRemoved` wait here, in the order of the calls. */
  #waiting: (() => void)[] | null = [];
  /** For generated names: no lower number is free. Forgotten when a handler leaves. */
  #firstFree: Map<string, number> | undefined;

  /** @internal Made by the channel. */
  constructor(channel: Channel) {
    this.channel = channel;
    const pipeline = this as unknown as ChannelPipeline;
    this.head = new ChannelHandlerContext(pipeline, 'head', HEAD, m.ALL);
    this.tail = new ChannelHandlerContext(pipeline, 'tail', TAIL, m.ALL_INBOUND);
    this.head.next = this.tail;
    this.tail.prev = this.head;
    for (const end of [this.head, this.tail]) {
      end.linked = true;
      end.callHandlerAdded();
    }
  }

  /** @internal A `handlerAdded` or `handlerRemoved` threw. */
  protected abstract lifecycleFailed(error: ChannelPipelineException): void;
  /** @internal See `ChannelPipeline`. */
  abstract depthExceeded(cause: unknown): void;
  /** @internal */
  abstract readonly isDepthExceeded: boolean;

  // ---- adding ----------------------------------------------------------------------------------------------------

  /** Adds a handler (or several, in this order) at the front. See `addLast`. */
  addFirst(name: string | null, handler: AnyChannelHandler): this;
  addFirst(...handlers: AnyChannelHandler[]): this;
  addFirst(...args: [string | null, AnyChannelHandler] | AnyChannelHandler[]): this {
    const [name, handlers] = named(args);
    for (const handler of handlers.reverse()) this.#add(name, handler, () => this.head);
    return this;
  }

  /**
   * Adds a handler (or several) at the end, with a name or a generated one (`SimpleClass#0`). Throws `TypeError` for a
   * name in use, `ChannelPipelineException` (`ERR_CHANNEL_PIPELINE`) for a handler that was added before and is not
   * sharable.
   */
  addLast(name: string | null, handler: AnyChannelHandler): this;
  addLast(...handlers: AnyChannelHandler[]): this;
  addLast(...args: [string | null, AnyChannelHandler] | AnyChannelHandler[]): this {
    const [name, handlers] = named(args);
    for (const handler of handlers) this.#add(name, handler, () => this.tail.prev as Context);
    return this;
  }

  /** Adds before the handler `base`. Throws `NoSuchHandlerException` (`ERR_NO_SUCH_HANDLER`) if that is missing. */
  addBefore(base: HandlerKey, name: string | null, handler: AnyChannelHandler): this {
    return this.#add(name, handler, () => this.#need(base).prev as Context);
  }

  /** Adds after the handler `base`. Throws `NoSuchHandlerException` (`ERR_NO_SUCH_HANDLER`) if that is missing. */
  addAfter(base: HandlerKey, name: string | null, handler: AnyChannelHandler): this {
    return this.#add(name, handler, () => this.#need(base));
  }

  #add(name: string | null, handler: AnyChannelHandler, behind: () => Context): this {
    const ctx = this.#newContext(name, handler, true);
    this.#link(behind(), ctx);
    if (this.#waiting !== null) {
      ctx.setAddPending();
      this.#waiting.push(() => this.#callAdded(ctx));
    } else this.#callAdded(ctx);
    return this;
  }

  #newContext(name: string | null, handler: AnyChannelHandler, checkName: boolean): Context {
    if (typeof handler !== 'object' || handler === null) {
      throw invalidArgType(
        `A handler is an object with callbacks, not ${String(handler)} (name: ${String(name)})`,
      );
    }
    if (this.isDepthExceeded) {
      throw new PipelineDepthException(
        `No handler can be added to ${String(this.channel)}: its call stack was used up`,
      );
    }
    checkMultiplicity(handler);
    if (name !== null && checkName && this.#byName(name) !== null) {
      throw invalidArgValue(`Duplicate handler name: ${name}`);
    }
    const given = name ?? this.#generateName(handler);
    return new ChannelHandlerContext(this as unknown as ChannelPipeline, given, handler, m.maskOf(handler));
  }

  #link(prev: Context, ctx: Context): void {
    const next = prev.next as Context;
    ctx.prev = prev;
    ctx.next = next;
    prev.next = ctx;
    next.prev = ctx;
    ctx.linked = true;
    forgetAround(ctx, ctx.mask);
  }

  #generateName(handler: ChannelHandler): string {
    const base = `${simpleClassName(handler)}#`;
    let i = this.#firstFree?.get(base) ?? 0;
    while (this.#byName(base + i) !== null) i++;
    if (i > 0) {
      this.#firstFree ??= new Map();
      this.#firstFree.set(base, i);
    }
    return base + i;
  }

  // ---- removing and replacing --------------------------------------------------------------------------------------

  /** Removes a handler and returns it. Throws `NoSuchHandlerException` (`ERR_NO_SUCH_HANDLER`) if it is missing. */
  remove<H extends ChannelHandler>(handler: HandlerClass<H> | H): H;
  remove(name: HandlerKey): ChannelHandler;
  remove(key: HandlerKey): ChannelHandler {
    return this.#remove(this.#need(key));
  }

  /** Removes a handler if it is there; returns it, or `null`. */
  removeIfExists(key: HandlerKey): ChannelHandler | null {
    const ctx = this.context(key);
    return ctx === null ? null : this.#remove(ctx);
  }

  /** Throws `NoSuchHandlerException` when the pipeline is empty. */
  removeFirst(): ChannelHandler {
    return this.#remove(this.firstContext ?? none());
  }
  /** Throws `NoSuchHandlerException` when the pipeline is empty. */
  removeLast(): ChannelHandler {
    return this.#remove(this.lastContext ?? none());
  }

  #remove(ctx: Context): ChannelHandler {
    reserveStack();
    this.#unlink(ctx);
    if (this.#waiting !== null) this.#waiting.push(() => this.#callRemoved(ctx));
    else this.#callRemoved(ctx);
    return ctx.handler;
  }

  #unlink(ctx: Context): void {
    if (!ctx.linked) return;
    ctx.linked = false;
    this.#firstFree = undefined;
    (ctx.prev as Context).next = ctx.next;
    (ctx.next as Context).prev = ctx.prev;
    forgetAround(ctx, ctx.mask);
    forget(ctx);
  }

  /**
   * Puts `handler` in the place of another and returns that. The new one is added before the old one is removed, and
   * what the old one still emits goes to the new one. The name may be the same; `null` generates one.
   */
  replace(old: HandlerKey, name: string | null, handler: AnyChannelHandler): ChannelHandler {
    reserveStack();
    const ctx = this.#need(old);
    const fresh = this.#newContext(name, handler, ctx.name !== name);
    const { prev, next } = ctx as { prev: Context; next: Context };
    fresh.prev = prev;
    fresh.next = next;
    prev.next = fresh;
    next.prev = fresh;
    ctx.prev = fresh;
    ctx.next = fresh;
    fresh.linked = true;
    ctx.linked = false;
    this.#firstFree = undefined;
    forgetAround(fresh, fresh.mask | ctx.mask);
    forget(ctx);
    if (this.#waiting !== null) {
      fresh.setAddPending();
      this.#waiting.push(
        () => this.#callAdded(fresh),
        () => this.#callRemoved(ctx),
      );
    } else {
      this.#callAdded(fresh);
      this.#callRemoved(ctx);
    }
    return ctx.handler;
  }

  // ---- looking up --------------------------------------------------------------------------------------------------

  /** The handler of this name, or the first of this class; `null` if there is none. */
  get<H extends ChannelHandler>(type: HandlerClass<H>): H | null;
  get(name: string): ChannelHandler | null;
  get(key: string | HandlerClass): ChannelHandler | null {
    return this.context(key)?.handler ?? null;
  }

  /** The context of a handler; `null` if there is none. */
  context(key: HandlerKey): ChannelHandlerContext | null {
    if (typeof key === 'string') return this.#byName(key);
    for (const ctx of this.contexts()) {
      if (typeof key === 'function' ? ctx.handler instanceof key : ctx.handler === key) return ctx;
    }
    return null;
  }

  /** The first handler; `null` if there is none. */
  get first(): ChannelHandler | null {
    return this.firstContext?.handler ?? null;
  }
  /** The last handler; `null` if there is none. */
  get last(): ChannelHandler | null {
    return this.lastContext?.handler ?? null;
  }
  /** The context of the first handler; `null` if there is none. */
  get firstContext(): ChannelHandlerContext | null {
    const ctx = this.head.next as Context;
    return ctx === this.tail ? null : ctx;
  }
  /** The context of the last handler; `null` if there is none. */
  get lastContext(): ChannelHandlerContext | null {
    const ctx = this.tail.prev as Context;
    return ctx === this.head ? null : ctx;
  }

  /** The names in order, without the pipeline's own two ends. */
  names(): string[] {
    return Array.from(this.contexts(), (ctx) => ctx.name);
  }
  /** Names and handlers in order. */
  toMap(): Map<string, ChannelHandler> {
    return new Map(this);
  }
  /** Iterates over `[name, handler]`. */
  *[Symbol.iterator](): IterableIterator<[string, ChannelHandler]> {
    for (const ctx of this.contexts()) yield [ctx.name, ctx.handler];
  }
  /** The contexts in order. */
  *contexts(): IterableIterator<Context> {
    for (let ctx = this.head.next as Context; ctx !== this.tail; ctx = ctx.next as Context) yield ctx;
  }

  #byName(name: string): Context | null {
    for (let ctx = this.head.next as Context; ctx !== this.tail; ctx = ctx.next as Context) {
      if (ctx.name === name) return ctx;
    }
    return null;
  }

  #need(key: HandlerKey): Context {
    const ctx = this.context(key);
    if (ctx !== null) return ctx;
    const wanted =
      typeof key === 'string' ? key : typeof key === 'function' ? key.name : simpleClassName(key);
    throw new NoSuchHandlerException(
      `${wanted}: no such handler; the pipeline has [${this.names().join(', ')}]`,
    );
  }

  // ---- life cycle --------------------------------------------------------------------------------------------------

  /** @internal The channel is registered for the first time: the handlers added before hear of it now. */
  invokeHandlerAddedIfNeeded(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    this.#waiting = null;
    for (const call of waiting) call();
  }

  /** @internal The channel is closed and unregistered: all handlers go, last to first. */
  destroy(): void {
    for (let ctx = this.tail.prev as Context; ctx !== this.head; ctx = ctx.prev as Context) {
      this.#unlink(ctx);
      this.#callRemoved(ctx);
    }
  }

  #callAdded(ctx: Context): void {
    try {
      const result = ctx.callHandlerAdded();
      if (result !== undefined) observeLifecycle(result, (thrown) => this.#addFailed(ctx, thrown));
    } catch (thrown) {
      this.#addFailed(ctx, thrown);
    }
  }

  #addFailed(ctx: Context, thrown: unknown): void {
    // It is removed when the channel, which ends of this, is closed.
    if (this.#depthFailed(thrown)) return;
    let outcome = 'removed.';
    try {
      this.#unlink(ctx);
      ctx.callHandlerRemoved();
    } catch (error) {
      getLogger().warn({ err: error, handler: ctx.name }, 'Failed to remove a handler');
      outcome = 'also failed to remove.';
    }
    this.#lifecycleFailed(ctx, `handlerAdded() has thrown an exception; ${outcome}`, thrown);
  }

  #callRemoved(ctx: Context): void {
    const failed = (thrown: unknown): void => {
      if (this.#depthFailed(thrown)) return;
      this.#lifecycleFailed(ctx, 'handlerRemoved() has thrown an exception.', thrown);
    };
    try {
      const result = ctx.callHandlerRemoved();
      if (result !== undefined) observeLifecycle(result, failed);
    } catch (thrown) {
      failed(thrown);
    }
  }

  /** Whether the stack is used up: then that is what the channel hears of, not of each call that it broke off. */
  #depthFailed(thrown: unknown): boolean {
    if (isStackOverflow(thrown)) this.depthExceeded(thrown);
    return this.isDepthExceeded;
  }

  #lifecycleFailed(ctx: Context, what: string, thrown: unknown): void {
    const text = `${simpleClassName(ctx.handler)}.${what}`;
    this.lifecycleFailed(new ChannelPipelineException(text, { cause: toError(thrown) }));
  }

  /** `ChannelPipeline{(name = class), …}`. */
  toString(): string {
    const handlers = Array.from(this, ([name, handler]) => `(${name} = ${simpleClassName(handler)})`);
    return `ChannelPipeline{${handlers.join(', ')}}`;
  }
}

function named(args: unknown[]): [string | null, AnyChannelHandler[]] {
  const [first, second] = args;
  if (typeof first === 'string') return [first, [second as AnyChannelHandler]];
  if (first === null || first === undefined)
    return [null, second === undefined ? [] : [second as AnyChannelHandler]];
  return [null, args as AnyChannelHandler[]];
}

function none(): never {
  throw new NoSuchHandlerException('The pipeline has no handlers');
}

/** The class of a handler; `Handler` for a plain object. */
export function simpleClassName(handler: object): string {
  const name = handler.constructor?.name;
  return name === undefined || name === '' || name === 'Object' ? 'Handler' : name;
}

function checkMultiplicity(handler: ChannelHandler): void {
  const marked = handler as { [ADDED]?: object };
  if (handler.isSharable !== true && (marked[ADDED] === handler || addedFrozen.has(handler))) {
    throw new ChannelPipelineException(
      `${simpleClassName(handler)} is not a @Sharable handler, so can't be added or removed multiple times. ` +
        'Make a new one for each channel, or set isSharable if it keeps no state of a channel.',
    );
  }
  if (Object.isExtensible(handler)) marked[ADDED] = handler;
  else addedFrozen.add(handler);
}

const INBOUND_CACHED = m.CHANNEL_READ | m.CHANNEL_READ_COMPLETE;
const OUTBOUND_CACHED = m.WRITE | m.FLUSH;

/** Drops the references of the neighbours that may lead to or past `ctx`, for the callbacks in `mask`; no others. */
function forgetAround(ctx: Context, mask: number): void {
  let left = mask & INBOUND_CACHED;
  for (let c = ctx.prev; c !== null && left !== 0; c = c.prev) {
    if ((left & m.CHANNEL_READ) !== 0) c.nextRead = null;
    if ((left & m.CHANNEL_READ_COMPLETE) !== 0) c.nextReadComplete = null;
    left &= ~c.mask;
  }
  left = mask & OUTBOUND_CACHED;
  for (let c = ctx.next; c !== null && left !== 0; c = c.next) {
    if ((left & m.WRITE) !== 0) c.prevWrite = null;
    if ((left & m.FLUSH) !== 0) c.prevFlush = null;
    c.prevWriteOrFlush = null;
    left &= ~c.mask;
  }
}

function forget(ctx: Context): void {
  ctx.nextRead = ctx.nextReadComplete = ctx.prevWrite = ctx.prevFlush = ctx.prevWriteOrFlush = null;
}
