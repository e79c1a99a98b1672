import type { Channel, ChannelHandlerContext } from '../../../src/index.js';
import { polls, signal, within } from '../../support/within.js';
import { echo, NOT_READING, type Suite } from './Suite.js';

const ROUNDS = 100_000;
const BALLS = 10_000;

/** Counts the turns that a timer and, each time, another connection get. */
async function bystanders(suite: Suite): Promise<{ timers: number; echoes: number; stop(): void }> {
  const other = await suite.pair({
    server: echo,
    client: (channel) => channel.pipeline.addLast({ channelRead: () => void counts.echoes++ }),
  });
  const timer = setInterval(() => {
    counts.timers++;
    other.client.writeAndFlush(Buffer.from('.'));
  }, 1);
  const counts = { timers: 0, echoes: 0, stop: (): void => clearInterval(timer) };
  return counts;
}

export function endlessCases(suite: Suite): void {
  describe('without end', () => {
    test(`rule 43, 53: ${ROUNDS} writes, each in the listener of the one before: in order, no stack used up`, async () => {
      const { client, atServer } = await suite.pair();
      const others = await bystanders(suite);
      const failures: Error[] = [];
      let round = 0;
      const write = (): void => {
        if (round === ROUNDS) return;
        const message = Buffer.allocUnsafe(4);
        message.writeUInt32BE(round++);
        client.writeAndFlush(message).addListener((sent) => {
          if (sent.cause !== null) failures.push(sent.cause);
          else write();
        });
      };
      write();
      await atServer.received(ROUNDS * 4, 15_000);
      others.stop();
      expect(failures).toEqual([]);
      const all = Buffer.concat(atServer.chunks);
      for (let i = 0; i < ROUNDS; i++) {
        if (all.readUInt32BE(i * 4) !== i) throw new Error(`message ${i} is ${all.readUInt32BE(i * 4)}`);
      }
      expect(client.outboundBuffer?.totalPendingWriteBytes).toBe(0);
      expect(others.timers).toBeGreaterThan(0);
      expect(others.echoes).toBeGreaterThan(0);
    });

    test.each([true, false])(`${BALLS} times there and back, autoRead %s`, async (autoRead) => {
      const others = await bystanders(suite);
      const done = signal();
      let left = BALLS;
      let inside = 0;
      let deepest = 0;
      const player = {
        isSharable: true,
        channelRead(ctx: ChannelHandlerContext, message: Buffer) {
          deepest = Math.max(deepest, ++inside);
          if (--left <= 0) done.fire();
          else ctx.writeAndFlush(message);
          if (!autoRead) ctx.read();
          inside--;
        },
        channelReadComplete(ctx: ChannelHandlerContext) {
          if (!autoRead) ctx.read();
          ctx.fireChannelReadComplete();
        },
      };
      const options = autoRead ? [] : NOT_READING;
      const { client, server } = await suite.pair({
        client: (channel) => channel.pipeline.addLast(player),
        server: (channel) => channel.pipeline.addLast(player),
        clientOptions: options,
        serverOptions: options,
      });
      client.read();
      server.read();
      client.writeAndFlush(Buffer.from('ball'));
      await within('the last ball', done.promise, 15_000);
      others.stop();
      expect(deepest).toBe(1);
      expect(others.timers).toBeGreaterThan(0);
    });

    test('a flush that closes, a close that flushes: ends, once', async () => {
      let calls = 0;
      const { client, atClient } = await suite.pair({
        client: (channel) =>
          channel.pipeline.addLast({
            flush(ctx) {
              if (calls++ < 100) ctx.channel.close();
              ctx.flush();
            },
            close(ctx, promise) {
              if (calls++ < 100) ctx.channel.flush();
              ctx.close(promise);
            },
          }),
      });
      const written = client.writeAndFlush(Buffer.from('x'));
      await within('the close', client.closeFuture);
      await atClient.seen('removed');
      expect(calls).toBeGreaterThanOrEqual(100);
      expect(written.isDone).toBe(true);
      expect(atClient.events.slice(3)).toEqual(['inactive', 'unregistered', 'removed']);
    });

    test('a close in the listener of a write that a flush in a close sends', async () => {
      const { client, atClient, atServer } = await suite.pair();
      const closes: boolean[] = [];
      const closeAgain = (channel: Channel): void => {
        channel.close().addListener((closed) => closes.push(closed.isSuccess));
      };
      client.write(Buffer.from('1')).addListener(() => closeAgain(client));
      client.write(Buffer.from('2')).addListener(() => client.flush().close());
      client.flush();
      closeAgain(client);
      await Promise.all([atClient.seen('removed'), atServer.seen('removed')]);
      await polls(1);
      expect(closes).toEqual([true, true]);
      expect(atServer.text).toBe('12');
    });

    test(`read() ${ROUNDS} times over, in channelReadComplete and from outside: nothing happens`, async () => {
      const { server, atServer, client } = await suite.pair({
        serverOptions: NOT_READING,
        server: (channel) =>
          channel.pipeline.addLast({
            channelReadComplete(ctx) {
              for (let i = 0; i < ROUNDS; i++) ctx.read();
              ctx.fireChannelReadComplete();
            },
          }),
      });
      for (let i = 0; i < ROUNDS; i++) server.read();
      client.writeAndFlush(Buffer.from('x'));
      await atServer.received(1);
      client.writeAndFlush(Buffer.from('y'));
      await atServer.received(2);
      expect(atServer.events.slice(3, 7)).toEqual(['read', 'readComplete', 'read', 'readComplete']);
    });
  });
}
