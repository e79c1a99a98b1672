import type { ChildEvent, Report } from '../ipc.js';

/** A report and the process it came from. */
export interface Entry extends Report {
  readonly who: string;
}

/** The kind of event by name: `EventOf<'heard'>` has `from` and `text`. */
export type EventOf<Name extends ChildEvent['event']> = Extract<ChildEvent, { readonly event: Name }>;

interface Waiter {
  readonly matches: (entry: Entry) => boolean;
  readonly resolve: (entry: Entry | undefined) => void;
  readonly timer: NodeJS.Timeout;
}

/** Everything the processes reported, and waiting for what they have not reported yet. */
export class EventLog {
  readonly #entries: Entry[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #limit: number;
  #closed = false;

  /** @param limit how many entries to keep, so that a service that runs for weeks does not grow */
  constructor(limit = 10_000) {
    this.#limit = limit;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    if (this.#entries.length > this.#limit) this.#entries.splice(0, this.#limit / 2);
    for (const waiter of [...this.#waiters]) {
      if (waiter.matches(entry)) this.#settle(waiter, entry);
    }
  }

  /**
   * The first event of this name by `who` that happened at `since` or later and passes `test`; `undefined` if there is
   * none after `timeout` ms.
   */
  next<Name extends ChildEvent['event']>(
    who: string,
    event: Name,
    since: number,
    timeout: number,
    test: (what: EventOf<Name>) => boolean = () => true,
  ): Promise<Entry | undefined> {
    const matches = (entry: Entry): boolean =>
      entry.who === who &&
      entry.at >= since &&
      entry.what.event === event &&
      test(entry.what as EventOf<Name>);
    if (this.#closed) return new Promise(() => {});
    const found = this.#entries.find(matches);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle(waiter, undefined), timeout);
      const waiter: Waiter = { matches, resolve, timer };
      this.#waiters.add(waiter);
    });
  }

  #settle(waiter: Waiter, entry: Entry | undefined): void {
    clearTimeout(waiter.timer);
    this.#waiters.delete(waiter);
    waiter.resolve(entry);
  }

  /** What happens from now on is of no interest. Whoever waits, waits for ever: there is nothing left to go on with. */
  close(): void {
    this.#closed = true;
    for (const { timer } of this.#waiters) clearTimeout(timer);
    this.#waiters.clear();
  }
}
