import {
  type Channel,
  type ChannelHandlerContext,
  ChannelOption,
  ChannelOutputShutdownException,
  ClosedChannelException,
  FramedMessage,
} from '../../../src/index.js';
import { eventually, polls } from '../../support/within.js';
import { HALF, NOT_READING, type Suite } from './Suite.js';

const END = ['inactive', 'unregistered', 'removed'];
const LOST = ['ECONNRESET', 'EPIPE'];

function codeOf(cause: unknown): string | undefined {
  return (cause as { code?: string } | null)?.code;
}

export function failureCases(suite: Suite): void {
  describe('failing handlers', () => {
    test.each([
      'channelRegistered',
      'channelActive',
      'channelRead',
      'channelReadComplete',
      'userEventTriggered',
      'channelWritabilityChanged',
    ] as const)(
      'rule 2: %s throws: told to the handlers behind, once; the connection lives',
      async (callback) => {
        let thrown = 0;
        const { client, server, atClient, atServer } = await suite.pair({
          server: (channel) =>
            channel.pipeline.addLast(
              {
                channelRead(ctx, message) {
                  ctx.writeAndFlush(message);
                  ctx.fireChannelRead(message);
                },
              },
              {
                [callback]() {
                  if (thrown++ === 0) throw new Error('thrown');
                },
              },
            ),
        });
        client.writeAndFlush(Buffer.from('ping'));
        server.pipeline.fireUserEventTriggered(new Date());
        server.outboundBuffer?.setUserDefinedWritability(1, false);
        await atServer.seen('exception thrown');
        server.outboundBuffer?.setUserDefinedWritability(1, true);
        client.writeAndFlush(Buffer.from('pong'));
        await atClient.received(8);
        expect(atServer.causes).toHaveLength(1);
        expect(server.isActive).toBe(true);
      },
    );

    test.each(['channelInactive', 'channelUnregistered', 'handlerRemoved'] as const)(
      '%s throws: the channel ends all the same',
      async (callback) => {
        const { client, server, atServer } = await suite.pair({
          server: (channel) =>
            channel.pipeline.addLast({
              [callback]() {
                throw new Error('thrown');
              },
            }),
        });
        client.close();
        await atServer.seen('removed');
        expect(server.closeFuture.isSuccess).toBe(true);
      },
    );

    test('rule 3: exceptionCaught throws: dropped; the connection lives', async () => {
      let caught = 0;
      const { client, server, atClient, atServer } = await suite.pair({
        server: (channel) =>
          channel.pipeline.addLast({
            channelRead(ctx, message) {
              ctx.writeAndFlush(message);
              throw new Error('in channelRead');
            },
            exceptionCaught() {
              caught++;
              throw new Error('in exceptionCaught');
            },
          }),
      });
      client.writeAndFlush(Buffer.from('x'));
      await atClient.received(1);
      await polls(1);
      expect([caught, atServer.causes, server.isActive]).toEqual([1, [], true]);
    });

    test('rule 6: write and close throw: their promises fail, exceptionCaught hears nothing', async () => {
      const { client, atClient } = await suite.pair();
      client.pipeline.addLast({
        write() {
          throw new Error('no write');
        },
        close() {
          throw new Error('no close');
        },
      });
      await expect(client.writeAndFlush(Buffer.from('x'))).rejects.toThrow('no write');
      await expect(client.close()).rejects.toThrow('no close');
      expect([atClient.causes, client.isActive]).toEqual([[], true]);
      client.pipeline.removeLast();
    });

    test('rule 25: a handler removed in its channelRead gets nothing more, the others everything', async () => {
      let reads = 0;
      const { client, atServer } = await suite.pair({
        server: (channel) =>
          channel.pipeline.addLast({
            channelRead(ctx, message) {
              reads++;
              ctx.pipeline.remove(ctx.handler);
              ctx.fireChannelRead(message);
            },
          }),
      });
      for (const text of ['1', '2', '3']) {
        await client.writeAndFlush(Buffer.from(text));
        await atServer.received(Number(text));
      }
      expect([reads, atServer.text]).toEqual([1, '123']);
    });
  });

  describe('failing transports', () => {
    suite.needs(
      'reset',
      {
        Local: [
          'a peer that is gone makes writes fail with ClosedChannelException; exceptionCaught hears nothing',
          async () => {
            const { client, server, atClient } = await suite.pair();
            suite.transport.reset(server);
            expect(client.writeAndFlush(Buffer.from('x')).cause).toBeInstanceOf(ClosedChannelException);
            await atClient.seen('removed');
            expect(atClient.events.slice(3)).toEqual(END);
          },
        ],
      },
      () => resetCases(suite),
    );
    suite.needs(
      'failing write',
      {
        Local: [
          'AUTO_CLOSE has nothing to decide',
          async () => {
            const { client, atServer } = await suite.pair({
              clientOptions: [[ChannelOption.AUTO_CLOSE, false]],
            });
            expect(client.writeAndFlush(Buffer.from('x')).isSuccess).toBe(true);
            await atServer.received(1);
          },
        ],
      },
      () => failingWriteCases(suite),
    );
  });
}

function resetCases(suite: Suite): void {
  /** A pair whose server end holds unread input: when it goes away, the system tells the client by a reset. */
  async function readyToReset(
    setup: Parameters<Suite['pair']>[0] = {},
  ): Promise<Awaited<ReturnType<Suite['pair']>>> {
    const pair = await suite.pair({ ...setup, serverOptions: NOT_READING });
    await pair.client.writeAndFlush(Buffer.from('unread'));
    return pair;
  }

  test('rule 37: while reading: data, channelReadComplete, the error, then the end; later writes tell why', async () => {
    const { client, server, atClient } = await readyToReset();
    await server.writeAndFlush(Buffer.from('data'));
    await atClient.received(4);
    const waiting = client.write(Buffer.from('unflushed'));
    suite.transport.reset(server);
    await atClient.seen('removed');
    expect(atClient.events.slice(3)).toEqual([
      'read',
      'readComplete',
      'readComplete',
      'exception ECONNRESET',
      ...END,
    ]);
    for (const failed of [waiting, client.writeAndFlush(Buffer.from('late'))]) {
      expect(failed.cause).toMatchObject({ code: 'ERR_CLOSED_CHANNEL', cause: { code: 'ECONNRESET' } });
    }
  });

  test('rule 33, 37: while writing: what is on its way fails with the error, what comes later names it', async () => {
    const { client, server, atClient } = await readyToReset({ clientOptions: NOT_READING });
    const outcomes: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      client.write(Buffer.alloc(8 << 20)).addListener((sent) => outcomes.push(codeOf(sent.cause)));
    }
    client.flushNow();
    const unflushed = client.write(Buffer.from('unflushed'));
    await polls(3);
    suite.transport.reset(server);
    await atClient.seen('removed');
    expect(outcomes).toHaveLength(3);
    for (const code of outcomes) expect(LOST).toContain(code);
    for (const failed of [unflushed, client.writeAndFlush(Buffer.from('late'))]) {
      expect(failed.cause).toBeInstanceOf(ClosedChannelException);
      expect(LOST).toContain(codeOf(failed.cause?.cause));
    }
    expect(atClient.events.slice(-3)).toEqual(END);
  });

  test('rule 37: a handler that closes in exceptionCaught changes nothing', async () => {
    const { server, atClient } = await readyToReset({
      client: (channel) =>
        channel.pipeline.addLast({
          exceptionCaught(ctx: ChannelHandlerContext, cause: Error) {
            ctx.close();
            ctx.fireExceptionCaught(cause);
          },
        }),
    });
    suite.transport.reset(server);
    await atClient.seen('removed');
    expect(atClient.events.slice(3)).toEqual(['readComplete', 'exception ECONNRESET', ...END]);
  });

  test('the peer disappears while we write a lot: each write has an outcome, in order, and none is lost', async () => {
    const outcomes: (string | undefined)[] = [];
    let written = 0;
    const write = (channel: Channel): void => {
      while (channel.isWritable && written < 5000) {
        written++;
        channel
          .writeAndFlush(Buffer.alloc(16 * 1024))
          .addListener((sent) => outcomes.push(codeOf(sent.cause)));
      }
    };
    const { client, server, atClient, atServer } = await suite.pair({
      client: (channel) =>
        channel.pipeline.addLast({
          channelWritabilityChanged: (ctx) => write(ctx.channel),
        }),
    });
    write(client);
    await atServer.received(1 << 20);
    server.config.autoRead = false;
    await eventually('the way is full', () => !client.isWritable);
    await polls(3);
    suite.transport.reset(server);
    await atClient.seen('removed');
    expect(outcomes).toHaveLength(written);
    const failed = outcomes.findIndex((code) => code !== undefined);
    expect(failed).toBeGreaterThan(0);
    for (const code of outcomes.slice(failed)) expect([...LOST, 'ERR_CLOSED_CHANNEL']).toContain(code);
    expect(atClient.events.slice(-3)).toEqual(END);
  });

  test('with AUTO_CLOSE off, too, the runtime has closed the connection', async () => {
    const { client, server, atClient } = await readyToReset({
      clientOptions: [...NOT_READING, ...HALF, [ChannelOption.AUTO_CLOSE, false]],
    });
    client.write(Buffer.alloc(16 << 20)).addListener(() => {});
    client.flushNow();
    suite.transport.reset(server);
    await atClient.seen('removed');
    expect(client.isOpen).toBe(false);
  });
}

/** A message that cannot be written. */
class Broken extends FramedMessage {
  override readonly headerLength = 4;
  override writeHeader(): never {
    throw new Error('broken header');
  }
}

function failingWriteCases(suite: Suite): void {
  test('AUTO_CLOSE: a message that fails in the transport closes the channel', async () => {
    const { client, atClient } = await suite.pair();
    const broken = client.write(new Broken(Buffer.alloc(1)));
    const behind = client.write(Buffer.from('x'));
    client.flush();
    const late = client.write(Buffer.from('y'));
    await atClient.seen('removed');
    for (const failed of [broken, behind]) expect(failed.cause?.message).toBe('broken header');
    expect(late.cause).toMatchObject({ code: 'ERR_CLOSED_CHANNEL', cause: { message: 'broken header' } });
    expect(atClient.events.slice(3)).toEqual(END);
  });

  test('AUTO_CLOSE off: it ends the output only; reading goes on', async () => {
    const { client, server, atClient, atServer } = await suite.pair({
      clientOptions: [[ChannelOption.AUTO_CLOSE, false]],
      serverOptions: HALF,
    });
    const broken = client.writeAndFlush(new Broken(Buffer.alloc(1)));
    await atServer.seen('ChannelInputShutdownEvent');
    for (const failed of [broken, client.writeAndFlush(Buffer.from('late'))]) {
      expect(failed.cause).toBeInstanceOf(ChannelOutputShutdownException);
      expect(failed.cause?.cause).toMatchObject({ message: 'broken header' });
    }
    await server.writeAndFlush(Buffer.from('still there'));
    await atClient.received(11);
    expect(atClient.events.slice(3)).toEqual(['ChannelOutputShutdownEvent', 'read', 'readComplete']);
    expect(client.isActive).toBe(true);
  });
}
