import type { EventLoop, ScheduledTask } from '@sluice/core';
import type { PendingRequest } from './PendingRequest.js';

/** Requests with the same time limit: the oldest is due first. */
interface Line {
  first: PendingRequest | null;
  last: PendingRequest | null;
}

/** Lists that may be kept empty for later requests with the same limit. */
const MAX_EMPTY = 16;

/**
 * Deadlines of requests behind one timer. A request is appended to the list of its limit and taken off it by its response,
 * which moves no timer: the timer looks after the earliest deadline that there was when it was set.
 */
export class RequestTimeouts {
  readonly #loop: EventLoop;
  readonly #expired: (pending: PendingRequest) => void;
  readonly #lines = new Map<number, Line>();
  #timer: ScheduledTask | undefined;
  #armedFor = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(loop: EventLoop, expired: (pending: PendingRequest) => void) {
    this.#loop = loop;
    this.#expired = expired;
  }

  /** Has `pending` expire after `limit` ms. */
  add(pending: PendingRequest, limit: number): void {
    let line = this.#lines.get(limit);
    if (line === undefined) this.#lines.set(limit, (line = { first: null, last: null }));
    pending.limit = limit;
    pending.deadline = this.#loop.now + limit;
    pending.previous = line.last;
    if (line.last === null) line.first = pending;
    else line.last.next = pending;
    line.last = pending;
    if (pending.deadline < this.#armedFor) this.#arm(pending.deadline);
  }

  /** It will not expire. */
  remove(pending: PendingRequest): void {
    const line = this.#lines.get(pending.limit);
    if (line === undefined) return;
    const { previous, next } = pending;
    if (previous === null) line.first = next;
    else previous.next = next;
    if (next === null) line.last = previous;
    else next.previous = previous;
    pending.previous = pending.next = null;
    if (line.first === null && this.#lines.size > MAX_EMPTY) this.#lines.delete(pending.limit);
  }

  /** Nothing expires any more. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#lines.clear();
  }

  #arm(deadline: number): void {
    this.#timer?.cancel();
    this.#armedFor = deadline;
    this.#timer = this.#loop.scheduleCoarse(() => this.#due(), deadline - this.#loop.now);
  }

  /** A response that has arrived while this process was busy counts: the sockets are read first. */
  #due(): void {
    this.#loop.afterPoll(() => this.#expire());
  }

  #expire(): void {
    if (this.#stopped) return;
    const { now } = this.#loop;
    let next = Number.POSITIVE_INFINITY;
    for (const [limit, line] of this.#lines) {
      while (line.first !== null && line.first.deadline <= now) this.#expired(line.first);
      if (line.first !== null) next = Math.min(next, line.first.deadline);
      else this.#lines.delete(limit);
    }
    this.#armedFor = Number.POSITIVE_INFINITY;
    if (next < Number.POSITIVE_INFINITY && !this.#stopped) this.#arm(next);
  }
}
