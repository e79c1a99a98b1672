import { IllegalStateException } from '../util/errors.js';
import { checkInterval, type EventLoop, type ScheduledTask, type Ticker } from './EventLoop.js';

/** Tasks done that the queue may still hold. */
const MAX_DONE = 10_000;

class EmbeddedTask implements ScheduledTask {
  isCancelled = false;
  isDone = false;
  constructor(
    readonly run: () => void,
    public at: number,
    readonly id: number,
    readonly period: number,
    readonly fixedRate: boolean,
    readonly loop: EmbeddedEventLoop,
  ) {}
  cancel(): boolean {
    if (this.isDone) return false;
    this.isDone = true;
    this.isCancelled = true;
    this.loop.drop(this);
    return true;
  }
}

/**
 * A loop that runs when it is told to. Its clock follows real time until it is frozen; frozen, it only moves by
 * `advanceTimeBy`, which makes idle and heartbeat tests exact and instant.
 * Netty: EmbeddedEventLoop with its FreezableTicker.
 */
export class EmbeddedEventLoop implements EventLoop {
  readonly inEventLoop: boolean = true;
  #tasks: (() => void)[] = [];
  /** Of the next task; taking each off the front of a long array would cost quadratic time. */
  #position = 0;
  #scheduled: EmbeddedTask[] = [];
  #sequence = 0;
  /** Subtracted from the real clock: what was spent frozen, less what was advanced. */
  #offset: number = performance.now();
  #frozenAt: number | undefined;

  readonly #ticker: Ticker | undefined;

  /** With a `ticker`, its time is the loop's, and only its owner can move it. */
  constructor(ticker?: Ticker) {
    this.#ticker = ticker;
  }

  get now(): number {
    return this.#ticker?.now ?? this.#frozenAt ?? performance.now() - this.#offset;
  }

  /** Timers that wait. */
  get scheduledTasks(): number {
    return this.#scheduled.length;
  }

  /** Whether a task is ready to run now. */
  get hasPendingTasks(): boolean {
    return this.#position < this.#tasks.length || this.nextDelay() === 0;
  }

  execute(task: () => void): void {
    this.#tasks.push(task);
  }

  schedule(task: () => void, delay: number): ScheduledTask {
    return this.#add(task, delay, 0, false);
  }

  scheduleAtFixedRate(task: () => void, initialDelay: number, period: number): ScheduledTask {
    return this.#add(task, initialDelay, checkInterval('period', period), true);
  }

  scheduleWithFixedDelay(task: () => void, initialDelay: number, delay: number): ScheduledTask {
    return this.#add(task, initialDelay, checkInterval('delay', delay), false);
  }

  scheduleCoarse(task: () => void, delay: number): ScheduledTask {
    return this.#add(task, delay, 0, false);
  }

  /** At the same virtual time, after the timers that are due then: one of them may stand for input that has arrived. */
  afterPoll(task: () => void): void {
    this.#add(task, 0, 0, false);
  }

  #add(run: () => void, delay: number, period: number, fixedRate: boolean): ScheduledTask {
    const task = new EmbeddedTask(
      run,
      this.now + (Math.max(0, delay) || 0),
      this.#sequence++,
      period,
      fixedRate,
      this,
    );
    this.#insert(task);
    return task;
  }

  /** Sorted by time, then by creation, as Netty's scheduled queue is. */
  #insert(task: EmbeddedTask): void {
    const list = this.#scheduled;
    let low = 0;
    let high = list.length;
    while (low < high) {
      const mid = (low + high) >>> 1;
      const other = list[mid] as EmbeddedTask;
      if (other.at < task.at || (other.at === task.at && other.id < task.id)) low = mid + 1;
      else high = mid;
    }
    list.splice(low, 0, task);
  }

  /** @internal */
  drop(task: EmbeddedTask): void {
    const i = this.#scheduled.indexOf(task);
    if (i >= 0) this.#scheduled.splice(i, 1);
  }

  /** Runs all tasks that `execute` queued, and those they queue. What one throws is thrown. */
  runTasks(): void {
    while (this.#position < this.#tasks.length) {
      const task = this.#tasks[this.#position++] as () => void;
      if (this.#position === this.#tasks.length || this.#position === MAX_DONE) {
        this.#tasks.splice(0, this.#position);
        this.#position = 0;
      }
      task();
    }
  }

  /** Runs the timers that are due. Returns the ms until the next one, or -1 when none waits. */
  runScheduledTasks(): number {
    const now = this.now;
    for (;;) {
      const task = this.#scheduled[0];
      if (task === undefined || task.at > now) return this.nextDelay();
      this.#scheduled.shift();
      if (task.period <= 0) task.isDone = true;
      try {
        task.run();
      } catch (error) {
        task.isDone = true;
        throw error;
      }
      if (task.isDone) continue;
      task.at = task.fixedRate ? task.at + task.period : this.now + task.period;
      this.#insert(task);
    }
  }

  /** Milliseconds until the next timer, 0 if one is due, -1 if none waits. */
  nextDelay(): number {
    const task = this.#scheduled[0];
    return task === undefined ? -1 : Math.max(0, task.at - this.now);
  }

  /** Cancels every timer. */
  cancelScheduledTasks(): void {
    for (const task of this.#scheduled) {
      task.isDone = true;
      task.isCancelled = true;
    }
    this.#scheduled = [];
  }

  #checkOwnClock(): void {
    if (this.#ticker === undefined) return;
    throw new IllegalStateException(
      'EmbeddedChannel constructed with custom ticker, time manipulation methods are unavailable. ' +
        'Move the clock that was given as ticker.',
    );
  }

  /**
   * Stops the clock, at the next whole millisecond: sums of whole delays are exact from there, and a timer at the end of
   * several is not missed by a rounding error. Throws `IllegalStateException` with a clock of somebody else's, as do the
   * following.
   */
  freezeTime(): void {
    this.#checkOwnClock();
    this.#frozenAt ??= Math.ceil(this.now);
  }

  /** Lets the clock run on from where it stands. */
  unfreezeTime(): void {
    this.#checkOwnClock();
    if (this.#frozenAt === undefined) return;
    this.#offset = performance.now() - this.#frozenAt;
    this.#frozenAt = undefined;
  }

  /**
   * Freezes the clock and moves it to the next timer, if that is due by `end`. To its very time: a sum of differences
   * could miss it by a rounding error. Returns whether there was one.
   */
  advanceToNext(end: number): boolean {
    this.freezeTime();
    const next = this.#scheduled[0];
    if (next === undefined || next.at > end) return false;
    this.#frozenAt = Math.max(next.at, this.now);
    return true;
  }

  /** Moves the clock forward by `ms`; runs nothing by itself. */
  advanceTimeBy(ms: number): void {
    this.#checkOwnClock();
    if (this.#frozenAt !== undefined) this.#frozenAt += ms;
    else this.#offset -= ms;
  }
}
