import {
  ChannelHandlerAdapter,
  type ChannelHandlerContext,
  type ChannelPromise,
  type HandlerTypes,
  type Pass,
  type ScheduledTask,
  type Typed,
} from '@sluice/core';
import { WriteTimeoutException } from './errors.js';
import { A_MOMENT, guarded, idleTime } from './timing.js';

/** A write that was not done when it was passed on. */
interface PendingWrite {
  readonly promise: ChannelPromise;
  readonly due: number;
  next: PendingWrite | null;
}

/**
 * Fires a {@link WriteTimeoutException} through the pipeline and closes the channel when a write was not completed
 * within a time from the moment it passed this handler; the write itself then fails by the close. Each write has its
 * own deadline. As all deadlines are equally far away, they come due in order, and one timer at the oldest serves all
 * (on sockets up to 10 ms late; it does not keep the process alive). Netty: WriteTimeoutHandler.
 */
export class WriteTimeoutHandler
  extends ChannelHandlerAdapter
  implements Typed<HandlerTypes<Pass, Pass, never>>
{
  declare readonly '~types': HandlerTypes<Pass, Pass, never>;
  /** In ms; 0 when off. */
  readonly timeout: number;
  #first: PendingWrite | null = null;
  #last: PendingWrite | null = null;
  #timer: ScheduledTask | undefined;
  #ctx: ChannelHandlerContext | undefined;
  #fired = false;

  /** `timeout` in ms; 0 or less switches it off. */
  constructor(timeout: number) {
    super();
    this.timeout = idleTime('timeout', timeout);
  }

  /** It only looks on, unless a subclass writes differently. */
  get isTransparent(): boolean {
    return this.write === WriteTimeoutHandler.prototype.write;
  }

  override handlerAdded(ctx: ChannelHandlerContext): unknown {
    this.#ctx = ctx;
    return undefined;
  }

  override handlerRemoved(_ctx: ChannelHandlerContext): unknown {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#first = this.#last = null;
    return undefined;
  }

  write(ctx: ChannelHandlerContext, message: unknown, promise: ChannelPromise): unknown {
    const due = ctx.eventLoop.now + this.timeout;
    ctx.write(message, promise);
    if (this.timeout > 0 && !promise.isDone && !ctx.isRemoved) this.#track(ctx, promise, due);
    return undefined;
  }

  /** Called for each write whose time is up: fires the exception and closes, once. Override to do something else. */
  protected writeTimedOut(ctx: ChannelHandlerContext): unknown {
    if (this.#fired) return undefined;
    this.#fired = true;
    ctx.fireExceptionCaught(
      new WriteTimeoutException(
        `A write to ${String(ctx.channel)} was not completed within ${this.timeout} ms; the channel is closed. ` +
          'The peer does not read, or the write was never flushed.',
      ),
    );
    ctx.close();
    return undefined;
  }

  #track(ctx: ChannelHandlerContext, promise: ChannelPromise, due: number): void {
    // Writes finish in order, so that dropping those at the front keeps the list short without a listener on each.
    this.#dropDone();
    const write: PendingWrite = { promise, due, next: null };
    if (this.#last === null) this.#first = write;
    else this.#last.next = write;
    this.#last = write;
    if (this.#timer === undefined) this.#arm(ctx);
  }

  #dropDone(): void {
    while (this.#first?.promise.isDone) this.#shift(this.#first);
  }

  #shift(first: PendingWrite): void {
    this.#first = first.next;
    if (this.#first === null) this.#last = null;
  }

  #arm(ctx: ChannelHandlerContext): void {
    const first = this.#first;
    if (first !== null) this.#timer = ctx.eventLoop.scheduleCoarse(this.#run, first.due - ctx.eventLoop.now);
  }

  readonly #run = (): void => {
    this.#timer = undefined;
    const ctx = this.#ctx as ChannelHandlerContext;
    const now = ctx.eventLoop.now + A_MOMENT;
    for (let write = this.#first; write !== null && write.due <= now; write = this.#first) {
      this.#shift(write);
      if (!write.promise.isDone) guarded(ctx, () => this.writeTimedOut(ctx));
    }
    this.#dropDone();
    // A write made by a callback above may have armed it.
    if (this.#timer === undefined && !ctx.isRemoved) this.#arm(ctx);
  };
}
