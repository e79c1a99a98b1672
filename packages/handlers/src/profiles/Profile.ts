import { ConfigException, type Untyped } from '@sluice/core';
import type { HeartbeatOptions } from '../heartbeat/HeartbeatOptions.js';
import { type HeartbeatSettings, heartbeatSettings } from '../heartbeat/HeartbeatSettings.js';
import type { ReconnectingClientOptions } from '../reconnect/ReconnectingClientOptions.js';

/** How a profile's client comes back: spread it into the options of a `ReconnectingClient`. */
export type ProfileReconnect = Pick<ReconnectingClientOptions, 'backoff' | 'connectTimeout' | 'stableAfter'>;

/** How long a silent peer is kept at most, in ms since the last message from it; `Infinity`: for ever. */
export interface ProfileBound {
  /** When the client gives up a silent server. */
  readonly client: number;
  /** When the server gives up a silent client. */
  readonly server: number;
  /** The same as a sentence. */
  readonly text: string;
}

/** Both sides of a heartbeat, made to fit each other. */
export interface Profile<Message = Untyped> {
  /** Whose. */
  readonly name: string;
  /** For the client's `HeartbeatHandler`. */
  readonly client: HeartbeatOptions<Message>;
  /** For the server's `HeartbeatHandler`. */
  readonly server: HeartbeatOptions<Message>;
  /** For the client's `ReconnectingClient`. */
  readonly reconnect: ProfileReconnect;
  /** What these options amount to. */
  readonly bound: ProfileBound;
}

/** What may be changed in a profile; what is not given stays as documented. Times in ms. */
export interface ProfileOptions<Message = Untyped> {
  /** Makes all documented times so many times as long (default 1), those given here excepted: 0.01 for tests. */
  readonly scale?: number;
  /** For the client's heartbeat. */
  readonly client?: Partial<HeartbeatOptions<Message>>;
  /** For the server's heartbeat. */
  readonly server?: Partial<HeartbeatOptions<Message>>;
  /** For the client's reconnecting. */
  readonly reconnect?: ProfileReconnect;
}

/** What a system documents. */
export type ProfileDefaults<Message> = Omit<Profile<Message>, 'bound'>;

const TIMES = ['interval', 'repeat', 'timeout', 'ack', 'window'] as const;

/**
 * Puts a profile together and checks both sides against each other (R18).
 * Throws `ConfigException`, naming the values, when a healthy peer could be given up.
 */
export function makeProfile<Message>(
  defaults: ProfileDefaults<Message>,
  options: ProfileOptions<Message>,
): Profile<Message> {
  const { name } = defaults;
  const { scale = 1 } = options;
  if (!(scale > 0 && scale < Infinity))
    throw new ConfigException(`profiles.${name}: scale: ${scale} (expected: more than 0)`);
  const client = { ...scaled(defaults.client, scale), ...options.client };
  const server = { ...scaled(defaults.server, scale), ...options.server };
  const clientSettings = settingsOf(name, 'client', client);
  const serverSettings = settingsOf(name, 'server', server);
  checkPair(name, clientSettings, serverSettings);
  const bound = { client: boundOf(clientSettings), server: boundOf(serverSettings) };
  return {
    name,
    client,
    server,
    reconnect: { ...scaledReconnect(defaults.reconnect, scale), ...options.reconnect },
    bound: {
      ...bound,
      text: `The client gives up a silent server ${after(bound.client)}, the server a silent client ${after(bound.server)}.`,
    },
  };
}

function scaled<Message>(options: HeartbeatOptions<Message>, scale: number): HeartbeatOptions<Message> {
  const result: Record<string, unknown> = { ...options };
  for (const name of TIMES) {
    const time = options[name];
    if (typeof time === 'number') result[name] = time * scale;
  }
  return result as unknown as HeartbeatOptions<Message>;
}

function scaledReconnect({ backoff = {}, ...times }: ProfileReconnect, scale: number): ProfileReconnect {
  const { base = 200, cap = 30_000 } = backoff;
  const result: Record<string, unknown> = { backoff: { ...backoff, base: base * scale, cap: cap * scale } };
  for (const [name, time] of Object.entries(times)) result[name] = time * scale;
  return result;
}

function settingsOf(name: string, side: 'client' | 'server', options: HeartbeatOptions): HeartbeatSettings {
  try {
    return heartbeatSettings(options);
  } catch (error) {
    if (!(error instanceof ConfigException)) throw error;
    throw new ConfigException(`profiles.${name}: ${side}: ${error.message}`, { cause: error });
  }
}

/** A side that only listens must be twice as patient as the other is silent. One that asks is checked by itself. */
function checkPair(name: string, client: HeartbeatSettings, server: HeartbeatSettings): void {
  for (const [side, listener, other, sender] of [
    ['server', server, 'client', client] as const,
    ['client', client, 'server', server] as const,
  ]) {
    const limit = boundOf(listener);
    if (listener.asks || sender.interval === 0 || limit >= 2 * sender.interval) continue;
    throw new ConfigException(
      `profiles.${name}: the ${side}'s limit for silence (${limit} ms) must be at least twice the ${other}'s interval ` +
        `(${sender.interval} ms): otherwise one late heartbeat ends a healthy connection`,
    );
  }
}

/** The longest silence that the limits let pass. */
function boundOf({ asks, interval, missed, repeat, timeout, window }: HeartbeatSettings): number {
  const byCount = window > 0 ? missed * window : asks && missed > 0 ? interval + missed * repeat : Infinity;
  return Math.min(byCount, timeout > 0 ? timeout : Infinity);
}

function after(ms: number): string {
  return ms === Infinity ? 'never' : `after ${ms / 1000} s at most`;
}
