import {
  type ChannelFuture,
  ChannelOption,
  ClosedChannelException,
  WriteBufferWaterMark,
} from '../../../src/index.js';
import { polls, within } from '../../support/within.js';
import type { Suite } from './Suite.js';

export function flushCases(suite: Suite): void {
  describe('flush', () => {
    test('rule 43: a flush in a write listener sends what the listener wrote, in order', async () => {
      const { client, atServer } = await suite.pair();
      client.write(Buffer.from('a')).addListener(() => {
        client.write(Buffer.from('c')).addListener(() => client.writeAndFlush(Buffer.from('d')));
        client.flush();
      });
      client.write(Buffer.from('b'));
      client.flush();
      await atServer.received(4);
      expect(atServer.text).toBe('abcd');
    });

    test('rule 43: a handler that flushes at each write and writes at each flush', async () => {
      const log: string[] = [];
      const { client, atServer } = await suite.pair();
      client.pipeline.addLast({
        write(ctx, message: Buffer, promise) {
          log.push(`write ${message.toString()}`);
          ctx.write(message, promise);
        },
        flush(ctx) {
          log.push('flush');
          ctx.flush();
        },
      });
      let flushes = 0;
      let more = 0;
      client.pipeline.addLast({
        write(ctx, message, promise) {
          if (more++ < 3) ctx.channel.flush();
          ctx.write(message, promise);
        },
        flush(ctx) {
          if (flushes++ < 3) ctx.channel.write(Buffer.from(String(flushes)));
          ctx.flush();
        },
      });
      client.writeAndFlush(Buffer.from('0'));
      await atServer.received(4);
      expect(atServer.text).toBe('3210');
      expect(log).toEqual(['write 3', 'flush', 'write 2', 'flush', 'write 1', 'flush', 'write 0', 'flush']);
    });

    test('rule 43: a flush when the channel turns unwritable', async () => {
      const { client, atServer } = await suite.pair({
        clientOptions: [[ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(512, 1024)]],
      });
      const log: string[] = [];
      client.pipeline.addFirst({
        channelWritabilityChanged(ctx) {
          log.push(`writable ${ctx.channel.isWritable}`);
          if (!ctx.channel.isWritable) ctx.channel.flush();
          ctx.fireChannelWritabilityChanged();
        },
      });
      await within('the write', client.write(Buffer.alloc(2000)));
      await atServer.received(2000);
      expect(log).toEqual(['writable false', 'writable true']);
    });

    test('rule 6: a flush that throws goes to its exceptionCaught; the write waits, and fails at the close', async () => {
      const failure = new Error('intentional failure');
      const caught: Error[] = [];
      const { client } = await suite.pair({
        client: (channel) =>
          channel.pipeline.addLast({
            flush() {
              throw failure;
            },
            exceptionCaught: (_ctx, cause) => void caught.push(cause),
          }),
      });
      const written = client.writeAndFlush(Buffer.from('x'));
      await polls(2);
      expect([caught, written.isDone]).toEqual([[failure], false]);
      await client.close();
      expect(written.cause).toBeInstanceOf(ClosedChannelException);
    });

    test('writes in channelActive, channelRead, its listener and channelReadComplete all arrive', async () => {
      const { client, atClient } = await suite.pair({
        server: (channel) =>
          channel.pipeline.addLast({
            channelActive(ctx) {
              ctx.writeAndFlush(Buffer.from('active '));
              ctx.fireChannelActive();
            },
            channelRead(ctx) {
              ctx.writeAndFlush(Buffer.from('read ')).addListener(() => {
                ctx.writeAndFlush(Buffer.from('listener '));
              });
            },
            channelReadComplete: (ctx) => void ctx.writeAndFlush(Buffer.from('complete ')),
          }),
      });
      client.writeAndFlush(Buffer.from('x'));
      await atClient.received('active read listener complete '.length);
      const words = atClient.text.split(' ');
      expect(words.slice(0, 2)).toEqual(['active', 'read']);
      expect([...words].sort()).toEqual(['', 'active', 'complete', 'listener', 'read']);
    });

    test('rule 33: a write in channelInactive fails, and the events go on', async () => {
      const outcomes: (Error | null)[] = [];
      const { client, atServer } = await suite.pair({
        server: (channel) =>
          channel.pipeline.addLast({
            channelInactive(ctx) {
              outcomes.push(ctx.writeAndFlush(Buffer.from('x')).cause);
              ctx.fireChannelInactive();
            },
          }),
      });
      client.close();
      await atServer.seen('removed');
      expect(outcomes).toEqual([expect.any(ClosedChannelException)]);
      expect(atServer.causes).toEqual([]);
    });

    test('rule 44: a write in a write listener follows what was written before', async () => {
      const { client, atServer } = await suite.pair();
      client.write(Buffer.from('1')).addListener(() => client.writeAndFlush(Buffer.from('4')));
      client.write(Buffer.from('2'));
      client.write(Buffer.from('3'));
      client.flush();
      await atServer.received(4);
      expect(atServer.text).toBe('1234');
    });

    suite.needs(
      'batched flush',
      {
        Local: [
          'writeAndFlush to a peer that reads is done on return',
          async () => {
            const { client, atServer } = await suite.pair();
            const written = client.writeAndFlush(Buffer.from('x'));
            expect([written.isSuccess, atServer.bytes]).toEqual([true, 0]);
            await atServer.received(1);
          },
        ],
      },
      () => {
        test('rule 43: what a write listener flushes leaves by that flush, not within the one that told it', async () => {
          const { client, atServer } = await suite.pair();
          let second: ChannelFuture | undefined;
          client.writeAndFlush(Buffer.from('1')).addListener(() => {
            second = client.writeAndFlush(Buffer.from('2'));
          });
          client.flushNow();
          expect(second?.isDone).toBe(false);
          await atServer.received(2);
          expect([second?.isSuccess, atServer.text]).toEqual([true, '12']);
        });

        test('a promise is not yet done when writeAndFlush returns, but is when flushNow does', async () => {
          const { client, atServer } = await suite.pair();
          const written = client.writeAndFlush(Buffer.from('x'));
          expect(written.isDone).toBe(false);
          client.flushNow();
          expect(written.isSuccess).toBe(true);
          await atServer.received(1);
        });
      },
    );
  });
}
