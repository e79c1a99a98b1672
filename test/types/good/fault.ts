/** A proxy that makes the faults of a network. */
import type { InetSocketAddress } from '@sluice/core';
import {
  type ConnectionFault,
  type FaultControls,
  type FaultDirection,
  FaultProxy,
  type FaultProxyEvents,
  type FaultProxyOptions,
  type FaultTransform,
  type ProxyConnection,
  type ProxyConnectionEvents,
} from '@sluice/testing';
import { assertType, type Equal } from '../support/assertType.js';

const options: FaultProxyOptions = { target: { host: '127.0.0.1', port: 9000 } };
const proxy = await FaultProxy.listen(options);
assertType<Equal<typeof proxy.address, InetSocketAddress>>();
assertType<Equal<typeof proxy.connections, readonly ProxyConnection[]>>();
assertType<Equal<FaultProxyEvents['connection'], [ProxyConnection]>>();
assertType<Equal<ProxyConnectionEvents['close'], []>>();

// The proxy and each of its connections have the same faults.
export function freeze(controls: FaultControls): void {
  controls.blackhole();
}
freeze(proxy);
proxy.on('connection', (connection) => {
  assertType<Equal<typeof connection, ProxyConnection>>();
  freeze(connection);
});

const noPongs: FaultTransform = (direction, chunk) => {
  assertType<Equal<typeof direction, FaultDirection>>();
  return direction === 'toClient' && String(chunk) === 'pong' ? null : chunk;
};
proxy.transform(noPongs);
const reset: ConnectionFault = (connection) => connection.reset();
proxy.after(100, 'toServer', reset);
await proxy.close();
