import {
  ChannelDuplexHandler,
  type ChannelFutureListener,
  ChannelHandlerAdapter,
  type ChannelHandlerContext,
  type ChannelPromise,
  type EventLoop,
  type HandlerTypes,
  type Pass,
  type ScheduledTask,
  type Typed,
} from '@sluice/core';
import { type IdleState, IdleStateEvent } from './IdleStateEvent.js';
import { A_MOMENT, guarded, idleTime } from './timing.js';

/** Times in ms; 0, a negative number or leaving one out switches it off, the smallest is 1. */
export interface IdleStateOptions {
  /** `READER_IDLE` after this long without a read. */
  readonly readerIdle?: number;
  /** `WRITER_IDLE` after this long without a completed write. */
  readonly writerIdle?: number;
  /** `ALL_IDLE` after this long without either. */
  readonly allIdle?: number;
  /**
   * Hold `WRITER_IDLE` and `ALL_IDLE` back while the bytes of a pending write still move (default false): a slow peer
   * is then not a silent one. The first event of a silence is fired all the same.
   */
  readonly observeOutput?: boolean;
}

const CREATED = 0;
const STARTED = 1;
const STOPPED = 2;

const READER = 0;
const WRITER = 1;
const ALL = 2;
type Kind = typeof READER | typeof WRITER | typeof ALL;

/**
 * Fires an {@link IdleStateEvent} as a user event when nothing was read, written, or either, for a time; again after
 * each further such time, until there is traffic. It reports silence, it closes nothing.
 *
 * - The read clock is set by `channelReadComplete`, and while a batch of reads is under way nothing is idle. The write
 *   clock is set when the future of a write is done, well or badly: a `write` that nobody flushes is no traffic.
 * - **Position**: it sees what passes it. First in the pipeline it counts raw bytes, so that a peer that sends one byte
 *   a second is never idle; behind the frame decoder it counts messages. A handler before it that swallows messages
 *   starves it.
 * - **Exactness**: to the millisecond, same-instant events in Netty's order, where time is virtual
 *   (`EmbeddedChannel`); on sockets an event comes up to one tick (10 ms) late, never early. Its deadline does not keep
 *   the process alive.
 * - Traffic moves no timer: it stores the time. The channel has one timer, at the nearest of the three deadlines.
 *
 * It works for one connection: use a new instance for each channel. Netty: IdleStateHandler.
 */
export class IdleStateHandler
  extends ChannelHandlerAdapter
  implements Typed<HandlerTypes<Pass, Pass, never>>
{
  declare readonly '~types': HandlerTypes<Pass, Pass, never>;
  /** In ms; 0 when off. */
  readonly readerIdle: number;
  /** In ms; 0 when off. */
  readonly writerIdle: number;
  /** In ms; 0 when off. */
  readonly allIdle: number;
  readonly #observeOutput: boolean;

  #state: typeof CREATED | typeof STARTED | typeof STOPPED = CREATED;
  #ctx: ChannelHandlerContext | undefined;
  #loop: EventLoop | undefined;
  #timer: ScheduledTask | undefined;

  #reading = false;
  #lastRead = 0;
  #lastWrite = 0;
  #firstReader = true;
  #firstWriter = true;
  #firstAll = true;

  /** When each of Netty's three timers would run, and the order in which they were set, which decides ties. */
  readonly #due: [number, number, number] = [Infinity, Infinity, Infinity];
  readonly #order: [number, number, number] = [0, 0, 0];
  #sequence = 0;

  /** What the pending writes looked like at the last check; see `observeOutput`. */
  #checkedWrite: number = Number.NaN;
  #checkedEntry: object | null = null;
  #checkedPending = 0;
  #checkedProgress = 0;

  /** Throws `RangeError` (`ERR_OUT_OF_RANGE`) or `TypeError` for a time that is no number. */
  constructor(options: IdleStateOptions = {}) {
    super();
    this.readerIdle = idleTime('readerIdle', options.readerIdle);
    this.writerIdle = idleTime('writerIdle', options.writerIdle);
    this.allIdle = idleTime('allIdle', options.allIdle);
    this.#observeOutput = options.observeOutput ?? false;
    this.#skipUnused();
  }

  /** A direction that nobody watches is not visited: the adapter's methods count as missing. */
  #skipUnused(): void {
    const own = IdleStateHandler.prototype;
    const passing = ChannelDuplexHandler.prototype;
    if (this.writerIdle === 0 && this.allIdle === 0 && this.write === own.write) this.write = passing.write;
    if (this.readerIdle > 0 || this.allIdle > 0) return;
    if (this.channelRead === own.channelRead) this.channelRead = passing.channelRead;
    if (this.channelReadComplete === own.channelReadComplete)
      this.channelReadComplete = passing.channelReadComplete;
  }

  /** An event is due; fires it. Override to act on it instead. What it throws goes to the next `exceptionCaught`. */
  protected channelIdle(ctx: ChannelHandlerContext, event: IdleStateEvent): unknown {
    ctx.fireUserEventTriggered(event);
    return undefined;
  }

  /** The event for a state; override to fire one that carries more. */
  protected newIdleStateEvent(state: IdleState, isFirst: boolean): IdleStateEvent {
    return IdleStateEvent.of(state, isFirst);
  }

  /** Counts as a read now: the reader's and the common silence begin anew. */
  resetReadTimeout(): void {
    if (this.#loop === undefined) return;
    this.#lastRead = this.#loop.now;
    this.#reading = false;
    this.#firstReader = this.#firstAll = true;
  }

  /** Counts as a completed write now: the writer's and the common silence begin anew. */
  resetWriteTimeout(): void {
    if (this.#loop === undefined) return;
    this.#lastWrite = this.#loop.now;
    this.#firstWriter = this.#firstAll = true;
  }

  // ---- events ----------------------------------------------------------------------------------------------------

  /** It only looks on, unless a subclass writes differently. */
  get isTransparent(): boolean {
    return this.write === IdleStateHandler.prototype.write;
  }

  override handlerAdded(ctx: ChannelHandlerContext): unknown {
    // Added later than `channelActive`, which it will not hear then.
    if (ctx.channel.isActive && ctx.channel.isRegistered) this.#start(ctx);
    return undefined;
  }

  override handlerRemoved(_ctx: ChannelHandlerContext): unknown {
    this.#stop();
    return undefined;
  }

  channelRegistered(ctx: ChannelHandlerContext): unknown {
    if (ctx.channel.isActive) this.#start(ctx);
    ctx.fireChannelRegistered();
    return undefined;
  }

  channelActive(ctx: ChannelHandlerContext): unknown {
    this.#start(ctx);
    ctx.fireChannelActive();
    return undefined;
  }

  channelInactive(ctx: ChannelHandlerContext): unknown {
    this.#stop();
    ctx.fireChannelInactive();
    return undefined;
  }

  channelRead(ctx: ChannelHandlerContext, message: unknown): unknown {
    if (this.readerIdle > 0 || this.allIdle > 0) {
      this.#reading = true;
      this.#firstReader = this.#firstAll = true;
    }
    ctx.fireChannelRead(message);
    return undefined;
  }

  channelReadComplete(ctx: ChannelHandlerContext): unknown {
    // It may come without a read, which is then no sign of life.
    if (this.#reading) {
      this.#lastRead = ctx.eventLoop.now;
      this.#reading = false;
    }
    ctx.fireChannelReadComplete();
    return undefined;
  }

  write(ctx: ChannelHandlerContext, message: unknown, promise: ChannelPromise): unknown {
    ctx.write(message, promise);
    if (this.writerIdle > 0 || this.allIdle > 0) promise.addPassiveListener(this.#written);
    return undefined;
  }

  /** One listener for all writes. */
  readonly #written: ChannelFutureListener = (future) => {
    this.#lastWrite = future.channel.eventLoop.now;
    this.#firstWriter = this.#firstAll = true;
  };

  // ---- time ------------------------------------------------------------------------------------------------------

  #start(ctx: ChannelHandlerContext): void {
    // Never again after a stop: an event that comes late must not revive the timers of a dead connection.
    if (this.#state !== CREATED) return;
    this.#state = STARTED;
    this.#ctx = ctx;
    this.#loop = ctx.eventLoop;
    if (this.#observeOutput) this.#noteOutput(ctx);
    this.#lastRead = this.#lastWrite = this.#loop.now;
    if (this.readerIdle > 0) this.#plan(READER, this.readerIdle);
    if (this.writerIdle > 0) this.#plan(WRITER, this.writerIdle);
    if (this.allIdle > 0) this.#plan(ALL, this.allIdle);
    this.#arm(this.#loop);
  }

  #stop(): void {
    this.#state = STOPPED;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #plan(kind: Kind, delay: number): void {
    this.#due[kind] = (this.#loop as EventLoop).now + delay;
    this.#order[kind] = this.#sequence++;
  }

  #nearest(): Kind {
    const first = this.#isBefore(WRITER, READER) ? WRITER : READER;
    return this.#isBefore(ALL, first) ? ALL : first;
  }

  #isBefore(a: Kind, b: Kind): boolean {
    const earlier = this.#due[b] - this.#due[a];
    return Math.abs(earlier) < A_MOMENT ? this.#order[a] < this.#order[b] : earlier > 0;
  }

  #arm(loop: EventLoop): void {
    const due = this.#due[this.#nearest()];
    if (due !== Infinity) this.#timer = loop.scheduleCoarse(this.#run, due - loop.now);
  }

  readonly #run = (): void => {
    this.#timer = undefined;
    const ctx = this.#ctx as ChannelHandlerContext;
    const loop = this.#loop as EventLoop;
    // Fixed for this run: callbacks slower than the times set here must not keep it from ending.
    const now = loop.now;
    for (let kind = this.#nearest(); this.#due[kind] <= now + A_MOMENT; kind = this.#nearest()) {
      if (this.#state !== STARTED || !ctx.channel.isOpen) return;
      this.#expire(kind, ctx, loop.now);
    }
    if (this.#state === STARTED && ctx.channel.isOpen) this.#arm(loop);
  };

  /** The timer of `kind` runs: either there was traffic and it waits for the rest, or the event is due. */
  #expire(kind: Kind, ctx: ChannelHandlerContext, now: number): void {
    const period = kind === READER ? this.readerIdle : kind === WRITER ? this.writerIdle : this.allIdle;
    const since =
      kind === READER
        ? this.#lastRead
        : kind === WRITER
          ? this.#lastWrite
          : Math.max(this.#lastRead, this.#lastWrite);
    const rest = kind !== WRITER && this.#reading ? period : period - (now - since);
    if (rest > A_MOMENT) {
      this.#plan(kind, rest);
      return;
    }
    this.#plan(kind, period);
    const isFirst = this.#takeFirst(kind);
    guarded(ctx, () => {
      if (kind !== READER && this.#observeOutput && this.#outputChanged(ctx, isFirst)) return undefined;
      return this.channelIdle(ctx, this.newIdleStateEvent(STATES[kind], isFirst));
    });
  }

  #takeFirst(kind: Kind): boolean {
    let isFirst: boolean;
    if (kind === READER) {
      isFirst = this.#firstReader;
      this.#firstReader = false;
    } else if (kind === WRITER) {
      isFirst = this.#firstWriter;
      this.#firstWriter = false;
    } else {
      isFirst = this.#firstAll;
      this.#firstAll = false;
    }
    return isFirst;
  }

  // ---- observeOutput ---------------------------------------------------------------------------------------------

  #noteOutput(ctx: ChannelHandlerContext): void {
    const buffer = ctx.channel.outboundBuffer;
    if (buffer === null) return;
    this.#checkedEntry = buffer.first;
    this.#checkedPending = buffer.totalPendingWriteBytes;
    this.#checkedProgress = buffer.currentProgress;
  }

  /** Whether bytes have left since the last check. It is asked on the first event too, to note where things stand. */
  #outputChanged(ctx: ChannelHandlerContext, isFirst: boolean): boolean {
    if (this.#checkedWrite !== this.#lastWrite) {
      // A write was completed since: something moves.
      this.#checkedWrite = this.#lastWrite;
      if (!isFirst) return true;
    }
    const buffer = ctx.channel.outboundBuffer;
    if (buffer === null) return false;
    if (buffer.first !== this.#checkedEntry || buffer.totalPendingWriteBytes !== this.#checkedPending) {
      this.#checkedEntry = buffer.first;
      this.#checkedPending = buffer.totalPendingWriteBytes;
      if (!isFirst) return true;
    }
    if (buffer.currentProgress !== this.#checkedProgress) {
      this.#checkedProgress = buffer.currentProgress;
      return !isFirst;
    }
    return false;
  }
}

const STATES: readonly [IdleState, IdleState, IdleState] = ['READER_IDLE', 'WRITER_IDLE', 'ALL_IDLE'];
