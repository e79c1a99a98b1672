import { ChannelOption, ChannelOutputShutdownException, type DuplexChannel } from '../../../src/index.js';
import { pattern } from '../../support/pattern.js';
import { eventually, polls, within } from '../../support/within.js';
import { BIG, HALF, NOT_READING, type Pair, type PairSetup, type Suite } from './Suite.js';

type DuplexPair = Pair & { readonly client: DuplexChannel; readonly server: DuplexChannel };

const SEEN = ['ChannelInputShutdownEvent', 'ChannelInputShutdownReadComplete'];
const END = ['inactive', 'unregistered', 'removed'];

export function halfClosureCases(suite: Suite): void {
  const pair = (setup?: PairSetup): Promise<DuplexPair> => suite.pair(setup) as Promise<DuplexPair>;

  describe('half-closure', () => {
    suite.needs(
      'half-closure',
      {
        Local: [
          'no methods for it; a close is the end of both, whatever ALLOW_HALF_CLOSURE says',
          async () => {
            const { client, server, atServer } = await suite.pair({ serverOptions: HALF });
            expect(client).not.toHaveProperty('shutdownOutput');
            expect(client).not.toHaveProperty('shutdownInput');
            client.close();
            await atServer.seen('removed');
            expect(atServer.events.slice(3)).toEqual(END);
            expect(server.isOpen).toBe(false);
          },
        ],
      },
      () => {
        byPeer(pair);
        bySelf(pair);
        both(pair);
      },
    );
  });
}

function byPeer(pair: (setup?: PairSetup) => Promise<DuplexPair>): void {
  test('rule 38: the peer ends its side: the last data, each event once, and our side goes on', async () => {
    const { client, server, atClient, atServer } = await pair({ serverOptions: HALF });
    client.writeAndFlush(Buffer.from('last'));
    await within('the shutdown', client.shutdownOutput());
    await atServer.seen('ChannelInputShutdownReadComplete');
    expect(atServer.events.slice(3)).toEqual(['read', 'readComplete', 'readComplete', ...SEEN]);
    expect(atServer.text).toBe('last');
    expect([server.isInputShutdown, server.isOutputShutdown, server.isActive]).toEqual([true, false, true]);
    expect([client.isInputShutdown, client.isOutputShutdown, client.isActive]).toEqual([false, true, true]);
    server.read();
    server.read();
    await polls(3);
    expect(atServer.events.filter((event) => SEEN.includes(event))).toEqual(SEEN);

    await server.writeAndFlush(Buffer.from('answer'));
    await atClient.received(6);
    expect(atClient.text).toBe('answer');
    server.close();
    await Promise.all([atClient.seen('removed'), atServer.seen('removed')]);
    expect(atServer.events.slice(-3)).toEqual(END);
    expect(atClient.events.slice(-3)).toEqual(END);
  });

  test.each([true, false])('rule 38: with autoRead %s all data comes before the event', async (autoRead) => {
    const { client, server, atServer } = await pair({
      serverOptions: [...HALF, [ChannelOption.AUTO_READ, autoRead]],
    });
    const data = pattern(300_000, 5);
    client.writeAndFlush(data).addListener(() => client.shutdownOutput());
    await eventually('the end is read', () => {
      if (!autoRead) server.read();
      return atServer.events.includes('ChannelInputShutdownReadComplete');
    });
    expect(Buffer.concat(atServer.chunks).equals(data)).toBe(true);
    expect(atServer.events.slice(-2)).toEqual(SEEN);
  });

  test('rule 38: with autoRead off the end is not seen before a read, the second event not before the next', async () => {
    const { client, server, atServer } = await pair({ serverOptions: [...HALF, ...NOT_READING] });
    client.shutdownOutput();
    await polls(3);
    expect(atServer.events.slice(3)).toEqual([]);
    server.read();
    await atServer.seen('ChannelInputShutdownEvent');
    await polls(2);
    expect(atServer.events.slice(3)).toEqual(['readComplete', 'ChannelInputShutdownEvent']);
    server.read();
    await atServer.seen('ChannelInputShutdownReadComplete');
  });

  test('rule 38: not allowed, the end of the input closes; what handlers answer to it is still sent', async () => {
    const { client, atClient, atServer } = await pair({
      server: (channel) =>
        channel.pipeline.addLast({
          channelReadComplete(ctx) {
            ctx.writeAndFlush(Buffer.from('.'));
            ctx.fireChannelReadComplete();
          },
        }),
    });
    client.shutdownOutput();
    await atServer.seen('removed');
    expect(atServer.events.slice(3)).toEqual(['readComplete', ...END]);
    await atClient.seen('inactive');
    expect(atClient.text).toBe('.');
  });

  test('an answer written in the event, and a close in the second one', async () => {
    const { client, atClient, atServer } = await pair({
      serverOptions: HALF,
      server: (channel) =>
        channel.pipeline.addLast({
          userEventTriggered(ctx, event: object) {
            if (event.constructor.name === SEEN[0]) ctx.writeAndFlush(Buffer.from('answer'));
            else ctx.close();
            ctx.fireUserEventTriggered(event);
          },
        }),
    });
    client.shutdownOutput();
    await Promise.all([atClient.seen('removed'), atServer.seen('removed')]);
    expect(atClient.text).toBe('answer');
    expect(atServer.events.slice(3)).toEqual(['readComplete', ...SEEN, ...END]);
  });
}

function bySelf(pair: (setup?: PairSetup) => Promise<DuplexPair>): void {
  test('rule 39: after shutdownOutput: event, writes fail, writability keeps still, reading goes on', async () => {
    const { client, server, atClient } = await pair({ serverOptions: HALF });
    const sent = client.writeAndFlush(Buffer.from('sent'));
    const unflushed = client.write(Buffer.from('unflushed'));
    await client.shutdownOutput();
    expect(atClient.events.slice(3)).toEqual(['ChannelOutputShutdownEvent']);
    expect(sent.isSuccess).toBe(true);
    for (const failed of [unflushed, client.writeAndFlush(Buffer.from('late'))]) {
      expect(failed.cause).toBeInstanceOf(ChannelOutputShutdownException);
    }
    await expect(client.whenWritable()).rejects.toBeInstanceOf(ChannelOutputShutdownException);
    await server.writeAndFlush(Buffer.from('still'));
    await atClient.received(5);
    expect(atClient.events.some((event) => event.endsWith('writable'))).toBe(false);
  });

  test('rule 39: a second shutdownOutput fails and fires nothing; the channel stays open', async () => {
    const { client, atClient } = await pair({ serverOptions: HALF });
    await client.shutdownOutput();
    expect(client.shutdownOutput().cause).toBeInstanceOf(ChannelOutputShutdownException);
    expect(client.shutdown().cause).toBeInstanceOf(ChannelOutputShutdownException);
    expect(atClient.events.slice(3)).toEqual(['ChannelOutputShutdownEvent']);
    expect(client.isActive).toBe(true);
  });

  test('rule 39: what is flushed and has not left yet fails, without a writability event', async () => {
    const { client, server, atClient, atServer } = await pair({
      serverOptions: [...HALF, ...NOT_READING],
    });
    client.write(Buffer.alloc(BIG)).addListener(() => {});
    client.flushNow();
    const flushed = client.write(Buffer.from('flushed'));
    client.flushNow();
    const unflushed = client.write(Buffer.from('unflushed'));
    expect(atClient.events.slice(3)).toEqual(['unwritable']);
    await client.shutdownOutput();
    for (const failed of [flushed, unflushed]) {
      expect(failed.cause).toBeInstanceOf(ChannelOutputShutdownException);
    }
    expect(atClient.events.slice(3)).toEqual(['unwritable', 'ChannelOutputShutdownEvent']);
    expect([client.isActive, client.isWritable]).toEqual([true, false]);
    server.config.autoRead = true;
    await atServer.seen('ChannelInputShutdownEvent');
    // What the runtime had taken over cannot be taken back.
    expect(atServer.bytes).toBeLessThanOrEqual(BIG);
  });

  test('shutdownOutput in a read dispatch sends what was flushed in it', async () => {
    const { client, atClient } = await pair({
      clientOptions: HALF,
      server: (channel) =>
        channel.pipeline.addLast({
          channelRead(ctx) {
            ctx.writeAndFlush(Buffer.from('answer'));
            (ctx.channel as DuplexChannel).shutdownOutput();
          },
        }),
    });
    client.writeAndFlush(Buffer.from('x'));
    await atClient.seen('ChannelInputShutdownEvent');
    expect(atClient.text).toBe('answer');
  });

  test('shutdownInput drops what still comes and keeps writing', async () => {
    const { client, server, atClient, atServer } = await pair();
    await server.shutdownInput();
    expect([server.isInputShutdown, server.isShutdown]).toEqual([true, false]);
    // Has no say any more: what comes is dropped all the same.
    server.config.autoRead = false;
    for (let i = 0; i < 100; i++) await client.send(Buffer.alloc(64 * 1024));
    await eventually('all has left', () => client.outboundBuffer?.totalPendingWriteBytes === 0);
    expect(atServer.bytes).toBe(0);
    expect(atServer.events.slice(3)).toEqual([]);
    await server.writeAndFlush(Buffer.from('out'));
    await atClient.received(3);
    await server.shutdown();
    expect(server.isShutdown).toBe(true);
  });

  test.each([true, false])(
    'shutdownInput with autoRead %s: the read that finds the end is told once',
    async (auto) => {
      const { server, atServer } = await pair({ serverOptions: [...HALF, [ChannelOption.AUTO_READ, auto]] });
      await server.shutdownInput();
      await polls(2);
      expect(atServer.events.slice(3)).toEqual(auto ? [SEEN[1]] : []);
      server.read();
      server.read();
      await polls(2);
      expect(atServer.events.slice(3)).toEqual([SEEN[1]]);
    },
  );

  test('nothing can be shut down after the end', async () => {
    const { client } = await pair();
    await client.close();
    for (const failed of [client.shutdownInput(), client.shutdownOutput(), client.shutdown()]) {
      expect(failed.cause).toMatchObject({ code: 'ERR_CLOSED_CHANNEL' });
    }
  });
}

function both(pair: (setup?: PairSetup) => Promise<DuplexPair>): void {
  test('both sides end: both channels close', async () => {
    const { client, server, atClient, atServer } = await pair({ serverOptions: HALF, clientOptions: HALF });
    await client.shutdownOutput();
    await atServer.seen('ChannelInputShutdownEvent');
    expect(server.isOpen).toBe(true);
    await server.shutdownOutput();
    await Promise.all([atServer.seen('removed'), atClient.seen('removed')]);
    expect(atClient.events.filter((event) => event === 'ChannelInputShutdownEvent')).toHaveLength(1);
  });

  test('shutdownInput, then the peer ends, too: the channel closes', async () => {
    const { client, server, atServer } = await pair();
    await server.shutdownInput();
    client.close();
    await atServer.seen('removed');
    expect(atServer.events.slice(3)).toEqual(END);
  });

  test('closeGracefully ends when the peer, told of our end, ends too', async () => {
    const { client, atServer } = await pair({ clientOptions: HALF });
    await within('the graceful close', client.closeGracefully(), 2000);
    await atServer.seen('inactive');
  });

  test('closeGracefully closes at its limit when the peer does not end', async () => {
    const { client } = await pair({ serverOptions: HALF });
    await within('the graceful close', client.closeGracefully({ timeout: 50 }), 2000);
    expect(client.closeFuture.isSuccess).toBe(true);
  });
}
