import { ConfigException } from '@sluice/core';
import type { IntervalPolicy } from './IntervalPolicy.js';

/** What was learned about one network: kept by an {@link IntervalStore}, as JSON if need be. Times in ms. */
export interface LearnedInterval {
  /** The interval that is in use, or under test. */
  readonly interval: number;
  /** Whether it was found to be the longest that works; else longer ones are still tried. */
  readonly isStable: boolean;
  /** Answered pings at this interval. */
  readonly successes: number;
  /** Lost pings at this interval, of those that count. */
  readonly failures: number;
  /** When it was changed, by `Date.now()`. */
  readonly changed: number;
}

/** Where an {@link AdaptiveInterval} keeps what it learned, by network. A `Map` is one. */
export interface IntervalStore {
  /** What is known about a network. */
  get(network: string): LearnedInterval | undefined;
  /** Keeps what is known about a network. */
  set(network: string, learned: LearnedInterval): unknown;
}

/** How an {@link AdaptiveInterval} searches. Times in ms; the defaults are those of Tencent's Mars. */
export interface AdaptiveIntervalOptions {
  /** The shortest interval, which every network is trusted to keep (default 3.5 min). */
  readonly min?: number;
  /** The longest (default 10 min). */
  readonly max?: number;
  /** By how much it grows while it is searched for (default 60 s). */
  readonly step?: number;
  /** What it stays below the longest that worked, and by how much a found one is tried to be grown (default 20 s). */
  readonly margin?: number;
  /** Answers before it grows (default 5). */
  readonly successes?: number;
  /** Losses before it shrinks (default 2). */
  readonly failures?: number;
  /** Answers at `min` before a new connection uses more (default 3). */
  readonly settle?: number;
  /** How old a found interval must be for a longer one to be tried (default 7 days). */
  readonly probeAfter?: number;
  /** Names the network that the connection being made goes through, for instance by the Wi-Fi's name (default: one for all). */
  readonly network?: () => string;
  /** Where to keep what was learned; give one that is saved to have it after a restart (default: 20 networks in memory). */
  readonly store?: IntervalStore;
  /** The time of day in ms, for tests (default `Date.now`). */
  readonly clock?: () => number;
}

const MINUTE = 60_000;
const MAX_NETWORKS = 20;

/**
 * Finds the longest interval that the network lets a connection be idle: a NAT or firewall on the way forgets silent
 * connections after a time nobody tells. For `HeartbeatHandler`'s option `interval`, in the mode `'all-idle'`, and for the
 * connections of one client one after another; a loss costs a reconnect, so it pays where power or traffic is dear.
 *
 * The search is that of Tencent's Mars: from `min` it grows by `step` after each `successes` answers. After `failures` losses it
 * goes back by `step + margin`, and stays there. A found interval that fails again starts the search anew; one that has
 * held for `probeAfter` is tried `margin` longer.
 */
export class AdaptiveInterval implements IntervalPolicy {
  readonly #options: Required<Omit<AdaptiveIntervalOptions, 'network' | 'store' | 'clock'>>;
  readonly #network: () => string;
  readonly #store: IntervalStore;
  readonly #clock: () => number;
  #current: string;
  #learned: LearnedInterval;
  /** Answers on this connection. */
  #answers = 0;

  /** Somebody is looking: only `min` is used, so that a loss is found soon (default false). */
  foreground = false;

  /** @throws ConfigException for times and counts that make no sense */
  constructor(options: AdaptiveIntervalOptions = {}) {
    const { network = () => '', store = new NewestNetworks(), clock = Date.now } = options;
    this.#options = {
      min: options.min ?? 3.5 * MINUTE,
      max: options.max ?? 10 * MINUTE,
      step: options.step ?? MINUTE,
      margin: options.margin ?? MINUTE / 3,
      successes: options.successes ?? 5,
      failures: options.failures ?? 2,
      settle: options.settle ?? 3,
      probeAfter: options.probeAfter ?? 7 * 24 * 60 * MINUTE,
    };
    for (const [name, value] of Object.entries(this.#options)) {
      if (!(value > 0)) throw new ConfigException(`${name}: ${value} (expected: above 0)`);
    }
    if (this.#options.max < this.#options.min)
      throw new ConfigException(`max (${this.#options.max} ms) is below min (${this.#options.min} ms)`);
    this.#network = network;
    this.#store = store;
    this.#clock = clock;
    this.#current = network();
    this.#learned = this.#load();
  }

  /** The interval to use now, in ms. */
  get interval(): number {
    const { min, settle } = this.#options;
    return this.foreground || this.#answers < settle ? min : this.#learned.interval;
  }

  /** Whether the longest interval of this network was found. */
  get isStable(): boolean {
    return this.#learned.isStable;
  }

  connected(): void {
    this.#answers = 0;
    this.#current = this.#network();
    this.#learned = this.#load();
  }

  succeeded(interval: number): void {
    this.#answers++;
    const { settle, step, successes, max, margin, probeAfter } = this.#options;
    const learned = this.#learned;
    // A test of another interval says nothing about this one.
    if (this.#answers < settle || interval !== learned.interval) return;
    if (learned.isStable) {
      const isOld = this.#clock() - learned.changed >= probeAfter;
      if (isOld && interval + margin < max) this.#use(interval + margin, false);
      else if (learned.failures > 0) this.#save({ ...learned, failures: 0 });
    } else if (interval >= max) this.#use(Math.max(this.#options.min, max - margin), true);
    else if (learned.successes + 1 >= successes) this.#use(Math.min(max, interval + step), false);
    else this.#save({ ...learned, successes: learned.successes + 1, failures: 0 });
  }

  failed(interval: number): void {
    const { min, step, margin, failures } = this.#options;
    const learned = this.#learned;
    if (interval !== learned.interval || interval === min) return;
    if (learned.failures + 1 < failures) this.#save({ ...learned, failures: learned.failures + 1 });
    else if (learned.isStable) this.#use(min, false);
    else this.#use(Math.max(min, interval - step - margin), true);
  }

  #use(interval: number, isStable: boolean): void {
    this.#save({ interval, isStable, successes: 0, failures: 0, changed: this.#clock() });
  }

  #save(learned: LearnedInterval): void {
    this.#learned = learned;
    this.#store.set(this.#current, learned);
  }

  #load(): LearnedInterval {
    const { min, max } = this.#options;
    const learned = this.#store.get(this.#current);
    if (learned !== undefined && learned.interval >= min && learned.interval <= max) return learned;
    return { interval: min, isStable: false, successes: 0, failures: 0, changed: this.#clock() };
  }
}

/** Forgets the network whose entry was changed longest ago. */
class NewestNetworks extends Map<string, LearnedInterval> {
  override set(network: string, learned: LearnedInterval): this {
    this.delete(network);
    super.set(network, learned);
    if (this.size > MAX_NETWORKS) this.delete(this.keys().next().value as string);
    return this;
  }
}
