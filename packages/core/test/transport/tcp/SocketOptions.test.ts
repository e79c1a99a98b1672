import { Socket } from 'node:net';
import {
  Bootstrap,
  ChannelOption,
  type InetSocketAddress,
  type ReadMode,
  readMode,
  SocketChannel,
  setReadMode,
} from '../../../src/index.js';
import { SocketOptions } from '../../../src/transport/tcp/SocketOptions.js';
import { watchHandle } from '../../support/handles.js';
import { opened } from '../../support/opened.js';
import { freshPath, listen, socketPair } from '../../support/sockets.js';

/** What a channel's socket was told, with the calls that Node leaves out as being no change. */
function calls(method: 'setNoDelay' | 'setKeepAlive'): unknown[][] {
  const spy = jest.spyOn(Socket.prototype, method);
  return spy.mock.calls;
}

afterEach(() => jest.restoreAllMocks());

describe('a client socket', () => {
  test('has TCP_NODELAY unless it is turned off', async () => {
    const told = calls('setNoDelay');
    await socketPair();
    expect(told).toContainEqual([true]);
    told.length = 0;
    await socketPair({ clientOptions: [[ChannelOption.TCP_NODELAY, false]] });
    expect(told).not.toContainEqual([true]);
  });

  test('keeps alive when asked to, with the delay in seconds', async () => {
    const told = calls('setKeepAlive');
    await socketPair();
    expect(told).toEqual([]);
    await socketPair({
      clientOptions: [
        [ChannelOption.SO_KEEPALIVE, true],
        [ChannelOption.TCP_KEEPIDLE, 30],
      ],
    });
    expect(told).toEqual([[true, 30_000]]);
  });

  test('takes options when it is connected', async () => {
    const { client } = await socketPair();
    const noDelay: unknown[][] = [];
    const keepAlive: unknown[][] = [];
    watchHandle(client, ['setNoDelay'], (...args) => noDelay.push(args));
    watchHandle(client, ['setKeepAlive'], (...args) => keepAlive.push(args));
    expect(client.setOption(ChannelOption.TCP_NODELAY, false)).toBe(true);
    expect(client.setOption(ChannelOption.TCP_NODELAY, true)).toBe(true);
    expect(client.setOption(ChannelOption.SO_KEEPALIVE, true)).toBe(true);
    expect(client.setOption(ChannelOption.SO_KEEPALIVE, false)).toBe(true);
    expect(noDelay).toEqual([[false], [true]]);
    expect(keepAlive.map(([enable]) => Boolean(enable))).toEqual([true, false]);
    expect(client.getOption(ChannelOption.TCP_NODELAY)).toBe(true);
  });
});

describe.each(['onread', 'data'] as const)('an accepted socket, reading by %s', (mode: ReadMode) => {
  const before = readMode();
  beforeEach(() => setReadMode(mode));
  afterEach(() => setReadMode(before));

  test('TCP_NODELAY, which the server has set, can be turned off', async () => {
    const { server } = await socketPair();
    const told: unknown[][] = [];
    watchHandle(server, ['setNoDelay'], (...args) => told.push(args));
    server.setOption(ChannelOption.TCP_NODELAY, true);
    expect(told).toEqual([]);
    server.setOption(ChannelOption.TCP_NODELAY, false);
    expect(told).toEqual([[false]]);
  });

  test('childOption reaches it', async () => {
    const told = calls('setKeepAlive');
    const { server } = await socketPair({ serverOptions: [[ChannelOption.SO_KEEPALIVE, true]] });
    expect(told).toEqual([[true, 0]]);
    expect(server.getOption(ChannelOption.SO_KEEPALIVE)).toBe(true);
  });
});

test('options of TCP do no harm on a Unix socket', async () => {
  const all = [
    [ChannelOption.TCP_NODELAY, false],
    [ChannelOption.SO_KEEPALIVE, true],
  ] as const;
  const { client, server } = await socketPair({ clientOptions: all, serverOptions: all }, freshPath());
  expect([client.isActive, server.isActive]).toEqual([true, true]);
});

describe('an option that cannot be honoured', () => {
  test('is warned about once by name, and the channel works', async () => {
    const emit = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const server = await listen();
    const unknown = ChannelOption.valueOf<number>('SO_MADE_UP');
    for (let i = 0; i < 3; i++) {
      opened(await new Bootstrap().option(unknown, 1).connect(server.localAddress as InetSocketAddress));
    }
    const channel = opened(new SocketChannel());
    expect(channel.setOption(unknown, 2)).toBe(false);
    expect(channel.getOption(unknown)).toBeUndefined();
    expect(channel.setOption(ChannelOption.SO_LINGER, 5)).toBe(false);
    const texts = emit.mock.calls.map(([text]) => String(text));
    expect(texts.filter((text) => text.includes("'SO_MADE_UP' for SocketChannel"))).toHaveLength(1);
    expect(texts.filter((text) => text.includes("'SO_LINGER'"))).toHaveLength(1);
  });

  test('what the runtime lacks is reported, not faked', () => {
    const options = new SocketOptions();
    const tunable = Socket.prototype.setKeepAlive.length >= 4;
    expect(options.set(ChannelOption.TCP_KEEPINTVL, 5, null)).toBe(tunable);
    expect(options.set(ChannelOption.TCP_KEEPCNT, 3, null)).toBe(tunable);
    expect(options.set(ChannelOption.IP_TOS, 16, null)).toBe('setTypeOfService' in Socket.prototype);
    expect(options.set(ChannelOption.SO_BACKLOG, 1, null)).toBe(false);
  });

  test('what the runtime has is used', () => {
    const options = new SocketOptions();
    const told: unknown[][] = [];
    const socket = {
      setKeepAlive: (...args: unknown[]) => told.push(args),
      setTypeOfService: (...args: unknown[]) => told.push(args),
    } as unknown as Socket;
    const prototype = Socket.prototype as unknown as Record<string, unknown>;
    const original = prototype.setKeepAlive;
    prototype.setKeepAlive = (_enable: boolean, _delay: number, _interval: number, _count: number) => {};
    try {
      options.set(ChannelOption.SO_KEEPALIVE, true, null);
      options.set(ChannelOption.TCP_KEEPIDLE, 9, null);
      expect(options.set(ChannelOption.TCP_KEEPINTVL, 5, null)).toBe(true);
      expect(options.set(ChannelOption.TCP_KEEPCNT, 3, null)).toBe(true);
    } finally {
      prototype.setKeepAlive = original;
    }
    options.set(ChannelOption.IP_TOS, 16, null);
    options.apply(socket);
    expect(told).toEqual([[true, 9000, 5000, 3], [16]]);
  });
});
