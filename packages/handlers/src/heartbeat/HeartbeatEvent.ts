/** What a {@link HeartbeatEvent} tells. */
export type HeartbeatEventType =
  /** A ping was written. */
  | 'ping-sent'
  /** The answer to a ping arrived. */
  | 'pong'
  /** A ping got no answer within the interval, nor did anything else arrive. */
  | 'missed'
  /** The peer is given up; the channel is closed right after this event. */
  | 'dead';

/** The user event by which a `HeartbeatHandler` tells later handlers how the connection fares. */
export class HeartbeatEvent {
  readonly type: HeartbeatEventType;
  /** Pings in a row without an answer so far. */
  readonly missed: number;
  /** Of a pong: ms from ping to pong, if it can be told which ping it answers. */
  readonly rtt: number | undefined;
  /** Of `'dead'`: what the channel is closed with; also its attribute `CLOSE_REASON`. */
  readonly cause: Error | undefined;

  constructor(type: HeartbeatEventType, missed: number, rtt?: number, cause?: Error) {
    this.type = type;
    this.missed = missed;
    this.rtt = rtt;
    this.cause = cause;
  }

  toString(): string {
    const rtt = this.rtt === undefined ? '' : `, rtt ${this.rtt} ms`;
    return `HeartbeatEvent(${this.type}, missed ${this.missed}${rtt})`;
  }
}
