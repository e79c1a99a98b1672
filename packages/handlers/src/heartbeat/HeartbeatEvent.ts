/** What a {@link HeartbeatEvent} tells. */
export type HeartbeatEventType =
  /** A ping was written. */
  | 'ping-sent'
  /** The answer to a ping arrived. */
  | 'pong'
  /** A ping got no answer in time, nor did anything else arrive; or a window of silence is over. */
  | 'missed'
  /** The peer is given up; the channel is closed right after this event. */
  | 'dead'
  /** Business data was over its limit: our heartbeat goes without it, or the peer's ends the connection. */
  | 'data-refused';

/** The user event by which a `HeartbeatHandler` tells later handlers how the connection fares. */
export class HeartbeatEvent {
  /** What happened. */
  readonly type: HeartbeatEventType;
  /** Pings (or windows of silence) in a row without an answer so far. */
  readonly missed: number;
  /** Of a pong: ms from ping to pong, if it can be told which ping it answers. */
  readonly rtt: number | undefined;
  /** Of `'dead'`: what the channel is closed with; also the cause in its `CLOSE_REASON`. Of `'data-refused'`: which. */
  readonly cause: Error | undefined;

  /** Made by `HeartbeatHandler`; by tests too. */
  constructor(type: HeartbeatEventType, missed: number, rtt?: number, cause?: Error) {
    this.type = type;
    this.missed = missed;
    this.rtt = rtt;
    this.cause = cause;
  }

  /** For logs. */
  toString(): string {
    const rtt = this.rtt === undefined ? '' : `, rtt ${this.rtt} ms`;
    return `HeartbeatEvent(${this.type}, missed ${this.missed}${rtt})`;
  }
}
