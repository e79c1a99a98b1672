import { AttributeKey, type Channel, ChannelOption, outOfRange, warnOnce } from '@sluice/core';
import { checkLimit } from './limits.js';

/** Linux's own times, which hold when no idle time is set. */
const SYSTEM = { idle: 7_200_000, interval: 75_000, count: 9 };
/** What libuv sets together with an idle time. */
const WITH_IDLE = { interval: 1_000, count: 10 };
/** TCP keepalive and heartbeat are tuned to each other up to this ratio of their detection times. */
const MAX_RATIO = 4;

/** The probes of TCP keepalive, in ms as everything here; the system knows whole seconds only. */
export interface KeepAliveOptions {
  /** Silence before the first probe. Default: the system's, two hours as a rule. */
  readonly idle?: number;
  /** Time between probes. Before Node 24.19 it cannot be set; it is 1000 where `idle` is set, else the system's. */
  readonly interval?: number;
  /** Unanswered probes until the connection is dead. Before Node 24.19 it cannot be set; 10 where `idle` is set. */
  readonly count?: number;
  /** How long sent data may stay unacknowledged (TCP_USER_TIMEOUT). No version of Node can set it; a warning says so. */
  readonly userTimeout?: number;
  /** When the heartbeat gives a silent peer up, in ms: what keepalive is compared with. */
  readonly heartbeat?: number;
}

/** What holds for a channel. Times in ms. */
export interface KeepAlive {
  /** Silence before the first probe. */
  readonly idle: number;
  /** Time between probes. */
  readonly interval: number;
  /** Probes until the connection is dead. */
  readonly count: number;
  /** When a connection whose peer is gone ends: `idle` + `interval` × `count`. */
  readonly detection: number;
  /** Which of the options could not be honoured by this channel or this version of Node. */
  readonly ignored: readonly string[];
  /** What is wrong with it, for people; none if it fits. */
  readonly warnings: readonly string[];
}

/** What holds for the TCP keepalive of a channel, as `keepAlive` set it. */
export const KEEP_ALIVE: AttributeKey<KeepAlive> = AttributeKey.valueOf<KeepAlive>('sluice.keepAlive');

/**
 * Turns TCP keepalive on and tells what holds then; also later, as the channel's `KEEP_ALIVE`. What cannot be honoured, and a
 * keepalive that does not fit the heartbeat, is warned of once.
 * @throws RangeError (`ERR_OUT_OF_RANGE`) for a time that is no whole number of seconds, or a count below 1
 */
export function keepAlive(channel: Channel, options: KeepAliveOptions = {}): KeepAlive {
  const { idle, interval, count, userTimeout, heartbeat } = options;
  const ignored: string[] = [];
  const set = (
    name: string,
    option: ChannelOption<number>,
    value: number | undefined,
  ): number | undefined => {
    if (value === undefined) return undefined;
    if (channel.setOption(option, value)) return value;
    ignored.push(name);
    return undefined;
  };
  const idleSet = set('idle', ChannelOption.TCP_KEEPIDLE, seconds('idle', idle));
  const intervalSet = set('interval', ChannelOption.TCP_KEEPINTVL, seconds('interval', interval));
  const countSet = set('count', ChannelOption.TCP_KEEPCNT, wholeCount(count));
  if (!channel.setOption(ChannelOption.SO_KEEPALIVE, true)) ignored.push('keepAlive');
  if (userTimeout !== undefined) ignored.push('userTimeout');
  const effective = checkKeepAlive({
    ...(idleSet === undefined ? {} : { idle: idleSet * 1000 }),
    ...(intervalSet === undefined ? {} : { interval: intervalSet * 1000 }),
    ...(countSet === undefined ? {} : { count: countSet }),
    ...(heartbeat === undefined ? {} : { heartbeat }),
  });
  const warnings = [...effective.warnings];
  if (userTimeout !== undefined) {
    warnings.push(
      'TCP_USER_TIMEOUT cannot be set by Node: data that a dead peer does not acknowledge keeps the connection for about ' +
        '15 minutes. Use a heartbeat, whose deadline covers it.',
    );
  }
  const result = { ...effective, ignored, warnings };
  for (const warning of warnings) warnOnce(`keepAlive: ${warning}`, warning);
  channel.attr(KEEP_ALIVE).set(result);
  return result;
}

/**
 * What a keepalive comes to, and whether it fits the heartbeat: if it takes more than four times as long to find a dead peer,
 * or less than a quarter, one of the two does nothing. Sets nothing and warns of nothing.
 * @throws RangeError (`ERR_OUT_OF_RANGE`) for a time that is not above 0
 */
export function checkKeepAlive(options: Omit<KeepAliveOptions, 'userTimeout'>): KeepAlive {
  const defaults = options.idle === undefined ? SYSTEM : WITH_IDLE;
  const { idle = SYSTEM.idle, interval = defaults.interval, count = defaults.count, heartbeat } = options;
  const detection = checkLimit('idle', idle) + checkLimit('interval', interval) * checkLimit('count', count);
  const warnings: string[] = [];
  if (heartbeat !== undefined) {
    const ratio = detection / checkLimit('heartbeat', heartbeat);
    const text = `TCP keepalive finds a dead peer after ${detection} ms, the heartbeat after ${heartbeat} ms`;
    if (ratio > MAX_RATIO) {
      warnings.push(`${text}: keepalive does nothing. Set its idle time below ${heartbeat} ms.`);
    } else if (ratio < 1 / MAX_RATIO) {
      warnings.push(
        `${text}: the heartbeat finds only peers that are frozen. Give keepalive more time, or it less.`,
      );
    }
  }
  return { idle, interval, count, detection, ignored: [], warnings };
}

function seconds(name: string, ms: number | undefined): number | undefined {
  if (ms === undefined) return undefined;
  const value = checkLimit(name, ms) / 1000;
  if (Number.isInteger(value)) return value;
  throw outOfRange(`${name}: ${ms} ms (expected: whole seconds, 1000 or 2000 …)`);
}

function wholeCount(count: number | undefined): number | undefined {
  if (count === undefined || (Number.isInteger(count) && count > 0)) return count;
  throw outOfRange(`count: ${count} (expected: a whole number above 0)`);
}
