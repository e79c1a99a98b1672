import {
  type ChannelHandlerContext,
  type EventLoop,
  type Passing,
  PassThroughHandler,
  type ScheduledTask,
} from '@sluice/core';
import { closeBecause } from '../close/CloseReason.js';
import { ReadDemand } from '../heartbeat/ReadDemand.js';
import type { TimeoutException } from '../timeout/errors.js';
import { A_MOMENT } from '../timeout/timing.js';
import { stallOf } from './limits.js';

const CREATED = 0;
const STARTED = 1;
const STOPPED = 2;

/**
 * Closes the channel when something did not arrive by a deadline. A verdict, so our own stalls are not held against the
 * peer: before it, what lies in the socket is read; when the timer is far too late, or this side does not read, the time
 * begins anew. Traffic moves no timer: when the timer runs, it is set again for the deadline that holds then.
 *
 * The base of `IdleCloseHandler`, `FirstMessageTimeoutHandler` and `FrameTimeoutHandler`, and of deadlines of your own. It
 * works for one connection.
 */
export abstract class DeadlineHandler extends PassThroughHandler {
  readonly #stall: number;
  readonly #demand = new ReadDemand();
  /** The present batch of reads has brought a message. */
  #gotMessage = false;
  #state: typeof CREATED | typeof STARTED | typeof STOPPED = CREATED;
  #ctx: ChannelHandlerContext | undefined;
  #timer: ScheduledTask | undefined;
  #timerDue = 0;

  /** `limit` in ms: what the deadline is made of. */
  constructor(limit: number) {
    super();
    this.#stall = stallOf(limit);
  }

  /** When the channel is to be closed, on the event loop's clock; `Infinity`: not at present. */
  protected abstract get due(): number;
  /** The time begins at `now`. */
  protected abstract begin(now: number): void;
  /** What is to be said when it is over. */
  protected abstract overdue(ctx: ChannelHandlerContext): TimeoutException;

  // ---- events ----------------------------------------------------------------------------------------------------

  override handlerAdded(ctx: ChannelHandlerContext): unknown {
    if (ctx.channel.isActive && ctx.channel.isRegistered) this.#start(ctx);
    return undefined;
  }

  override handlerRemoved(_ctx: ChannelHandlerContext): unknown {
    this.#stop();
    return undefined;
  }

  override channelActive(ctx: ChannelHandlerContext<Passing, Passing>): unknown {
    this.#start(ctx as ChannelHandlerContext);
    ctx.fireChannelActive();
    return undefined;
  }

  override channelInactive(ctx: ChannelHandlerContext<Passing, Passing>): unknown {
    this.#stop();
    ctx.fireChannelInactive();
    return undefined;
  }

  override channelRead(ctx: ChannelHandlerContext<Passing, Passing>, message: Passing): unknown {
    this.#gotMessage = true;
    ctx.fireChannelRead(message);
    return undefined;
  }

  override channelReadComplete(ctx: ChannelHandlerContext<Passing, Passing>): unknown {
    this.#demand.endOfBatch(this.#gotMessage);
    this.#gotMessage = false;
    ctx.fireChannelReadComplete();
    return undefined;
  }

  override read(ctx: ChannelHandlerContext<Passing, Passing>): unknown {
    this.#demand.ask(ctx.channel, this.#gotMessage);
    ctx.read();
    return undefined;
  }

  // ---- time ------------------------------------------------------------------------------------------------------

  #start(ctx: ChannelHandlerContext): void {
    // Never again after a stop: an event that comes late must not revive the timer of a dead connection.
    if (this.#state !== CREATED) return;
    this.#state = STARTED;
    this.#ctx = ctx;
    this.#demand.ask(ctx.channel, false);
    this.begin(ctx.eventLoop.now);
    this.arm(ctx.eventLoop);
  }

  #stop(): void {
    this.#state = STOPPED;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Sets the timer, unless one runs that is early enough. */
  protected arm(loop: EventLoop): void {
    const { due } = this;
    if (due === Infinity || this.#state !== STARTED) return;
    if (this.#timer !== undefined) {
      if (this.#timerDue <= due) return;
      this.#timer.cancel();
    }
    this.#timerDue = due;
    this.#timer = loop.scheduleCoarse(this.#wake, due - loop.now);
  }

  readonly #wake = (): void => {
    this.#timer = undefined;
    const { eventLoop } = this.#ctx as ChannelHandlerContext;
    const { now } = eventLoop;
    if (this.due !== Infinity && now - this.#timerDue > this.#stall) this.begin(now);
    if (this.due <= now + A_MOMENT) eventLoop.afterPoll(this.#judge);
    else this.arm(eventLoop);
  };

  readonly #judge = (): void => {
    const ctx = this.#ctx as ChannelHandlerContext;
    if (this.#state !== STARTED || !ctx.channel.isOpen) return;
    const { now } = ctx.eventLoop;
    if (!this.#demand.isReading(ctx.channel)) this.begin(now);
    if (this.due > now + A_MOMENT) {
      this.arm(ctx.eventLoop);
      return;
    }
    this.#stop();
    closeBecause(ctx, 'idle', this.overdue(ctx));
  };
}
