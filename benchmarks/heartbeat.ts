import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Bootstrap, type Channel, LocalChannel, LocalServerChannel, ServerBootstrap } from '@sluice/core';
import { type HeartbeatCodec, HeartbeatEvent, HeartbeatHandler } from '@sluice/handlers';

/**
 * What heartbeats of very many idle connections cost one process: bytes for each channel, CPU, and how late pings are. The
 * connections are in memory, both ends in this process, on the real clock: a client that pings and a server that
 * answers and watches, so that each connection counts for two channels.
 */

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '50000' },
    interval: { type: 'string', default: '10000' },
    periods: { type: 'string', default: '3' },
  },
});
const connections = Number(values.connections);
const interval = Number(values.interval);
const periods = Number(values.periods);

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Bytes in use, garbage left out. */
async function heap(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    gc();
  }
  return process.memoryUsage().heapUsed;
}

const PING = Symbol('ping');
const PONG = Symbol('pong');
const codec: HeartbeatCodec<symbol> = {
  ping: () => PING,
  pong: () => PONG,
  isPing: (message) => message === PING,
  isPong: (message) => message === PONG,
};

const accepted: Channel[] = [];
const server = await new ServerBootstrap<LocalServerChannel>()
  .channel(LocalServerChannel)
  .childHandler((channel) => {
    accepted.push(channel);
  })
  .bind({ local: 'heartbeats' });
const bootstrap = new Bootstrap<LocalChannel>().channel(LocalChannel).handler(() => {});
const clients: Channel[] = [];
const empty = await heap();
while (clients.length < connections) clients.push(await bootstrap.connect({ local: 'heartbeats' }));
const plain = await heap();

/** How late pings are: each follows the one before, whose answer came at once, by an interval. */
const late: number[] = [];
let lost = 0;
class Watch {
  #last = performance.now();
  userEventTriggered(_ctx: unknown, event: unknown): void {
    if (!(event instanceof HeartbeatEvent)) return;
    if (event.type === 'dead') lost++;
    if (event.type !== 'ping-sent') return;
    const now = performance.now();
    late.push(now - this.#last - interval);
    this.#last = now;
  }
}

// Spread over an interval, as the connections of a real server are.
const begin = performance.now();
for (let i = 0; i < connections; i++) {
  accepted[i]?.pipeline.addLast(new HeartbeatHandler({ codec, interval: 0, timeout: 3 * interval }));
  clients[i]?.pipeline.addLast(new HeartbeatHandler({ codec, interval }));
  const behind = Math.floor((i * interval) / connections) - (performance.now() - begin);
  if (behind > 1) await new Promise((resolve) => setTimeout(resolve, behind));
}
const beating = await heap();
for (const client of clients) client.pipeline.addLast(new Watch());

// The first ping of each comes before the watch has seen one.
await new Promise((resolve) => setTimeout(resolve, interval));
late.length = 0;
const before = process.cpuUsage();
const start = performance.now();
await new Promise((resolve) => setTimeout(resolve, periods * interval));
const { user, system } = process.cpuUsage(before);
const elapsed = performance.now() - start;
late.sort((a, b) => a - b);
const quantile = (share: number): string => (late[Math.floor((late.length - 1) * share)] ?? NaN).toFixed(1);

console.log(`Node ${process.version}, ${connections} connections in memory, a ping each ${interval} ms
bytes for a channel            ${((plain - empty) / connections / 2).toFixed(0)}
bytes for its heartbeat        ${((beating - plain) / connections / 2).toFixed(0)}
pings in ${(elapsed / 1000).toFixed(1)} s                ${late.length}
connections lost               ${lost}
CPU                            ${((user + system) / 10 / elapsed).toFixed(2)} % of a core
CPU µs for a ping and its pong ${((user + system) / late.length).toFixed(1)}
ms late, median / 99 % / most  ${quantile(0.5)} / ${quantile(0.99)} / ${quantile(1)}`);
await Promise.all(clients.map((client) => client.close()));
await server.close();
