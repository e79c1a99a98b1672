import { statSync } from 'node:fs';
import { Bootstrap, ChannelOption, ServerBootstrap, SocketChannel } from '../../../src/index.js';
import { opened } from '../../support/opened.js';
import { freshPath } from '../../support/sockets.js';

test('options that nobody set have their defaults', () => {
  const channel = opened(new SocketChannel());
  expect(channel.getOption(ChannelOption.TCP_NODELAY)).toBe(true);
  expect(channel.getOption(ChannelOption.SO_KEEPALIVE)).toBe(false);
  expect(channel.getOption(ChannelOption.TCP_KEEPIDLE)).toBeUndefined();
  channel.setOption(ChannelOption.TCP_NODELAY, false);
  expect(channel.getOption(ChannelOption.TCP_NODELAY)).toBe(false);
});

test('a Unix socket can be opened to all users', async () => {
  const path = freshPath();
  const server = opened(
    await new ServerBootstrap()
      .option(ChannelOption.READABLE_ALL, true)
      .option(ChannelOption.WRITABLE_ALL, true)
      .childHandler(() => {})
      .bind(path),
  );
  expect(statSync(path.path).mode & 0o666).toBe(0o666);
  await server.close();
});

test('addresses can be tried one after the other instead of side by side', async () => {
  const server = opened(
    await new ServerBootstrap().childHandler(() => {}).bind({ host: '127.0.0.1', port: 0 }),
  );
  const connect = jest.spyOn(
    jest.requireActual<typeof import('node:net')>('node:net').Socket.prototype,
    'connect',
  );
  try {
    const client = opened(
      await new Bootstrap()
        .option(ChannelOption.AUTO_SELECT_FAMILY, false)
        .connect(server.localAddress as { host: string; port: number }),
    );
    expect(connect.mock.calls[0]?.[0]).toMatchObject({ autoSelectFamily: false });
    await client.close();
  } finally {
    connect.mockRestore();
  }
});
