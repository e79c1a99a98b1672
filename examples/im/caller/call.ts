import { Bootstrap } from '@sluice/core';
import { ReconnectingClient } from '@sluice/handlers';
import type { Endpoint } from '../ipc.js';
import type { Caller } from './Caller.js';
import { callerPipeline } from './callerPipeline.js';

/**
 * Keeps `caller` connected to one of the servers: the next one when a connection is lost, after a wait that grows with
 * each failure. `shouldReconnect` is asked when a connection has ended.
 */
export function call(
  caller: Caller,
  endpoints: readonly Endpoint[],
  shouldReconnect: () => boolean = () => true,
): ReconnectingClient {
  const { timing } = caller;
  return new ReconnectingClient({
    bootstrap: new Bootstrap().handler(callerPipeline(caller)),
    endpoints: endpoints.map(({ host, port }) => ({ host, port })),
    backoff: { base: timing.firstBackoff, cap: timing.maxBackoff, jitter: 'full' },
    connectTimeout: timing.connectTimeout,
    // A connection that has seen a heartbeat answered was a good one.
    stableAfter: 2 * timing.heartbeat,
    quarantine: 2 * timing.heartbeat,
    shouldReconnect,
  }).start();
}
