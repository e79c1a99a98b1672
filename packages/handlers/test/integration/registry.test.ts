import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  type AnyChannelHandler,
  Bootstrap,
  type Channel,
  formatAddress,
  ServerBootstrap,
} from '@sluice/core';
import {
  ChannelRegistry,
  CloseReasonHandler,
  LoginRefusedException,
  SessionRegistry,
  type SessionRegistryOptions,
} from '@sluice/handlers';
import { lineHandlers } from './support.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serve(...handlers: (() => AnyChannelHandler)[]): Promise<{ host: string; port: number }> {
  const server = await new ServerBootstrap()
    .childHandler((channel) => channel.pipeline.addLast(...handlers.map((make) => make())))
    .bind({ host: '127.0.0.1', port: 0 });
  closing.push(() => server.close());
  return server.localAddress as { host: string; port: number };
}

/** A plain client that logs in by its first line; `lines` is what it was told. */
function client(
  port: number,
  user?: string,
): { socket: Socket; lines: () => string[]; ended: Promise<unknown> } {
  const socket = connect(port, '127.0.0.1');
  closing.push(() => socket.destroy());
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.on('error', () => {});
  const ended = once(socket, 'end');
  ended.catch(() => {});
  if (user !== undefined) socket.write(`${user}\n`);
  return { socket, lines: () => text.split('\n').filter((line) => line !== ''), ended };
}

/** Waits until `events` have been told. */
async function until(emitter: NodeJS.EventEmitter, event: string, condition: () => boolean): Promise<void> {
  while (!condition()) await once(emitter, event);
}

test('1,000 clients, of which 500 leave: both ends know who is there, by ip:port', async () => {
  const ALL = 1000;
  const accepted = new ChannelRegistry();
  const connected = new ChannelRegistry((channel) => formatAddress(channel.localAddress ?? { local: '' }));
  const { host, port } = await serve(() => accepted.handler());
  const bootstrap = new Bootstrap().handler((channel) => channel.pipeline.addLast(connected.handler()));
  const clients: Channel[] = [];
  for (let i = 0; i < ALL; i += 100) {
    const hundred = Array.from({ length: 100 }, async () => bootstrap.connect({ host, port }));
    clients.push(...(await Promise.all(hundred)));
  }
  closing.push(() => Promise.all(clients.map((channel) => channel.close())));
  await until(accepted, 'added', () => accepted.size === ALL);
  expect(connected.size).toBe(ALL);

  const leaving = clients.slice(0, ALL / 2);
  for (const channel of leaving) channel.close();
  // What is being closed is not found from the first moment on.
  expect([...connected].length).toBe(ALL / 2);
  const gone = formatAddress(leaving[0]?.localAddress as { host: string; port: number });
  expect([connected.get(gone), connected.keyOf(leaving[0] as Channel)]).toEqual([undefined, gone]);
  await until(accepted, 'removed', () => accepted.size === ALL / 2);
  expect(connected.size).toBe(ALL / 2);
  for (const channel of clients) {
    const key = formatAddress(channel.localAddress as { host: string; port: number });
    expect(accepted.get(key)?.isActive ?? false).toBe(channel.isOpen);
    expect(connected.get(key)).toBe(channel.isOpen ? channel : undefined);
  }
}, 30_000);

function login(sessions: SessionRegistry): () => AnyChannelHandler {
  return () => ({
    channelRead(ctx, line) {
      try {
        sessions.login(ctx, String(line));
        ctx.writeAndFlush('welcome');
      } catch (error) {
        if (!(error instanceof LoginRefusedException)) throw error;
        ctx.writeAndFlush(`refused: ${error.refusal}`);
      }
    },
  });
}

/** A line server whose clients log in; tells what its registry tells. */
async function sessionServer(options: SessionRegistryOptions) {
  const sessions = new SessionRegistry(options);
  const told: string[] = [];
  sessions.on('online', ({ user }) => told.push(`online ${user}`));
  sessions.on('offline', ({ user }, reason) => told.push(`offline ${user}: ${reason?.kind}`));
  sessions.on('replaced', ({ user }) => told.push(`replaced ${user}`));
  const server = await new ServerBootstrap()
    .childHandler((channel) => {
      channel.pipeline.addLast(new CloseReasonHandler(), ...lineHandlers(), login(sessions)());
    })
    .bind({ host: '127.0.0.1', port: 0 });
  closing.push(() => server.close());
  return { sessions, told, port: (server.localAddress as { port: number }).port };
}

test('a second login kicks the first: farewell, end of stream, no offline; its late end harms nobody', async () => {
  const { sessions, told, port } = await sessionServer({ farewell: () => 'kicked' });
  const first = client(port, 'anna');
  await once(sessions, 'online');
  const old = sessions.get('anna')?.channel as Channel;
  const second = client(port, 'anna');
  await first.ended;
  expect(first.lines()).toEqual(['welcome', 'kicked']);
  await old.closeFuture;
  expect(sessions.get('anna')?.channel.isActive).toBe(true);
  expect(told).toEqual(['online anna', 'replaced anna', 'online anna']);
  const offline = once(sessions, 'offline');
  second.socket.end();
  await offline;
  expect([told.at(-1), sessions.isOnline('anna'), sessions.size]).toEqual(['offline anna: fin', false, 0]);
});

test('a reset ends a session too, and a refused login harms nobody', async () => {
  const { sessions, told, port } = await sessionServer({ secondLogin: 'refuse' });
  const first = client(port, 'anna');
  await once(first.socket, 'data');
  const second = client(port, 'anna');
  await once(second.socket, 'data');
  expect([second.lines(), first.lines()]).toEqual([['refused: duplicate'], ['welcome']]);
  const offline = once(sessions, 'offline');
  first.socket.resetAndDestroy();
  await offline;
  expect(told).toEqual(['online anna', 'offline anna: reset']);
});

test('a client that reads nothing cannot keep its session by not taking the farewell', async () => {
  const { sessions, told, port } = await sessionServer({
    farewell: () => 'x'.repeat(32 << 20),
    farewellTimeout: 50,
  });
  const stuck = client(port, 'anna');
  await once(stuck.socket, 'data');
  stuck.socket.pause();
  const offline = once(sessions, 'offline');
  expect(sessions.kick('anna')).toBe(1);
  await offline;
  expect(told).toEqual(['online anna', 'offline anna: kicked']);
});
