import { ByteBuf, type Channel, FramedMessage } from '../../../src/index.js';
import { pattern, randomPieces } from '../../support/pattern.js';
import { eventually, polls, within } from '../../support/within.js';
import { echo, type Suite } from './Suite.js';

const MIB = 1 << 20;

/** Writes the pieces and flushes after some of them. */
function sendPieces(channel: Channel, pieces: readonly Buffer[]): void {
  for (const [i, piece] of pieces.entries()) {
    channel.write(piece);
    if (i % 7 === 0) channel.flush();
  }
  channel.flush();
}

export function dataCases(suite: Suite): void {
  describe('data', () => {
    test('a mebibyte each way at once, in random pieces, arrives whole and in order', async () => {
      const { client, server, atClient, atServer } = await suite.pair();
      const there = pattern(MIB, 1);
      const back = pattern(MIB, 2);
      sendPieces(client, randomPieces(there, 9_000, 11));
      sendPieces(server, randomPieces(back, 70_000, 12));
      await Promise.all([atServer.received(MIB), atClient.received(MIB)]);
      expect(Buffer.concat(atServer.chunks).equals(there)).toBe(true);
      expect(Buffer.concat(atClient.chunks).equals(back)).toBe(true);
    });

    test('what is sent comes back, whole and in order', async () => {
      const { client, atClient } = await suite.pair({ server: echo });
      const data = pattern(MIB);
      sendPieces(client, randomPieces(data, 30_000, 13));
      await atClient.received(MIB);
      expect(Buffer.concat(atClient.chunks).equals(data)).toBe(true);
    });

    test('many small and large messages in one flush', async () => {
      const { client, atServer } = await suite.pair();
      const data = pattern(6 * MIB, 3);
      const pieces: Buffer[] = [];
      for (let at = 0, i = 0; at < data.length; i++) {
        const size = i % 100 === 99 ? 300_000 : i % 50;
        pieces.push(data.subarray(at, at + size));
        at += size;
      }
      const outcomes = pieces.map((piece) => client.write(piece));
      client.flush();
      await atServer.received(data.length);
      expect(Buffer.concat(atServer.chunks).equals(data)).toBe(true);
      await eventually('all writes are done', () => outcomes.every((outcome) => outcome.isSuccess));
      expect(client.outboundBuffer?.totalPendingWriteBytes).toBe(0);
    });

    test('rule 42: write alone sends nothing; its promise waits for a flush', async () => {
      const { client, atServer } = await suite.pair();
      const unflushed = client.write(Buffer.from('later'));
      await polls(3);
      expect(atServer.bytes).toBe(0);
      expect(unflushed.isDone).toBe(false);
      client.flush();
      await atServer.received(5);
      await within('the write', unflushed);
    });

    test('rule 42: promises are done in the order of the writes', async () => {
      const { client, atServer } = await suite.pair();
      const done: number[] = [];
      const sizes = [1, 40_000, 3, 0, 100_000, 17];
      sizes.forEach((size, i) => {
        client.writeAndFlush(Buffer.alloc(size)).addListener(() => done.push(i));
      });
      await atServer.received(140_021);
      await eventually('all writes are done', () => done.length === sizes.length);
      expect(done).toEqual([0, 1, 2, 3, 4, 5]);
    });

    test('rule 46: a write cancelled before its flush is skipped', async () => {
      const { client, atServer } = await suite.pair();
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

    test('rule 34: written before it is active and not flushed: kept, and sent first', async () => {
      let early: { readonly isDone: boolean } | undefined;
      const { client, atServer } = await suite.pair({
        client(channel) {
          expect(channel.isRegistered && channel.isActive).toBe(false);
          early = channel.write(Buffer.from('early '));
        },
      });
      await polls(2);
      expect([atServer.bytes, early?.isDone]).toEqual([0, false]);
      await within('both writes', client.writeAndFlush(Buffer.from('late')));
      await atServer.received(10);
      expect(atServer.text).toBe('early late');
      expect(early?.isDone).toBe(true);
    });

    suite.needs(
      'bytes',
      {
        Local: [
          'any object arrives as itself, in order',
          async () => {
            const got: unknown[] = [];
            const { client } = await suite.pair({
              server: (channel) =>
                channel.pipeline.addLast({ channelRead: (_ctx, message) => void got.push(message) }),
            });
            const messages = [{ a: 1 }, 'text', 7, Symbol('s'), ByteBuf.alloc(4), false, new Map()];
            for (const message of messages) client.write(message);
            client.flush();
            await eventually('all are there', () => got.length === messages.length);
            messages.forEach((message, i) => {
              expect(got[i]).toBe(message);
            });
          },
        ],
      },
      () => {
        test('rule 48: a message that is no bytes fails with advice, and harms nothing', async () => {
          const { client, atServer, atClient } = await suite.pair();
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

        test('bytes of every kind', async () => {
          const { client, atServer } = await suite.pair();
          client.write(new Uint8Array([97, 98]));
          client.write(ByteBuf.from(Buffer.from('cd')));
          client.write(new Prefixed(Buffer.from('f')));
          client.writeAndFlush(Buffer.from('g'));
          await atServer.received(7);
          expect(atServer.text).toBe('abcd#fg');
        });
      },
    );
  });
}

/** A payload with a sign before it. */
class Prefixed extends FramedMessage {
  override readonly headerLength = 1;
  override writeHeader(target: Uint8Array, offset: number): void {
    target[offset] = '#'.charCodeAt(0);
  }
}
