// Loses and makes a connection again and again in one process, and counts what is left of the old ones. Needs --expose-gc.
// argv: how many times. It reports { before, after, channels } to its parent: resources and listeners before the first and
// after the last loss, and old channels that the garbage collector could not free.
import { once } from 'node:events';
import { LineBasedFrameDecoder, LineEncoder, StringDecoder } from '@sluice/codec';
import { Bootstrap, nodeEventLoop, ServerBootstrap } from '@sluice/core';
import {
  CloseReasonHandler,
  HeartbeatHandler,
  IdleStateHandler,
  ReconnectingClient,
  RequestCorrelator,
} from '@sluice/handlers';

const codec = {
  ping: ({ nonce }) => `ping ${nonce}`,
  pong: (ping) => ping.replace('ping', 'pong'),
  isPing: (line) => line.startsWith('ping '),
  isPong: (line) => line.startsWith('pong '),
};

/** Closes each connection when it was asked something. */
const server = await new ServerBootstrap()
  .childHandler((channel) => {
    channel.pipeline.addLast({ channelRead: (ctx) => ctx.close(), exceptionCaught: (ctx) => ctx.close() });
  })
  .bind({ host: '127.0.0.1', port: 0 });

const bootstrap = new Bootstrap().handler((channel) => {
  channel.pipeline.addLast(
    new CloseReasonHandler(),
    new IdleStateHandler({ readerIdle: 60_000 }),
    new LineBasedFrameDecoder({ maxLength: 100 }),
    new StringDecoder(),
    new LineEncoder(),
    new HeartbeatHandler({ codec, interval: 10_000 }),
    new RequestCorrelator({
      assignId: (text, id) => `${id} ${text}`,
      idOf: (text) => Number.parseInt(text, 10),
    }),
  );
  channel.pipeline.addLast({ exceptionCaught: () => {} });
});
const { signal } = new AbortController();
let listeners = 0;
signal.addEventListener = () => listeners++;
signal.removeEventListener = () => listeners--;

const client = new ReconnectingClient({
  bootstrap,
  endpoints: [server.localAddress],
  backoff: { base: 1, cap: 1, jitter: 'none' },
  stableAfter: 0,
  quarantine: 0,
  signal,
});

const old = [];
async function loseConnection() {
  const again = once(client, 'connected');
  old.push(new WeakRef(client.channel));
  const correlator = client.channel.pipeline.get(RequestCorrelator);
  await correlator.request('anybody?').catch(() => {});
  await again;
}

/** What the process holds, once all is quiet. */
async function held() {
  for (let i = 0; i < 10; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    globalThis.gc();
  }
  const resources = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  // The pause above.
  delete resources.Timeout;
  return { resources, coarseTimers: nodeEventLoop.coarseTimers, listeners };
}

await client.connect();
for (let i = 0; i < 10; i++) await loseConnection();
const before = await held();
for (let i = 0; i < Number(process.argv[2]); i++) await loseConnection();
const after = await held();
process.send({
  before,
  after,
  channels: old.filter((ref) => ref.deref() !== undefined).length,
  made: old.length,
});
await client.close();
await server.close();
process.disconnect();
