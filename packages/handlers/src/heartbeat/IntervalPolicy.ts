/** Chooses how long a connection may be idle before a ping. It may serve the connections that follow each other. */
export interface IntervalPolicy {
  /** The interval to use now, in ms; above 0. Asked again after each answer and before each ping. */
  readonly interval: number;
  /** A connection begins. */
  connected?(): void;
  /** A ping that was sent after `interval` ms without traffic was answered. */
  succeeded(interval: number): void;
  /** A ping that was sent after `interval` ms without traffic had no answer, and the connection is lost. */
  failed(interval: number): void;
}
