import { getLogger, logRejection } from '../util/logger.js';
import { checkInterval, type EventLoop, MAX_DELAY, type ScheduledTask } from './EventLoop.js';
import { TimerWheel } from './TimerWheel.js';

/** Tasks run in one go before I/O gets a turn. */
const MAX_TASKS_PER_DRAIN = 1024;

/** The loop of this Node thread: one for all sockets. */
export class NodeEventLoop implements EventLoop {
  readonly inEventLoop: boolean = true;
  #tasks: (() => void)[] = [];
  #position = 0;
  #draining = false;
  #wheel: TimerWheel | undefined;
  #dispatching = 0;
  #cachedNow = 0;

  get now(): number {
    if (this.#dispatching === 0) return performance.now();
    if (this.#cachedNow === 0) this.#cachedNow = performance.now();
    return this.#cachedNow;
  }

  /** Timers on the shared wheel that still wait: for tests that count what was left behind. */
  get coarseTimers(): number {
    return this.#wheel?.size ?? 0;
  }

  /** @internal A transport begins to hand one batch of input to a pipeline: the clock may be read once for all of it. */
  enterDispatch(): void {
    this.#dispatching++;
  }

  /** @internal */
  leaveDispatch(): void {
    if (--this.#dispatching === 0) this.#cachedNow = 0;
  }

  execute(task: () => void): void {
    this.#tasks.push(task);
    if (this.#draining) return;
    this.#draining = true;
    process.nextTick(this.#drain);
  }

  readonly #drain = (): void => {
    for (let n = 0; n < MAX_TASKS_PER_DRAIN; n++) {
      const task = this.#tasks[this.#position];
      if (task === undefined) {
        this.#tasks = [];
        this.#position = 0;
        this.#draining = false;
        return;
      }
      this.#position++;
      try {
        const result: unknown = task();
        if (result !== undefined) logRejection(result, 'A promise of a task was rejected');
      } catch (error) {
        logTaskFailure(error);
      }
    }
    this.#tasks.splice(0, this.#position);
    this.#position = 0;
    setImmediate(this.#drain);
  };

  schedule(task: () => void, delay: number): ScheduledTask {
    return new NodeTask(this, task, delay, 0, false);
  }

  scheduleAtFixedRate(task: () => void, initialDelay: number, period: number): ScheduledTask {
    return new NodeTask(this, task, initialDelay, checkInterval('period', period), true);
  }

  scheduleWithFixedDelay(task: () => void, initialDelay: number, delay: number): ScheduledTask {
    return new NodeTask(this, task, initialDelay, checkInterval('delay', delay), false);
  }

  scheduleCoarse(task: () => void, delay: number): ScheduledTask {
    this.#wheel ??= new TimerWheel({ onError: logTaskFailure });
    return this.#wheel.schedule(task, Math.min(delay, MAX_DELAY));
  }

  /** The runtime's order is timers, poll, then `setImmediate`. */
  afterPoll(task: () => void): void {
    setImmediate(() => {
      try {
        task();
      } catch (error) {
        logTaskFailure(error);
      }
    });
  }
}

function logTaskFailure(error: unknown): void {
  getLogger().warn({ err: error }, 'A task raised an exception');
}

class NodeTask implements ScheduledTask {
  isCancelled = false;
  isDone = false;
  #timer: NodeJS.Timeout;

  constructor(loop: EventLoop, run: () => void, initialDelay: number, period: number, fixedRate: boolean) {
    let planned = loop.now + initialDelay;
    const arm = (delay: number): NodeJS.Timeout =>
      setTimeout(fire, Math.min(Math.max(0, delay) || 0, MAX_DELAY));
    const fire = (): void => {
      if (period <= 0) this.isDone = true;
      try {
        const result: unknown = run();
        if (result !== undefined) logRejection(result, 'A promise of a task was rejected');
      } catch (error) {
        // Netty: a periodic task that throws is not run again.
        this.isDone = true;
        logTaskFailure(error);
      }
      if (this.isDone) return;
      planned = fixedRate ? planned + period : loop.now + period;
      this.#timer = arm(planned - loop.now);
    };
    this.#timer = arm(initialDelay);
  }

  cancel(): boolean {
    if (this.isDone) return false;
    this.isDone = true;
    this.isCancelled = true;
    clearTimeout(this.#timer);
    return true;
  }
}

/** The loop that all socket channels of this thread share. */
export const nodeEventLoop: NodeEventLoop = new NodeEventLoop();
