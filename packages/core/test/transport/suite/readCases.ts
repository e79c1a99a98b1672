import type { Channel } from '../../../src/index.js';
import { pattern } from '../../support/pattern.js';
import { polls, within } from '../../support/within.js';
import { BIG, NOT_READING, type Suite } from './Suite.js';

const KIB64 = 64 * 1024;

export function readCases(suite: Suite): void {
  describe('reading', () => {
    test('rule 50: autoRead off in the middle of a burst: nothing after the current read, nothing lost', async () => {
      const { client, server, atServer } = await suite.pair({
        server: (channel) =>
          channel.pipeline.addLast({
            channelRead(ctx, message) {
              ctx.channel.config.autoRead = false;
              ctx.fireChannelRead(message);
            },
          }),
      });
      const data = pattern(20 * KIB64, 9);
      for (let i = 0; i < 20; i++) client.writeAndFlush(data.subarray(i * KIB64, (i + 1) * KIB64));
      await atServer.seen('readComplete');
      await polls(5);
      expect(atServer.events.slice(3)).toEqual(['read', 'readComplete']);
      server.read();
      await atServer.seen('readComplete', 2);
      await polls(5);
      expect(atServer.events.slice(3)).toEqual(['read', 'readComplete', 'read', 'readComplete']);
      server.pipeline.removeFirst();
      server.config.autoRead = true;
      await atServer.received(data.length);
      expect(Buffer.concat(atServer.chunks).equals(data)).toBe(true);
    });

    test('rule 50: autoRead turned off and on at every read loses nothing', async () => {
      const { client, atServer } = await suite.pair({
        server: (channel) =>
          channel.pipeline.addLast({
            channelRead(ctx, message) {
              ctx.channel.config.autoRead = false;
              ctx.eventLoop.execute(() => {
                ctx.channel.config.autoRead = true;
              });
              ctx.fireChannelRead(message);
            },
          }),
      });
      const data = pattern(1 << 20, 4);
      for (let at = 0; at < data.length; at += 5000) client.writeAndFlush(data.subarray(at, at + 5000));
      await atServer.received(data.length);
      expect(Buffer.concat(atServer.chunks).equals(data)).toBe(true);
    });

    test('rule 50: autoRead off between two reads: nothing more comes', async () => {
      const { client, server, atServer } = await suite.pair();
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

    test('rule 50: autoRead on and off at once: nothing is read, and nothing lost', async () => {
      const { client, server, atServer } = await suite.pair({ serverOptions: NOT_READING });
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

    test('rule 50: each read() brings one read loop: a read, or some, and one channelReadComplete', async () => {
      const { client, server, atServer } = await suite.pair({ serverOptions: NOT_READING });
      const total = 4 << 20;
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

    const oneByOne = [
      'three messages take three reads',
      async (): Promise<void> => {
        const { client, server, atServer } = await suite.pair({ serverOptions: NOT_READING });
        for (const text of 'abc') client.writeAndFlush(Buffer.from(text));
        await polls(3);
        for (let reads = 1; reads <= 3; reads++) {
          server.read();
          await atServer.seen('readComplete', reads);
          await polls(2);
          expect(atServer.bytes).toBe(reads);
        }
      },
    ] as const;
    suite.needs('large reads', { Local: oneByOne, memory: oneByOne }, () => {
      test('what has arrived meanwhile is one read', async () => {
        const { client, server, atServer } = await suite.pair({ serverOptions: NOT_READING });
        for (const text of 'abc') client.write(Buffer.from(text));
        await client.writeAndFlush(Buffer.from('d'));
        await polls(3);
        server.read();
        await atServer.seen('readComplete');
        await polls(2);
        expect([atServer.text, atServer.events.slice(3)]).toEqual(['abcd', ['read', 'readComplete']]);
      });
    });

    test('several read() calls before anything arrives are one', async () => {
      const { client, server, atServer } = await suite.pair({ serverOptions: NOT_READING });
      for (let i = 0; i < 3; i++) server.read();
      for (let i = 1; i <= 2; i++) {
        client.writeAndFlush(Buffer.from(String(i)));
        await polls(3);
      }
      expect(atServer.text).toBe('1');
      server.read();
      await atServer.received(2);
    });

    test('a read asked for before the channel is active is kept', async () => {
      const { client, atServer } = await suite.pair({
        serverOptions: NOT_READING,
        server: (channel) => channel.pipeline.addLast({ handlerAdded: (ctx) => void ctx.read() }),
      });
      client.writeAndFlush(Buffer.from('x'));
      await atServer.received(1);
    });

    test('rule 52: read() within channelRead and channelReadComplete: in order, one after the other', async () => {
      let inside = 0;
      let deepest = 0;
      const { client, server, atServer } = await suite.pair({
        serverOptions: NOT_READING,
        server: (channel) =>
          channel.pipeline.addLast({
            channelRead(ctx, message) {
              deepest = Math.max(deepest, ++inside);
              ctx.read();
              ctx.fireChannelRead(message);
              ctx.channel.read();
              inside--;
            },
            channelReadComplete(ctx) {
              deepest = Math.max(deepest, ++inside);
              ctx.read();
              ctx.fireChannelReadComplete();
              inside--;
            },
          }),
      });
      const data = pattern(1 << 20, 6);
      for (let at = 0; at < data.length; at += 3000) client.writeAndFlush(data.subarray(at, at + 3000));
      server.read();
      await atServer.received(data.length);
      expect(Buffer.concat(atServer.chunks).equals(data)).toBe(true);
      expect(deepest).toBe(1);
    });

    suite.needs(
      'end in the input',
      {
        Local: [
          'with autoRead off a close of the peer closes once all messages are read, at once if there are none',
          async () => {
            const { client, atServer } = await suite.pair({ serverOptions: NOT_READING });
            client.close();
            await atServer.seen('removed');
            expect(atServer.events.slice(3)).toEqual(['inactive', 'unregistered', 'removed']);
          },
        ],
      },
      () => {
        test('with autoRead off a close of the peer is not seen before what it sent is read', async () => {
          const { client, server, atServer } = await suite.pair({ serverOptions: NOT_READING });
          client.writeAndFlush(Buffer.from('last words'));
          client.close();
          await within('the close', client.closeFuture);
          await polls(5);
          expect([server.isActive, atServer.events.slice(3)]).toEqual([true, []]);
          server.read();
          await atServer.received(10);
          await polls(5);
          expect([server.isActive, atServer.events.slice(3)]).toEqual([true, ['read', 'readComplete']]);
          server.read();
          await atServer.seen('removed');
          expect(atServer.text).toBe('last words');
          expect(atServer.events.slice(5)).toEqual(['readComplete', 'inactive', 'unregistered', 'removed']);
        });
      },
    );

    test('rule 50: neither end reads until it is asked to', async () => {
      const { client, server, atClient, atServer } = await suite.pair({
        clientOptions: NOT_READING,
        serverOptions: NOT_READING,
      });
      client.writeAndFlush(Buffer.from('there'));
      server.writeAndFlush(Buffer.from('back'));
      await polls(5);
      expect([atServer.events.slice(3), atClient.events.slice(3)]).toEqual([[], []]);
      server.read();
      client.read();
      await Promise.all([atServer.received(5), atClient.received(4)]);
    });
  });

  describe('inbound()', () => {
    test('reads with back-pressure: what the loop does not take stays with the sender', async () => {
      let stream: AsyncIterableIterator<Buffer> | undefined;
      const { client, server } = await suite.pair({
        server: (channel) => {
          stream = channel.inbound<Buffer>({ highWaterMark: 2 });
        },
      });
      const sent = await fill(client);
      let got = 0;
      for await (const chunk of stream as AsyncIterableIterator<Buffer>) {
        got += chunk.length;
        if (got === sent) break;
      }
      expect(got).toBe(sent);
      await within('the close that leaving the loop brings', server.closeFuture);
    });

    test('the loop ends with the channel', async () => {
      let stream: AsyncIterableIterator<Buffer> | undefined;
      const { client } = await suite.pair({
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
}

/** Writes until the channel stays unwritable (the system's buffers grow while they fill); returns how many bytes. */
export async function fill(
  channel: Channel,
  message: (n: number) => Buffer = () => Buffer.alloc(KIB64),
): Promise<number> {
  let sent = 0;
  for (let n = 0, full = 0; full < 10; await polls(1)) {
    if (!channel.isWritable) full++;
    for (; channel.isWritable; full = 0) {
      const next = message(n++);
      channel.writeAndFlush(next);
      sent += next.length;
      expect(channel.outboundBuffer?.totalPendingWriteBytes).toBeLessThanOrEqual(
        channel.config.writeBufferWaterMark.high + next.length + 96,
      );
      expect(sent).toBeLessThan(BIG * 4);
    }
  }
  return sent;
}
