import type { Channel, SocketAddress } from '@sluice/core';
import type { CloseReason } from '../close/CloseReason.js';

/**
 * What a `ReconnectingClient` is doing. It goes from `idle` to `connecting`; from there to `ready` or `backing-off`; from
 * `ready`, when the connection is lost, to `backing-off`; from that to `connecting` again; and at last, from anywhere, by
 * `closing` to `closed`. While it makes a new connection beside one that still works (`relocate`) it stays `ready`; if
 * that one is lost meanwhile it goes on from `ready` to what it was doing, `connecting` or `backing-off`.
 */
export type ClientState = 'idle' | 'connecting' | 'ready' | 'backing-off' | 'closing' | 'closed';

/** How a `ReconnectingClient` fares. Times in ms. */
export interface ClientInfo {
  /** What it is doing. */
  readonly state: ClientState;
  /** For how long it has been doing that. */
  readonly stateAge: number;
  /** The connection, while the state is `ready`. */
  readonly channel: Channel | null;
  /** The server of the connection or of the present or latest attempt. */
  readonly endpoint: SocketAddress | null;
  /** For how long the connection lasts; 0 without one. */
  readonly uptime: number;
  /** Attempts since the last stable connection. */
  readonly attempts: number;
  /** Connections made so far. */
  readonly connections: number;
  /** Why the latest attempt failed or the latest connection ended, if that is known. */
  readonly lastError: Error | undefined;
  /** Why the latest connection ended. */
  readonly lastClose: CloseReason | undefined;
  /** Messages that wait to be sent. */
  readonly queued: number;
  /** Whether a connection to replace the present one is being made. */
  readonly isRelocating: boolean;
  /** Old connections that finish their work. */
  readonly retired: number;
}

/** The events of a `ReconnectingClient`. What a listener throws is logged. */
export interface ReconnectingClientEvents {
  /** The state has changed. */
  state: [state: ClientState, previous: ClientState];
  /** An attempt begins; its number since the last stable connection, the first being 1. */
  attempt: [endpoint: SocketAddress, attempt: number];
  /** An attempt failed; `endpoint` is `null` when none could be chosen. */
  attemptFailed: [cause: Error, endpoint: SocketAddress | null];
  /** There is a connection, the first or another one. */
  connected: [channel: Channel, endpoint: SocketAddress];
  /** The connection ended without `close()`; `cause` is the error behind the `reason`, if there is one. */
  lost: [cause: Error | undefined, endpoint: SocketAddress, reason: CloseReason];
  /** The next attempt comes after `delay` ms. */
  backoff: [delay: number];
  /** A connection to replace the present one is made after `after` ms. */
  relocating: [after: number];
  /** A new connection has replaced this one, which finishes its work and is closed then. `connected` comes first. */
  retired: [channel: Channel];
  /** A message that `send` had queued will not be written, or was not. */
  unsent: [message: unknown, cause: Error];
}
