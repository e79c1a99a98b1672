import { ChannelOption, ClosedChannelException, WriteBufferWaterMark } from '../../../src/index.js';
import { pattern } from '../../support/pattern.js';
import { eventually, polls, within } from '../../support/within.js';
import { BIG, NOT_READING, type Suite } from './Suite.js';

const WHOLE_LIFE = ['added', 'registered', 'active', 'inactive', 'unregistered', 'removed'];

export function closeCases(suite: Suite): void {
  describe('close', () => {
    test('rule 29, 30: closeFuture, promise, flushed and unflushed writes, then the events', async () => {
      const { client, atClient } = await suite.pair({ serverOptions: NOT_READING });
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

    test('rule 32: closing twice is fine, also again when closed', async () => {
      const { client, atClient } = await suite.pair();
      await within('both closes', Promise.all([client.close(), client.close()]));
      await atClient.seen('removed');
      expect(client.close().isSuccess).toBe(true);
      await polls(2);
      expect(atClient.events).toEqual(WHOLE_LIFE);
    });

    test('rule 33: a write after the close fails and reaches no exceptionCaught', async () => {
      const { client, atClient } = await suite.pair();
      await client.close();
      for (const message of [Buffer.from('x'), 'text']) {
        expect(client.writeAndFlush(message).cause).toMatchObject({ code: 'ERR_CLOSED_CHANNEL' });
      }
      await expect(client.send(Buffer.from('x'))).rejects.toBeInstanceOf(ClosedChannelException);
      await expect(client.whenWritable()).rejects.toBeInstanceOf(ClosedChannelException);
      expect(atClient.causes).toEqual([]);
      expect([client.isWritable, client.bytesBeforeUnwritable]).toEqual([false, 0]);
    });

    test('rule 30: the other end hears of a close, once', async () => {
      const { client, server, atServer } = await suite.pair();
      client.close();
      await atServer.seen('removed');
      expect(atServer.events.filter((event) => event !== 'readComplete')).toEqual(WHOLE_LIFE);
      expect([server.isOpen, server.isActive, server.closeFuture.isSuccess]).toEqual([false, false, true]);
    });

    test('rule 30: events of a close never come within the call that closes', async () => {
      const { client, atClient } = await suite.pair();
      client.pipeline.addFirst({
        userEventTriggered(ctx, event) {
          ctx.close();
          atClient.note('close() returned');
          ctx.fireUserEventTriggered(event);
        },
      });
      client.pipeline.fireUserEventTriggered(new Date());
      await atClient.seen('removed');
      expect(atClient.events.slice(3)).toEqual([
        'close() returned',
        'Date',
        'inactive',
        'unregistered',
        'removed',
      ]);
    });

    test('rule 35: write without flush, then close: fails; writeAndFlush, then close: sent', async () => {
      const { client, atServer } = await suite.pair();
      const sent = client.writeAndFlush(Buffer.from('sent'));
      const kept = client.write(Buffer.from('kept'));
      client.close();
      await atServer.seen('inactive');
      expect(atServer.text).toBe('sent');
      expect(sent.isSuccess).toBe(true);
      expect(kept.cause).toBeInstanceOf(ClosedChannelException);
    });

    test('rule 44: a close in a write listener keeps what was written before', async () => {
      const { client, atServer } = await suite.pair();
      client.write(Buffer.from('1'));
      client.write(Buffer.from('2')).addListener(() => client.close());
      client.flush();
      await atServer.seen('inactive');
      expect(atServer.text).toBe('12');
    });

    test('rule 44: a close in the listener of the first of three flushed writes loses none', async () => {
      const { client, atServer } = await suite.pair();
      client.write(Buffer.from('1')).addListener(() => client.close());
      client.write(Buffer.from('2'));
      client.write(Buffer.from('3'));
      client.flush();
      await atServer.seen('inactive');
      expect(atServer.text).toBe('123');
    });

    test('rule 44: what a listener flushes while the close sends what was flushed before is sent, too', async () => {
      const { client, atServer } = await suite.pair();
      client.writeAndFlush(Buffer.from('1')).addListener(() => {
        client.writeAndFlush(Buffer.from('2')).addListener(() => client.writeAndFlush(Buffer.from('3')));
      });
      client.close();
      await atServer.seen('inactive');
      expect(atServer.text).toBe('123');
    });

    test('rule 44: writes in the listener of a write that the close failed fail, too', async () => {
      const { client } = await suite.pair();
      const outcomes: unknown[] = [];
      client.write(Buffer.from('1')).addListener((first) => {
        outcomes.push(first.cause, client.writeAndFlush(Buffer.from('2')).cause);
      });
      await client.close();
      expect(outcomes).toEqual([expect.any(ClosedChannelException), expect.any(ClosedChannelException)]);
    });

    test('a close in channelActive: both ends live their whole lives', async () => {
      const { atClient, atServer } = await suite.pair({
        server: (channel) =>
          channel.pipeline.addLast({
            channelActive(ctx) {
              ctx.close();
              ctx.fireChannelActive();
            },
          }),
      });
      await Promise.all([atClient.seen('removed'), atServer.seen('removed')]);
      expect(atServer.events).toEqual(WHOLE_LIFE);
      expect(atClient.events.filter((event) => event !== 'readComplete')).toEqual(WHOLE_LIFE);
    });

    test('a close in channelRead lets the dispatch finish before the events', async () => {
      const { client, atServer } = await suite.pair({
        server: (channel) =>
          channel.pipeline.addLast({
            channelRead(ctx, message) {
              ctx.close();
              ctx.fireChannelRead(message);
            },
          }),
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

    test('rule 45: no writability event while it closes', async () => {
      const { client, atClient } = await suite.pair({
        clientOptions: [[ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(100, 200)]],
      });
      client.write(Buffer.alloc(500));
      expect(atClient.events.at(-1)).toBe('unwritable');
      client.close();
      await atClient.seen('removed');
      expect(atClient.events.slice(3)).toEqual(['unwritable', 'inactive', 'unregistered', 'removed']);
    });

    test('`await using` closes', async () => {
      const { client, atServer } = await suite.pair();
      {
        await using used = client;
        await used.send(Buffer.from('bye'));
      }
      expect(client.closeFuture.isSuccess).toBe(true);
      await atServer.seen('inactive');
      expect(atServer.text).toBe('bye');
    });

    test('closeGracefully loses nothing, however much is waiting', async () => {
      const { client, server, atServer } = await suite.pair({ serverOptions: NOT_READING });
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

    test('a close drops what its own side has not read', async () => {
      const { client, server, atServer } = await suite.pair({ serverOptions: NOT_READING });
      client.writeAndFlush(Buffer.from('unread'));
      await polls(3);
      server.close();
      await atServer.seen('removed');
      await eventually('the peer is closed', () => !client.isOpen);
      expect(atServer.bytes).toBe(0);
    });
  });
}
