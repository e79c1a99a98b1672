import {
  ByteBuf,
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

  test('twice: the second one fails, the channel goes on', async () => {
    const { client, listener } = await localPair();
    expect(client.connect(listener.localAddress as LocalAddress).cause).toMatchObject({
      code: 'ERR_ILLEGAL_STATE',
    });
    expect(client.isActive).toBe(true);

    const other = opened(await localClient().register());
    const first = other.connect(listener.localAddress as LocalAddress);
    expect(other.connect(listener.localAddress as LocalAddress).cause?.message).toMatch(
      /^Already connecting/,
    );
    await first;
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

  test('closed meanwhile: the future fails, nothing is active', async () => {
    const listener = opened(await localServer().bind(LocalAddress.ANY));
    const recorder = new Recorder();
    const client = opened(await localClient((channel) => channel.pipeline.addLast(recorder)).register());
    const connected = client.connect(listener.localAddress as LocalAddress);
    client.close();
    expect(connected.cause).toBeInstanceOf(ClosedChannelException);
    await recorder.seen('removed');
    expect(recorder.events).toEqual(['added', 'registered', 'unregistered', 'removed']);
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
  test('any object arrives as itself, in order', async () => {
    const got: unknown[] = [];
    const { client } = await localPair({ server: (channel) => channel.pipeline.addLast(keeper(got)) });
    const messages = [{ a: 1 }, 'text', 7, Symbol('s'), ByteBuf.alloc(4), false, new Map()];
    for (const message of messages) client.write(message);
    client.flush();
    await eventually('all are there', () => got.length === messages.length);
    messages.forEach((message, i) => {
      expect(got[i]).toBe(message);
    });
  });

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

  test('autoRead off: each read() brings one', async () => {
    const { client, server } = await localPair({ serverOptions: NOT_READING });
    const recorder = new Recorder();
    server.pipeline.addLast(recorder);
    recorder.events.length = 0;
    for (const text of 'abc') client.writeAndFlush(Buffer.from(text));
    await polls(2);
    expect(recorder.events).toEqual([]);
    server.read();
    server.read();
    await polls(2);
    expect(recorder.events).toEqual(['read', 'readComplete']);
    server.read();
    await polls(2);
    expect(recorder.text).toBe('ab');
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

  test('a cancelled write does not arrive', async () => {
    const got: unknown[] = [];
    const { client } = await localPair({ server: (channel) => channel.pipeline.addLast(keeper(got)) });
    client.write(1);
    const second = client.write(2);
    client.write(3);
    second.cancel();
    client.flush();
    await polls(1);
    expect(got).toEqual([1, 3]);
    expect(second.isCancelled).toBe(true);
  });

  test('an exception of the reader stays with the reader', async () => {
    const recorder = new Recorder();
    const { client } = await localPair({
      server(channel) {
        channel.pipeline.addLast({
          channelRead() {
            throw new Error('reader');
          },
        });
        channel.pipeline.addLast(recorder);
      },
    });
    expect(client.writeAndFlush('x').isSuccess).toBe(true);
    await recorder.seen('exception reader');
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

  test('a flush when the channel turns unwritable', async () => {
    const log: string[] = [];
    const { client } = await localPair({
      clientOptions: [[ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(512, 1024)]],
    });
    client.pipeline.addLast({
      channelWritabilityChanged(ctx) {
        log.push(`writable=${ctx.channel.isWritable}`);
        if (!ctx.channel.isWritable) ctx.channel.flush();
      },
    });
    expect(client.write(Buffer.alloc(2000)).isSuccess).toBe(true);
    expect(log).toEqual(['writable=false', 'writable=true']);
  });

  test('a handler whose flush throws leaves the write to fail at the close', async () => {
    const { client } = await localPair();
    client.pipeline.addLast({
      flush() {
        throw new Error('intentional failure');
      },
      exceptionCaught: (ctx) => void ctx.close(),
    });
    await expect(client.writeAndFlush('x')).rejects.toBeInstanceOf(ClosedChannelException);
    expect(client.isOpen).toBe(false);
  });

  test('a write in a write listener follows what was written before', async () => {
    const got: unknown[] = [];
    const { client } = await localPair({ server: (channel) => channel.pipeline.addLast(keeper(got)) });
    client.write('a').addListener(() => client.writeAndFlush('c'));
    client.write('b');
    client.flush();
    await eventually('all are there', () => got.length === 3);
    expect(got).toEqual(['a', 'b', 'c']);
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

  test('two handlers that answer each other use no stack', async () => {
    let depth = 0;
    let deepest = 0;
    let rounds = 0;
    const answer = {
      isSharable: true,
      channelRead(ctx: { writeAndFlush(message: unknown): unknown }, message: number): void {
        deepest = Math.max(deepest, ++depth);
        rounds++;
        if (message > 0) ctx.writeAndFlush(message - 1);
        depth--;
      },
    };
    const { client } = await localPair({
      client: (channel) => channel.pipeline.addLast(answer),
      server: (channel) => channel.pipeline.addLast(answer),
    });
    client.writeAndFlush(5000);
    await eventually('the end', () => rounds === 5001);
    expect(deepest).toBe(1);
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

  test('in a write listener, with more to write: what was flushed arrives in order', async () => {
    const got: unknown[] = [];
    const { client, server } = await localPair({
      server: (channel) => channel.pipeline.addLast(keeper(got)),
    });
    client.write(1).addListener(() => client.close());
    client.write(2);
    client.write(3);
    client.flush();
    await server.closeFuture;
    expect(got).toEqual([1, 2, 3]);
  });

  test('disconnect() closes', async () => {
    const { client, server } = await localPair();
    await client.disconnect();
    await server.closeFuture;
    expect(client.isOpen).toBe(false);
  });

  test('deregistered and registered again, it stays connected and active', async () => {
    const got: unknown[] = [];
    const recorder = new Recorder();
    const { client, server } = await localPair({
      server: (channel) => channel.pipeline.addLast(keeper(got)),
    });
    client.pipeline.addLast(recorder);
    await client.deregister();
    await client.register();
    client.writeAndFlush('x');
    await eventually('it is there', () => got.length === 1);
    expect(recorder.events).toEqual(['added', 'unregistered', 'registered']);
    expect(server.isActive).toBe(true);
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
