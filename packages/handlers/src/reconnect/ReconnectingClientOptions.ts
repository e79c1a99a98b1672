import { type Channel, ConfigException, type EventLoop, nodeEventLoop } from '@sluice/core';
import type { CloseReason } from '../close/CloseReason.js';
import { RequestCorrelator } from '../correlator/RequestCorrelator.js';
import { Backoff, type BackoffOptions } from './Backoff.js';
import type { AttemptSettings, ClientBootstrap } from './ConnectAttempt.js';
import { type EndpointSource, Endpoints } from './Endpoints.js';
import { type SendQueueOptions, type SendQueueSettings, sendQueueSettings } from './SendQueue.js';

/** How servers race for a connection. */
export interface RaceOptions {
  /** Milliseconds that an attempt has for itself before the next one begins beside it (default 250, at least 10). */
  readonly delay?: number;
  /** Servers that may take part in one round (default 3). */
  readonly max?: number;
}

/** How a `ReconnectingClient` behaves. Times in ms. */
export interface ReconnectingClientOptions {
  /**
   * Makes the connections. Its handler must be an initializer or a function, so that each connection gets handlers of its
   * own. It is copied: later changes to it have no effect.
   */
  readonly bootstrap: ClientBootstrap;
  /** The servers. One after the other is tried. A function that fails counts as a failed attempt. */
  readonly endpoints: EndpointSource;
  /** Delays between attempts: 200 ms doubling to 30 s with full jitter, unless said otherwise. */
  readonly backoff?: BackoffOptions;
  /** Limit for one attempt, handshake included, and for one call of an `endpoints` function (default 5000). */
  readonly connectTimeout?: number;
  /**
   * Lets servers race (default: no; `true`: with the defaults): when one has neither connected nor failed in 250 ms the next
   * is tried beside it, the first that is ready wins, the others are cancelled. A server that swallows packets then costs
   * 250 ms instead of `connectTimeout`; the price is that a slow network makes connections that are thrown away. Which of
   * a host's addresses is taken stays the system's business (Node's `autoSelectFamily`).
   */
  readonly race?: RaceOptions | boolean;
  /**
   * What must succeed before a connection counts (a login, TLS): resolves when it is ready, rejects to have the next server
   * tried. It is called when the channel is active; the handlers that it waits for are already in the pipeline.
   */
  readonly handshake?: (channel: Channel) => PromiseLike<unknown>;
  /**
   * Delays begin at `backoff.base` again only after a connection lasted so long (default 10000): a server that accepts and
   * closes at once is not asked in a hot loop.
   */
  readonly stableAfter?: number;
  /**
   * A server whose connection failed, or did not last, is passed over for so long while there are others (default 10000);
   * for twice, three times … as long when it fails again as soon as it is tried again. 0: never.
   */
  readonly quarantine?: number;
  /** The longest quarantine (default 300000). */
  readonly maxQuarantine?: number;
  /** Gives up after so many attempts since the last stable connection (default: never). */
  readonly maxAttempts?: number;
  /** Whether to reconnect after a lost connection (default: always). Returning false closes the client. */
  readonly shouldReconnect?: (reason: CloseReason) => boolean;
  /** Limits of `send` (default: 1000 messages and 8 MiB, refuse what is above). */
  readonly queue?: SendQueueOptions;
  /**
   * Tells when an old connection that was replaced by `relocate` has finished its work. Default: when its
   * `RequestCorrelator`, if there is one, waits for no response.
   */
  readonly finish?: (channel: Channel) => PromiseLike<unknown> | undefined;
  /** An old connection is closed after so long, finished or not (default 10000). */
  readonly finishTimeout?: number;
  /** The longest wait that a server may ask for; more counts as this (default 300000). */
  readonly maxRetryAfter?: number;
  /** Closes the client. */
  readonly signal?: AbortSignal;
  /** Where timers run (default: the loop of all sockets). For tests with virtual time. */
  readonly eventLoop?: EventLoop;
}

/** The options, checked and with their defaults. */
export interface ReconnectSettings extends AttemptSettings {
  readonly endpoints: Endpoints;
  readonly backoff: Backoff;
  readonly raceDelay: number;
  readonly raceMax: number;
  readonly stableAfter: number;
  readonly maxAttempts: number;
  readonly shouldReconnect: (reason: CloseReason) => boolean;
  readonly queue: SendQueueSettings;
  readonly finish: (channel: Channel) => PromiseLike<unknown> | undefined;
  readonly finishTimeout: number;
  readonly maxRetryAfter: number;
  readonly signal: AbortSignal | undefined;
}

/** Throws `ConfigException` for unusable options. */
export function reconnectSettings(options: ReconnectingClientOptions): ReconnectSettings {
  const { connectTimeout = 5_000, stableAfter = 10_000, finishTimeout = 10_000 } = options;
  const { quarantine = 10_000, maxRetryAfter = 300_000, maxAttempts = Number.POSITIVE_INFINITY } = options;
  const { maxQuarantine = Math.max(300_000, quarantine) } = options;
  const race = options.race === true ? {} : options.race || { max: 1 };
  const { delay: raceDelay = 250, max: raceMax = 3 } = race;
  check('connectTimeout', connectTimeout, connectTimeout > 0, 'ms, more than 0');
  check('race.delay', raceDelay, raceDelay >= 10, 'ms, 10 or more');
  check('race.max', raceMax, raceMax >= 1, '1 or more');
  check('stableAfter', stableAfter, stableAfter >= 0, 'ms, 0 or more');
  check('quarantine', quarantine, quarantine >= 0, 'ms, 0 or more');
  check(
    'maxQuarantine',
    maxQuarantine,
    maxQuarantine >= quarantine,
    `ms, quarantine (${quarantine}) or more`,
  );
  check('maxAttempts', maxAttempts, maxAttempts >= 1, '1 or more');
  check('finishTimeout', finishTimeout, finishTimeout >= 0, 'ms, 0 or more');
  check('maxRetryAfter', maxRetryAfter, maxRetryAfter >= 0, 'ms, 0 or more');
  return {
    bootstrap: options.bootstrap.clone(),
    endpoints: new Endpoints(options.endpoints, quarantine, maxQuarantine),
    backoff: new Backoff(options.backoff),
    connectTimeout,
    raceDelay,
    raceMax,
    handshake: options.handshake,
    stableAfter,
    maxAttempts,
    shouldReconnect: options.shouldReconnect ?? (() => true),
    queue: sendQueueSettings(options.queue),
    finish: options.finish ?? ((channel) => channel.pipeline.get(RequestCorrelator)?.idle()),
    finishTimeout,
    maxRetryAfter,
    signal: options.signal,
    loop: options.eventLoop ?? nodeEventLoop,
  };
}

function check(name: string, value: number, isUsable: boolean, expected: string): void {
  if (!isUsable) throw new ConfigException(`${name}: ${value} (expected: ${expected})`);
}
