/**
 * Learns from a peer's heartbeats how long a silence may be. One for each channel; `HeartbeatHandler` asks it when a
 * deadline is near, never for a business message.
 */
export interface FailureDetector {
  /** The silence, in ms since anything arrived, after which the peer is given up, as things are now. */
  readonly limit: number;
  /** A heartbeat came `silence` ms after the one before, and nothing in between. Not told after a stall of our own. */
  heartbeat(silence: number): void;
}
