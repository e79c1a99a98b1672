import { A_MOMENT } from '../timeout/timing.js';
import type { FailureDetector } from './FailureDetector.js';
import type { HeartbeatSettings } from './HeartbeatSettings.js';
import { RoundTripTime } from './RoundTripTime.js';

/** A timer that runs this many ms late, or a quarter of the limit, means that our own process stood still. */
const LONGEST_STALL = 5_000;
const SHORTEST_STALL = 50;

/** What has arrived since {@link Deadlines.settle}: nothing, heartbeats only, or messages for others. */
export const NOTHING = 0;
export const HEARTBEAT = 1;
export const BUSINESS = 2;

/**
 * When a ping is due, when it counts as missed, and when the peer is dead: pure arithmetic on stored times, without timers.
 * A message costs two stores, `lastRead` and `heard`; what follows from them is worked out when somebody looks.
 */
export class Deadlines {
  settings: HeartbeatSettings;
  readonly rtt: RoundTripTime = new RoundTripTime();
  lastRead = 0;
  heard: typeof NOTHING | typeof HEARTBEAT | typeof BUSINESS = NOTHING;
  lastWrite = 0;
  /** Pings, or windows of silence, in a row without an answer, as of the last `settle`. */
  missed = 0;
  readonly #detector: FailureDetector | undefined;
  #lastPing = 0;
  /** A ping was sent and nothing has arrived since; when the first of these was sent. */
  #asking = false;
  #askedSince = 0;
  /** The latest ping was counted as missed. */
  #counted = false;
  /** What the waits for answers that did not come add up to. */
  #spent = 0;
  /** When the last heartbeat arrived. */
  #lastHeartbeat = -1;

  constructor(settings: HeartbeatSettings, detector: FailureDetector | undefined) {
    this.settings = settings;
    this.#detector = detector;
  }

  /** Other settings from now on; the times stay. */
  use(settings: HeartbeatSettings): void {
    this.settings = settings;
    // Nobody waits for the answer any more.
    if (!settings.asks) this.#asking = false;
  }

  /** All clocks begin at `now`. */
  start(now: number): void {
    this.#asking = false;
    this.beginAnew(now);
    this.lastWrite = this.#lastPing = now;
  }

  /** A heartbeat of the peer arrived. */
  heartbeat(now: number): void {
    // Between heartbeats that business messages put off lies nothing to learn from.
    if (this.lastRead === this.#lastHeartbeat) this.#detector?.heartbeat(now - this.lastRead);
    this.lastRead = this.#lastHeartbeat = now;
    if (this.heard === NOTHING) this.heard = HEARTBEAT;
    this.#alive();
  }

  /** Takes notice of what has arrived. */
  settle(): void {
    if (this.heard === NOTHING) return;
    this.heard = NOTHING;
    this.#alive();
  }

  #alive(): void {
    this.#asking = false;
    this.missed = 0;
    this.#spent = 0;
  }

  /** A ping goes out now. Returns whether there was no traffic for a whole interval before. */
  pinged(now: number): boolean {
    const { asks, interval } = this.settings;
    const idle = now - Math.max(this.lastRead, this.lastWrite, this.#lastPing) >= interval - A_MOMENT;
    this.#lastPing = this.lastWrite = now;
    if (asks) {
      if (!this.#asking) this.#askedSince = now;
      this.#asking = true;
      this.#counted = false;
    }
    return idle;
  }

  /** The silence so far proves nothing, as this side did not run: a ping that waits gets its full time again. */
  beginAnew(now: number): void {
    this.heard = NOTHING;
    this.lastRead = now;
    this.missed = 0;
    this.#spent = 0;
    this.#counted = false;
    if (this.#asking) this.#lastPing = this.#askedSince = now;
  }

  /** The peer need not have answered: this side would not have heard it. Pings go on. */
  excuse(now: number): void {
    this.#asking = false;
    this.beginAnew(now);
  }

  /** Whether a ping waits for its answer. */
  get isAsking(): boolean {
    return this.#asking;
  }

  /** When the next ping is due. */
  get pingDue(): number {
    const { asks, interval, mode, repeat } = this.settings;
    if (interval === 0) return Infinity;
    if (this.#asking) return this.#counted ? this.#lastPing + repeat : Infinity;
    const traffic =
      mode === 'write-idle'
        ? this.lastWrite
        : mode === 'read-idle'
          ? this.lastRead
          : Math.max(this.lastRead, this.lastWrite);
    const due = Math.max(traffic, this.#lastPing) + interval;
    return asks ? Math.min(due, this.lastRead + this.#questionAfter(this.#limit)) : due;
  }

  /** When something may be missed or over. */
  get judgeDue(): number {
    const { repeat, window } = this.settings;
    let due = this.#deadline;
    if (this.#asking) due = Math.min(due, this.#lastPing + (this.#counted ? repeat : this.#ack));
    if (window > 0) due = Math.min(due, this.lastRead + (this.missed + 1) * window);
    return due;
  }

  /** Counts a ping or a window as missed, if one is; returns whether. */
  countMiss(now: number): boolean {
    const { window } = this.settings;
    if (this.#asking && !this.#counted && this.#lastPing + this.#ack <= now + A_MOMENT)
      return this.countPing();
    if (window === 0 || this.lastRead + (this.missed + 1) * window > now + A_MOMENT) return false;
    this.missed++;
    return true;
  }

  /** Counts the latest ping as missed, unless it was or something has arrived since; returns whether. */
  countPing(): boolean {
    if (!this.#asking || this.#counted) return false;
    this.#counted = true;
    this.missed++;
    this.#spent += this.#ack;
    return true;
  }

  /** Whether the peer is dead. */
  isOver(now: number): boolean {
    const { budget, missed, repeat, window } = this.settings;
    if (this.#deadline <= now + A_MOMENT || (budget > 0 && this.#spent > budget)) return true;
    if (missed === 0 || this.missed < missed) return false;
    return window > 0 || this.#lastPing + repeat <= now + A_MOMENT;
  }

  /** How late a timer must be to mean that this process stood still. */
  get stall(): number {
    const { interval, missed, repeat, window } = this.settings;
    const byCount = missed === 0 ? Infinity : window > 0 ? missed * window : interval + missed * repeat;
    return Math.min(LONGEST_STALL, Math.max(SHORTEST_STALL, Math.min(this.#limit, byCount) / 4));
  }

  /** The longest silence; `Infinity`: no limit. */
  get #limit(): number {
    const { timeout } = this.settings;
    return Math.min(timeout > 0 ? timeout : Infinity, this.#detector?.limit ?? Infinity);
  }

  /** The silence after which the peer is asked in any case, so that nobody is given up who was not. */
  #questionAfter(limit: number): number {
    const { interval, repeat } = this.settings;
    // A detector may have learned from a peer that sends more often than this side would ask.
    return limit > interval ? Math.max(interval, limit - repeat) : limit / 2;
  }

  /** When the silence is too long. */
  get #deadline(): number {
    const limit = this.#limit;
    if (limit === Infinity) return Infinity;
    const due = this.lastRead + limit;
    if (!this.settings.asks) return due;
    if (!this.#asking) return Infinity;
    const least = Math.min(this.settings.repeat / 2, limit - this.#questionAfter(limit));
    return Math.max(due, this.#askedSince + least);
  }

  /** How long the latest ping may wait for its answer. */
  get #ack(): number {
    const { ack, ackFloor } = this.settings;
    return ackFloor > 0 ? this.rtt.patience(ackFloor, ack) : ack;
  }
}
