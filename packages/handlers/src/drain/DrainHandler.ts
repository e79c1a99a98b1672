import {
  AttributeKey,
  ChannelHandlerAdapter,
  type ChannelHandlerContext,
  getLogger,
  type HandlerTypes,
  IllegalStateException,
  type Pass,
  type ScheduledTask,
  ServerShutdownEvent,
  type Typed,
  type Untyped,
} from '@sluice/core';
import { setCloseReason } from '../close/CloseReason.js';
import { closeWith } from '../close/closeWith.js';
import { DrainEvent } from './DrainEvent.js';
import type { DrainOptions, DrainRequest } from './DrainOptions.js';

/** How often `hasWork` is asked, in ms. */
const POLL = 25;
/** How long the peer may take to end its side of a connection whose work is done, in ms. */
const FAREWELL = 1000;

/**
 * Ends a server's connection without cutting off what is under way: sends the protocol's go-away message with a random time
 * to come back after, fires a `DrainEvent` so that no new work begins, waits until no work is left, then ends the
 * connection as `draining`. At the end of the grace it is closed in any case.
 *
 * A drain begins by core's `shutdownGracefully(server)`, whose time limit holds then (a tenth of it is left for closing),
 * or by `drain(channels)`. Stands behind the codec, so that the go-away message is encoded. Business handlers tell it
 * of work under way:
 *
 * ```ts
 * const draining = ctx.attr(DRAIN).get();
 * draining?.busy();
 * void answer(request).finally(() => draining?.done());
 * ```
 *
 * It works for one connection: use a new instance for each channel.
 */
export class DrainHandler<Message = Untyped>
  extends ChannelHandlerAdapter
  implements Typed<HandlerTypes<Pass, Pass, Message>>
{
  declare readonly '~types': HandlerTypes<Pass, Pass, Message>;
  readonly #options: DrainOptions<Message>;
  #ctx: ChannelHandlerContext | undefined;
  #inFlight = 0;
  #worked: Promise<void> | undefined;
  #finish: () => void = () => {};
  #timer: ScheduledTask | undefined;
  /** The earliest and the latest end. */
  #earliest = 0;
  #deadline = 0;

  /** Without options it sends no go-away message. */
  constructor(options: DrainOptions<Message> = {}) {
    super();
    this.#options = options;
  }

  /** Whether the channel is to end: new work should be refused. */
  get isDraining(): boolean {
    return this.#worked !== undefined;
  }

  /** How much work is under way: each `busy` without its `done`. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Work has begun. */
  busy(): void {
    this.#inFlight++;
  }

  /**
   * Work is done: its last answer was written.
   * @throws IllegalStateException when there was no `busy` for it
   */
  done(): void {
    if (this.#inFlight === 0) throw new IllegalStateException('done() was called more often than busy()');
    this.#inFlight--;
    if (this.#inFlight === 0 && this.isDraining) this.#check();
  }

  /** Drains and closes the channel. Resolves when it is closed; never rejects. A second call joins the first. */
  async drain(request: DrainRequest = {}): Promise<void> {
    const ctx = this.#ctx;
    if (ctx === undefined || !ctx.channel.isOpen) return;
    await this.#begin(ctx, request, Infinity);
    const left = this.#deadline - ctx.eventLoop.now;
    await closeWith(ctx.channel, 'draining', undefined, Math.max(0, Math.min(FAREWELL, left)));
  }

  // ---- events ----------------------------------------------------------------------------------------------------

  override handlerAdded(ctx: ChannelHandlerContext): unknown {
    this.#ctx = ctx;
    ctx.attr(DRAIN).setIfAbsent(this as DrainHandler);
    return undefined;
  }

  override handlerRemoved(ctx: ChannelHandlerContext): unknown {
    ctx.attr(DRAIN).compareAndSet(this as DrainHandler, undefined);
    this.#end();
    return undefined;
  }

  channelInactive(ctx: ChannelHandlerContext): unknown {
    this.#end();
    ctx.fireChannelInactive();
    return undefined;
  }

  userEventTriggered(ctx: ChannelHandlerContext, event: unknown): unknown {
    if (event instanceof ServerShutdownEvent) {
      const limit = (event.deadline - ctx.eventLoop.now) * 0.9;
      event.waitUntil(this.#begin(ctx, { reason: 'shutdown' }, limit));
    }
    ctx.fireUserEventTriggered(event);
    return undefined;
  }

  // ---- the drain -------------------------------------------------------------------------------------------------

  /** Resolves when the work is done, the grace is over, or the channel is gone. */
  #begin(ctx: ChannelHandlerContext, request: DrainRequest, limit: number): Promise<void> {
    if (this.#worked !== undefined) return this.#worked;
    const { grace = 10_000, spread = 0, linger = 100 } = { ...this.#options, ...request };
    const { now } = ctx.eventLoop;
    const after = Math.floor((this.#options.random ?? Math.random)() * spread);
    this.#deadline = now + Math.min(grace, limit);
    this.#earliest = Math.min(this.#deadline, now + after + linger);
    this.#worked = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#sendGoAway(ctx, after, request.reason);
    ctx.fireUserEventTriggered(new DrainEvent(this.#deadline, after, request.reason));
    this.#check();
    return this.#worked;
  }

  #sendGoAway(ctx: ChannelHandlerContext, after: number, reason: string | undefined): void {
    try {
      const message = this.#options.goAway?.({ after, reason }, ctx.channel);
      if (message !== undefined) ctx.writeAndFlush(message);
    } catch (err) {
      getLogger().warn({ err }, `goAway() threw; ${String(ctx.channel)} is drained without a message`);
    }
  }

  readonly #check = (): void => {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { channel, eventLoop } = this.#ctx as ChannelHandlerContext;
    const { now } = eventLoop;
    const isPolled = this.#options.hasWork?.(channel) === true;
    const isWorking = this.#inFlight > 0 || isPolled;
    if (!channel.isOpen || now >= this.#deadline || (!isWorking && now >= this.#earliest)) {
      this.#end();
      return;
    }
    const next = now < this.#earliest && !isWorking ? this.#earliest : this.#deadline;
    const delay = this.#options.hasWork === undefined ? next - now : Math.min(POLL, next - now);
    this.#timer = eventLoop.schedule(this.#check, delay);
  };

  #end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#worked === undefined) return;
    // Whoever closes now, core's shutdown for instance, closes for this reason.
    const { channel } = this.#ctx as ChannelHandlerContext;
    if (channel.isOpen) setCloseReason(channel, 'draining');
    this.#finish();
  }
}

/** The `DrainHandler` of a channel, while it is in the pipeline: to tell it of work, and to ask whether it drains. */
export const DRAIN: AttributeKey<DrainHandler> = AttributeKey.valueOf<DrainHandler>('sluice.drain');
