import type { Channel } from '@sluice/core';

/** What a go-away message tells the client. */
export interface GoAway {
  /** Milliseconds to wait before it connects anew: random, so that the clients of a server do not come all at once. */
  readonly after: number;
  /** What was given to `drain`. */
  readonly reason: string | undefined;
}

/** How much time a drain takes. */
export interface DrainTiming {
  /** Milliseconds until a channel is closed whatever is under way. Default 10000. */
  readonly grace?: number;
  /** Clients are told to wait a random time below this many ms. Default 0: they come at once. */
  readonly spread?: number;
  /**
   * A channel without work stays open for this many ms from the time at which its client was told to move, for requests
   * that were sent before the client knew. Default 100.
   */
  readonly linger?: number;
}

/** How a `DrainHandler` works. */
export interface DrainOptions<Message> extends DrainTiming {
  /** The message that asks the client to go; without it, or for `undefined`, none is sent. */
  readonly goAway?: (info: GoAway, channel: Channel) => Message | undefined;
  /** Whether work is under way, besides what `busy` and `done` count. Asked each 25 ms during a drain. */
  readonly hasWork?: (channel: Channel) => boolean;
  /** Random numbers from 0 to below 1. Default `Math.random`. */
  readonly random?: () => number;
}

/** One drain. */
export interface DrainRequest extends DrainTiming {
  /** For the go-away message and the `DrainEvent`. */
  readonly reason?: string;
}
