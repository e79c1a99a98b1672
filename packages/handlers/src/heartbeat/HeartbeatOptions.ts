import type { ChannelHandlerContext, Logger, Untyped } from '@sluice/core';
import type { FailureDetector } from './FailureDetector.js';
import type { IntervalPolicy } from './IntervalPolicy.js';

/** Which half of a heartbeat. */
export type HeartbeatKind = 'ping' | 'pong';

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
  /** Business data that this ping is to carry (the option `data`); `undefined`: none. */
  readonly data: Uint8Array | undefined;
}

/** What a pong may carry. */
export interface PongInfo {
  /** Business data that this pong is to carry (the option `data`); `undefined`: none. */
  readonly data: Uint8Array | undefined;
}

/**
 * How pings and pongs look among the messages at the handler's place in the pipeline. It keeps no state of a connection,
 * so that one object serves all. Where pings and pongs look the same, each side has its own codec: on the side that asks
 * `isPing` says no, on the side that answers `isPong` does.
 */
export interface HeartbeatCodec<Message = Untyped> {
  /** Makes a ping. Needed unless `interval` is 0. */
  ping?(info: PingInfo): Message;
  /** Makes the answer to a ping; `null` leaves it unanswered. Without this method none is answered. */
  pong?(ping: Message, info: PongInfo): Message | null;
  /** Called for each message that arrives, of whatever kind. */
  isPing(message: unknown): boolean;
  /** Called for each message that arrives and is no ping. */
  isPong(message: unknown): boolean;
  /** The `nonce` of the ping that a pong answers, if it says so. */
  nonceOf?(pong: Message): number | undefined;
  /** The business data in a ping or pong that arrived; `undefined`: none. Without this method none is looked for. */
  dataOf?(heartbeat: Message): Uint8Array | undefined;
}

/**
 * When a ping is sent: after `interval` ms in which nothing was written, read, or either. Business traffic of that kind
 * puts it off.
 */
export type HeartbeatMode = 'write-idle' | 'read-idle' | 'all-idle';

/** Business data that rides on heartbeats. The codec carries it (`PingInfo.data`, `PongInfo.data`, `dataOf`). */
export interface HeartbeatData {
  /** The data of a heartbeat about to be sent; `undefined`: none. Called once for each. */
  outgoing?(kind: HeartbeatKind, ctx: ChannelHandlerContext): Uint8Array | undefined;
  /** Takes the data of a heartbeat that arrived. Called once for each that carries some, before it is answered. */
  incoming?(data: Uint8Array, kind: HeartbeatKind, ctx: ChannelHandlerContext): void;
  /**
   * The most bytes a heartbeat may carry (default 1024). More to send: the heartbeat goes without, and a
   * `HeartbeatEvent` `'data-refused'` tells. More received: the same event, and the channel is closed (`'protocol'`).
   */
  readonly limit?: number;
}

/**
 * How a `HeartbeatHandler` behaves. Times in ms. The limits (`missed`, `timeout`, `budget`, `window`, `detector`) may be
 * combined; the first that is reached ends the connection. See `HeartbeatHandler` for their exact bounds.
 */
export interface HeartbeatOptions<Message = Untyped> {
  /** What pings and pongs look like. */
  readonly codec: HeartbeatCodec<Message>;
  /**
   * A ping is sent after this long without traffic (default 10000); 0: send none, only answer and watch. A policy
   * chooses it anew as it learns (`AdaptiveInterval`).
   */
  readonly interval?: number | IntervalPolicy;
  /** Which traffic (default `'write-idle'`; `'all-idle'` if `interval` is a policy). */
  readonly mode?: HeartbeatMode;
  /**
   * The peer is dead after so many pings in a row had no answer, nor anything else arrived; with `window`, after so many
   * silent windows; 0: no limit. Default 3, but 0 if another limit is given.
   */
  readonly missed?: number;
  /** While a ping has no answer the next follows after this long (default: the interval). */
  readonly repeat?: number;
  /**
   * The peer is dead when nothing was read for this long; 0: no limit. Default with `missed` and pings:
   * `interval + missed * repeat`, which is when the last of the missed pings is over; with `budget`: the longest that one
   * can take. If pings are sent, one is sent a `repeat` before the limit even while business traffic goes out, so that
   * nobody is given up who was not asked.
   */
  readonly timeout?: number;
  /**
   * A ping counts as missed when nothing came for this long after it (default: `repeat`). `'rtt'`: as long as round trips
   * take by RFC 6298 (`smoothedRtt + 4 * jitter`, at least `ackFloor`, at most `repeat`). With `ack` or `budget` a ping
   * that cannot be written counts as missed too; without, it closes the channel.
   */
  readonly ack?: number | 'rtt';
  /** The least that `ack: 'rtt'` waits (default 1000, as RFC 6298 has it). */
  readonly ackFloor?: number;
  /** The peer is dead when the waits for answers that did not come (`ack` each) add up to more than this; 0: no limit. */
  readonly budget?: number;
  /**
   * For the side that waits for no answers (`interval: 0` or `oneWay`): each silence of this length counts as one of
   * `missed`.
   */
  readonly window?: number;
  /** Makes the detector that learns how long a silence of this peer may be, one for each channel. */
  readonly detector?: () => FailureDetector;
  /**
   * How often the peer sends at least, for a check of the limits of the side that listens: they must be twice as long.
   * Without a limit of its own that side waits three times as long.
   */
  readonly peerInterval?: number;
  /** Answer pings (default true; false with `oneWay`). */
  readonly respond?: boolean;
  /**
   * Heartbeats go one way (default false): pings are not answered, no answer is waited for, and pings are not counted as
   * missed. The side that receives them sets `timeout` or `window`.
   */
  readonly oneWay?: boolean;
  /** Further attempts when a ping cannot be written (default 0). */
  readonly retries?: number;
  /** Business data in both directions. */
  readonly data?: HeartbeatData;
  /** Send pings and pass verdicts (default true); can be changed later (`HeartbeatHandler.enabled`). */
  readonly enabled?: boolean;
  /**
   * Pass verdicts also while this process can be debugged, that is, `inspector.url()` is set (default false): at a
   * breakpoint of this process or its peer nobody is dead.
   */
  readonly whileDebugging?: boolean;
  /** Write a line for each ping with its pong (default false); can be changed later (`HeartbeatHandler.log`). */
  readonly log?: boolean;
  /** Where to, at level `info`. Default: the logger of `setLogger`. */
  readonly logger?: Logger;
}

/** What may be changed on a live `HeartbeatHandler`, after a handshake for instance. */
export type HeartbeatTiming = Pick<
  HeartbeatOptions,
  'interval' | 'missed' | 'repeat' | 'timeout' | 'ack' | 'budget' | 'window' | 'peerInterval'
>;
