import { type Channel, type ChannelFuture, nodeEventLoop } from '../../../src/index.js';
import { eventually, polls, within } from '../../support/within.js';
import { NOT_READING, type Suite } from './Suite.js';

const CONNECTIONS = 500;
const AT_A_TIME = 25;

/** What keeps the process alive, by kind. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** All channels can be registered; the interface leaves it to bootstraps. */
function register(channel: Channel): ChannelFuture {
  return (channel as Channel & { register(): ChannelFuture }).register();
}

export function lifeCases(suite: Suite): void {
  describe('a life', () => {
    test('rule 27, 29, 30: every event once, in order, at both ends', async () => {
      const { client, atClient, atServer } = await suite.pair({
        server: (channel) =>
          channel.pipeline.addLast({
            channelRead(ctx, message) {
              ctx.writeAndFlush(message);
              ctx.fireChannelRead(message);
            },
          }),
      });
      client.writeAndFlush(Buffer.from('x'));
      await atClient.received(1);
      await polls(1);
      client.close();
      await Promise.all([atClient.seen('removed'), atServer.seen('removed')]);
      const begun = ['added', 'registered', 'active', 'read', 'readComplete'];
      const ended = ['inactive', 'unregistered', 'removed'];
      expect(atClient.events).toEqual([...begun, ...ended]);
      // The end of the peer's input is a read that brings nothing, except where it comes beside the messages.
      const end = suite.transport.group === 'Local' ? [] : ['readComplete'];
      expect(atServer.events).toEqual([...begun, ...end, ...ended]);
    });

    test('rule 30: nothing comes after unregistered, whatever the peer still sends', async () => {
      const { client, server, atClient } = await suite.pair({
        client: (channel) =>
          channel.pipeline.addLast({
            channelRead(ctx, message) {
              ctx.fireChannelRead(message);
              ctx.close();
              ctx.channel.read();
            },
          }),
      });
      for (let i = 0; i < 200; i++) server.writeAndFlush(Buffer.alloc(20_000)).addListener(() => {});
      await atClient.seen('removed');
      client.read();
      client.flush();
      client.config.autoRead = false;
      client.config.autoRead = true;
      await polls(10);
      expect(atClient.events.slice(-3)).toEqual(['inactive', 'unregistered', 'removed']);
      expect(atClient.events.filter((event) => event === 'read')).toHaveLength(1);
    });

    test('addresses stay as they were when the channel closes', async () => {
      const { client, server, atServer } = await suite.pair();
      const shown = [client, server].map((channel) => [channel.localAddress, channel.remoteAddress]);
      await client.close();
      await atServer.seen('removed');
      expect([client, server].map((channel) => [channel.localAddress, channel.remoteAddress])).toEqual(shown);
      if (suite.transport.group === 'memory') expect(shown.flat()).toEqual([null, null, null, null]);
      else expect(client.remoteAddress).toEqual(server.localAddress);
    });

    test(`${CONNECTIONS} connects and disconnects leave nothing behind`, async () => {
      let removed = 0;
      const counting = {
        isSharable: true,
        channelActive(ctx: { channel: Channel }) {
          const deadline = ctx.channel.eventLoop.scheduleCoarse(() => ctx.channel.close(), 60_000);
          ctx.channel.closeFuture.addListener(() => deadline.cancel());
        },
        channelRead: (ctx: { close(): unknown }) => void ctx.close(),
        handlerRemoved: () => void removed++,
      };
      const serving = await suite.transport.serve((child) => void child.pipeline.addLast(counting));
      await polls(2);
      const before = resources();
      let next = 0;
      const worker = async (): Promise<void> => {
        while (next < CONNECTIONS) {
          const byServer = next++ % 2 === 0;
          const channel = await serving.connect((made) => void made.pipeline.addLast(counting));
          if (byServer) channel.writeAndFlush(Buffer.from('close'));
          else channel.close();
          await channel.closeFuture;
        }
      };
      await within('all', Promise.all(Array.from({ length: AT_A_TIME }, worker)), 15_000);
      await eventually('every handler has left its pipeline', () => removed === 2 * CONNECTIONS);
      expect(nodeEventLoop.coarseTimers).toBe(0);
      await eventually('no handle and no timer is left', () => {
        const now = resources();
        return Object.keys(now).every((kind) => (now[kind] ?? 0) <= (before[kind] ?? 0));
      });
    });
  });

  describe('deregister', () => {
    test('rule 36: keeps handlers and connection; nothing is read until it is registered again', async () => {
      const { client, server, atServer } = await suite.pair();
      await server.deregister();
      expect([server.isRegistered, server.isActive]).toEqual([false, true]);
      client.writeAndFlush(Buffer.from('meanwhile')).addListener(() => {});
      server.read();
      await polls(5);
      expect(atServer.events.slice(3)).toEqual(['unregistered']);
      await register(server);
      await atServer.received(9);
      expect(atServer.events.slice(4)).toEqual(['registered', 'read', 'readComplete']);
    });

    test('rule 36: with autoRead off a read must be asked for again', async () => {
      const { client, server, atServer } = await suite.pair({ serverOptions: NOT_READING });
      server.read();
      await server.deregister();
      client.writeAndFlush(Buffer.from('x')).addListener(() => {});
      await register(server);
      await polls(5);
      expect(atServer.bytes).toBe(0);
      server.read();
      await atServer.received(1);
    });

    test('what was flushed before is sent, and writing goes on', async () => {
      const { client, atServer } = await suite.pair();
      const sent = client.writeAndFlush(Buffer.from('1'));
      await client.deregister();
      await within('the write', sent);
      client.writeAndFlush(Buffer.from('2'));
      await atServer.received(2);
      expect(atServer.text).toBe('12');
    });

    test('a channel that is not registered can be closed', async () => {
      const { client, atServer } = await suite.pair();
      await client.deregister();
      await within('the close', client.close());
      await atServer.seen('removed');
    });

    test('twice is fine', async () => {
      const { client, atClient } = await suite.pair();
      await client.deregister();
      await client.deregister();
      expect(register(client).isSuccess).toBe(true);
      expect(register(client).cause).toMatchObject({ code: 'ERR_ILLEGAL_STATE' });
      expect(atClient.events.slice(3)).toEqual(['unregistered', 'registered']);
    });
  });
}
