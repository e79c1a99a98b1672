import {
  AttributeKey,
  Bootstrap,
  type Channel,
  ChannelOption,
  ConfigException,
  DatagramChannel,
  type InetSocketAddress,
  type SocketAddress,
  SocketChannel,
  setLogger,
} from '../../src/index.js';
import { opened } from '../support/opened.js';
import { Recorder } from '../support/Recorder.js';
import { listen } from '../support/sockets.js';
import { eventually, polls, signal, within } from '../support/within.js';

const KEY = AttributeKey.valueOf<string>('bootstrap.test');
const address = async (): Promise<InetSocketAddress> => (await listen()).localAddress as InetSocketAddress;

/** A channel that notes what it is set to. */
class Noting extends SocketChannel {
  readonly set: string[] = [];
  override applyOption(option: ChannelOption<unknown>, value: unknown): boolean {
    this.set.push(`${option.name}=${value}`);
    return true;
  }
}

describe('options and attributes', () => {
  test('are there when the initializer runs', async () => {
    const seen: unknown[] = [];
    const channel = await new Bootstrap()
      .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 4321)
      .option(ChannelOption.AUTO_READ, false)
      .attr(KEY, 'value')
      .handler((made) => {
        seen.push(made.config.connectTimeoutMillis, made.config.autoRead, made.attr(KEY).get());
      })
      .register();
    opened(channel);
    expect(seen).toEqual([4321, false, 'value']);
  });

  test('are set in the order they were given; undefined takes one out', async () => {
    const option = (name: string): ChannelOption<number> => ChannelOption.valueOf(`BOOTSTRAP_${name}`);
    const channel = (await new Bootstrap<Noting>()
      .channel(Noting)
      .option(option('C'), 1)
      .option(option('A'), 2)
      .option(option('B'), 3)
      .option(option('C'), 4)
      .option(option('A'), undefined)
      .attr(KEY, 'value')
      .attr(KEY, undefined)
      .register()) as Noting;
    opened(channel);
    expect(channel.set).toEqual(['BOOTSTRAP_C=4', 'BOOTSTRAP_B=3']);
    expect(channel.hasAttr(KEY)).toBe(false);
  });

  test('one that throws is logged; the channel goes on', async () => {
    const logged: string[] = [];
    const nothing = (): void => {};
    setLogger({ debug: nothing, info: nothing, error: nothing, warn: (_fields, text) => logged.push(text) });
    try {
      const channel = opened(
        await new Bootstrap()
          .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, -1)
          .option(ChannelOption.AUTO_READ, false)
          .connect(await address()),
      );
      expect(logged).toEqual(["Failed to set channel option 'CONNECT_TIMEOUT_MILLIS'"]);
      expect([channel.isActive, channel.config.autoRead]).toEqual([true, false]);
    } finally {
      setLogger();
    }
  });
});

describe('making channels', () => {
  test('by a class or by a function', async () => {
    const byClass = opened(await new Bootstrap<Noting>().channel(Noting).connect(await address()));
    expect(byClass).toBeInstanceOf(Noting);
    const made = new Noting();
    const byFunction = await new Bootstrap<Noting>().channel(() => made).connect(await address());
    expect(opened(byFunction)).toBe(made);
  });

  test('a factory that fails gives a failed future, and throws nothing', async () => {
    const bootstrap = new Bootstrap<SocketChannel>().channel(() => {
      throw new Error('no channel today');
    });
    const future = bootstrap.connect({ host: '127.0.0.1', port: 1 });
    expect(future.isDone).toBe(true);
    await expect(future).rejects.toThrow('no channel today');
    expect([future.channel.isOpen, future.channel.isActive]).toEqual([false, false]);
    expect(future.channel.writeAndFlush('x').cause).not.toBeNull();
    await expect(bootstrap.register()).rejects.toThrow('no channel today');
  });

  test('register() gives a registered channel that can be connected later', async () => {
    const recorder = new Recorder();
    const future = new Bootstrap().handler(recorder).register();
    const channel = opened(await future);
    expect(recorder.events).toEqual(['added', 'registered']);
    expect([channel.isRegistered, channel.isOpen, channel.isActive]).toEqual([true, true, false]);
    await channel.connect(await address());
    await recorder.seen('active');
  });

  test('handlers added in channelRegistered see the connect', async () => {
    const seen: string[] = [];
    const future = new Bootstrap()
      .handler({
        channelRegistered(ctx) {
          seen.push('registered');
          ctx.pipeline.addLast({
            connect(inner, remote, local, promise) {
              seen.push('connect');
              inner.connect(remote, local, promise);
            },
          });
        },
      })
      .connect(await address());
    opened(await future);
    expect(seen).toEqual(['registered', 'connect']);
  });

  test('an initializer that throws fails the future and closes the channel', async () => {
    const logged: string[] = [];
    const nothing = (): void => {};
    setLogger({ debug: nothing, info: nothing, error: nothing, warn: (_fields, text) => logged.push(text) });
    try {
      const future = new Bootstrap()
        .handler(() => {
          throw new Error('bad initializer');
        })
        .connect(await address());
      await expect(future).rejects.toMatchObject({
        code: 'ERR_CHANNEL',
        message: expect.stringMatching(/closed while its pipeline was set up: its initializer failed/),
        cause: expect.objectContaining({ message: 'bad initializer' }),
      });
      await within('the close', future.channel.closeFuture);
      expect(logged).toEqual(['Failed to initialize a channel. Closing']);
    } finally {
      setLogger();
    }
  });

  test('a channel that its handler closes while it is set up fails without a cause', async () => {
    const future = new Bootstrap()
      .handler({ channelRegistered: (ctx) => void ctx.close() })
      .connect(await address());
    await expect(future).rejects.toMatchObject({
      code: 'ERR_CHANNEL',
      message: expect.stringMatching(/set up: a handler closed it/),
      cause: undefined,
    });
  });

  test('an initializer that returns a promise fails the channel with an error that says so', async () => {
    const causes: Error[] = [];
    const nothing = (): void => {};
    setLogger({
      debug: nothing,
      info: nothing,
      error: nothing,
      warn: (fields) => causes.push((fields as { err: Error }).err),
    });
    try {
      const future = new Bootstrap().handler(async () => {}).connect(await address());
      await expect(future).rejects.toThrow(/initializer failed/);
      expect(causes[0]?.message).toMatch(/initChannel\(\) must be synchronous/);
    } finally {
      setLogger();
    }
  });

  test('a handler that is not sharable serves one channel; the second future fails', async () => {
    const bootstrap = new Bootstrap().handler(new Recorder());
    const to = await address();
    opened(await bootstrap.connect(to));
    const second = bootstrap.connect(to);
    await expect(second).rejects.toThrow(/is not a @Sharable handler/);
    await within('the close', second.channel.closeFuture);
  });

  test('a connect that a handler fails closes the channel', async () => {
    const future = new Bootstrap()
      .handler({
        connect: (_ctx, _remote, _local, promise) => void promise.setFailure(new Error('not from here')),
      })
      .connect(await address());
    await expect(future).rejects.toThrow('not from here');
    await within('the close', future.channel.closeFuture);
  });
});

describe('addresses', () => {
  test('remoteAddress() and localAddress() are the defaults', async () => {
    const bootstrap = new Bootstrap()
      .remoteAddress(await address())
      .localAddress({ host: '127.0.0.3', port: 0 });
    const channel = opened(await bootstrap.connect());
    expect(channel.localAddress).toMatchObject({ host: '127.0.0.3' });
  });

  test('may be a host and a port', async () => {
    const { host, port } = await address();
    const bootstrap = new Bootstrap().localAddress('127.0.0.3', 0);
    const channels = [
      await bootstrap.connect(host, port),
      await bootstrap.connect(host, port, { localAddress: { host: '127.0.0.4', port: 0 } }),
      await bootstrap.remoteAddress(host, port).connect(),
    ];
    expect(channels.map((channel) => opened(channel).localAddress)).toMatchObject([
      { host: '127.0.0.3' },
      { host: '127.0.0.4' },
      { host: '127.0.0.3' },
    ]);
  });

  test('a signal that was aborted before fails the connect to a host and a port', async () => {
    const signal = AbortSignal.abort(new Error('not any more'));
    await expect(new Bootstrap().connect('127.0.0.1', 1, { signal })).rejects.toThrow('not any more');
  });

  test('UDP binds a host and a port, and a port alone', async () => {
    const bootstrap = new Bootstrap<DatagramChannel>().channel(DatagramChannel);
    const channels = [await bootstrap.bind('127.0.0.1', 0), await bootstrap.bind(0)];
    expect(channels.map((channel) => opened(channel).localAddress)).toMatchObject([
      { host: '127.0.0.1' },
      { host: '0.0.0.0' },
    ]);
  });

  test('none at all is a ConfigException, thrown', () => {
    expect(() => new Bootstrap().connect()).toThrow(ConfigException);
    expect(() => new Bootstrap().bind()).toThrow(ConfigException);
  });

  test('bind fails for a kind of channel that cannot, and closes it', async () => {
    const future = new Bootstrap().bind({ host: '127.0.0.1', port: 0 });
    await expect(future).rejects.toThrow(/bound by connect/);
    await within('the close', future.channel.closeFuture);
  });
});

describe('a resolver', () => {
  test('that never answers is given up after the connect timeout', async () => {
    const future = new Bootstrap()
      .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 30)
      .resolver(() => new Promise(() => {}))
      .connect({ host: 'nowhere', port: 1 });
    await expect(future).rejects.toMatchObject({
      code: 'ERR_CONNECT_TIMEOUT',
      message: 'connection timed out after 30 ms: the resolver has not told where nowhere:1 is',
    });
    await within('the close', future.channel.closeFuture);
  });

  const asked: SocketAddress = { host: 'service.invalid', port: 1 };

  test('gives the real address, at once or later', async () => {
    const to = await address();
    const questions: SocketAddress[] = [];
    for (const answer of [to, Promise.resolve(to)]) {
      const channel = await new Bootstrap()
        .resolver((question) => {
          questions.push(question);
          return answer;
        })
        .connect(asked);
      expect(opened(channel).remoteAddress).toEqual(to);
    }
    expect(questions).toEqual([asked, asked]);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('unknown service');
      },
    ],
    ['rejects', () => Promise.reject(new Error('unknown service'))],
  ])('that %s fails the connect and closes the channel', async (_how, resolver) => {
    const recorder = new Recorder();
    const future = new Bootstrap().handler(recorder).resolver(resolver).connect(asked);
    await expect(future).rejects.toThrow('unknown service');
    await recorder.seen('removed');
    expect(recorder.events).toEqual(['added', 'registered', 'unregistered', 'removed']);
  });

  test('that gives an address where nobody listens fails the future, and nothing else', async () => {
    const server = await listen();
    const gone = server.localAddress as InetSocketAddress;
    await server.close();
    const rejected: unknown[] = [];
    const note = (reason: unknown): void => void rejected.push(reason);
    process.on('unhandledRejection', note);
    try {
      await expect(new Bootstrap().resolver(() => gone).connect(asked)).rejects.toMatchObject({
        code: 'ERR_CONNECT',
      });
      await polls(3);
      expect(rejected).toEqual([]);
    } finally {
      process.removeListener('unhandledRejection', note);
    }
  });

  test.each(['cancel', 'abort', 'close'] as const)(
    'still asked at a %s: nothing is connected',
    async (how) => {
      const to = await address();
      const answer = signal<SocketAddress>();
      const abort = new AbortController();
      const recorder = new Recorder();
      const future = new Bootstrap()
        .handler(recorder)
        .resolver(() => answer.promise)
        .connect(asked, { signal: abort.signal });
      await polls(1);
      if (how === 'cancel') future.cancel();
      else if (how === 'abort') abort.abort(new Error('enough'));
      else future.channel.close();
      const failed = expect(within('the future', future)).rejects.toBeDefined();
      await within('the close', future.channel.closeFuture);
      answer.fire(to);
      await failed;
      await recorder.seen('removed');
      expect(recorder.events).not.toContain('active');
    },
  );
});

describe('a clone', () => {
  test('has what the original had, and changes on its own', async () => {
    const to = await address();
    const original = new Bootstrap()
      .remoteAddress(to)
      .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 111)
      .attr(KEY, 'shared')
      .resolver((question) => question)
      .handler((channel) => channel.pipeline.addLast('marker', { isSharable: true }));
    const clone = original.clone().option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 222).attr(KEY, 'own');
    const [first, second] = await Promise.all([original.connect(), clone.connect()]);
    const facts = (channel: Channel): unknown[] => [
      channel.config.connectTimeoutMillis,
      channel.attr(KEY).get(),
      channel.pipeline.names(),
    ];
    expect(facts(opened(first))).toEqual([111, 'shared', ['marker']]);
    expect(facts(opened(second))).toEqual([222, 'own', ['marker']]);
  });
});

test('config tells what was set, and does not change with the bootstrap', () => {
  const bootstrap = new Bootstrap();
  const before = bootstrap.config;
  const handler = { isSharable: true };
  const resolver = (asked: SocketAddress): SocketAddress => asked;
  bootstrap
    .option(ChannelOption.AUTO_READ, false)
    .attr(KEY, 'value')
    .handler(handler)
    .localAddress('127.0.0.1', 0)
    .remoteAddress({ path: '/run/x.sock' })
    .resolver(resolver);
  expect(before).toEqual({
    channelFactory: SocketChannel,
    handler: undefined,
    localAddress: undefined,
    remoteAddress: undefined,
    resolver: undefined,
    options: new Map(),
    attrs: new Map(),
  });
  const { config } = bootstrap;
  expect(config).toMatchObject({
    localAddress: { host: '127.0.0.1', port: 0 },
    remoteAddress: { path: '/run/x.sock' },
    options: new Map([[ChannelOption.AUTO_READ, false]]),
    attrs: new Map([[KEY, 'value']]),
  });
  expect([config.handler, config.resolver]).toEqual([handler, resolver]);
  expect(bootstrap.clone().config).toEqual(config);
});

test('two hundred connects at once', async () => {
  let accepted = 0;
  const server = await listen(() => accepted++);
  const bootstrap = new Bootstrap().remoteAddress(server.localAddress as InetSocketAddress);
  const channels = await within(
    'all connections',
    Promise.all(Array.from({ length: 200 }, () => bootstrap.connect())),
  );
  for (const channel of channels) opened(channel);
  await eventually('all are accepted', () => accepted === 200);
});
