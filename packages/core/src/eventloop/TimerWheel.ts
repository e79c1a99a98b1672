import { IllegalStateException, outOfRange, RejectedExecutionException } from '../util/errors.js';
import { getLogger, logRejection } from '../util/logger.js';
import type { ScheduledTask } from './EventLoop.js';

type Node = WheelTask | Bucket;

/** A task in a bucket: an entry of a doubly linked ring whose anchor is the bucket. */
class WheelTask implements ScheduledTask {
  prev: Node | null = null;
  next: Node | null = null;
  bucket: Bucket | null = null;
  run: (() => void) | null;
  isCancelled = false;
  constructor(run: () => void) {
    this.run = run;
  }
  get isDone(): boolean {
    return this.run === null;
  }
  cancel(): boolean {
    if (this.run === null) return false;
    this.run = null;
    this.isCancelled = true;
    this.bucket?.remove(this);
    return true;
  }
}

/** All tasks that are due at one tick. */
class Bucket {
  prev: Node = this;
  next: Node = this;
  readonly wheel: TimerWheel;
  readonly tick: number;
  constructor(wheel: TimerWheel, tick: number) {
    this.wheel = wheel;
    this.tick = tick;
  }
  add(task: WheelTask): void {
    const last = this.prev;
    task.prev = last;
    task.next = this;
    task.bucket = this;
    last.next = task;
    this.prev = task;
  }
  remove(task: WheelTask): void {
    (task.prev as Node).next = task.next as Node;
    (task.next as Node).prev = task.prev as Node;
    task.prev = task.next = task.bucket = null;
    this.wheel.left();
  }
  shift(): WheelTask | null {
    const first = this.next;
    if (first === this) return null;
    this.remove(first as WheelTask);
    return first as WheelTask;
  }
}

/** The runtime's clock and one-shot timer, replaceable by tests. */
export interface WheelClock {
  /** Milliseconds; never jumps. */
  now(): number;
  /** Calls `fire` once after `delay` ms; returns what `clear` takes. */
  set(fire: () => void, delay: number): unknown;
  /** Stops a timer that `set` made. */
  clear(timer: unknown): void;
}

const nodeClock: WheelClock = {
  now: () => performance.now(),
  set: (fire, delay) => setTimeout(fire, delay).unref(),
  clear: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** How a {@link TimerWheel} is made. */
export interface TimerWheelOptions {
  /** Milliseconds to which deadlines are rounded up. Default 10. */
  readonly tick?: number;
  /** Tasks that may wait at a time; more are refused. Default `Infinity`. */
  readonly maxPending?: number;
  /** Told what a task throws. Default: a warning in the log. */
  readonly onError?: (error: unknown) => void;
  /** Default: the runtime's. Its timer does not keep the process alive. */
  readonly clock?: WheelClock;
}

/**
 * Deadlines of many connections behind one runtime timer. Deadlines are rounded up to a tick and share a bucket with
 * all others of that tick; a heap orders the few distinct ticks, so nothing runs while nothing is due. A task never runs
 * early. `eventLoop.scheduleCoarse` uses one that all channels share; make your own for another tick or for a limit.
 * Netty: HashedWheelTimer (which polls each tick).
 */
export class TimerWheel {
  readonly #tick: number;
  readonly #clock: WheelClock;
  readonly #fail: (error: unknown) => void;
  readonly #maxPending: number;
  readonly #buckets = new Map<number, Bucket>();
  /** Binary min-heap of the ticks that have a bucket. */
  readonly #heap: number[] = [];
  #timer: unknown;
  #armedFor = Number.POSITIVE_INFINITY;
  #size = 0;
  #stopped = false;
  /** The last tick whose tasks were run, while they run: what they schedule is due later, or they could run for ever. */
  #running = Number.NEGATIVE_INFINITY;

  /** Throws `RangeError` (`ERR_OUT_OF_RANGE`) unless `tick` and `maxPending` are above 0. */
  constructor(options: TimerWheelOptions = {}) {
    const { tick = 10, maxPending = Number.POSITIVE_INFINITY } = options;
    if (!(tick > 0 && tick < Number.POSITIVE_INFINITY)) throw outOfRange(`tick: ${tick} (expected: > 0 ms)`);
    if (!(maxPending > 0)) throw outOfRange(`maxPending: ${maxPending} (expected: > 0)`);
    this.#tick = tick;
    this.#maxPending = maxPending;
    this.#fail = options.onError ?? logFailure;
    this.#clock = options.clock ?? nodeClock;
  }

  /** Tasks waiting. */
  get size(): number {
    return this.#size;
  }

  /**
   * Runs `run` once, `delay` ms from now, rounded up to a tick. Throws `RejectedExecutionException`
   * (`ERR_REJECTED_EXECUTION`) when `maxPending` tasks wait already, `IllegalStateException` (`ERR_ILLEGAL_STATE`) after
   * `stop`.
   */
  schedule(run: () => void, delay: number): ScheduledTask {
    if (this.#stopped) throw new IllegalStateException('A TimerWheel cannot be used once stopped');
    if (this.#size >= this.#maxPending) {
      throw new RejectedExecutionException(
        `Number of pending timeouts (${this.#size + 1}) is greater than or equal to maximum allowed pending ` +
          `timeouts (${this.#maxPending}). Schedule less, cancel what is not needed any more, or raise maxPending.`,
      );
    }
    const task = new WheelTask(run);
    // A delay that is no number counts as none: one NaN in the heap would stop all timers behind it.
    const due = Math.ceil((this.#clock.now() + (Math.max(0, delay) || 0)) / this.#tick);
    const tick = Math.max(due, this.#running + 1);
    let bucket = this.#buckets.get(tick);
    if (bucket === undefined) {
      bucket = new Bucket(this, tick);
      this.#buckets.set(tick, bucket);
      this.#push(tick);
    }
    bucket.add(task);
    this.#size++;
    if (tick < this.#armedFor) this.#arm(tick);
    return task;
  }

  /** Cancels all tasks that wait and takes no more. Returns those that were cancelled. Netty: HashedWheelTimer.stop(). */
  stop(): ScheduledTask[] {
    this.#stopped = true;
    const left: ScheduledTask[] = [];
    for (const bucket of [...this.#buckets.values()]) {
      for (let task = bucket.shift(); task !== null; task = bucket.shift()) {
        task.cancel();
        left.push(task);
      }
    }
    return left;
  }

  /** @internal A task was cancelled or is about to run. */
  left(): void {
    this.#size--;
    if (this.#size === 0) this.#disarm();
  }

  #arm(tick: number): void {
    if (this.#timer !== undefined) this.#clock.clear(this.#timer);
    this.#armedFor = tick;
    const delay = Math.max(0, Math.ceil(tick * this.#tick - this.#clock.now()));
    this.#timer = this.#clock.set(this.#fire, Math.min(delay, 2 ** 31 - 1));
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clear(this.#timer);
    this.#timer = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
    this.#buckets.clear();
    this.#heap.length = 0;
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
    // A timer may fire up to 1 ms early by the fractional clock; the half tick keeps that from costing a second timer.
    const due = Math.floor((this.#clock.now() + 1) / this.#tick);
    this.#running = due;
    while (this.#heap.length > 0 && (this.#heap[0] as number) <= due) this.#run(this.#pop());
    this.#running = Number.NEGATIVE_INFINITY;
    const next = this.#heap[0];
    if (next !== undefined && next < this.#armedFor) this.#arm(next);
  };

  #run(tick: number): void {
    const bucket = this.#buckets.get(tick);
    if (bucket === undefined) return;
    for (let task = bucket.shift(); task !== null; task = bucket.shift()) {
      const run = task.run;
      task.run = null;
      try {
        const result: unknown = run?.();
        if (result !== undefined) logRejection(result, 'A promise of a timer task was rejected');
      } catch (error) {
        this.#fail(error);
      }
    }
    // Only now: a task may stop the wheel, and those behind it are still to be found.
    this.#buckets.delete(tick);
  }

  #push(tick: number): void {
    const heap = this.#heap;
    let i = heap.push(tick) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if ((heap[parent] as number) <= tick) break;
      heap[i] = heap[parent] as number;
      i = parent;
    }
    heap[i] = tick;
  }

  #pop(): number {
    const heap = this.#heap;
    const top = heap[0] as number;
    const last = heap.pop() as number;
    if (heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child++;
      if ((heap[child] as number) >= last) break;
      heap[i] = heap[child] as number;
      i = child;
    }
    heap[i] = last;
    return top;
  }
}

function logFailure(error: unknown): void {
  getLogger().warn({ err: error }, 'A task of a TimerWheel raised an exception');
}
