import {
  type Channel,
  type ChannelFuture,
  ChannelOption,
  ClosedChannelException,
  ConnectException,
  EmbeddedEventLoop,
  LocalAddress,
  LocalChannel,
  LocalServerChannel,
  WriteBufferWaterMark,
} from '../../../src/index.js';
import { localClient, localPair, localServer } from '../../support/locals.js';
import { opened } from '../../support/opened.js';
import { Recorder } from '../../support/Recorder.js';
import { eventually, polls, within } from '../../support/within.js';

const NOT_READING = [[ChannelOption.AUTO_READ, false]] as const;

/** A handler that keeps what it reads, as it is. */
function keeper(into: unknown[]): { channelRead(ctx: unknown, message: unknown): void } {
  return { channelRead: (_ctx, message) => void into.push(message) };
}

describe('connecting', () => {
  test('the future is done before channelActive', async () => {
    const listener = opened(await localServer().bind(LocalAddress.ANY));
    const client = opened(await localClient().register());
    const promise = client.newPromise();
    let doneAtActive: boolean | undefined;
    client.pipeline.addLast({
      channelActive() {
        doneAtActive = promise.isDone;
      },
    });
    await client.connect(listener.localAddress as LocalAddress, null, promise);
    expect(doneAtActive).toBe(true);
  });

  test('both sides: registered, active; addresses of both sides', async () => {
    const atClient = new Recorder();
    const atServer = new Recorder();
    const { client, server, listener } = await localPair({
      client: (channel) => channel.pipeline.addLast(atClient),
      server: (channel) => channel.pipeline.addLast(atServer),
    });
    expect(atClient.events).toEqual(['added', 'registered', 'active']);
    expect(atServer.events).toEqual(['added', 'registered', 'active']);
    expect(server.parent).toBe(listener);
    expect(client.parent).toBeNull();
    expect(client.remoteAddress).toBe(listener.localAddress);
    expect(server.localAddress).toBe(listener.localAddress);
    expect(server.remoteAddress).toBe(client.localAddress);
    expect(String(client)).toContain('R:local:E:');
  });

  test('nothing happens within connect()', async () => {
    const listener = opened(await localServer().bind(LocalAddress.ANY));
    const client = opened(await localClient().register());
    const recorder = new Recorder();
    client.pipeline.addLast(recorder);
    const connected = client.connect(listener.localAddress as LocalAddress);
    expect([connected.isDone, client.isActive, recorder.events]).toEqual([false, false, ['added']]);
    await connected;
    expect(client.isActive).toBe(true);
  });

  test('nobody bound: refused, the channel closes without active or inactive', async () => {
    const recorder = new Recorder();
    const connected = localClient((channel) => channel.pipeline.addLast(recorder)).connect({
      local: 'Nobody',
    });
    await expect(connected).rejects.toThrow(ConnectException);
    await expect(connected).rejects.toThrow(/^connection refused: local:nobody\. No LocalServerChannel/);
    await recorder.seen('removed');
    expect(recorder.events).toEqual(['added', 'registered', 'unregistered', 'removed']);
    expect(connected.channel.isOpen).toBe(false);
    expect(connected.channel.write('x').cause).toMatchObject({
      code: 'ERR_CLOSED_CHANNEL',
      cause: { code: 'ERR_CONNECT' },
    });
  });

  test('a client channel is no server, though it has a name', async () => {
    const named = opened(await localClient().bind({ local: 'named' }));
    expect([named.isActive, named.localAddress?.local]).toEqual([false, 'named']);
    await expect(localClient().connect({ local: 'named' })).rejects.toThrow(/^connection refused/);
  });

  test('the address of another transport fails the future and closes', async () => {
    const connected = localClient().connect({ host: '127.0.0.1', port: 1 });
    await expect(connected).rejects.toMatchObject({ code: 'ERR_CHANNEL' });
    expect(connected.channel.isOpen).toBe(false);
  });

  test('a local address is a name of ours until the close', async () => {
    const { listener } = await localPair();
    const where = listener.localAddress as LocalAddress;
    const from = { localAddress: { local: 'me' } };
    const client = opened(await localClient().connect(where, from));
    expect(String(client.localAddress)).toBe('local:me');
    const second = localClient().connect(where, from);
    await expect(second).rejects.toThrow(/^address already in use by: \[id: 0x/);
    expect(second.channel.isOpen).toBe(false);
    await client.close();
    opened(await localClient().connect(where, from));
  });

  test('cancelled: both sides close', async () => {
    const accepted: Channel[] = [];
    const recorder = new Recorder();
    const listener = opened(
      await localServer((child) => {
        accepted.push(child);
        child.pipeline.addLast(recorder);
      }).bind(LocalAddress.ANY),
    );
    const client = opened(await localClient().register());
    const connected = client.connect(listener.localAddress as LocalAddress);
    expect(connected.cancel()).toBe(true);
    expect(client.isOpen).toBe(false);
    await recorder.seen('removed');
    // As an accept does that comes after the peer has gone.
    expect(recorder.events.slice(2)).toEqual(['active', 'inactive', 'unregistered', 'removed']);
    expect(accepted.map((child) => child.isOpen)).toEqual([false]);
  });

  test('a channel that the server closes in its initializer ends the connect', async () => {
    const listener = opened(await localServer((child) => child.close()).bind(LocalAddress.ANY));
    const connected = localClient().connect(listener.localAddress as LocalAddress);
    await within(
      'the connect to end',
      connected.then(
        () => connected.channel.closeFuture,
        (error) => expect(error).toBeInstanceOf(ClosedChannelException),
      ),
    );
    expect(connected.channel.isOpen).toBe(false);
  });

  test('a server that does not accept: the connect times out, on the clock of its loop', async () => {
    const loop = new EmbeddedEventLoop();
    loop.freezeTime();
    const server = new LocalServerChannel(loop);
    server.config.autoRead = false;
    server.register();
    server.bind({ local: 'slow' });
    const client = new LocalChannel(loop);
    client.config.connectTimeoutMillis = 1000;
    client.register();
    const connected = client.connect({ local: 'slow' });
    loop.runTasks();
    loop.advanceTimeBy(999);
    loop.runScheduledTasks();
    expect(connected.isDone).toBe(false);
    loop.advanceTimeBy(1);
    loop.runScheduledTasks();
    expect(connected.cause).toMatchObject({
      code: 'ERR_CONNECT_TIMEOUT',
      message: expect.stringMatching(/^connection timed out after 1000 ms: local:slow\./),
    });
    expect([client.isOpen, loop.scheduledTasks]).toEqual([false, 0]);
    server.close();
    loop.runTasks();
  });
});

describe('messages', () => {
  test('a flush takes effect at once; the reader gets the message in a task', async () => {
    const got: unknown[] = [];
    const { client } = await localPair({ server: (channel) => channel.pipeline.addLast(keeper(got)) });
    const sent = client.writeAndFlush('x');
    expect([sent.isSuccess, got]).toEqual([true, []]);
    await polls(1);
    expect(got).toEqual(['x']);
  });

  test('up to 16 messages make one read', async () => {
    const { client, server } = await localPair();
    const recorder = new Recorder();
    server.pipeline.addLast(recorder);
    recorder.events.length = 0;
    for (let i = 0; i < 40; i++) client.write(Buffer.of(i));
    client.flush();
    await recorder.received(40);
    await polls(1);
    const sizes = recorder.events
      .join(' ')
      .split('readComplete')
      .map((batch) => batch.split('read').length - 1);
    expect(sizes).toEqual([16, 16, 8, 0]);
    expect(Buffer.concat(recorder.chunks)).toEqual(Buffer.from(Array.from({ length: 40 }, (_, i) => i)));
  });

  test('read() before the connection is kept', async () => {
    const accepted: LocalChannel[] = [];
    const listener = opened(await localServer((child) => accepted.push(child)).bind(LocalAddress.ANY));
    const recorder = new Recorder();
    const connecting = localClient((channel) => channel.pipeline.addLast(recorder));
    const client = opened(await connecting.option(ChannelOption.AUTO_READ, false).register());
    client.read();
    await client.connect(listener.localAddress as LocalAddress);
    accepted[0]?.writeAndFlush(Buffer.from('hi'));
    await recorder.received(2);
  });

  test('both read only when their write is done: they answer each other', async () => {
    let rounds = 0;
    const bounce = {
      isSharable: true,
      channelRead(ctx: { channel: Channel }, message: unknown): void {
        if (++rounds < 100) send(ctx.channel, message);
      },
    };
    const send = (channel: Channel, message: unknown): void => {
      channel.writeAndFlush(message).addListener((sent) => sent.isSuccess && channel.read());
    };
    const { client, server } = await localPair({
      client: (channel) => channel.pipeline.addLast(bounce),
      server: (channel) => channel.pipeline.addLast(bounce),
      clientOptions: NOT_READING,
      serverOptions: NOT_READING,
    });
    server.read();
    send(client, 'ball');
    await eventually('100 rounds', () => rounds === 100);
  });

  test('what a peer does not ask for stays with the writer and makes it unwritable', async () => {
    const recorder = new Recorder();
    const { client, server } = await localPair({
      client: (channel) => channel.pipeline.addLast(recorder),
      serverOptions: NOT_READING,
      clientOptions: [[ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(400, 1000)]],
    });
    const futures: ChannelFuture[] = [];
    while (client.isWritable) futures.push(client.writeAndFlush({}));
    await polls(2);
    // Each counts 8 + 96 bytes.
    expect(futures).toHaveLength(10);
    expect(futures.every((future) => !future.isDone)).toBe(true);
    expect(client.outboundBuffer?.totalPendingWriteBytes).toBe(1040);
    server.read();
    await eventually('one read takes 16 at most', () => futures.every((future) => future.isSuccess));
    expect(recorder.events.slice(-2)).toEqual(['unwritable', 'writable']);
  });

  test('autoRead off in the middle of a burst: the rest waits, most of it with the writer', async () => {
    const got: unknown[] = [];
    const { client, server } = await localPair({
      server: (channel) =>
        channel.pipeline.addLast({
          channelRead(ctx, message) {
            got.push(message);
            if (got.length === 3) ctx.channel.config.autoRead = false;
          },
        }),
    });
    const futures = Array.from({ length: 100 }, (_, i) => client.write(i));
    client.flush();
    await polls(3);
    expect(got).toEqual([0, 1, 2]);
    expect(futures.filter((future) => future.isDone)).toHaveLength(16);
    server.config.autoRead = true;
    await eventually('all are there', () => got.length === 100);
    expect(got).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});

describe('re-entrance', () => {
  test('writes and flushes that cause each other keep their order', async () => {
    const log: string[] = [];
    const { client } = await localPair();
    client.pipeline.addLast({
      write(ctx, message, promise) {
        log.push('WRITE');
        ctx.write(message, promise);
      },
      flush(ctx) {
        log.push('FLUSH');
        ctx.flush();
      },
      close(ctx, promise) {
        log.push('CLOSE');
        ctx.close(promise);
      },
    });
    let writes = 0;
    let flushes = 0;
    client.pipeline.addLast({
      write(ctx, message, promise) {
        if (writes++ < 5) ctx.channel.flush();
        ctx.write(message, promise);
      },
      flush(ctx) {
        if (flushes++ < 5) ctx.channel.write(Buffer.alloc(2000));
        ctx.flush();
      },
    });
    client.writeAndFlush(Buffer.alloc(2000));
    await client.close();
    expect(log).toEqual([...new Array(6).fill(['WRITE', 'FLUSH']).flat(), 'CLOSE']);
  });

  test('a write of the peer in our write listener arrives after ours', async () => {
    const log: string[] = [];
    const { client, server } = await localPair({
      client: (channel) =>
        channel.pipeline.addLast({ channelRead: (_ctx, message) => void log.push(`client ${message}`) }),
      server: (channel) =>
        channel.pipeline.addLast({ channelRead: (_ctx, message) => void log.push(`server ${message}`) }),
    });
    client.writeAndFlush('1').addListener(() => server.writeAndFlush('2'));
    await eventually('both are there', () => log.length === 2);
    expect(log).toEqual(['server 1', 'client 2']);
  });
});

describe('closing', () => {
  test('the peer reads what was flushed, however much, then closes', async () => {
    const got: unknown[] = [];
    const log: string[] = [];
    const { client, server } = await localPair({
      server: (channel) =>
        channel.pipeline.addLast({
          channelRead: (_ctx, message) => void got.push(message),
          channelInactive: () => void log.push('peer inactive'),
        }),
      client: (channel) => channel.pipeline.addLast({ channelInactive: () => void log.push('inactive') }),
    });
    const futures = Array.from({ length: 1000 }, (_, i) => client.write(i));
    client.flush();
    const kept = client.write('kept');
    client.close();
    await server.closeFuture;
    expect(got).toHaveLength(1000);
    expect(futures.every((future) => future.isSuccess)).toBe(true);
    expect(kept.cause).toBeInstanceOf(ClosedChannelException);
    await polls(1);
    expect(log).toEqual(['inactive', 'peer inactive']);
  });

  test('in the dispatch of a peer that reads: what was flushed then still arrives', async () => {
    const got: unknown[] = [];
    const pair = await localPair({
      server: (channel) =>
        channel.pipeline.addLast({
          channelRead(_ctx, message) {
            got.push(message);
            if (message === 'first') {
              pair.client.writeAndFlush('last words');
              pair.client.close();
            }
          },
        }),
    });
    pair.client.writeAndFlush('first');
    await pair.server.closeFuture;
    expect(got).toEqual(['first', 'last words']);
  });

  test('what a peer that does not read never asked for fails', async () => {
    const { client, server } = await localPair({ serverOptions: NOT_READING });
    const flushed = client.writeAndFlush('x');
    client.close();
    expect(flushed.cause).toBeInstanceOf(ClosedChannelException);
    await within('the peer to close', server.closeFuture);
  });

  test('a peer that stopped in the middle closes when it has read the rest', async () => {
    const got: unknown[] = [];
    const { client, server } = await localPair({
      server: (channel) =>
        channel.pipeline.addLast({
          channelRead(ctx, message) {
            got.push(message);
            ctx.channel.config.autoRead = false;
          },
        }),
    });
    for (let i = 0; i < 3; i++) client.write(i);
    client.flush();
    client.close();
    await polls(3);
    expect([got, server.isActive]).toEqual([[0], true]);
    expect(server.writeAndFlush('nobody there').cause).toBeInstanceOf(ClosedChannelException);
    server.read();
    await polls(2);
    expect([got, server.isActive]).toEqual([[0, 1], true]);
    server.read();
    await server.closeFuture;
    expect(got).toEqual([0, 1, 2]);
  });

  test('a write to a closed peer fails, also before its close has come round', async () => {
    const { client, server } = await localPair();
    client.close();
    expect(server.isOpen).toBe(true);
    const failed = server.writeAndFlush('x');
    expect(failed.cause).toMatchObject({
      code: 'ERR_CLOSED_CHANNEL',
      message: expect.stringMatching(/^The peer of/),
    });
    await server.closeFuture;
  });

  test('messages that wait are dropped when the reader itself closes', async () => {
    const got: unknown[] = [];
    const recorder = new Recorder();
    const { client } = await localPair({
      server(channel) {
        channel.pipeline.addLast({
          channelRead(ctx, message) {
            got.push(message);
            ctx.close();
          },
        });
        channel.pipeline.addLast(recorder);
      },
    });
    for (let i = 0; i < 3; i++) client.write(i);
    client.flush();
    await client.closeFuture;
    await recorder.seen('removed');
    expect(got).toEqual([0]);
    expect(recorder.events.slice(3)).toEqual(['readComplete', 'inactive', 'unregistered', 'removed']);
  });

  test('disconnect() closes', async () => {
    const { client, server } = await localPair();
    await client.disconnect();
    await server.closeFuture;
    expect(client.isOpen).toBe(false);
  });
});

test('both sides on one virtual loop: everything waits for it', () => {
  const loop = new EmbeddedEventLoop();
  const got: unknown[] = [];
  const server = new LocalServerChannel(loop);
  server.pipeline.addLast({
    channelRead(_ctx, child: LocalChannel) {
      child.pipeline.addLast(keeper(got));
      child.register();
    },
  });
  server.register();
  server.bind({ local: 'virtual' });
  loop.runTasks();
  const client = new LocalChannel(loop);
  client.register();
  client.connect({ local: 'virtual' });
  expect(client.isActive).toBe(false);
  loop.runTasks();
  expect(client.isActive).toBe(true);
  client.writeAndFlush('x');
  expect(got).toEqual([]);
  loop.runTasks();
  expect(got).toEqual(['x']);
  client.close();
  server.close();
  loop.runTasks();
  expect(loop.hasPendingTasks).toBe(false);
});

test('an option of sockets is not honoured', async () => {
  const { client } = await localPair();
  expect(client.setOption(ChannelOption.TCP_NODELAY, true)).toBe(false);
});
