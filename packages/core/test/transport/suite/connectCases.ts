import {
  AttributeKey,
  BindException,
  CancellationException,
  type Channel,
  ChannelOption,
  ClosedChannelException,
  ConnectException,
  ConnectTimeoutException,
  NotYetConnectedException,
  type ServerChannel,
  type SocketAddress,
  StreamChannel,
  UnsupportedOperationException,
} from '../../../src/index.js';
import { duplexPair } from '../../support/duplexPair.js';
import { opened } from '../../support/opened.js';
import { Recorder } from '../../support/Recorder.js';
import { rawSockets } from '../../support/streams.js';
import { eventually, polls, signal, within } from '../../support/within.js';
import type { Suite } from './Suite.js';
import type { Bootstraps, Init } from './transports.js';

const NEVER_ACTIVE = ['added', 'registered', 'unregistered', 'removed'];
const WHOLE_LIFE = ['added', 'registered', 'active', 'inactive', 'unregistered', 'removed'];

export function connectCases(suite: Suite): void {
  const { bootstraps } = suite.transport;
  /** What a stream does instead. */
  const connected = async (): Promise<void> => {
    const [near, far] = suite.transport.group === 'memory' ? duplexPair() : await rawSockets();
    const recorder = new Recorder();
    const channel = opened(new StreamChannel(near));
    channel.pipeline.addLast(recorder);
    expect(channel.isActive).toBe(true);
    for (const refused of [channel.connect({ path: '/x' }), channel.bind({ path: '/x' })]) {
      expect(refused.cause).toBeInstanceOf(UnsupportedOperationException);
    }
    expect(channel.isActive).toBe(true);
    // Closed before anybody registered it: no event, and the peer sees the end.
    await within('the close', channel.close());
    await within('the end', new Promise((resolve) => far.once('end', resolve).resume()));
    expect(recorder.events).toEqual([]);
  };
  const instead = ['connected from the start; connect and bind fail', connected] as const;

  describe('connect and bind', () => {
    suite.needs('connect and bind', { stream: instead, memory: instead }, () => {
      connecting(suite, bootstraps as Bootstraps);
      failing(suite, bootstraps as Bootstraps);
      serving(bootstraps as Bootstraps);
    });
  });
}

/** A client channel that is registered and not connected, with a recorder. */
async function unconnected(bootstraps: Bootstraps): Promise<{ channel: Channel; recorder: Recorder }> {
  const recorder = new Recorder();
  const channel = await bootstraps.client((made) => made.pipeline.addLast(recorder)).register();
  return { channel: opened(channel), recorder };
}

async function listening(bootstraps: Bootstraps, child: Init = () => {}): Promise<ServerChannel> {
  const server = bootstraps.server((channel) => child(opened(channel)));
  return opened(await within('the bind', server.bind(bootstraps.free())));
}

function addressOf(server: Channel): SocketAddress {
  return server.localAddress as SocketAddress;
}

function connecting(suite: Suite, bootstraps: Bootstraps): void {
  test('rule 27: registered, connect promise, active, then a read', async () => {
    const server = await listening(bootstraps);
    const { channel, recorder } = await unconnected(bootstraps);
    channel.pipeline.addFirst({
      read(ctx) {
        recorder.note('read()');
        ctx.read();
      },
    });
    expect([channel.localAddress, channel.remoteAddress]).toEqual([null, null]);
    const future = channel.connect(addressOf(server));
    expect([future.isDone, channel.isActive]).toEqual([false, false]);
    await within(
      'the connection',
      future.addListener(() => recorder.note(`connected, active: ${channel.isActive}`)),
    );
    await recorder.seen('read()');
    expect(recorder.events).toEqual(['added', 'registered', 'connected, active: true', 'active', 'read()']);
    expect(channel.remoteAddress).toEqual(server.localAddress);
    expect(String(channel)).toContain(' - R:');
    await channel.close();
    expect(channel.remoteAddress).toEqual(server.localAddress);
    expect(String(channel)).toContain(' ! R:');
  });

  test('rule 30: closed in the connect listener: active all the same, then inactive', async () => {
    const server = await listening(bootstraps);
    const { channel, recorder } = await unconnected(bootstraps);
    channel.connect(addressOf(server)).addListener(() => channel.close());
    await recorder.seen('removed');
    expect(recorder.events).toEqual(WHOLE_LIFE);
  });

  test('rule 34: flushed before the connection: fails with NotYetConnectedException, the channel goes on', async () => {
    const atServer = new Recorder();
    const server = await listening(bootstraps, (child) => void child.pipeline.addLast(atServer));
    const { channel } = await unconnected(bootstraps);
    const first = channel.writeAndFlush(Buffer.from('1'));
    await expect(first).rejects.toBeInstanceOf(NotYetConnectedException);
    const future = channel.connect(addressOf(server));
    const second = channel.writeAndFlush(Buffer.from('2'));
    await expect(second).rejects.toBeInstanceOf(NotYetConnectedException);
    await future;
    await channel.writeAndFlush(Buffer.from('3'));
    await atServer.received(1);
    expect(atServer.text).toBe('3');
  });

  test('connecting twice: the second fails, the first stands', async () => {
    const server = await listening(bootstraps);
    const { channel } = await unconnected(bootstraps);
    const first = channel.connect(addressOf(server));
    await expect(channel.connect(addressOf(server))).rejects.toThrow(/^Already connecting/);
    await first;
    await expect(channel.connect(addressOf(server))).rejects.toThrow(/^Already connected/);
    expect(channel.isActive).toBe(true);
  });

  test('rule 40: options and attributes are there when the initializer runs, on both ends', async () => {
    const KEY = AttributeKey.valueOf<string>('transportSuite');
    const seen: unknown[] = [];
    const look = (channel: Channel): void => {
      seen.push([channel.config.autoRead, channel.config.connectTimeoutMillis, channel.attr(KEY).get()]);
    };
    const server = opened(
      await bootstraps
        .server(look)
        .childOption(ChannelOption.AUTO_READ, false)
        .childOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, 7)
        .childAttr(KEY, 'child')
        .bind(bootstraps.free()),
    );
    const client = bootstraps.client(look).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 5000);
    opened(await client.attr(KEY, 'client').connect(addressOf(server)));
    await eventually('both are set up', () => seen.length === 2);
    expect(seen).toEqual([
      [true, 5000, 'client'],
      [false, 7, 'child'],
    ]);
  });

  test('ten clients of one server each have their own channel', async () => {
    const children: Channel[] = [];
    const server = await listening(bootstraps, (child) => {
      children.push(child);
      child.pipeline.addLast({ channelRead: (ctx, message) => void ctx.writeAndFlush(message) });
    });
    const recorders = Array.from({ length: 10 }, () => new Recorder());
    await Promise.all(
      recorders.map(async (recorder, i) => {
        const client = bootstraps.client((made) => made.pipeline.addLast(recorder));
        const channel = opened(await client.connect(addressOf(server)));
        channel.writeAndFlush(Buffer.from(`client ${i}`));
        await recorder.received(8);
        expect(recorder.text).toBe(`client ${i}`);
      }),
    );
    expect(new Set(children.map((child) => child.id.asLongText())).size).toBe(10);
    expect(children.every((child) => child.parent === server)).toBe(true);
    expect(suite.transport.bootstraps).toBe(bootstraps);
  });
}

function failing(suite: Suite, bootstraps: Bootstraps): void {
  test('rule 31: nobody there: ConnectException with the address; closed, never active', async () => {
    const address = await bootstraps.nobody();
    const { channel, recorder } = await unconnected(bootstraps);
    const pending = channel.write(Buffer.from('pending'));
    const future = channel.connect(address);
    future.addListener(() => recorder.note('failed'));
    await expect(future).rejects.toBeInstanceOf(ConnectException);
    const where = Object.values(address).join(':');
    expect(future.cause?.message).toContain(where);
    expect((future.cause?.cause as { code?: string } | undefined)?.code).toBe(bootstraps.refusal);
    await recorder.seen('removed');
    expect(recorder.events.filter((event) => event !== 'failed')).toEqual(NEVER_ACTIVE);
    expect(channel.isOpen).toBe(false);
    expect(pending.cause).toMatchObject({ code: 'ERR_CLOSED_CHANNEL', cause: { code: 'ERR_CONNECT' } });
  });

  const busy = async (): Promise<void> => {
    const future = bootstraps.client().connect(await bootstraps.silent());
    await expect(within('the refusal', future)).rejects.toBeInstanceOf(ConnectException);
    expect(future.cause?.cause).toMatchObject({ code: 'EAGAIN' });
    expect(future.channel.isOpen).toBe(false);
  };
  suite.needs('connect timeout', { Unix: ['a full queue refuses at once', busy] }, () => {
    test('rule 31: no answer in time: ConnectTimeoutException; closed, never active', async () => {
      const address = await bootstraps.silent();
      const recorder = new Recorder();
      const future = bootstraps
        .client((made) => made.pipeline.addLast(recorder))
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 30)
        .connect(address);
      await expect(within('the timeout', future)).rejects.toBeInstanceOf(ConnectTimeoutException);
      await recorder.seen('removed');
      expect(recorder.events).toEqual(NEVER_ACTIVE);
    });

    test.each(['cancelled', 'closed'] as const)(
      'rule 31: %s while it connects: never active',
      async (how) => {
        const address = await bootstraps.silent();
        const recorder = new Recorder();
        const future = bootstraps.client((made) => made.pipeline.addLast(recorder)).connect(address);
        await polls(2);
        if (how === 'cancelled') future.cancel();
        else future.channel.close();
        await expect(future).rejects.toBeInstanceOf(
          how === 'cancelled' ? CancellationException : ClosedChannelException,
        );
        await recorder.seen('removed');
        expect(recorder.events).toEqual(NEVER_ACTIVE);
      },
    );
  });

  test('rule 31: a resolver that never answers: ConnectTimeoutException', async () => {
    const future = bootstraps
      .client()
      .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 30)
      .resolver(() => new Promise(() => {}))
      .connect({ host: 'nowhere.invalid', port: 1 });
    await expect(within('the timeout', future)).rejects.toBeInstanceOf(ConnectTimeoutException);
    await within('the close', future.channel.closeFuture);
  });

  test('rule 41: a resolver that fails, or a factory: a failed future, nothing thrown', async () => {
    const failure = new Error('no such name');
    const unresolved = bootstraps
      .client()
      .resolver(() => Promise.reject(failure))
      .connect({ host: 'nowhere.invalid', port: 1 });
    await expect(unresolved).rejects.toBe(failure);
    await within('the close', unresolved.channel.closeFuture);
    const unmade = bootstraps.client().channel(() => {
      throw failure;
    });
    await expect(unmade.connect({ host: '127.0.0.1', port: 1 })).rejects.toThrow('no such name');
  });

  const anyName = async (): Promise<void> => {
    const server = await listening(bootstraps);
    const channel = opened(await bootstraps.client().connect(addressOf(server)));
    expect(channel.remoteAddress).toEqual(server.localAddress);
    expect(bootstraps.foreign).toBeNull();
  };
  suite.needs(
    'local address of a client',
    { Unix: ['there is none to get wrong', anyName], Local: ['there is none to get wrong', anyName] },
    () => {
      test('rule 31: no such local address: ConnectException; closed', async () => {
        const server = await listening(bootstraps);
        const future = bootstraps
          .client()
          .connect(addressOf(server), { localAddress: bootstraps.foreign as SocketAddress });
        await expect(within('the failure', future)).rejects.toBeInstanceOf(ConnectException);
        expect(future.cause?.cause).toMatchObject({ code: 'EADDRNOTAVAIL' });
        await within('the close', future.channel.closeFuture);
      });
    },
  );
}

function serving(bootstraps: Bootstraps): void {
  test('rule 28: bound, then active; unbound again when closed', async () => {
    const recorder = new Recorder();
    const future = bootstraps
      .server(() => {})
      .handler((channel) => channel.pipeline.addLast(recorder))
      .bind(bootstraps.free());
    future.addListener(() => recorder.note(`bound, active: ${future.channel.isActive}`));
    const server = opened(await future);
    await recorder.seen('active');
    expect(recorder.events).toEqual(['added', 'registered', 'bound, active: true', 'active']);
    await server.close();
    await recorder.seen('removed');
    expect(recorder.events.slice(4)).toEqual(['inactive', 'unregistered', 'removed']);
    opened(await within('the address, free again', bootstraps.server(() => {}).bind(addressOf(server))));
  });

  test('an address in use: BindException; closed, never active', async () => {
    const server = await listening(bootstraps);
    const recorder = new Recorder();
    const future = bootstraps
      .server(() => {})
      .handler((channel) => channel.pipeline.addLast(recorder))
      .bind(addressOf(server));
    await expect(future).rejects.toBeInstanceOf(BindException);
    await recorder.seen('removed');
    expect(recorder.events).toEqual(NEVER_ACTIVE);
    expect(server.isActive).toBe(true);
  });

  test('a second bind fails, the first stands', async () => {
    const server = await listening(bootstraps);
    await expect(server.bind(bootstraps.free())).rejects.toThrow(/^already bound/i);
    expect(server.isActive).toBe(true);
    opened(await within('a client', bootstraps.client().connect(addressOf(server))));
  });

  test('a server that closes leaves its children alone', async () => {
    const accepted = signal<Channel>();
    const atChild = new Recorder();
    const server = await listening(bootstraps, (child) => {
      child.pipeline.addLast(atChild);
      accepted.fire(child);
    });
    const client = opened(await bootstraps.client().connect(addressOf(server)));
    const child = await accepted.promise;
    await within('the close', server.close());
    await polls(3);
    expect([client.isActive, child.isActive]).toEqual([true, true]);
    client.writeAndFlush(Buffer.from('still here'));
    await atChild.received(10);
    await expect(bootstraps.client().connect(addressOf(server))).rejects.toBeInstanceOf(ConnectException);
  });

  test('a server with autoRead off accepts when it is turned on again', async () => {
    const children: Channel[] = [];
    const server = await listening(bootstraps, (child) => void children.push(child));
    server.config.autoRead = false;
    const first = bootstraps.client().connect(addressOf(server));
    const second = bootstraps.client().connect(addressOf(server));
    await polls(10);
    expect(children).toHaveLength(0);
    server.config.autoRead = true;
    for (const future of [first, second]) opened(await within('the connection', future));
    await eventually('both are accepted', () => children.length === 2);
  });

  test('a child closed before it is registered: no event, and its peer closes', async () => {
    const recorder = new Recorder();
    const server = opened(
      await bootstraps
        .server(() => {})
        .handler((channel) =>
          channel.pipeline.addLast({
            channelRead(_ctx, child: Channel) {
              child.pipeline.addLast(recorder);
              child.close();
            },
          }),
        )
        .bind(bootstraps.free()),
    );
    const future = bootstraps.client().connect(addressOf(server));
    // Whether the client was connected before depends on the transport; that it ends does not.
    await within('the end', future.channel.closeFuture);
    await polls(2);
    expect(recorder.events).toEqual([]);
  });
}
