import { once } from 'node:events';
import type { Server } from 'node:net';
import {
  ChannelOption,
  ConnectionDroppedEvent,
  type InetSocketAddress,
  type ReadMode,
  readMode,
  type ServerSocketChannel,
  type SocketChannel,
  setReadMode,
} from '../../../src/index.js';
import { nodeServersMadeBy } from '../../support/nodeServers.js';
import { pattern } from '../../support/pattern.js';
import { connect, freshPath, LOOPBACK, listen, rawPeer, socketPair } from '../../support/sockets.js';
import { eventually, polls, within } from '../../support/within.js';

const before = readMode();
afterEach(() => setReadMode(before));

test('the mode can be set, for sockets made from then on', async () => {
  setReadMode('data');
  const byData = await socketPair();
  setReadMode('onread');
  const byOnread = await socketPair();
  expect(readMode()).toBe('onread');
  const listeners = (channel: SocketChannel): number | undefined => channel.socket?.listenerCount('data');
  expect([listeners(byData.client), listeners(byData.server)]).toEqual([1, 1]);
  expect([listeners(byOnread.client), listeners(byOnread.server)]).toEqual([0, 0]);
});

describe.each([
  ['onread', 'TCP'],
  ['data', 'TCP'],
  ['onread', 'Unix'],
  ['data', 'Unix'],
] as const)('Node counts right, reading by %s over %s', (mode: ReadMode, kind) => {
  /** A server with `limit`, Node's own server below it, and the addresses it dropped. */
  async function counted(
    limit?: number,
  ): Promise<{ server: ServerSocketChannel; node: Server; dropped: unknown[]; children: SocketChannel[] }> {
    setReadMode(mode);
    const dropped: unknown[] = [];
    const children: SocketChannel[] = [];
    const { result, servers } = await nodeServersMadeBy(() =>
      listen(
        (child) => void children.push(child),
        kind === 'TCP' ? LOOPBACK : freshPath(),
        (bootstrap) =>
          bootstrap.option(ChannelOption.MAX_CONNECTIONS, limit).handler({
            userEventTriggered: (_ctx, event) => {
              if (event instanceof ConnectionDroppedEvent) dropped.push(event.remoteAddress);
            },
          }),
      ),
    );
    return { server: result, node: servers[0] as Server, dropped, children };
  }

  test('close() calls back when the last connection is gone, and the count returns to zero', async () => {
    const { server, node, children } = await counted();
    const clients = await Promise.all([connect(server), connect(server), connect(server)]);
    await eventually('all are accepted', () => children.length === 3);
    expect(await server.connections()).toBe(3);
    let closed = false;
    node.once('close', () => (closed = true));
    await within('the close', server.close());
    await polls(3);
    expect([closed, await server.connections()]).toEqual([false, 3]);
    const end = once(node, 'close');
    await clients[0]?.close();
    await eventually('one is gone', async () => (await server.connections()) === 2);
    await children[1]?.close();
    await clients[2]?.close();
    await within("the callback of Node's close", end);
    expect(await server.connections()).toBe(0);
  });

  test('MAX_CONNECTIONS drops what is too much, tells of it, and recovers', async () => {
    const { server, dropped, children } = await counted(3);
    const peers = await Promise.all(Array.from({ length: 5 }, () => rawPeer(server)));
    const ended = peers.map((peer) => once(peer.resume(), 'close'));
    await eventually('two were dropped', () => dropped.length === 2);
    await eventually('three were accepted', () => children.length === 3);
    await within('the dropped ones', Promise.race(ended));
    expect(await server.connections()).toBe(3);
    for (const from of dropped) {
      if (kind === 'TCP') expect(from).toMatchObject({ host: '127.0.0.1', family: 'IPv4' });
      else expect(from).toBeNull();
    }
    await children[0]?.close();
    await eventually('there is room', async () => (await server.connections()) === 2);
    await rawPeer(server);
    await eventually('it is accepted', () => children.length === 4);

    server.setOption(ChannelOption.MAX_CONNECTIONS, 1);
    await rawPeer(server);
    await eventually('the new limit holds', () => dropped.length === 3);
  });

  test('a channel belongs to its server as a socket of Node does', async () => {
    const { server, node, children } = await counted();
    await connect(server);
    await eventually('it is accepted', () => children.length === 1);
    expect(children[0]?.socket).toHaveProperty('server', node);
    expect(children[0]?.parent).toBe(server);
    expect(children[0]?.localAddress).toEqual(server.localAddress);
  });
});

describe.each(['onread', 'data'] as const)(
  'what a handler got is its own, reading by %s',
  (mode: ReadMode) => {
    test('400 chunks of two interleaved connections, kept until all traffic is over, stay as they were', async () => {
      setReadMode(mode);
      const kept = new Map<number, Buffer[]>();
      const bytes = new Map<number, number>();
      const server = await listen((child) => {
        child.pipeline.addLast({
          channelRead(ctx, chunk: Buffer) {
            const port = (ctx.channel.remoteAddress as InetSocketAddress).port;
            kept.set(port, [...(kept.get(port) ?? []), chunk]);
            bytes.set(port, (bytes.get(port) ?? 0) + chunk.length);
            // Passed on as it is, and still ours.
            ctx.writeAndFlush(chunk);
          },
        });
      });
      const echoed: Buffer[][] = [[], []];
      const clients = await Promise.all(
        echoed.map((list) =>
          connect(server, (channel) => {
            channel.pipeline.addLast({ channelRead: (_ctx, chunk: Buffer) => void list.push(chunk) });
          }),
        ),
      );
      const size = 200 * 4000;
      const sent = [pattern(size, 5), pattern(size, 77)];
      const ports = clients.map((client) => (client.localAddress as InetSocketAddress).port);
      const portOf = (i: number): number => ports[i] as number;
      for (let at = 0; at < size; at += 4000) {
        for (const i of [0, 1]) {
          clients[i]?.writeAndFlush((sent[i] as Buffer).subarray(at, at + 4000));
          await eventually('the piece is read', () => bytes.get(portOf(i)) === at + 4000);
        }
      }
      expect((kept.get(portOf(0))?.length ?? 0) + (kept.get(portOf(1))?.length ?? 0)).toBeGreaterThanOrEqual(
        400,
      );
      for (const i of [0, 1]) {
        expect(Buffer.concat(kept.get(portOf(i)) as Buffer[]).equals(sent[i] as Buffer)).toBe(true);
        await eventually('the echo is there', () => Buffer.concat(echoed[i] as Buffer[]).length === size);
        expect(Buffer.concat(echoed[i] as Buffer[]).equals(sent[i] as Buffer)).toBe(true);
      }
    });
  },
);
