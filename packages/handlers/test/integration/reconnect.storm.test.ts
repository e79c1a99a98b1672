import { Bootstrap, ServerBootstrap, type ServerSocketChannel } from '@sluice/core';
import { ReconnectingClient, seededRandom } from '@sluice/handlers';
import { elapse, FakeBootstrap, frozenLoop } from '../reconnect/doubles.js';

const CLIENTS = 200;
const BUCKET = 100;

/** The share of the fullest 100 ms among all attempts. */
function largestShare(times: readonly number[]): number {
  const buckets = new Map<number, number>();
  for (const at of times) {
    const bucket = Math.floor(at / BUCKET);
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
  }
  return Math.max(...buckets.values()) / times.length;
}

test.each(['full', 'equal', 'decorrelated', 0.2] as const)(
  '200 clients whose server is away for 30 s (%p jitter): spread, never two attempts at a time, none later than the cap',
  async (jitter) => {
    const loop = frozenLoop();
    const cap = 4000;
    const clients = Array.from({ length: CLIENTS }, (_, seed) => {
      const bootstrap = new FakeBootstrap(loop);
      const client = new ReconnectingClient({
        bootstrap,
        endpoints: [{ local: 'a' }],
        backoff: { base: 1000, cap, jitter, random: seededRandom(seed) },
        eventLoop: loop,
      }).start();
      return { bootstrap, client };
    });
    await elapse(loop, 20_000);
    for (const { bootstrap } of clients) {
      bootstrap.behaviours.set('a', 'down');
      bootstrap.channels[0]?.close();
    }
    await elapse(loop, 30_000);
    for (const { bootstrap } of clients) bootstrap.behaviours.set('a', 'up');
    await elapse(loop, cap);
    const attempts: number[] = [];
    for (const { bootstrap, client } of clients) {
      expect(client.state).toBe('ready');
      expect(bootstrap.mostOpen).toBe(1);
      const times = bootstrap.attempts.slice(1).map(({ at }) => at - 20_000);
      const gaps = times.map((at, i) => at - (times[i - 1] ?? 0));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(cap + 1);
      attempts.push(...times);
    }
    expect(largestShare(attempts)).toBeLessThan(0.15);
    // Those that bring the server back do not come all at once either.
    const last = clients.map(({ bootstrap }) => (bootstrap.attempts.at(-1)?.at as number) - 50_000);
    expect(largestShare(last)).toBeLessThan(0.15);
    await Promise.all(clients.map(({ client }) => client.close()));
  },
);

test('200 clients on real sockets find their server again, without a peak', async () => {
  const listen = (port: number): Promise<ServerSocketChannel> =>
    new ServerBootstrap()
      .childHandler((channel) => {
        channel.pipeline.addLast({ exceptionCaught: (ctx) => ctx.close() });
        accepted.add(channel);
      })
      .bind({ host: '127.0.0.1', port })
      .then((server) => server as ServerSocketChannel);
  const accepted = new Set<{ close(): unknown }>();
  let server = await listen(0);
  const { port } = server.localAddress as { port: number };
  const clients = Array.from(
    { length: CLIENTS },
    (_, seed) =>
      new ReconnectingClient({
        bootstrap: new Bootstrap().handler((channel) => {
          channel.pipeline.addLast({ exceptionCaught() {} });
        }),
        endpoints: [{ host: '127.0.0.1', port }],
        backoff: { base: 1000, cap: 2000, random: seededRandom(seed) },
        stableAfter: 0,
      }),
  );
  await Promise.all(clients.map((client) => client.connect()));
  const delays: number[] = [];
  for (const client of clients) client.on('backoff', (delay) => delays.push(delay));
  await server.close();
  for (const channel of accepted) channel.close();
  const failures = clients.map((client) => new Promise((resolve) => client.once('attemptFailed', resolve)));
  await Promise.all(failures);
  server = await listen(port);
  await Promise.all(clients.map((client) => client.connect()));
  expect(delays.length).toBeGreaterThanOrEqual(2 * CLIENTS);
  // What the policy drew for the first attempts; the clock of a loaded machine would measure something else.
  expect(largestShare(delays.slice(0, CLIENTS))).toBeLessThan(0.15);
  expect(clients.every(({ state }) => state === 'ready')).toBe(true);
  await Promise.all(clients.map((client) => client.close()));
  await server.close();
});
