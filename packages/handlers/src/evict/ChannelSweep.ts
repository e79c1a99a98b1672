import { type Channel, type EventLoop, nodeEventLoop, type ScheduledTask } from '@sluice/core';
import { closeBecause } from '../close/CloseReason.js';
import { A_MOMENT } from '../timeout/timing.js';
import { ACTIVITY } from './ActivityHandler.js';
import { IdleTimeoutException } from './errors.js';
import { checkLimit, stallOf } from './limits.js';

/** Channels to walk over: a `ChannelGroup`, a set, a `ChannelRegistry`. */
export type SweptChannels = Iterable<Channel> | ChannelSource;

/** What gives its channels anew each time it is asked. */
export interface ChannelSource {
  /** The channels at this moment. */
  channels(): Iterable<Channel>;
}

/** How a {@link ChannelSweep} works. */
export interface ChannelSweepOptions {
  /** Milliseconds without anything read after which a channel is closed. */
  readonly limit: number;
  /** Milliseconds between two walks. Default: a quarter of the limit. */
  readonly period?: number;
  /** Whose clock and timer. Default: that of all sockets. */
  readonly eventLoop?: EventLoop;
}

/**
 * Closes, as `idle`, the channels that have been silent for `limit` ms: one timer for all of them. A silent channel is closed
 * between `limit` and `limit` + `period` after what it sent last. It costs a walk over all channels each period; the
 * alternative, an `IdleCloseHandler` in each channel, is exact and costs a timer each, on a shared wheel.
 *
 * Each channel needs an `ActivityHandler`; one without is left alone. As with every verdict here, what lies in the sockets is
 * read first, a stall of this process begins the time of all anew, and while this side does not read it does not count.
 * Begins at once and does not keep the process alive.
 */
export class ChannelSweep {
  readonly #channels: SweptChannels;
  readonly #limit: number;
  readonly #period: number;
  readonly #loop: EventLoop;
  #timer: ScheduledTask | undefined;
  #due = 0;
  /** Silence counts from here at the earliest. */
  #floor = 0;
  #evicted = 0;

  /** @throws RangeError (`ERR_OUT_OF_RANGE`) or TypeError for a time that is not above 0 */
  constructor(channels: SweptChannels, options: ChannelSweepOptions) {
    this.#channels = channels;
    this.#limit = checkLimit('limit', options.limit);
    this.#period = checkLimit('period', options.period ?? options.limit / 4);
    this.#loop = options.eventLoop ?? nodeEventLoop;
    this.#arm();
  }

  /** How many channels it has closed. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Ends it. The channels stay as they are. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    this.#due = this.#loop.now + this.#period;
    this.#timer = this.#loop.scheduleCoarse(this.#wake, this.#period);
  }

  readonly #wake = (): void => {
    const { now } = this.#loop;
    if (now - this.#due > stallOf(this.#limit)) this.#floor = now;
    this.#arm();
    this.#loop.afterPoll(this.#walk);
  };

  readonly #walk = (): void => {
    if (this.#timer === undefined) return;
    const { now } = this.#loop;
    const channels = this.#channels;
    // A copy of those that are over: closing them changes the set.
    const over: Channel[] = [];
    for (const channel of 'channels' in channels ? channels.channels() : channels) {
      const activity = channel.attr(ACTIVITY).get();
      if (activity === undefined || !channel.isOpen) continue;
      if (!activity.isReading) activity.lastRead = now;
      else if (now - Math.max(activity.lastRead, this.#floor) >= this.#limit - A_MOMENT) over.push(channel);
    }
    for (const channel of over) this.#evict(channel);
  };

  #evict(channel: Channel): void {
    this.#evicted++;
    const text = `Nothing arrived from ${String(channel)} for ${this.#limit} ms or more; the channel is closed.`;
    closeBecause(channel, 'idle', new IdleTimeoutException(text));
  }
}
