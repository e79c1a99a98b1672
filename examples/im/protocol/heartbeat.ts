import { type HeartbeatCodec, HeartbeatHandler } from '@sluice/handlers';
import type { Timing } from '../timing.js';
import type { Heartbeat, Ping, Pong } from './messages.js';

/** How heartbeats look in this protocol. */
const CODEC: HeartbeatCodec<Heartbeat> = {
  ping: ({ nonce }): Ping => ({ kind: 'ping', seq: nonce }),
  pong: (ping): Pong => ({ kind: 'pong', seq: ping.seq }),
  isPing: (message) => (message as Heartbeat).kind === 'ping',
  isPong: (message) => (message as Heartbeat).kind === 'pong',
  nonceOf: (pong) => pong.seq,
};

/** For whoever connects: asks when there was nothing to say, and gives up a server that does not answer. */
export function askingHeartbeat(timing: Timing): HeartbeatHandler<Heartbeat> {
  return new HeartbeatHandler({ codec: CODEC, interval: timing.heartbeat, missed: timing.missed });
}

/** For whoever accepts: answers, and gives up a client that is silent for too long. */
export function answeringHeartbeat(timing: Timing): HeartbeatHandler<Heartbeat> {
  return new HeartbeatHandler({ codec: CODEC, interval: 0, timeout: timing.evictAfter });
}
