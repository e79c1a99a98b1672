import { existsSync } from 'node:fs';
import { Server } from 'node:net';
import {
  BindException,
  type Channel,
  ChannelOption,
  ClosedChannelException,
  type InetSocketAddress,
  ServerSocketChannel,
  UnsupportedOperationException,
} from '../../../src/index.js';
import { nodeServersMadeBy } from '../../support/nodeServers.js';
import { opened } from '../../support/opened.js';
import { Recorder } from '../../support/Recorder.js';
import { connect, freshPath, LOOPBACK, listen, rawPeer } from '../../support/sockets.js';
import { eventually, polls, within } from '../../support/within.js';

/** A server channel on its own, registered, with a recorder. */
function bare(): { server: ServerSocketChannel; recorder: Recorder } {
  const server = opened(new ServerSocketChannel());
  const recorder = new Recorder();
  server.pipeline.addLast(recorder);
  server.register();
  return { server, recorder };
}

afterEach(() => jest.restoreAllMocks());

describe('binding', () => {
  test('added, registered, bind promise, active', async () => {
    const { server, recorder } = bare();
    server.bind(LOOPBACK).addListener(() => recorder.note(`bound, active: ${server.isActive}`));
    expect(server.isActive).toBe(false);
    await recorder.seen('active');
    expect(recorder.events).toEqual(['added', 'registered', 'bound, active: true', 'active']);
    expect(server.localAddress).toMatchObject({ host: '127.0.0.1', family: 'IPv4' });
    expect((server.localAddress as InetSocketAddress).port).toBeGreaterThan(0);
    expect(server.remoteAddress).toBeNull();
  });

  test('closing: closeFuture, promise, inactive, unregistered, removed; the port is free at once', async () => {
    const { server, recorder } = bare();
    await server.bind(LOOPBACK);
    await recorder.seen('active');
    recorder.events.length = 0;
    server.closeFuture.addListener(() => recorder.note('closeFuture'));
    server.close().addListener(() => recorder.note('close promise'));
    await recorder.seen('removed');
    expect(recorder.events).toEqual(['closeFuture', 'close promise', 'inactive', 'unregistered', 'removed']);
    await listen(() => {}, server.localAddress as InetSocketAddress);
  });

  test.each([
    ['TCP', LOOPBACK],
    ['Unix', freshPath()],
  ])('%s: an address in use fails with BindException and advice; never active', async (_kind, address) => {
    const first = await listen(() => {}, address);
    const { server, recorder } = bare();
    const taken = first.localAddress as InetSocketAddress;
    const future = server.bind(taken);
    await expect(future).rejects.toMatchObject({
      code: 'ERR_BIND',
      message: expect.stringMatching(
        /^Cannot listen on \S+: the address is in use \(EADDRINUSE\)\. .*another port/,
      ),
      cause: { code: 'EADDRINUSE' },
    });
    expect(future.cause).toBeInstanceOf(BindException);
    await recorder.seen('removed');
    expect(recorder.events).toEqual(['added', 'registered', 'unregistered', 'removed']);
    expect(server.isOpen).toBe(false);
  });

  test.each([
    ['EADDRNOTAVAIL', { host: '192.0.2.1', port: 0 }, /no such address/],
    ['EACCES or ENOENT', { path: '/nowhere/at/all.sock' }, /nowhere/],
  ])('%s', async (_code, address, message) => {
    await expect(bare().server.bind(address)).rejects.toMatchObject({
      code: 'ERR_BIND',
      message: expect.stringMatching(message),
    });
  });

  test('twice, or to a local address', async () => {
    const { server } = bare();
    await server.bind(LOOPBACK);
    await expect(server.bind(LOOPBACK)).rejects.toThrow(/Already bound/);
    expect(server.isActive).toBe(true);
    await expect(bare().server.bind({ local: 'x' })).rejects.toThrow(/binds \{ host, port \} or \{ path \}/);
  });

  test.each([
    ['TCP', LOOPBACK],
    ['Unix', freshPath()],
  ])('%s: closed before it is bound: the promise fails, nobody listens', async (_kind, address) => {
    const { result, servers } = await nodeServersMadeBy(async () => {
      const { server, recorder } = bare();
      const bound = server.bind(address);
      server.close();
      await expect(within('the bind', bound)).rejects.toBeInstanceOf(ClosedChannelException);
      await recorder.seen('removed');
      await polls(5);
      return recorder;
    });
    expect(result.events).toEqual(['added', 'registered', 'unregistered', 'removed']);
    expect(servers.map((server) => server.listening)).toEqual([false]);
  });

  test('a Unix socket leaves no file behind', async () => {
    const address = freshPath();
    const server = await listen(() => {}, address);
    expect([existsSync(address.path), server.localAddress]).toEqual([true, address]);
    await server.close();
    await eventually('the file is gone', () => !existsSync(address.path));
  });

  test('options reach listen', async () => {
    const server = opened(new ServerSocketChannel());
    const { servers } = await nodeServersMadeBy(async () => {
      expect(server.setOption(ChannelOption.SO_BACKLOG, 7)).toBe(true);
      expect(server.setOption(ChannelOption.EXCLUSIVE, true)).toBe(true);
      expect(server.setOption(ChannelOption.IPV6_V6ONLY, true)).toBe(true);
      server.setOption(ChannelOption.MAX_CONNECTIONS, 9);
      server.register();
      const listening = jest.spyOn(Server.prototype, 'listen');
      await server.bind(LOOPBACK);
      expect(listening.mock.calls[0]?.[0]).toEqual({
        backlog: 7,
        exclusive: true,
        ipv6Only: true,
        host: '127.0.0.1',
        port: 0,
      });
    });
    expect(servers[0]?.maxConnections).toBe(9);
    jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    expect(server.setOption(ChannelOption.SO_REUSEPORT, true)).toBe(
      major > 22 || (major === 22 && minor >= 12),
    );
  });
});

describe('accepting', () => {
  test('with autoRead off: one connection for each read(), in their order', async () => {
    const accepted: string[] = [];
    const server = await listen(
      (child) => void accepted.push(String((child.remoteAddress as InetSocketAddress).port)),
      LOOPBACK,
      (bootstrap) => bootstrap.option(ChannelOption.AUTO_READ, false),
    );
    const ports: string[] = [];
    for (let i = 0; i < 4; i++) ports.push(String((await rawPeer(server)).localPort));
    await eventually('Node has them', async () => (await server.connections()) === 4);
    await polls(3);
    expect(accepted).toEqual([]);
    server.read();
    await eventually('one is accepted', () => accepted.length === 1);
    await polls(3);
    expect(accepted).toEqual(ports.slice(0, 1));
    server.config.autoRead = true;
    await eventually('all are accepted', () => accepted.length === 4);
    expect(accepted).toEqual(ports);
    server.config.autoRead = false;
    const late = String((await rawPeer(server)).localPort);
    await eventually('Node has it', async () => (await server.connections()) === 5);
    await polls(3);
    expect(accepted).toHaveLength(4);
    // Read before the next one comes.
    server.read();
    await eventually('it is accepted', () => accepted.length === 5);
    server.read();
    const last = String((await rawPeer(server)).localPort);
    await eventually('so is the last', () => accepted.length === 6);
    expect(accepted.slice(4)).toEqual([late, last]);
  });

  test('what waits when the server closes is closed, also when it was just asked for', async () => {
    let accepted = 0;
    const server = await listen(
      () => accepted++,
      LOOPBACK,
      (bootstrap) => bootstrap.option(ChannelOption.AUTO_READ, false),
    );
    const peers = [await rawPeer(server), await rawPeer(server)];
    await eventually('Node has them', async () => (await server.connections()) === 2);
    server.read();
    server.close();
    for (const peer of peers) {
      peer.resume();
      await eventually('the peer is closed', () => peer.closed);
    }
    expect(accepted).toBe(0);
    expect(await server.connections()).toBe(0);
  });

  test('a channel that waits keeps what its peer has sent', async () => {
    const recorder = new Recorder();
    const server = await listen(
      (child) => void child.pipeline.addLast(recorder),
      LOOPBACK,
      (bootstrap) => bootstrap.option(ChannelOption.AUTO_READ, false),
    );
    const peer = await rawPeer(server);
    peer.end('hello');
    await eventually('Node has it', async () => (await server.connections()) === 1);
    server.read();
    await recorder.seen('removed');
    expect(recorder.text).toBe('hello');
  });

  test('each connection is one read of the server channel', async () => {
    const events: string[] = [];
    const server = await listen(
      () => {},
      LOOPBACK,
      (bootstrap) =>
        bootstrap.handler((channel) => {
          channel.pipeline.addLast({
            channelRead: (ctx, child: Channel) => {
              events.push(child.constructor.name);
              ctx.fireChannelRead(child);
            },
            channelReadComplete: () => void events.push('complete'),
          });
        }),
    );
    await connect(server);
    await connect(server);
    await eventually('both are read', () => events.length === 4);
    expect(events).toEqual(['SocketChannel', 'complete', 'SocketChannel', 'complete']);
  });
});

test('a server channel neither writes nor connects', async () => {
  const server = await listen();
  await expect(server.writeAndFlush(Buffer.from('x'))).rejects.toBeInstanceOf(UnsupportedOperationException);
  await expect(server.connect(LOOPBACK)).rejects.toBeInstanceOf(UnsupportedOperationException);
  expect(server.isActive).toBe(true);
  expect(await new ServerSocketChannel().connections()).toBe(0);
});

test('an error of the listening socket goes through its pipeline; the server stays', async () => {
  const causes: Error[] = [];
  const { result: server, servers } = await nodeServersMadeBy(() =>
    listen(
      () => {},
      LOOPBACK,
      (bootstrap) => bootstrap.handler({ exceptionCaught: (_ctx, cause) => void causes.push(cause) }),
    ),
  );
  servers[0]?.emit('error', new Error('accept EMFILE'));
  expect(causes.map((cause) => cause.message)).toEqual(['accept EMFILE']);
  expect(server.isActive).toBe(true);
});
