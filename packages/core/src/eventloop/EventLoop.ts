import { outOfRange } from '../util/errors.js';

/** A task on a clock. */
export interface ScheduledTask {
  /** Stops it from running (again). Returns false if it has run or was cancelled before. */
  cancel(): boolean;
  /** Whether `cancel` stopped it. */
  readonly isCancelled: boolean;
  /** Whether it has run for the last time, or was cancelled. */
  readonly isDone: boolean;
}

/** A clock. Every event loop is one. Netty: Ticker. */
export interface Ticker {
  /** Milliseconds since any time; it never goes back. */
  readonly now: number;
}

/**
 * Where a channel's tasks and timers run. Node has one loop a thread, so there is one `EventLoop` for all sockets;
 * an `EmbeddedChannel` has its own, with virtual time. Netty: EventLoop, EventExecutor, Ticker.
 */
export interface EventLoop extends Ticker {
  /** Milliseconds on a clock that never jumps. Within one read dispatch it may be the time at which that began. */
  readonly now: number;

  /** Always true: there is only one thread. Kept for ported code. */
  readonly inEventLoop: boolean;

  /** Runs `task` soon, after the current one, in order. What it throws is logged. */
  execute(task: () => void): void;

  /** Runs `task` once, `delay` ms from now. Keeps the process alive until then. */
  schedule(task: () => void, delay: number): ScheduledTask;

  /**
   * Runs `task` each `period` ms, counted from the planned times; the first time after `initialDelay` ms. Throws
   * `RangeError` (`ERR_OUT_OF_RANGE`) unless `period` is above 0.
   */
  scheduleAtFixedRate(task: () => void, initialDelay: number, period: number): ScheduledTask;

  /**
   * Runs `task` again and again with `delay` ms between the end of one run and the start of the next. Throws
   * `RangeError` (`ERR_OUT_OF_RANGE`) unless `delay` is above 0.
   */
  scheduleWithFixedDelay(task: () => void, initialDelay: number, delay: number): ScheduledTask;

  /**
   * Runs `task` once, `delay` ms from now, rounded up to the tick of a timer wheel that all channels share
   * (10 ms; exact where time is virtual). Meant for idle and heartbeat deadlines: cheap for very many connections,
   * and does not keep the process alive.
   */
  scheduleCoarse(task: () => void, delay: number): ScheduledTask;

  /**
   * Runs `task` once, after input that has already arrived was read: for verdicts about silence, which a timer would
   * pass too early after a stall of this process, because timers run before the sockets are polled.
   */
  afterPoll(task: () => void): void;
}

/** Longest delay that Node's timers take; anything above would fire at once. */
export const MAX_DELAY: number = 2 ** 31 - 1;

/** Returns the interval of a periodic task; throws `RangeError` unless it is above 0. */
export function checkInterval(name: string, ms: number): number {
  if (!(ms > 0)) throw outOfRange(`${name}: ${ms} (expected: > 0)`);
  return ms;
}
