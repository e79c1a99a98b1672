import { types } from 'node:util';
import { toError } from '../util/errors.js';
import type { AnyChannelHandler, ChannelInboundHandler } from './ChannelHandler.js';
import type { Context } from './ChannelHandlerContext.js';
import type { SameTypes } from './HandlerTypes.js';
import * as m from './mask.js';
import { unobservedFailure } from './UnhandledHooks.js';

/**
 * Wraps a handler whose `channelRead` awaits: it gets one message at a time, in order, and while it is busy the channel
 * does not read. Messages that a decoder had already cut from the same bytes wait in a queue, which is bounded by what
 * one read can hold. `channelReadComplete`, user events and `channelInactive` keep their place behind the messages.
 * When the channel closes, the handler still gets what had arrived, then `channelInactive` and `handlerRemoved`; when it
 * is removed from an open channel, what waits is passed on to the next handler.
 */
export function serial<H extends ChannelInboundHandler>(inner: H): AnyChannelHandler & SameTypes<H> {
  return new SerialHandler(inner as AnyChannelHandler) as AnyChannelHandler as AnyChannelHandler &
    SameTypes<H>;
}

type Queued =
  | 'channelRead'
  | 'channelReadComplete'
  | 'userEventTriggered'
  | 'channelInactive'
  | 'handlerRemoved';

class SerialHandler implements AnyChannelHandler {
  readonly #inner: AnyChannelHandler;
  readonly #queue: { readonly event: Queued; readonly argument: unknown }[] = [];
  #busy = false;
  /** Whether somebody asked for input while the handler was busy; `autoRead` does after each batch. */
  #heldRead = false;

  constructor(inner: AnyChannelHandler) {
    this.#inner = inner;
    // Only what the inner handler implements is visited; the rest passes this handler by.
    const self = this as AnyChannelHandler & Record<string, unknown>;
    const mask = m.maskOf(inner);
    for (const [name, bit] of DIRECT) {
      if ((mask & bit) === 0) continue;
      const callback = inner[name] as (...args: unknown[]) => unknown;
      self[name] = (...args: unknown[]) => callback.apply(inner, args);
    }
  }

  handlerAdded(ctx: Context): unknown {
    return this.#inner.handlerAdded?.(ctx);
  }
  handlerRemoved(ctx: Context): unknown {
    if (!ctx.channel.isOpen && (this.#busy || this.#queue.length > 0)) {
      this.#queue.push({ event: 'handlerRemoved', argument: undefined });
      return undefined;
    }
    this.#resume(ctx);
    for (const { event, argument } of this.#queue.splice(0)) passOn(ctx, event, argument);
    return this.#inner.handlerRemoved?.(ctx);
  }
  channelRead(ctx: Context, message: unknown): void {
    this.#take(ctx, 'channelRead', message);
  }
  channelReadComplete(ctx: Context): void {
    this.#take(ctx, 'channelReadComplete', undefined);
  }
  userEventTriggered(ctx: Context, event: unknown): void {
    this.#take(ctx, 'userEventTriggered', event);
  }
  channelInactive(ctx: Context): void {
    this.#take(ctx, 'channelInactive', undefined);
  }
  exceptionCaught(ctx: Context, cause: Error): unknown {
    if (this.#inner.exceptionCaught !== undefined) return this.#inner.exceptionCaught(ctx, cause);
    ctx.fireExceptionCaught(cause);
    return undefined;
  }

  /** Input is asked for when there is somebody to take it. */
  read(ctx: Context): unknown {
    if (this.#busy) {
      this.#heldRead = true;
      return undefined;
    }
    return this.#read(ctx);
  }

  #read(ctx: Context): unknown {
    if (this.#inner.read !== undefined) return this.#inner.read(ctx);
    ctx.read();
    return undefined;
  }

  #take(ctx: Context, event: Queued, argument: unknown): void {
    if (this.#busy) this.#queue.push({ event, argument });
    else if (!this.#call(ctx, event, argument)) this.#run(ctx);
  }

  /** Gives events to the handler until one has to be waited for. */
  #run(ctx: Context): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (this.#call(ctx, next.event, next.argument)) return;
    }
    this.#resume(ctx);
  }

  /** Gives one event to the handler; returns whether it has to be waited for. */
  #call(ctx: Context, event: Queued, argument: unknown): boolean {
    const inner = this.#inner as Partial<Record<Queued, (ctx: Context, argument: unknown) => unknown>>;
    let result: unknown;
    this.#busy = true;
    try {
      if (inner[event] === undefined) passOn(ctx, event, argument);
      else result = inner[event](ctx, argument);
    } catch (error) {
      failed(ctx, error);
    }
    if (types.isPromise(result)) {
      this.#wait(ctx, result);
      return true;
    }
    this.#busy = false;
    return false;
  }

  #wait(ctx: Context, result: Promise<unknown>): void {
    const next = (): void => {
      this.#busy = false;
      this.#run(ctx);
    };
    result.then(next, (error: unknown) => {
      failed(ctx, error);
      next();
    });
  }

  #resume(ctx: Context): void {
    if (!this.#heldRead) return;
    this.#heldRead = false;
    this.#read(ctx);
  }
}

/** To the handler itself while it is in the pipeline. */
function failed(ctx: Context, thrown: unknown): void {
  if (ctx.isRemoved) unobservedFailure(ctx.channel, toError(thrown));
  else ctx.invokeExceptionCaught(toError(thrown));
}

function passOn(ctx: Context, event: Queued, argument: unknown): void {
  switch (event) {
    case 'channelRead':
      ctx.fireChannelRead(argument);
      return;
    case 'channelReadComplete':
      ctx.fireChannelReadComplete();
      return;
    case 'userEventTriggered':
      ctx.fireUserEventTriggered(argument);
      return;
    case 'channelInactive':
      ctx.fireChannelInactive();
      return;
    case 'handlerRemoved':
      return;
  }
}

const DIRECT = [
  ['channelRegistered', m.CHANNEL_REGISTERED],
  ['channelUnregistered', m.CHANNEL_UNREGISTERED],
  ['channelActive', m.CHANNEL_ACTIVE],
  ['channelWritabilityChanged', m.CHANNEL_WRITABILITY_CHANGED],
  ['bind', m.BIND],
  ['connect', m.CONNECT],
  ['disconnect', m.DISCONNECT],
  ['close', m.CLOSE],
  ['deregister', m.DEREGISTER],
  ['write', m.WRITE],
  ['flush', m.FLUSH],
] as const;
