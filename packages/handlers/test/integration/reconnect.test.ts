import { EventEmitter, once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Bootstrap, type Channel, nodeEventLoop } from '@sluice/core';
import {
  HeartbeatHandler,
  HeartbeatTimeoutException,
  ReconnectingClient,
  type ReconnectingClientOptions,
} from '@sluice/handlers';
import { ContractHandler } from '@sluice/testing';
import { codec, lineHandlers, ServerProcess } from './support.js';

const HEARTBEAT = 200;
/** Milliseconds that a loaded machine may be late. */
const LATENESS = 400;
const servers: ServerProcess[] = [];
const clients: ReconnectingClient[] = [];
/** One before and one behind the heartbeats of each channel. */
const contracts: ContractHandler[] = [];

function contract(): ContractHandler {
  const made = new ContractHandler({ mode: 'collect' });
  contracts.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await Promise.all(servers.splice(0).map((server) => server.kill()));
  for (const made of contracts.splice(0)) made.verify();
});

async function serverProcess(port?: number): Promise<ServerProcess> {
  const server = await ServerProcess.start({ interval: 0, timeout: 5000 }, port);
  servers.push(server);
  return server;
}

const at = (port: number) => ({ host: '127.0.0.1', port });

/** A client with heartbeats; `line` waits for one that it receives. */
function newClient(ports: readonly number[], options: Partial<ReconnectingClientOptions> = {}) {
  const lines = new EventEmitter();
  const bootstrap = new Bootstrap().handler((channel) => {
    channel.pipeline.addLast(
      ...lineHandlers(),
      contract(),
      new HeartbeatHandler({ codec, interval: HEARTBEAT, timeout: 3 * HEARTBEAT }),
      contract(),
      { channelRead: (_ctx, line) => lines.emit(line as string), exceptionCaught() {} },
    );
  });
  const client = new ReconnectingClient({
    bootstrap,
    endpoints: ports.map(at),
    backoff: { base: 100, cap: 400 },
    connectTimeout: 1000,
    ...options,
  });
  clients.push(client);
  return { client, line: (text: string) => once(lines, text) };
}

const nextConnected = async (client: ReconnectingClient): Promise<Channel> =>
  (await once(client, 'connected'))[0] as Channel;

test('the server is killed: the client goes to the other one in less than a second', async () => {
  const [a, b] = [await serverProcess(), await serverProcess()];
  const { client, line } = newClient([a.port, b.port]);
  await client.connect();
  expect(client.endpoint).toEqual(at(a.port));
  await a.until(() => a.count('online') === 1);
  const began = performance.now();
  const [channel] = await Promise.all([nextConnected(client), a.kill()]);
  expect(performance.now() - began).toBeLessThan(1000);
  expect(client.endpoint).toEqual(at(b.port));
  await b.until(() => b.count('online') === 1);
  await Promise.all([line('echo hello'), channel.writeAndFlush('hello')]);
});

test('the only server is killed and comes back: the client tries until it does', async () => {
  const first = await serverProcess();
  const { client } = newClient([first.port]);
  await client.connect();
  let failures = 0;
  client.on('attemptFailed', () => failures++);
  await first.kill();
  while (failures < 2) await once(client, 'attemptFailed');
  expect(client.state).not.toBe('ready');
  const connected = nextConnected(client);
  const second = await serverProcess(first.port);
  const channel = await connected;
  await second.until(() => second.count('online') === 1);
  expect(client.state).toBe('ready');
  expect(client.channel).toBe(channel);
});

test('the server freezes: the heartbeat finds it dead in its time, and the client goes to the other one', async () => {
  const [a, b] = [await serverProcess(), await serverProcess()];
  const { client } = newClient([a.port, b.port]);
  const channel = await client.connect();
  await a.until(() => a.count('online') === 1);
  // Writes to a frozen server succeed; that must not keep the client from finding out.
  const writing = setInterval(() => void channel.writeAndFlush('business'), 20);
  const began = performance.now();
  a.freeze();
  const [cause] = (await once(client, 'lost')) as [Error];
  const took = performance.now() - began;
  clearInterval(writing);
  expect(cause).toBeInstanceOf(HeartbeatTimeoutException);
  expect(took).toBeGreaterThan(2 * HEARTBEAT);
  expect(took).toBeLessThan(3 * HEARTBEAT + LATENESS);
  await nextConnected(client);
  expect(client.endpoint).toEqual(at(b.port));
});

test('the server freezes for less than the time: nothing is lost', async () => {
  const a = await serverProcess();
  const { client, line } = newClient([a.port]);
  const channel = await client.connect();
  const lost = jest.fn();
  client.on('lost', lost);
  await a.until(() => a.count('online') === 1);
  a.freeze();
  await new Promise((resolve) => setTimeout(resolve, HEARTBEAT));
  a.thaw();
  await Promise.all([line('echo still here'), channel.writeAndFlush('still here')]);
  expect(lost).not.toHaveBeenCalled();
  expect(client.channel).toBe(channel);
});

describe('a server that accepts and says nothing', () => {
  let silent: Server;
  const sockets = new Set<Socket>();
  beforeEach(async () => {
    silent = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
    });
    await once(silent.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await new Promise((resolve) => silent.close(resolve));
  });

  test('is left for another one', async () => {
    const b = await serverProcess();
    const { client } = newClient([(silent.address() as { port: number }).port, b.port]);
    await client.connect();
    await nextConnected(client);
    expect(client.endpoint).toEqual(at(b.port));
  });

  test('close() while connected, or between attempts, leaves nothing', async () => {
    const timers = nodeEventLoop.coarseTimers;
    const { client } = newClient([(silent.address() as { port: number }).port]);
    await client.connect();
    await client.close();
    expect(nodeEventLoop.coarseTimers).toBe(timers);
    const other = newClient([1]).client.start(); // nobody listens on port 1
    await once(other, 'backoff');
    await other.close();
    expect(other.state).toBe('closed');
  });
});
