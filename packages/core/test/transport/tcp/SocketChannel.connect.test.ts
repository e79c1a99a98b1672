import { createServer } from 'node:net';
import {
  Bootstrap,
  CancellationException,
  ChannelOption,
  ClosedChannelException,
  ConnectTimeoutException,
  type InetSocketAddress,
  type ReadMode,
  readMode,
  SocketChannel,
  setReadMode,
} from '../../../src/index.js';
import { opened } from '../../support/opened.js';
import { Recorder } from '../../support/Recorder.js';
import { silentAddress } from '../../support/silentServer.js';
import { connect, LOOPBACK, listen } from '../../support/sockets.js';
import { eventually, polls, within } from '../../support/within.js';

const NEVER_ACTIVE = ['added', 'registered', 'unregistered', 'removed'];

/** A port that nobody listens on: one that was just given back. */
async function closedPort(): Promise<InetSocketAddress> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return { host: '127.0.0.1', port };
}

/** Timers of this process that keep it alive. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

describe.each(['onread', 'data'] as const)('connecting, reading by %s', (mode: ReadMode) => {
  const before = readMode();
  beforeEach(() => setReadMode(mode));
  afterEach(() => setReadMode(before));

  test('the addresses of a TCP client as text', async () => {
    const server = await listen();
    const channel = await connect(server);
    expect(String(channel)).toMatch(/^\[id: 0x\w+, L:127\.0\.0\.1:\d+ - R:127\.0\.0\.1:\d+\]$/);
  });

  test('a host name is tried at all its addresses', async () => {
    const server = await listen();
    const channel = await within(
      'the connection',
      new Bootstrap().connect({ host: 'localhost', port: (server.localAddress as InetSocketAddress).port }),
    );
    opened(channel);
    expect((channel.remoteAddress as InetSocketAddress).host).toBe('127.0.0.1');
  });

  test('a read asked for before the connection is kept', async () => {
    const server = await listen((child) => void child.writeAndFlush(Buffer.from('hi')));
    const recorder = new Recorder();
    const channel = opened(new SocketChannel());
    channel.config.autoRead = false;
    channel.pipeline.addLast(recorder);
    channel.register();
    channel.read();
    channel.connect(server.localAddress as InetSocketAddress);
    await recorder.received(2);
  });

  test('nothing can be shut down before the connection', async () => {
    const channel = opened(new SocketChannel());
    channel.register();
    expect(channel.shutdownOutput().cause).toMatchObject({ code: 'ERR_NOT_YET_CONNECTED' });
    expect(channel.shutdownInput().cause).toMatchObject({ code: 'ERR_NOT_YET_CONNECTED' });
    expect(channel.isOpen).toBe(true);
  });
});

describe('a connection that fails', () => {
  test('no answer in time: ConnectTimeoutException with advice, no timer left', async () => {
    const address = await silentAddress();
    const before = timers();
    const recorder = new Recorder();
    const future = new Bootstrap()
      .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 60)
      .handler((channel) => channel.pipeline.addLast(recorder))
      .connect(address);
    await expect(within('the timeout', future)).rejects.toMatchObject({
      code: 'ERR_CONNECT_TIMEOUT',
      message: expect.stringMatching(
        /^connection timed out after 60 ms: 127\.0\.0\.1:\d+\. .*CONNECT_TIMEOUT_MILLIS/,
      ),
    });
    expect(future.cause).toBeInstanceOf(ConnectTimeoutException);
    await recorder.seen('removed');
    expect(recorder.events).toEqual(NEVER_ACTIVE);
    await eventually('the timer is gone', () => timers() <= before);
  });

  test('cancelled: closed, never active, no timer left', async () => {
    const address = await silentAddress();
    const before = timers();
    const recorder = new Recorder();
    const future = new Bootstrap().handler((channel) => channel.pipeline.addLast(recorder)).connect(address);
    await polls(2);
    expect(future.cancel()).toBe(true);
    await expect(future).rejects.toBeInstanceOf(CancellationException);
    await recorder.seen('removed');
    expect(recorder.events).toEqual(NEVER_ACTIVE);
    expect(future.channel.closeFuture.isSuccess).toBe(true);
    expect(future.cancel()).toBe(false);
    await eventually('the timer is gone', () => timers() <= before);
  });

  test('cancelled in the first tick: not even begun', async () => {
    const server = await listen();
    const recorder = new Recorder();
    const future = new Bootstrap()
      .handler((channel) => {
        channel.pipeline.addLast(recorder).addLast({
          connect: (ctx, remote, local, promise) => {
            recorder.note('connect');
            ctx.connect(remote, local, promise);
          },
        });
      })
      .connect(server.localAddress as InetSocketAddress);
    future.cancel();
    await within('the close', future.channel.closeFuture);
    await recorder.seen('removed');
    expect(recorder.events).toEqual(NEVER_ACTIVE);
  });

  test('given up by an AbortSignal: its reason, closed, no listener left on the signal', async () => {
    const address = await silentAddress();
    const abort = new AbortController();
    const removed = jest.spyOn(abort.signal, 'removeEventListener');
    const recorder = new Recorder();
    const future = new Bootstrap()
      .handler((channel) => channel.pipeline.addLast(recorder))
      .connect(address, { signal: abort.signal });
    await polls(2);
    abort.abort(new Error('no longer wanted'));
    await expect(future).rejects.toThrow('no longer wanted');
    await recorder.seen('removed');
    expect(recorder.events).toEqual(NEVER_ACTIVE);
    expect(removed).toHaveBeenCalledTimes(1);
  });

  test('a signal that was aborted before, or while the channel was set up', async () => {
    const server = await listen();
    const address = server.localAddress as InetSocketAddress;
    await expect(
      new Bootstrap().connect(address, { signal: AbortSignal.abort(new Error('too late')) }),
    ).rejects.toThrow('too late');
    const abort = new AbortController();
    const future = new Bootstrap()
      .handler(() => abort.abort(new Error('meanwhile')))
      .connect(address, { signal: abort.signal });
    await expect(future).rejects.toThrow('meanwhile');
    await within('the close', future.channel.closeFuture);
  });

  test('a signal has no say once the channel is connected', async () => {
    const server = await listen();
    const abort = new AbortController();
    const channel = opened(
      await new Bootstrap().connect(server.localAddress as InetSocketAddress, { signal: abort.signal }),
    );
    abort.abort();
    await polls(2);
    expect(channel.isActive).toBe(true);
  });

  test('closeGracefully while connecting closes at once', async () => {
    const address = await silentAddress();
    const future = new Bootstrap().connect(address);
    await polls(2);
    await within('the close', future.channel.closeGracefully(), 1000);
    await expect(future).rejects.toBeInstanceOf(ClosedChannelException);
  });

  test('an unusable address fails the future and closes the channel', async () => {
    for (const [address, code] of [
      [{ host: '127.0.0.1', port: 70_000 }, 'ERR_CONNECT'],
      [{ local: 'x' }, 'ERR_INVALID_ARG_TYPE'],
    ] as const) {
      const future = new Bootstrap().connect(address);
      await expect(future).rejects.toMatchObject({ code });
      await within('the close', future.channel.closeFuture);
    }
  });

  test('a connect that fails and nobody looks at is reported', async () => {
    const failures: unknown[] = [];
    const channel = opened(new SocketChannel());
    channel.pipeline.unhandled = { failure: (_channel, cause) => void failures.push(cause) };
    channel.register();
    channel.connect({ host: '127.0.0.1', port: 70_000 });
    await within('the close', channel.closeFuture);
    await new Promise((resolve) => setImmediate(resolve));
    expect(failures).toEqual([expect.objectContaining({ code: 'ERR_CONNECT' })]);
  });

  test('a client is not bound by bind', async () => {
    const channel = opened(new SocketChannel());
    channel.register();
    await expect(channel.bind(LOOPBACK)).rejects.toThrow(/bound by connect/);
  });

  test('from a local address', async () => {
    const server = await listen();
    const channel = opened(
      await new Bootstrap().connect(server.localAddress as InetSocketAddress, {
        localAddress: { host: '127.0.0.2', port: 0 },
      }),
    );
    expect(channel.localAddress).toMatchObject({ host: '127.0.0.2', family: 'IPv4' });
  });

  test('a failure that nobody looks at is told to the channel, one that somebody awaits is not', async () => {
    const address = await closedPort();
    const told: string[] = [];
    const bootstrap = new Bootstrap().option(ChannelOption.UNHANDLED, {
      failure: (_channel, cause) => void told.push((cause as { code?: string }).code ?? ''),
    });
    await bootstrap.connect(address).catch(() => {});
    await polls(2);
    expect(told).toEqual([]);
    const { channel } = bootstrap.connect(address);
    await within('the close', channel.closeFuture);
    await eventually('the failure is told', () => told.length > 0);
    expect(told).toEqual(['ERR_CONNECT']);
  });
});
