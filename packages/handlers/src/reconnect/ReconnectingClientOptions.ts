import { ConfigException, type EventLoop, nodeEventLoop } from '@sluice/core';
import { Backoff, type BackoffOptions } from './Backoff.js';
import type { ClientBootstrap } from './ConnectAttempt.js';
import { type EndpointSource, Endpoints } from './Endpoints.js';

/** How a `ReconnectingClient` behaves. Times in ms. */
export interface ReconnectingClientOptions {
  /**
   * Makes the connections. Its handler must be an initializer or a function, so that each connection gets handlers of its
   * own. It is copied: later changes to it have no effect.
   */
  readonly bootstrap: ClientBootstrap;
  /** The servers. One after the other is tried. */
  readonly endpoints: EndpointSource;
  /** Delays between attempts: 200 ms doubling to 30 s with full jitter, unless said otherwise. */
  readonly backoff?: BackoffOptions;
  /** Limit for one attempt, including the call of an `endpoints` function (default 5000). */
  readonly connectTimeout?: number;
  /**
   * Delays begin at `backoff.base` again only after a connection lasted so long (default 10000): a server that accepts and
   * closes at once is not asked in a hot loop.
   */
  readonly stableAfter?: number;
  /** A server whose connection failed, or did not last, is passed over for so long while there are others (default 10000). */
  readonly quarantine?: number;
  /** Gives up after so many attempts since the last stable connection (default: never). */
  readonly maxAttempts?: number;
  /** Whether to reconnect after a lost connection (default: always). Returning false closes the client. */
  readonly shouldReconnect?: (cause: Error | undefined) => boolean;
  /** Closes the client. */
  readonly signal?: AbortSignal;
  /** Where timers run (default: the loop of all sockets). For tests with virtual time. */
  readonly eventLoop?: EventLoop;
}

/** The options, checked and with their defaults. */
export interface ReconnectSettings {
  readonly bootstrap: ClientBootstrap;
  readonly endpoints: Endpoints;
  readonly backoff: Backoff;
  readonly connectTimeout: number;
  readonly stableAfter: number;
  readonly maxAttempts: number;
  readonly shouldReconnect: (cause: Error | undefined) => boolean;
  readonly signal: AbortSignal | undefined;
  readonly loop: EventLoop;
}

/** Throws `ConfigException` for unusable options. */
export function reconnectSettings(options: ReconnectingClientOptions): ReconnectSettings {
  const { connectTimeout = 5_000, stableAfter = 10_000, quarantine = 10_000 } = options;
  const { maxAttempts = Number.POSITIVE_INFINITY } = options;
  check('connectTimeout', connectTimeout, connectTimeout > 0, 'ms, more than 0');
  check('stableAfter', stableAfter, stableAfter >= 0, 'ms, 0 or more');
  check('quarantine', quarantine, quarantine >= 0, 'ms, 0 or more');
  check('maxAttempts', maxAttempts, maxAttempts >= 1, '1 or more');
  return {
    bootstrap: options.bootstrap.clone(),
    endpoints: new Endpoints(options.endpoints, quarantine),
    backoff: new Backoff(options.backoff),
    connectTimeout,
    stableAfter,
    maxAttempts,
    shouldReconnect: options.shouldReconnect ?? (() => true),
    signal: options.signal,
    loop: options.eventLoop ?? nodeEventLoop,
  };
}

function check(name: string, value: number, isUsable: boolean, expected: string): void {
  if (!isUsable) throw new ConfigException(`${name}: ${value} (expected: ${expected})`);
}
