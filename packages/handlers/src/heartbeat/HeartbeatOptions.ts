import { ConfigException, invalidArgType, type Untyped } from '@sluice/core';
import { idleTime } from '../timeout/timing.js';

/** What a ping may carry. */
export interface PingInfo {
  /** 1, 2, 3 … for this connection: put it into the ping to have the round-trip time told exactly. */
  readonly nonce: number;
  /** Milliseconds on the loop's clock; only differences mean something. */
  readonly time: number;
  /** The latest round-trip time in ms, if known. */
  readonly rtt: number | undefined;
  /** Pings in a row without an answer so far. */
  readonly missed: number;
}

/** How pings and pongs look among the messages at the handler's place in the pipeline. */
export interface HeartbeatCodec<Message = Untyped> {
  /** Makes a ping. Needed unless `interval` is 0. */
  ping?(info: PingInfo): Message;
  /** Makes the answer to a ping; `null` leaves it unanswered. Without this method none is answered. */
  pong?(ping: Message): Message | null;
  /** Called for each message that arrives. */
  isPing(message: unknown): boolean;
  /** Called for each message that arrives and is no ping. */
  isPong(message: unknown): boolean;
  /** The `nonce` of the ping that a pong answers, if it says so. */
  nonceOf?(pong: Message): number | undefined;
}

/**
 * When a ping is sent: after `interval` ms in which nothing was written, read, or either. Business traffic of that kind
 * puts it off.
 */
export type HeartbeatMode = 'write-idle' | 'read-idle' | 'all-idle';

/** How a `HeartbeatHandler` behaves. Times in ms. */
export interface HeartbeatOptions<Message = Untyped> {
  readonly codec: HeartbeatCodec<Message>;
  /** A ping is sent after this long without traffic (default 10000); 0: send none, only answer and watch. */
  readonly interval?: number;
  /** Which traffic (default `'write-idle'`). */
  readonly mode?: HeartbeatMode;
  /**
   * The peer is dead after so many pings in a row had no answer, nor anything else arrived, for an interval each;
   * 0: no limit. Default 3, but 0 if only `timeout` is given.
   */
  readonly missed?: number;
  /**
   * The peer is dead when nothing was read for this long; 0: no limit. Default `(missed + 1) * interval`, which is when
   * the last of the missed pings is over. If pings are sent, one is sent an interval before the limit even while
   * business traffic goes out, so that nobody is given up who was not asked.
   */
  readonly timeout?: number;
  /** Answer pings (default true; false with `oneWay`). */
  readonly respond?: boolean;
  /**
   * Heartbeats go one way (default false): pings are not answered, no answer is waited for, and `missed` is not counted.
   * The side that receives them sets `timeout`.
   */
  readonly oneWay?: boolean;
  /** Further attempts when a ping cannot be written, before the channel is closed (default 0). */
  readonly retries?: number;
}

/** The options with their defaults. */
export interface HeartbeatSettings {
  readonly interval: number;
  readonly mode: HeartbeatMode;
  readonly missed: number;
  readonly timeout: number;
  readonly respond: boolean;
  readonly oneWay: boolean;
  readonly retries: number;
}

const DEFAULT_INTERVAL = 10_000;
const DEFAULT_MISSED = 3;
const MODES: readonly string[] = ['write-idle', 'read-idle', 'all-idle'];

/** Checks the options. Throws `ConfigException` for those that contradict each other, `TypeError` for wrong kinds. */
export function heartbeatSettings(options: HeartbeatOptions): HeartbeatSettings {
  const { codec } = options;
  if (typeof codec?.isPing !== 'function' || typeof codec.isPong !== 'function')
    throw invalidArgType('codec must have the methods isPing and isPong');
  const interval = idleTime('interval', options.interval ?? DEFAULT_INTERVAL);
  const oneWay = options.oneWay ?? false;
  const mode = options.mode ?? 'write-idle';
  if (!MODES.includes(mode)) throw new ConfigException(`mode: '${mode}' (expected: ${MODES.join(', ')})`);
  if (interval > 0 && codec.ping === undefined)
    throw new ConfigException(
      `interval is ${interval} ms, but the codec has no ping(); set interval to 0 to send none`,
    );
  const asks = interval > 0 && !oneWay;
  const missed = asks
    ? count('missed', options.missed ?? (options.timeout === undefined ? DEFAULT_MISSED : 0))
    : 0;
  const timeout = idleTime('timeout', options.timeout ?? (missed > 0 ? (missed + 1) * interval : 0));
  if (asks && timeout > 0 && timeout < 2 * interval)
    throw new ConfigException(
      `timeout (${timeout} ms) must be at least twice the interval (${interval} ms): ` +
        'otherwise one late answer ends a healthy connection',
    );
  const respond = (options.respond ?? !oneWay) && codec.pong !== undefined;
  return {
    interval,
    mode,
    missed,
    timeout,
    respond,
    oneWay,
    retries: count('retries', options.retries ?? 0),
  };
}

function count(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 0)
    throw new ConfigException(`${name}: ${value} (expected: a whole number, 0 or more)`);
  return value;
}
