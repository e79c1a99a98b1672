import { ConfigException, invalidArgType } from '@sluice/core';
import { idleTime } from '../timeout/timing.js';
import type { HeartbeatMode, HeartbeatOptions } from './HeartbeatOptions.js';

/** The options with their defaults, in ms; 0 switches off. */
export interface HeartbeatSettings {
  readonly interval: number;
  readonly mode: HeartbeatMode;
  readonly missed: number;
  readonly repeat: number;
  readonly timeout: number;
  readonly ack: number;
  /** The least that an adaptive `ack` waits; `ack` itself is the most. 0: it is not adaptive. */
  readonly ackFloor: number;
  readonly budget: number;
  readonly window: number;
  readonly respond: boolean;
  readonly oneWay: boolean;
  readonly retries: number;
  /** Whether answers to our pings are expected. */
  readonly asks: boolean;
  /** Whether a ping that cannot be written counts as missed. */
  readonly forgiving: boolean;
  readonly dataLimit: number;
}

const DEFAULT_INTERVAL = 10_000;
const DEFAULT_REPEAT = 10_000;
const DEFAULT_MISSED = 3;
const DEFAULT_ACK_FLOOR = 1000;
const DEFAULT_DATA_LIMIT = 1024;
const MODES: readonly string[] = ['write-idle', 'read-idle', 'all-idle'];

/** Checks the options. Throws `ConfigException` for those that contradict each other, `TypeError` for wrong kinds. */
export function heartbeatSettings(options: HeartbeatOptions): HeartbeatSettings {
  const oneWay = options.oneWay ?? false;
  const adaptive = typeof options.interval === 'object';
  const interval = intervalOf(options);
  const mode = options.mode ?? (adaptive ? 'all-idle' : 'write-idle');
  if (!MODES.includes(mode)) throw new ConfigException(`mode: '${mode}' (expected: ${MODES.join(', ')})`);
  checkCodec(options, interval);
  const asks = interval > 0 && !oneWay;
  const window = idleTime('window', options.window);
  if (window > 0 && asks)
    throw new ConfigException(
      `window (${window} ms) counts the silences of a peer that is not asked, but pings go out after interval ` +
        `(${interval} ms) and are counted themselves; leave window out, or set interval to 0 or oneWay`,
    );
  const budget = idleTime('budget', options.budget);
  const repeat = repeatOf(options, interval);
  const { ack, ackFloor } = ackOf(options, asks, repeat);
  const missed = missedOf(options, asks, window);
  if (options.ack !== undefined && asks && missed === 0 && budget === 0)
    throw new ConfigException(`ack (${options.ack}) has no effect: missed and budget are both 0`);
  const timeout = idleTime(
    'timeout',
    options.timeout ?? defaultTimeout({ asks, missed, budget, interval, repeat, ack: ackFloor || ack }),
  );
  const settings: HeartbeatSettings = {
    interval,
    mode,
    missed,
    repeat,
    timeout: timeout > 0 || asks || window > 0 ? timeout : 3 * idleTime('peerInterval', options.peerInterval),
    ack,
    ackFloor,
    budget: asks ? budget : 0,
    window,
    respond: (options.respond ?? !oneWay) && options.codec.pong !== undefined,
    oneWay,
    retries: count('retries', options.retries ?? 0),
    asks,
    forgiving: options.ack !== undefined || budget > 0,
    dataLimit: count('data.limit', options.data?.limit ?? DEFAULT_DATA_LIMIT),
  };
  checkLimits(settings, options);
  return settings;
}

function intervalOf({ interval = DEFAULT_INTERVAL }: HeartbeatOptions): number {
  if (typeof interval !== 'object') return idleTime('interval', interval);
  const chosen = idleTime('interval', interval.interval);
  if (chosen === 0) throw new ConfigException('the policy of interval gave 0 ms (expected: above 0)');
  return chosen;
}

function checkCodec({ codec, data }: HeartbeatOptions, interval: number): void {
  if (typeof codec?.isPing !== 'function' || typeof codec.isPong !== 'function')
    throw invalidArgType('codec must have the methods isPing and isPong');
  if (interval > 0 && codec.ping === undefined)
    throw new ConfigException(
      `interval is ${interval} ms, but the codec has no ping(); set interval to 0 to send none`,
    );
  if (data?.incoming !== undefined && codec.dataOf === undefined)
    throw new ConfigException('data.incoming is given, but the codec has no dataOf() to find the data with');
}

function repeatOf(options: HeartbeatOptions, interval: number): number {
  const repeat = idleTime('repeat', options.repeat);
  if (repeat > 0) return repeat;
  if (typeof options.interval !== 'object') return interval;
  return Math.min(interval, typeof options.ack === 'number' ? idleTime('ack', options.ack) : DEFAULT_REPEAT);
}

function ackOf(
  options: HeartbeatOptions,
  asks: boolean,
  repeat: number,
): Pick<HeartbeatSettings, 'ack' | 'ackFloor'> {
  if (options.oneWay && (options.ack !== undefined || idleTime('budget', options.budget) > 0))
    throw new ConfigException(
      `oneWay is true, so no answer is waited for, but ack (${options.ack}) or budget (${options.budget}) is given`,
    );
  const floor = idleTime('ackFloor', options.ackFloor ?? DEFAULT_ACK_FLOOR);
  if (options.ack === 'rtt') return { ack: repeat, ackFloor: Math.min(Math.max(1, floor), repeat) };
  const ack = idleTime('ack', options.ack);
  if (asks && ack > repeat)
    throw new ConfigException(
      `ack (${ack} ms) must not be longer than repeat (${repeat} ms, by default the interval): ` +
        'the next ping would go out before this one can be missed',
    );
  return { ack: ack === 0 ? repeat : ack, ackFloor: 0 };
}

function missedOf(options: HeartbeatOptions, asks: boolean, window: number): number {
  if (!asks && window === 0) return 0;
  const { timeout, budget, detector } = options;
  const other = !asks ? timeout : (timeout ?? budget ?? detector);
  const missed = count('missed', options.missed ?? (other === undefined || window > 0 ? DEFAULT_MISSED : 0));
  if (window > 0 && missed === 0)
    throw new ConfigException(`window (${window} ms) has no effect: missed is 0`);
  return missed;
}

type Limits = Pick<HeartbeatSettings, 'asks' | 'missed' | 'budget' | 'interval' | 'repeat' | 'ack'>;

/** When `missed` or `budget` is used up at the latest, whichever is first; 0: neither is set. */
function defaultTimeout({ asks, missed, budget, interval, repeat, ack }: Limits): number {
  if (!asks) return 0;
  const byCount = missed > 0 ? interval + missed * repeat : Infinity;
  const failures = Math.floor(budget / ack) + 1;
  const byBudget = budget > 0 ? interval + failures * repeat : Infinity;
  const first = Math.min(byCount, byBudget);
  return first === Infinity ? 0 : first;
}

/** R18: no limit may be so short that one lost or late heartbeat ends a healthy connection. */
function checkLimits(settings: HeartbeatSettings, options: HeartbeatOptions): void {
  const { asks, interval, repeat, timeout, window, missed } = settings;
  if (asks && timeout > 0 && timeout < interval + repeat)
    throw new ConfigException(
      `timeout (${timeout} ms) must be at least ${repeat === interval ? 'twice ' : ''}the interval (${interval} ms)` +
        `${repeat === interval ? '' : ` and the repeat (${repeat} ms) together`}: ` +
        'otherwise one late answer ends a healthy connection',
    );
  const peerInterval = idleTime('peerInterval', options.peerInterval);
  if (asks || peerInterval === 0) return;
  const limits = [timeout, window * missed].filter((limit) => limit > 0);
  const limit = Math.min(...limits);
  if (limit < 2 * peerInterval)
    throw new ConfigException(
      `the limit for silence (${limit} ms, by ${limit === timeout ? 'timeout' : 'window and missed'}) must be at least ` +
        `twice the peerInterval (${peerInterval} ms): otherwise one late heartbeat ends a healthy connection`,
    );
}

function count(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 0)
    throw new ConfigException(`${name}: ${value} (expected: a whole number, 0 or more)`);
  return value;
}
