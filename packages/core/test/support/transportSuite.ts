import {
  type Channel,
  ChannelOption,
  ClosedChannelException,
  type DuplexChannel,
  type Untyped,
  WriteBufferWaterMark,
} from '../../src/index.js';
import { Recorder } from './Recorder.js';
import { eventually, polls, within } from './within.js';

/** How both ends of a connection are set up. */
export interface PairSetup {
  client?(channel: Channel): void;
  server?(channel: Channel): void;
  readonly clientOptions?: readonly (readonly [ChannelOption<Untyped>, unknown])[];
  readonly serverOptions?: readonly (readonly [ChannelOption<Untyped>, unknown])[];
}

/** Two channels connected to each other; both are active and both are closed after the test. */
export interface Pair {
  readonly client: Channel;
  readonly server: Channel;
}

/** What a transport is like where transports differ. */
export interface TransportTraits {
  /** Carries bytes, cut anywhere; otherwise messages, one by one. */
  readonly bytes: boolean;
  /** Its two directions can be closed one by one. */
  readonly halfClosure: boolean;
}

/** More than the system and the runtime take off a writer's hands while nobody reads. */
const BIG = 16 * 1024 * 1024;
const NOT_READING = [[ChannelOption.AUTO_READ, false]] as const;

/** A handler that sends back what it gets. */
function echo(channel: Channel): void {
  channel.pipeline.addLast({ channelRead: (ctx, message) => void ctx.writeAndFlush(message) });
}

/** Bytes that tell their position. */
export function pattern(length: number, seed = 0): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >>> 8) * 7 + (i >>> 16) * 13 + seed) & 0xff;
  return bytes;
}

/** What every transport with two ends promises, whatever carries it. */
export function transportSuite(
  name: string,
  makePair: (setup: PairSetup) => Promise<Pair>,
  traits: TransportTraits = { bytes: true, halfClosure: true },
): void {
  /** A pair with a recorder at the end of each pipeline. */
  async function recorded(
    setup: PairSetup = {},
  ): Promise<Pair & { readonly atClient: Recorder; readonly atServer: Recorder }> {
    const atClient = new Recorder();
    const atServer = new Recorder();
    const pair = await makePair({
      ...setup,
      client(channel) {
        setup.client?.(channel);
        channel.pipeline.addLast(atClient);
      },
      server(channel) {
        setup.server?.(channel);
        channel.pipeline.addLast(atServer);
      },
    });
    return { ...pair, atClient, atServer };
  }

  describe(`${name}: data`, () => {
    test('what is sent comes back, whole and in order', async () => {
      const { client, atClient } = await recorded({ server: echo });
      const data = pattern(1 << 20);
      let at = 0;
      for (let size = 1; at < data.length; size = (size * 7 + 3) % 70_001) {
        client.write(data.subarray(at, at + size));
        at += size;
      }
      client.flush();
      await atClient.received(data.length);
      expect(Buffer.concat(atClient.chunks).equals(data)).toBe(true);
    });

    test('write alone sends nothing', async () => {
      const { client, atServer } = await recorded();
      const unflushed = client.write(Buffer.from('later'));
      await polls(3);
      expect(atServer.bytes).toBe(0);
      expect(unflushed.isDone).toBe(false);
      client.flush();
      await atServer.received(5);
      await within('the write', unflushed);
    });

    test('write futures are done in the order of the writes', async () => {
      const { client, atServer } = await recorded();
      const done: number[] = [];
      const sizes = [1, 40_000, 3, 0, 100_000, 17];
      sizes.forEach((size, i) => {
        client.writeAndFlush(Buffer.alloc(size)).addListener(() => done.push(i));
      });
      await atServer.received(140_021);
      await eventually('all writes are done', () => done.length === sizes.length);
      expect(done).toEqual([0, 1, 2, 3, 4, 5]);
    });

    test('a flush in a write listener sends what the listener wrote, in order', async () => {
      const { client, atServer } = await recorded();
      client.write(Buffer.from('a')).addListener(() => {
        client.write(Buffer.from('c')).addListener(() => client.writeAndFlush(Buffer.from('d')));
        client.flush();
      });
      client.write(Buffer.from('b'));
      client.flush();
      await atServer.received(4);
      expect(atServer.text).toBe('abcd');
    });

    test('a write cancelled before its flush is skipped', async () => {
      const { client, atServer } = await recorded();
      const first = client.write(Buffer.from('1'));
      const second = client.write(Buffer.from('2'));
      const third = client.write(Buffer.from('3'));
      expect(second.cancel()).toBe(true);
      client.flush();
      await atServer.received(2);
      expect(atServer.text).toBe('13');
      await within('the writes', Promise.all([first, third]));
      expect([first.cancel(), second.isCancelled]).toEqual([false, true]);
    });

    if (traits.bytes) {
      test('a message that is no bytes fails with advice, and harms nothing', async () => {
        const { client, atServer, atClient } = await recorded();
        const failed = client.writeAndFlush('text');
        expect(failed.cause).toMatchObject({
          code: 'ERR_UNSUPPORTED_MESSAGE_TYPE',
          message: expect.stringMatching(
            /^unsupported message type: String \(expected: Buffer.*add an encoder.*Handlers: \[Recorder#0\]/,
          ),
        });
        expect(client.writeAndFlush({ a: 1 }).cause?.message).toContain('type: Object ');
        expect(client.writeAndFlush(7).cause?.message).toContain('type: Number ');
        await client.writeAndFlush(Buffer.from('ok'));
        await atServer.received(2);
        expect(atServer.text).toBe('ok');
        expect(atClient.causes).toEqual([]);
      });
    }
  });

  describe(`${name}: end`, () => {
    test('closing: closeFuture, promise, flushed and unflushed writes, then the events', async () => {
      const { client, atClient } = await recorded({ serverOptions: NOT_READING });
      // The first flush fills the way to the peer, so that the second waits on our side.
      client.writeAndFlush(Buffer.alloc(BIG)).addListener((sent) => atClient.note(`first ${sent.isSuccess}`));
      client.flushNow();
      client.write(Buffer.from('x')).addListener((sent) => {
        expect(sent.cause).toBeInstanceOf(ClosedChannelException);
        atClient.note('flushed fails');
      });
      client.flushNow();
      client.write(Buffer.from('y')).addListener((sent) => {
        expect(sent.cause).toBeInstanceOf(ClosedChannelException);
        atClient.note('unflushed fails');
      });
      client.closeFuture.addListener(() => atClient.note('closeFuture'));
      atClient.events.length = 0;
      // Listened to beforehand: a transport in memory is closed when close() returns.
      const closing = client.newPromise().addListener(() => atClient.note('close promise'));
      const closed = client.close(closing);
      expect([client.isOpen, client.isActive]).toEqual([false, false]);
      expect(client.write(Buffer.from('z')).cause).toBeInstanceOf(ClosedChannelException);
      expect(atClient.events).not.toContain('inactive');
      await within('the close', closed);
      await atClient.seen('removed');
      expect(atClient.events.filter((event) => !event.startsWith('first'))).toEqual([
        'closeFuture',
        'close promise',
        'flushed fails',
        'unflushed fails',
        'inactive',
        'unregistered',
        'removed',
      ]);
    });

    test('closing twice is fine, also again when closed', async () => {
      const { client, atClient } = await recorded();
      await within('both closes', Promise.all([client.close(), client.close()]));
      await atClient.seen('removed');
      expect(client.close().isSuccess).toBe(true);
      await polls(2);
      expect(atClient.events.filter((event) => event === 'inactive')).toHaveLength(1);
    });

    test('a write after the close fails and reaches no exceptionCaught', async () => {
      const { client, atClient } = await recorded();
      await client.close();
      for (const message of [Buffer.from('x'), 'text']) {
        expect(client.writeAndFlush(message).cause).toMatchObject({ code: 'ERR_CLOSED_CHANNEL' });
      }
      await expect(client.send(Buffer.from('x'))).rejects.toBeInstanceOf(ClosedChannelException);
      await expect(client.whenWritable()).rejects.toBeInstanceOf(ClosedChannelException);
      expect(atClient.causes).toEqual([]);
      expect([client.isWritable, client.bytesBeforeUnwritable]).toEqual([false, 0]);
    });

    test('the other end hears of a close, once', async () => {
      const { client, server, atServer } = await recorded();
      client.close();
      await atServer.seen('removed');
      const ended = atServer.events.filter((event) => event !== 'readComplete');
      expect(ended).toEqual(['added', 'registered', 'active', 'inactive', 'unregistered', 'removed']);
      expect([server.isOpen, server.isActive, server.closeFuture.isSuccess]).toEqual([false, false, true]);
    });

    test('writeAndFlush, then close: sent; write, then close: failed', async () => {
      const { client, atServer } = await recorded();
      const sent = client.writeAndFlush(Buffer.from('sent'));
      const kept = client.write(Buffer.from('kept'));
      client.close();
      await atServer.seen('inactive');
      expect(atServer.text).toBe('sent');
      expect(sent.isSuccess).toBe(true);
      expect(kept.cause).toBeInstanceOf(ClosedChannelException);
    });

    test('a close in a write listener keeps what was written before', async () => {
      const { client, atServer } = await recorded();
      client.write(Buffer.from('1'));
      client.write(Buffer.from('2')).addListener(() => client.close());
      client.flush();
      await atServer.seen('inactive');
      expect(atServer.text).toBe('12');
    });

    test('a close in channelRead lets the dispatch finish before the events', async () => {
      const { client, atServer } = await recorded({
        server(channel) {
          channel.pipeline.addLast({
            channelRead(ctx, message) {
              ctx.close();
              ctx.fireChannelRead(message);
            },
          });
        },
      });
      client.writeAndFlush(Buffer.from('x'));
      await atServer.seen('removed');
      expect(atServer.events.slice(3)).toEqual([
        'read',
        'readComplete',
        'inactive',
        'unregistered',
        'removed',
      ]);
    });

    test('`await using` closes', async () => {
      const { client, atServer } = await recorded();
      {
        await using used = client;
        await used.send(Buffer.from('bye'));
      }
      expect(client.closeFuture.isSuccess).toBe(true);
      await atServer.seen('inactive');
      expect(atServer.text).toBe('bye');
    });

    test('closeGracefully loses nothing, however much is waiting', async () => {
      const { client, server, atServer } = await recorded({ serverOptions: NOT_READING });
      const data = pattern(BIG);
      for (let at = 0; at < BIG; at += 1 << 18) client.write(data.subarray(at, at + (1 << 18)));
      const closed = client.closeGracefully();
      await polls(2);
      expect(client.isOpen).toBe(true);
      server.config.autoRead = true;
      await within('the graceful close', closed);
      await atServer.seen('inactive');
      expect(Buffer.concat(atServer.chunks).equals(data)).toBe(true);
    });
  });

  describe(`${name}: reading`, () => {
    test('autoRead off in the middle of a burst: nothing after the current read', async () => {
      const { client, server, atServer } = await recorded({
        server(channel) {
          channel.pipeline.addLast({
            channelRead(ctx, message) {
              ctx.channel.config.autoRead = false;
              ctx.fireChannelRead(message);
            },
          });
        },
      });
      for (let i = 0; i < 20; i++) client.writeAndFlush(Buffer.alloc(64 * 1024));
      await atServer.seen('readComplete');
      await polls(5);
      expect(atServer.events.filter((event) => event === 'read')).toHaveLength(1);
      server.pipeline.removeFirst();
      server.config.autoRead = true;
      await atServer.received(20 * 64 * 1024);
    });

    test('autoRead off between two reads: nothing more comes', async () => {
      const { client, server, atServer } = await recorded();
      await client.writeAndFlush(Buffer.from('1'));
      await atServer.received(1);
      await polls(1);
      server.config.autoRead = false;
      client.writeAndFlush(Buffer.from('2'));
      await polls(5);
      expect(atServer.text).toBe('1');
      server.config.autoRead = true;
      await atServer.received(2);
    });

    test('autoRead on and off at once: nothing is read, and nothing lost', async () => {
      const { client, server, atServer } = await recorded({ serverOptions: NOT_READING });
      client.writeAndFlush(Buffer.from('1'));
      await polls(3);
      server.config.autoRead = true;
      server.config.autoRead = false;
      await polls(5);
      expect(atServer.events).not.toContain('read');
      server.read();
      await atServer.received(1);
      client.writeAndFlush(Buffer.from('2'));
      server.config.autoRead = true;
      await atServer.received(2);
      expect(atServer.text).toBe('12');
    });

    test('each read() brings one chunk', async () => {
      const { client, server, atServer } = await recorded({ serverOptions: NOT_READING });
      const total = 10 * 1024 * 1024;
      client.writeAndFlush(Buffer.alloc(total));
      await polls(3);
      expect(atServer.events).not.toContain('read');
      for (let reads = 1; atServer.bytes < total; reads++) {
        server.read();
        await atServer.seen('readComplete', reads);
        await polls(2);
        expect(atServer.events.slice(3)).toEqual(new Array(reads).fill(['read', 'readComplete']).flat());
      }
      expect(atServer.bytes).toBe(total);
    });
  });

  describe(`${name}: writability`, () => {
    test('a slow reader turns its writer unwritable, with bounded memory, and writable again', async () => {
      const { client, server, atClient, atServer } = await recorded({ serverOptions: NOT_READING });
      const high = client.config.writeBufferWaterMark.high;
      const size = 64 * 1024;
      const changes = (): string[] => atClient.events.filter((event) => event.endsWith('writable'));
      let sent = 0;
      // Until it stays unwritable: the system's buffers grow while they fill.
      for (let full = 0; full < 10; await polls(1)) {
        if (!client.isWritable) full++;
        for (; client.isWritable; full = 0) {
          client.writeAndFlush(Buffer.alloc(size, sent & 0xff));
          sent++;
          expect(client.outboundBuffer?.totalPendingWriteBytes).toBeLessThanOrEqual(high + size + 96);
          expect(sent * size).toBeLessThan(BIG * 4);
        }
      }
      expect(changes().at(-1)).toBe('unwritable');
      expect(client.bytesBeforeWritable).toBeGreaterThan(0);
      const writable = client.whenWritable();

      server.config.autoRead = true;
      await within('the channel to be writable', writable);
      await atServer.received(sent * size, 10_000);
      await eventually('all has left', () => client.outboundBuffer?.totalPendingWriteBytes === 0);
      expect(changes().at(-1)).toBe('writable');
      expect(changes()).toEqual(changes().map((_, i) => (i % 2 === 0 ? 'unwritable' : 'writable')));
      const all = Buffer.concat(atServer.chunks);
      for (let i = 0; i < sent; i++) expect(all[i * size]).toBe(i & 0xff);
    });

    test('send() waits while the channel is not writable, and rejects when it closes', async () => {
      const { client, server, atServer } = await recorded({
        serverOptions: NOT_READING,
        clientOptions: [[ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(1024, 2048)]],
      });
      await within('a small message', client.send(Buffer.alloc(100)));
      const big = client.send(Buffer.alloc(BIG));
      let passed = false;
      big.then(
        () => (passed = true),
        () => {},
      );
      await polls(5);
      expect(passed).toBe(false);
      server.config.autoRead = true;
      await within('the big message', big);
      await atServer.received(BIG + 100, 10_000);

      server.config.autoRead = false;
      client.write(Buffer.alloc(BIG));
      client.flushNow();
      const stuck = [client.send(Buffer.alloc(1)), client.whenWritable()];
      client.close();
      for (const waiting of stuck) await expect(waiting).rejects.toBeInstanceOf(ClosedChannelException);
    });

    test('whenWritable gives up with its signal', async () => {
      const { client } = await recorded({ serverOptions: NOT_READING });
      client.write(Buffer.alloc(BIG));
      client.flushNow();
      const abort = new AbortController();
      const waiting = client.whenWritable({ signal: abort.signal });
      abort.abort(new Error('enough'));
      await expect(waiting).rejects.toThrow('enough');
      await expect(client.whenWritable({ signal: AbortSignal.abort(new Error('early')) })).rejects.toThrow(
        'early',
      );
    });
  });

  describe(`${name}: inbound()`, () => {
    test('reads with back-pressure: what the loop does not take stays with the sender', async () => {
      let stream: AsyncIterableIterator<Buffer> | undefined;
      const pair = await makePair({
        server: (channel) => {
          stream = channel.inbound<Buffer>({ highWaterMark: 2 });
        },
      });
      const { client } = pair;
      let sent = 0;
      for (let full = 0; full < 10; await polls(1)) {
        if (!client.isWritable) full++;
        for (; client.isWritable; full = 0) {
          client.writeAndFlush(Buffer.alloc(64 * 1024));
          sent += 64 * 1024;
          expect(sent).toBeLessThan(BIG * 4);
        }
      }
      let got = 0;
      for await (const chunk of stream as AsyncIterableIterator<Buffer>) {
        got += chunk.length;
        if (got === sent) break;
      }
      expect(got).toBe(sent);
      await within('the close that leaving the loop brings', pair.server.closeFuture);
    });

    test('the loop ends with the channel', async () => {
      let stream: AsyncIterableIterator<Buffer> | undefined;
      const { client } = await makePair({
        server: (channel) => {
          stream = channel.inbound<Buffer>();
        },
      });
      client.writeAndFlush(Buffer.from('only'));
      client.close();
      let text = '';
      const loop = (async () => {
        for await (const chunk of stream as AsyncIterableIterator<Buffer>) text += chunk.toString();
      })();
      await within('the end of the loop', loop);
      expect(text).toBe('only');
    });
  });

  if (traits.halfClosure) halfClosureSuite(name, recorded);
}

type Recorded = (
  setup?: PairSetup,
) => Promise<Pair & { readonly atClient: Recorder; readonly atServer: Recorder }>;

const HALF = [[ChannelOption.ALLOW_HALF_CLOSURE, true]] as const;

function halfClosureSuite(name: string, recorded: Recorded): void {
  describe(`${name}: half-closure`, () => {
    test('the peer ends its side: the last data, the event once, and our side goes on', async () => {
      const pair = await recorded({ serverOptions: HALF });
      const { atClient, atServer } = pair;
      const client = pair.client as DuplexChannel;
      const server = pair.server as DuplexChannel;
      client.writeAndFlush(Buffer.from('last'));
      await within('the shutdown', client.shutdownOutput());
      await atServer.seen('ChannelInputShutdownReadComplete');
      expect(atServer.events.slice(3)).toEqual([
        'read',
        'readComplete',
        'readComplete',
        'ChannelInputShutdownEvent',
        'ChannelInputShutdownReadComplete',
      ]);
      expect(atServer.text).toBe('last');
      expect([server.isInputShutdown, server.isOutputShutdown, server.isActive]).toEqual([true, false, true]);
      expect([client.isInputShutdown, client.isOutputShutdown, client.isActive]).toEqual([false, true, true]);
      server.read();
      server.read();
      await polls(3);
      expect(atServer.events.filter((event) => event === 'ChannelInputShutdownReadComplete')).toHaveLength(1);

      await server.writeAndFlush(Buffer.from('answer'));
      await atClient.received(6);
      expect(atClient.text).toBe('answer');
      server.close();
      await atClient.seen('removed');
      await atServer.seen('removed');
      expect(atServer.events.slice(-3)).toEqual(['inactive', 'unregistered', 'removed']);
      expect(atClient.events.slice(-3)).toEqual(['inactive', 'unregistered', 'removed']);
    });

    test('the read event waits for a read when autoRead is off', async () => {
      const pair = await recorded({ serverOptions: [...HALF, [ChannelOption.AUTO_READ, false]] });
      const { atServer, server } = pair;
      (pair.client as DuplexChannel).shutdownOutput();
      server.read();
      await atServer.seen('ChannelInputShutdownEvent');
      await polls(2);
      expect(atServer.events).not.toContain('ChannelInputShutdownReadComplete');
      server.read();
      await atServer.seen('ChannelInputShutdownReadComplete');
    });

    test('not allowed, the end of the input closes; what the handlers answer to it is still sent', async () => {
      const pair = await recorded({
        server(channel) {
          channel.pipeline.addLast({
            channelReadComplete(ctx) {
              ctx.writeAndFlush(Buffer.from('.'));
              ctx.fireChannelReadComplete();
            },
          });
        },
      });
      (pair.client as DuplexChannel).shutdownOutput();
      await pair.atServer.seen('removed');
      expect(pair.atServer.events.slice(3)).toEqual(['readComplete', 'inactive', 'unregistered', 'removed']);
      await pair.atClient.seen('inactive');
      expect(pair.atClient.text).toBe('.');
    });

    test('after shutdownOutput: event, writes fail, writability keeps still, reading goes on', async () => {
      const pair = await recorded({ serverOptions: HALF });
      const { atClient } = pair;
      const client = pair.client as DuplexChannel;
      const sent = client.writeAndFlush(Buffer.from('sent'));
      const unflushed = client.write(Buffer.from('unflushed'));
      await client.shutdownOutput();
      expect(atClient.events.slice(3)).toEqual(['ChannelOutputShutdownEvent']);
      expect(sent.isSuccess).toBe(true);
      expect(unflushed.cause).toMatchObject({ code: 'ERR_CHANNEL_OUTPUT_SHUTDOWN' });
      expect(client.writeAndFlush(Buffer.from('late')).cause).toMatchObject({
        code: 'ERR_CHANNEL_OUTPUT_SHUTDOWN',
      });
      expect(client.shutdownOutput().cause).toMatchObject({ code: 'ERR_CLOSED_CHANNEL' });
      await expect(client.whenWritable()).rejects.toThrow(ClosedChannelException);
      await pair.server.writeAndFlush(Buffer.from('still'));
      await atClient.received(5);
      expect(atClient.events.some((event) => event.endsWith('writable'))).toBe(false);
    });

    test('both sides end: both channels close', async () => {
      const pair = await recorded({ serverOptions: HALF, clientOptions: HALF });
      await (pair.client as DuplexChannel).shutdownOutput();
      await pair.atServer.seen('ChannelInputShutdownEvent');
      expect(pair.server.isOpen).toBe(true);
      await (pair.server as DuplexChannel).shutdownOutput();
      await pair.atServer.seen('removed');
      await pair.atClient.seen('removed');
      expect(pair.atClient.events.filter((event) => event === 'ChannelInputShutdownEvent')).toHaveLength(1);
    });

    test('shutdownInput drops what still comes and keeps writing', async () => {
      const pair = await recorded();
      const server = pair.server as DuplexChannel;
      await server.shutdownInput();
      expect([server.isInputShutdown, server.isShutdown]).toEqual([true, false]);
      for (let i = 0; i < 100; i++) await pair.client.send(Buffer.alloc(64 * 1024));
      await eventually('all has left', () => pair.client.outboundBuffer?.totalPendingWriteBytes === 0);
      expect(pair.atServer.bytes).toBe(0);
      await server.writeAndFlush(Buffer.from('out'));
      await pair.atClient.received(3);
      await server.shutdown();
      expect(server.isShutdown).toBe(true);
    });

    test('shutdownInput, then the peer ends, too: the channel closes', async () => {
      const pair = await recorded();
      await (pair.server as DuplexChannel).shutdownInput();
      pair.client.close();
      await pair.atServer.seen('removed');
      expect(pair.atServer.events.slice(-3)).toEqual(['inactive', 'unregistered', 'removed']);
    });

    test('nothing can be shut down after the end', async () => {
      const pair = await recorded();
      const client = pair.client as DuplexChannel;
      await client.close();
      for (const failed of [client.shutdownInput(), client.shutdownOutput(), client.shutdown()]) {
        expect(failed.cause).toMatchObject({ code: 'ERR_CLOSED_CHANNEL' });
      }
    });

    test('closeGracefully ends when the peer, told of our end, ends too', async () => {
      const pair = await recorded({ clientOptions: HALF });
      const closed = pair.client.closeGracefully();
      await within('the graceful close', closed, 2000);
      await pair.atServer.seen('inactive');
    });

    test('closeGracefully closes at its limit when the peer does not end', async () => {
      const pair = await recorded({ serverOptions: HALF });
      await within('the graceful close', pair.client.closeGracefully({ timeout: 50 }), 2000);
      expect(pair.client.closeFuture.isSuccess).toBe(true);
    });
  });
}
