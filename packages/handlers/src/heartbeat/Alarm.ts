import type { EventLoop, ScheduledTask } from '@sluice/core';

/** Whom an {@link Alarm} wakes. */
export interface Sleeper {
  wake(): void;
}

/** The one timer of a channel. It may go off too early for a deadline that has moved since; whoever wakes up looks. */
export class Alarm {
  readonly #sleeper: Sleeper;
  #timer: ScheduledTask | undefined;
  /** What it was last set for. */
  due: number = Infinity;

  constructor(sleeper: Sleeper) {
    this.#sleeper = sleeper;
  }

  /** Sets it for another time; `Infinity`: for none. */
  set(loop: EventLoop, due: number): void {
    this.stop();
    if (due === Infinity) return;
    this.due = due;
    this.#timer = loop.scheduleCoarse(this.#goOff, due - loop.now);
  }

  /** Sets it for another time if that is sooner, unless it has gone off. */
  bringForward(loop: EventLoop, due: number): void {
    if (this.#timer !== undefined && due < this.due) this.set(loop, due);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  readonly #goOff = (): void => {
    this.#timer = undefined;
    this.#sleeper.wake();
  };
}
