import {
  AttributeKey,
  Bootstrap,
  type Channel,
  type ChannelFuture,
  type ChannelHandlerContext,
  ChannelOption,
  type ChannelPromise,
  ConfigException,
  childrenOf,
  type InetSocketAddress,
  ServerBootstrap,
  type ServerSocketChannel,
  type SocketAddress,
  type SocketChannel,
  setLogger,
} from '../../src/index.js';
import { opened } from '../support/opened.js';
import { Recorder } from '../support/Recorder.js';
import { connect, LOOPBACK, listen, rawPeer } from '../support/sockets.js';
import { eventually, within } from '../support/within.js';

const KEY = AttributeKey.valueOf<string>('serverBootstrap.test');

/** Collects what is logged as a warning. */
function warnings(): { readonly texts: string[]; readonly causes: Error[] } {
  const texts: string[] = [];
  const causes: Error[] = [];
  const nothing = (): void => {};
  setLogger({
    debug: nothing,
    info: nothing,
    error: nothing,
    warn(fields, text) {
      texts.push(text);
      causes.push((fields as { err: Error }).err);
    },
  });
  return { texts, causes };
}
afterEach(() => setLogger());

describe('the server channel and its children', () => {
  test('get their own options, attributes and handlers, before their initializers run', async () => {
    const seen: unknown[] = [];
    let child: SocketChannel | undefined;
    const server = await listen(
      (accepted) => {
        child = accepted;
        seen.push(['child', accepted.attr(KEY).get(), accepted.config.allowHalfClosure, accepted.isActive]);
      },
      LOOPBACK,
      (bootstrap) =>
        bootstrap
          .option(ChannelOption.SO_BACKLOG, 99)
          .attr(KEY, 'of the server')
          .handler((channel) => seen.push(['server', channel.attr(KEY).get(), channel.isActive]))
          .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
          .childOption(ChannelOption.AUTO_CLOSE, false)
          .childOption(ChannelOption.AUTO_CLOSE, undefined)
          .childAttr(KEY, 'of a child')
          .childAttr(AttributeKey.valueOf('serverBootstrap.none'), 1)
          .childAttr(AttributeKey.valueOf('serverBootstrap.none'), undefined),
    );
    await connect(server);
    await eventually('the child is set up', () => seen.length === 2);
    expect(seen).toEqual([
      ['server', 'of the server', false],
      ['child', 'of a child', true, true],
    ]);
    expect(child?.config.autoClose).toBe(true);
    expect(child?.hasAttr(AttributeKey.valueOf('serverBootstrap.none'))).toBe(false);
    expect(server.getOption(ChannelOption.SO_BACKLOG)).toBe(99);
    expect(server.config.allowHalfClosure).toBe(false);
  });

  test('a child: added, registered, active; it is counted until it is closed', async () => {
    const recorder = new Recorder();
    const server = await listen((child) => void child.pipeline.addLast(recorder));
    const client = await connect(server);
    await recorder.seen('active');
    expect(recorder.events).toEqual(['added', 'registered', 'active']);
    expect(childrenOf(server).size).toBe(1);
    expect([...childrenOf(server)][0]?.parent).toBe(server);
    await client.close();
    await recorder.seen('removed');
    expect(childrenOf(server).size).toBe(0);
    expect(childrenOf(client).size).toBe(0);
  });

  test("the server's own handlers see each child before it is set up", async () => {
    const order: string[] = [];
    const server = await listen(
      () => order.push('init'),
      LOOPBACK,
      (bootstrap) =>
        bootstrap.handler((channel) => {
          channel.pipeline.addLast({
            channelRead(ctx, child: Channel) {
              order.push(`handler, registered: ${child.isRegistered}`);
              ctx.fireChannelRead(child);
              order.push(`afterwards: ${child.isRegistered}`);
            },
          });
        }),
    );
    await connect(server);
    await eventually('the child is set up', () => order.length === 3);
    expect(order).toEqual(['handler, registered: false', 'init', 'afterwards: true']);
  });

  test('a child closes without its server', async () => {
    const server = await listen();
    const client = await connect(server);
    await client.close();
    await eventually('the child is gone', () => childrenOf(server).size === 0);
    expect(server.isActive).toBe(true);
    opened(await connect(server));
  });
});

describe('a child that cannot be set up is closed, alone', () => {
  async function othersGoOn(server: ServerSocketChannel, fails: () => Promise<unknown>): Promise<void> {
    const peer = await rawPeer(server);
    peer.resume();
    await fails();
    await within('the close of the bad one', new Promise((resolve) => peer.once('close', resolve)));
    expect(server.isActive).toBe(true);
    await eventually(
      'it is not counted',
      async () => (await server.connections()) === childrenOf(server).size,
    );
  }

  test('its initializer throws', async () => {
    const logged = warnings();
    let made = 0;
    const server = await listen(() => {
      if (made++ === 0) throw new Error('first one is unlucky');
    });
    await othersGoOn(server, async () => {});
    expect(logged.texts).toEqual(['Failed to initialize a channel. Closing']);
    await connect(server);
    await eventually('the next one lives', () => childrenOf(server).size === 1);
  });

  test('its handler cannot be added again', async () => {
    const logged = warnings();
    const server = opened(await new ServerBootstrap().childHandler(new Recorder()).bind(LOOPBACK));
    await connect(server);
    await othersGoOn(server, async () => {});
    expect(logged.texts).toEqual(['Failed to register an accepted channel. Closing it']);
    expect(logged.causes[0]?.message).toMatch(/not a @Sharable handler/);
    expect(childrenOf(server).size).toBe(1);
  });

  test('its registration fails', async () => {
    const logged = warnings();
    const server = await listen(
      () => {},
      LOOPBACK,
      (bootstrap) =>
        bootstrap.handler({
          channelRead(ctx, child: SocketChannel) {
            // Registered already: the acceptor's own attempt fails.
            child.register();
            ctx.fireChannelRead(child);
          },
        }),
    );
    await othersGoOn(server, async () => {});
    expect(logged.causes[0]?.message).toBe('registered to an event loop already');
  });
});

describe('binding', () => {
  test('needs an address and a childHandler', () => {
    expect(() => new ServerBootstrap().childHandler(() => {}).bind()).toThrow(/localAddress not set/);
    expect(() => new ServerBootstrap().bind(LOOPBACK)).toThrow(ConfigException);
  });

  test('localAddress() is the default; group() is accepted', async () => {
    const server = opened(
      await new ServerBootstrap()
        .group({}, {})
        .childHandler(() => {})
        .localAddress(LOOPBACK)
        .bind(),
    );
    expect(server.isActive).toBe(true);
  });

  test('by host and port, and by a port alone on every address', async () => {
    const bootstrap = new ServerBootstrap().childHandler(() => {});
    const first = opened(await bootstrap.bind('127.0.0.1', 0));
    expect(first.localAddress).toMatchObject({ host: '127.0.0.1' });
    const everywhere = [opened(await bootstrap.bind(0)), opened(await bootstrap.localAddress(0).bind())];
    for (const server of everywhere) {
      const { host, port } = server.localAddress as InetSocketAddress;
      expect(['::', '0.0.0.0']).toContain(host);
      opened(await within('a connection', new Bootstrap().connect('127.0.0.1', port)));
    }
  });

  test('a taken port: the message names address and way out, and the channel is closed', async () => {
    const first = await listen();
    const { host, port } = first.localAddress as InetSocketAddress;
    const future = new ServerBootstrap().childHandler(() => {}).bind({ host, port });
    await expect(future).rejects.toThrow(
      `Cannot listen on 127.0.0.1:${port}: the address is in use (EADDRINUSE). ` +
        'Stop the other program, or choose another port; 0 takes any free one.',
    );
    await within('the close', future.channel.closeFuture);
    opened(await connect(first));
  });

  test('cancelled: nobody listens', async () => {
    const future = new ServerBootstrap().childHandler(() => {}).bind(LOOPBACK);
    expect(future.cancel()).toBe(true);
    await within('the close', future.channel.closeFuture);
    expect(future.channel.isActive).toBe(false);

    // Under way: the operation itself can no longer be cancelled, so its channel is closed.
    const cancelled: boolean[] = [];
    const late: ChannelFuture<ServerSocketChannel> = new ServerBootstrap()
      .childHandler(() => {})
      .handler({
        bind(ctx: ChannelHandlerContext, address: SocketAddress, promise: ChannelPromise) {
          ctx.bind(address, promise);
          cancelled.push(late.cancel(), promise.isCancelled);
        },
      })
      .bind(LOOPBACK);
    opened(late.channel);
    await within('the close', late.channel.closeFuture);
    expect(cancelled).toEqual([true, false]);
    expect([late.isCancelled, late.channel.isActive]).toEqual([true, false]);
  });

  test('two servers of one bootstrap', async () => {
    let accepted = 0;
    const bootstrap = new ServerBootstrap().childHandler(() => void accepted++);
    const servers = [opened(await bootstrap.bind(LOOPBACK)), opened(await bootstrap.bind(LOOPBACK))];
    for (const server of servers) await connect(server);
    await eventually('both have accepted', () => accepted === 2);
    expect(servers.map((server) => childrenOf(server).size)).toEqual([1, 1]);
  });
});

test('a clone has what the original had, and changes on its own', async () => {
  const made: [number, string | null | undefined][] = [];
  const original = new ServerBootstrap()
    .localAddress(LOOPBACK)
    .childOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, 1)
    .childAttr(KEY, 'original')
    .childHandler((child) => {
      made.push([child.config.connectTimeoutMillis, child.attr(KEY).get()]);
    });
  const clone = original.clone().childOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, 2).childAttr(KEY, 'clone');
  for (const bootstrap of [original, clone]) {
    const server = opened(await bootstrap.bind());
    await connect(server);
  }
  await eventually('both have accepted', () => made.length === 2);
  expect(made).toEqual([
    [1, 'original'],
    [2, 'clone'],
  ]);
});

test('config tells what was set', () => {
  const init = (): void => {};
  const bootstrap = new ServerBootstrap()
    .localAddress(9000)
    .option(ChannelOption.SO_BACKLOG, 7)
    .childOption(ChannelOption.TCP_NODELAY, false)
    .childAttr(KEY, 'child')
    .childHandler(init);
  const { config } = bootstrap;
  expect(config).toMatchObject({
    localAddress: { host: '', port: 9000 },
    options: new Map([[ChannelOption.SO_BACKLOG, 7]]),
    childOptions: new Map([[ChannelOption.TCP_NODELAY, false]]),
    childAttrs: new Map([[KEY, 'child']]),
  });
  expect([config.handler, config.childHandler]).toEqual([undefined, init]);
  bootstrap.childOption(ChannelOption.TCP_NODELAY, undefined);
  expect([config.childOptions.size, bootstrap.config.childOptions.size]).toEqual([1, 0]);
});
