import { types } from 'node:util';
import type { AnyChannelHandler, ChannelInboundHandler } from './ChannelHandler.js';
import type { ChannelHandlerContext, Context } from './ChannelHandlerContext.js';
import { toError } from './errors.js';
import type { SameTypes } from './HandlerTypes.js';

/**
 * Wraps a handler whose `channelRead` awaits: it gets one message at a time, in order, and while it is busy the channel
 * does not read. Messages that a decoder had already cut from the same bytes wait in a queue, which is bounded by what
 * one read can hold. `channelReadComplete`, user events and `channelInactive` keep their place behind the messages.
 */
export function serial<H extends ChannelInboundHandler>(inner: H): AnyChannelHandler & SameTypes<H> {
  return new SerialHandler(inner as AnyChannelHandler) as AnyChannelHandler as AnyChannelHandler &
    SameTypes<H>;
}

type Job = (ctx: Context) => unknown;

class SerialHandler implements AnyChannelHandler {
  readonly #inner: AnyChannelHandler;
  readonly #queue: Job[] = [];
  #busy = false;
  /** Whether we were the one that turned reading off. */
  #paused = false;

  constructor(inner: AnyChannelHandler) {
    this.#inner = inner;
    // Only what the inner handler implements is visited; the rest passes this handler by.
    const self = this as AnyChannelHandler & Record<string, unknown>;
    for (const name of DIRECT) {
      const callback = inner[name] as ((...args: unknown[]) => unknown) | undefined;
      if (typeof callback === 'function') self[name] = (...args: unknown[]) => callback.apply(inner, args);
    }
  }

  handlerAdded(ctx: Context): unknown {
    return this.#inner.handlerAdded?.(ctx);
  }
  handlerRemoved(ctx: Context): unknown {
    this.#resume(ctx);
    return this.#inner.handlerRemoved?.(ctx);
  }
  channelRead(ctx: Context, message: unknown): void {
    this.#enqueue(ctx, () => {
      if (this.#inner.channelRead !== undefined) return this.#inner.channelRead(ctx, message);
      ctx.fireChannelRead(message);
      return undefined;
    });
  }
  channelReadComplete(ctx: Context): void {
    this.#enqueue(ctx, () => {
      if (this.#inner.channelReadComplete !== undefined) return this.#inner.channelReadComplete(ctx);
      ctx.fireChannelReadComplete();
      return undefined;
    });
  }
  userEventTriggered(ctx: Context, event: unknown): void {
    this.#enqueue(ctx, () => {
      if (this.#inner.userEventTriggered !== undefined) return this.#inner.userEventTriggered(ctx, event);
      ctx.fireUserEventTriggered(event);
      return undefined;
    });
  }
  channelInactive(ctx: Context): void {
    this.#enqueue(ctx, () => {
      if (this.#inner.channelInactive !== undefined) return this.#inner.channelInactive(ctx);
      ctx.fireChannelInactive();
      return undefined;
    });
  }
  exceptionCaught(ctx: Context, cause: Error): unknown {
    if (this.#inner.exceptionCaught !== undefined) return this.#inner.exceptionCaught(ctx, cause);
    ctx.fireExceptionCaught(cause);
    return undefined;
  }

  #enqueue(ctx: Context, job: Job): void {
    this.#queue.push(job);
    if (!this.#busy) this.#run(ctx);
  }

  /** Runs jobs until one has to be waited for. */
  #run(ctx: Context): void {
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      let result: unknown;
      try {
        this.#busy = true;
        result = job(ctx);
      } catch (error) {
        ctx.invokeExceptionCaught(toError(error));
      } finally {
        this.#busy = false;
      }
      if (types.isPromise(result)) {
        this.#wait(ctx, result);
        return;
      }
    }
    this.#resume(ctx);
  }

  #wait(ctx: Context, result: Promise<unknown>): void {
    this.#busy = true;
    if (!this.#paused && ctx.channel.config.autoRead) {
      this.#paused = true;
      ctx.channel.config.autoRead = false;
    }
    const next = (): void => {
      this.#busy = false;
      this.#run(ctx);
    };
    result.then(next, (error: unknown) => {
      ctx.invokeExceptionCaught(toError(error));
      next();
    });
  }

  #resume(ctx: ChannelHandlerContext): void {
    if (!this.#paused) return;
    this.#paused = false;
    ctx.channel.config.autoRead = true;
  }
}

const DIRECT = [
  'channelRegistered',
  'channelUnregistered',
  'channelActive',
  'channelWritabilityChanged',
  'bind',
  'connect',
  'disconnect',
  'close',
  'deregister',
  'read',
  'write',
  'flush',
] as const;
