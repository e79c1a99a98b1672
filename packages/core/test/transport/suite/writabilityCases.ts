import {
  type Channel,
  ChannelOption,
  ClosedChannelException,
  WriteBufferWaterMark,
} from '../../../src/index.js';
import { eventually, polls, within } from '../../support/within.js';
import { fill } from './readCases.js';
import { BIG, NOT_READING, type Suite } from './Suite.js';
import type { Options } from './transports.js';

const KIB64 = 64 * 1024;

function marks(low: number, high: number): Options {
  return [[ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(low, high)]];
}

export function writabilityCases(suite: Suite): void {
  describe('writability', () => {
    test('rule 45: a slow reader turns its writer unwritable, with bounded memory, and writable again', async () => {
      const { client, server, atClient, atServer } = await suite.pair({ serverOptions: NOT_READING });
      const changes = (): string[] => atClient.events.filter((event) => event.endsWith('writable'));
      const sent = await fill(client, (n) => Buffer.alloc(KIB64, n & 0xff));
      expect(changes().at(-1)).toBe('unwritable');
      expect(client.bytesBeforeWritable).toBeGreaterThan(0);
      const writable = client.whenWritable();

      server.config.autoRead = true;
      await within('the channel to be writable', writable);
      await atServer.received(sent, 10_000);
      await eventually('all has left', () => client.outboundBuffer?.totalPendingWriteBytes === 0);
      expect(changes().at(-1)).toBe('writable');
      expect(changes()).toEqual(changes().map((_, i) => (i % 2 === 0 ? 'unwritable' : 'writable')));
      const all = Buffer.concat(atServer.chunks);
      for (let i = 0; i * KIB64 < sent; i++) expect(all[i * KIB64]).toBe(i & 0xff);
    });

    test('rule 45: above the high mark unwritable, below the low one writable, 96 bytes more for each message', async () => {
      const { client, atClient, atServer } = await suite.pair({ clientOptions: marks(1000, 2000) });
      const changes = (): string[] => atClient.events.slice(3);
      client.write(Buffer.alloc(1000));
      expect(client.bytesBeforeUnwritable).toBe(2000 - 1096 + 1);
      client.write(Buffer.alloc(2000 - 1096 - 96));
      // At the mark is not above it.
      expect([client.isWritable, client.bytesBeforeUnwritable, changes()]).toEqual([true, 1, []]);
      client.write(Buffer.alloc(0));
      // Told within the write.
      expect([client.isWritable, changes()]).toEqual([false, ['unwritable']]);
      expect([client.bytesBeforeUnwritable, client.bytesBeforeWritable]).toEqual([0, 2096 - 1000 + 1]);
      client.flushNow();
      await atServer.received(1808);
      await eventually('all has left', () => client.outboundBuffer?.totalPendingWriteBytes === 0);
      expect([client.isWritable, changes()]).toEqual([true, ['unwritable', 'writable']]);
    });

    test('rule 45: who writes whenever the channel is writable gets everything across', async () => {
      const total = 8 << 20;
      let left = total;
      const writeAll = (channel: Channel): void => {
        while (channel.isWritable && left > 0) {
          left -= 8192;
          channel.writeAndFlush(Buffer.alloc(8192));
        }
      };
      const { atClient } = await suite.pair({
        serverOptions: marks(8 * 1024, 16 * 1024),
        server: (channel) =>
          channel.pipeline.addLast({
            channelActive(ctx) {
              writeAll(ctx.channel);
              ctx.fireChannelActive();
            },
            channelWritabilityChanged(ctx) {
              if (ctx.channel.isWritable) writeAll(ctx.channel);
            },
          }),
      });
      await atClient.received(total, 10_000);
      expect(atClient.bytes).toBe(total);
    });

    test('rule 45: a flag of a handler is and-ed with the marks; its event comes as a task', async () => {
      const { client, atClient } = await suite.pair({ clientOptions: marks(1000, 2000) });
      const changes = (): string[] => atClient.events.slice(3);
      client.outboundBuffer?.setUserDefinedWritability(1, false);
      expect([client.isWritable, changes()]).toEqual([false, []]);
      await polls(1);
      expect(changes()).toEqual(['unwritable']);
      client.write(Buffer.alloc(3000));
      client.outboundBuffer?.setUserDefinedWritability(1, true);
      await polls(1);
      expect([client.isWritable, changes()]).toEqual([false, ['unwritable']]);
      client.flush();
      await atClient.seen('writable');
      expect(changes()).toEqual(['unwritable', 'writable']);
    });

    test('send() waits while the channel is not writable, and rejects when it closes', async () => {
      const { client, server, atServer } = await suite.pair({
        serverOptions: NOT_READING,
        clientOptions: marks(1024, 2048),
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
      const { client } = await suite.pair({ serverOptions: NOT_READING });
      client.write(Buffer.alloc(BIG));
      client.flushNow();
      const abort = new AbortController();
      const waiting = client.whenWritable({ signal: abort.signal });
      abort.abort(new Error('enough'));
      await expect(waiting).rejects.toThrow('enough');
      const early = AbortSignal.abort(new Error('early'));
      await expect(client.whenWritable({ signal: early })).rejects.toThrow('early');
    });
  });
}
