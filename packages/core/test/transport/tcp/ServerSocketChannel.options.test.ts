import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { BlockList, createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  Bootstrap,
  ChannelOption,
  ConnectionDroppedEvent,
  type InetSocketAddress,
  type ServerBootstrap,
  ServerSocketChannel,
  type SocketChannel,
} from '../../../src/index.js';
import { afterwards, opened } from '../../support/opened.js';
import { freshPath, LOOPBACK, listen } from '../../support/sockets.js';
import { eventually, within } from '../../support/within.js';

/** A server that drops what comes from `blocked`, and what it has seen. */
async function guarded(blocked: BlockList, address: InetSocketAddress | { path: string } = LOOPBACK) {
  const accepted: SocketChannel[] = [];
  const dropped: unknown[] = [];
  const configure = (bootstrap: ServerBootstrap): void => {
    bootstrap.option(ChannelOption.BLOCK_LIST, blocked).handler({
      isSharable: true,
      userEventTriggered(ctx, event) {
        if (event instanceof ConnectionDroppedEvent) dropped.push(event.remoteAddress);
        ctx.fireUserEventTriggered(event);
      },
    });
  };
  const server = await listen((child) => accepted.push(child), address, configure);
  return { server, accepted, dropped };
}

async function connectFrom(host: string, port: number): Promise<SocketChannel> {
  const future = new Bootstrap().localAddress(host, 0).connect('127.0.0.1', port);
  return opened(await within('a connection', future));
}

test('BLOCK_LIST: who is on it is dropped at once, with an event; others are served', async () => {
  const blocked = new BlockList();
  blocked.addSubnet('127.0.0.8', 29);
  const { server, accepted, dropped } = await guarded(blocked);
  const { port } = server.localAddress as InetSocketAddress;
  const refused = await connectFrom('127.0.0.9', port);
  await within('the end of the connection', refused.closeFuture);
  const served = await connectFrom('127.0.0.16', port);
  await eventually('the other is accepted', () => accepted.length === 1);
  expect(dropped).toMatchObject([{ host: '127.0.0.9', family: 'IPv4' }]);
  expect([served.isActive, accepted[0]?.remoteAddress]).toMatchObject([true, { host: '127.0.0.16' }]);
  await eventually('the dropped one is not counted', async () => (await server.connections()) === 1);
});

test('BLOCK_LIST finds IPv4 addresses that a server on every address sees as IPv6', async () => {
  const blocked = new BlockList();
  blocked.addAddress('127.0.0.9');
  const { server, accepted, dropped } = await guarded(blocked, { host: '', port: 0 });
  const refused = await connectFrom('127.0.0.9', (server.localAddress as InetSocketAddress).port);
  await within('the end of the connection', refused.closeFuture);
  expect([dropped.length, accepted.length]).toEqual([1, 0]);
});

test('BLOCK_LIST leaves Unix sockets alone: their peers have no address', async () => {
  const blocked = new BlockList();
  blocked.addSubnet('0.0.0.0', 0);
  const { server, accepted, dropped } = await guarded(blocked, freshPath());
  opened(await within('a connection', new Bootstrap().connect(server.localAddress as { path: string })));
  await eventually('it is accepted', () => accepted.length === 1);
  expect(dropped).toEqual([]);
});

/** Listens on descriptor 3, as a service that systemd starts does, and tells where that is. */
const PROGRAM = `
  const { ChannelOption, ServerBootstrap } = await import(process.env.SLUICE_CORE);
  const server = await new ServerBootstrap()
    .option(ChannelOption.LISTEN_FD, 3)
    .childHandler((channel) => {
      channel.pipeline.addLast({ channelRead: (ctx, message) => void ctx.writeAndFlush(message) });
    })
    .bind(0);
  console.log('port ' + server.localAddress.port);
`;

test('LISTEN_FD: a socket that another process has bound', async () => {
  const core = join(__dirname, '..', '..', '..', 'dist', 'index.js');
  if (!existsSync(core)) throw new Error('core is not built: run `npm run build` first (`npm test` does)');
  const bound = createServer();
  afterwards(() => void bound.close());
  await new Promise<void>((resolve) => bound.listen(0, '127.0.0.1', resolve));
  const { port } = bound.address() as { port: number };
  const fd = (bound as unknown as { _handle: { fd: number } })._handle.fd;
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    env: { PATH: process.env.PATH, SLUICE_CORE: pathToFileURL(core).href },
    stdio: ['ignore', 'pipe', 'inherit', fd],
  });
  afterwards(() => child.kill('SIGKILL'));
  // Only the program accepts from here on.
  bound.close();
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await eventually('the program listens', () => said.includes('\n'), 10_000);
  expect(said).toBe(`port ${port}\n`);
  const client = opened(await within('a connection', new Bootstrap().connect('127.0.0.1', port)));
  const echo = client.inbound<Buffer>();
  client.writeAndFlush(Buffer.from('hello'));
  const { value } = await within('the echo', echo.next());
  expect(String(value)).toBe('hello');
});

test('LISTEN_FD: a descriptor that is none fails with BindException', async () => {
  const server = opened(new ServerSocketChannel());
  server.setOption(ChannelOption.LISTEN_FD, 999);
  server.register();
  await expect(server.bind(LOOPBACK)).rejects.toMatchObject({ code: 'ERR_BIND' });
});
