import {
  ByteBuf,
  type Channel,
  ChannelId,
  ChannelMatchers,
  DatagramPacket,
  DefaultChannelGroup,
  EmbeddedChannel,
  LocalAddress,
  type LocalChannel,
} from '../../src/index.js';
import { localClient, localServer } from '../support/locals.js';
import { opened } from '../support/opened.js';
import { eventually } from '../support/within.js';

class EmbeddedServer extends EmbeddedChannel {
  readonly isServerChannel = true;
}

function channels<C extends EmbeddedChannel[]>(group: DefaultChannelGroup, ...added: C): C {
  for (const channel of added) group.add(opened(channel));
  return added;
}

describe('the set', () => {
  test('add, has, find, remove, by channel and by id', () => {
    const group = new DefaultChannelGroup();
    const [a, server] = channels(group, new EmbeddedChannel(), new EmbeddedServer()) as [Channel, Channel];
    expect([group.size, group.isEmpty, group.add(a), group.size]).toEqual([2, false, false, 2]);
    expect([group.has(a), group.has(server), group.has(new EmbeddedChannel())]).toEqual([true, true, false]);
    expect([group.find(a.id), group.find(server.id), group.find(new ChannelId())]).toEqual([
      a,
      server,
      undefined,
    ]);
    expect([group.remove(a.id), group.remove(a.id), group.remove(a), group.delete(server)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect([group.isEmpty, a.isOpen, server.isOpen]).toEqual([true, true, true]);
  });

  test('iterates servers first; forEach, values and spread agree', () => {
    const group = new DefaultChannelGroup();
    const [a, b, server] = channels(
      group,
      new EmbeddedChannel(),
      new EmbeddedChannel(),
      new EmbeddedServer(),
    );
    const seen: Channel[] = [];
    group.forEach((channel) => void seen.push(channel));
    expect([...group]).toEqual([server, a, b]);
    expect([...group.values()]).toEqual([...group]);
    expect(seen).toEqual([...group]);
  });

  test('a channel that closes leaves; one that was removed is forgotten', () => {
    const group = new DefaultChannelGroup();
    const [a, b] = channels(group, new EmbeddedChannel(), new EmbeddedChannel());
    a.close();
    expect([...group]).toEqual([b]);
    group.clear();
    expect([group.size, b.isOpen]).toEqual([0, true]);
  });

  test('adding and removing leaves no listener behind', () => {
    const group = new DefaultChannelGroup();
    const channel = opened(new EmbeddedChannel());
    const added = jest.spyOn(channel.closeFuture, 'addListener');
    const removed = jest.spyOn(channel.closeFuture, 'removeListener');
    for (let i = 0; i < 3; i++) {
      group.add(channel);
      group.remove(channel);
    }
    group.add(channel);
    group.clear();
    expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([4, 4]);
    expect(removed.mock.calls[0]?.[0]).toBe(added.mock.calls[0]?.[0]);
  });

  test('a closed channel does not stay', () => {
    const group = new DefaultChannelGroup();
    const channel = new EmbeddedChannel();
    channel.close();
    expect(group.add(channel)).toBe(true);
    expect(group.isEmpty).toBe(true);
  });

  test('names', () => {
    expect(new DefaultChannelGroup('lobby').name).toBe('lobby');
    expect(new DefaultChannelGroup({ name: 'lobby' }).name).toBe('lobby');
    expect(new DefaultChannelGroup().name).toMatch(/^group-0x[0-9a-f]+$/);
    expect(new DefaultChannelGroup().name).not.toBe(new DefaultChannelGroup().name);
    expect(String(new DefaultChannelGroup('lobby'))).toBe('DefaultChannelGroup(name: lobby, size: 0)');
  });
});

describe('writing', () => {
  test('to all but servers, with a matcher to some; each channel flushes', async () => {
    const group = new DefaultChannelGroup();
    const [a, b, server] = channels(
      group,
      new EmbeddedChannel(),
      new EmbeddedChannel(),
      new EmbeddedServer(),
    );
    await group.writeAndFlush('all');
    await group.writeAndFlush('others', ChannelMatchers.isNot(a));
    await group.flushAndWrite('a', ChannelMatchers.is(a));
    expect([a.outboundMessages, b.outboundMessages, server.outboundMessages]).toEqual([
      ['all', 'a'],
      ['all', 'others'],
      [],
    ]);
  });

  test('write waits for flush', async () => {
    const group = new DefaultChannelGroup();
    const [a, b] = channels(group, new EmbeddedChannel(), new EmbeddedChannel());
    const written = group.write('x');
    expect([written.isDone, written.size]).toEqual([false, 2]);
    expect(group.flush(ChannelMatchers.is(a))).toBe(group);
    expect([written.isDone, written.isPartialSuccess, b.outboundMessages]).toEqual([false, true, []]);
    group.flush();
    await written;
    expect(b.outboundMessages).toEqual(['x']);
  });

  test('bytes are shared, a ByteBuf gives each channel indexes of its own', () => {
    const group = new DefaultChannelGroup();
    const [a, b] = channels(group, new EmbeddedChannel(), new EmbeddedChannel());
    const bytes = Buffer.from('shared');
    group.writeAndFlush(bytes);
    expect([a.readOutbound(), b.readOutbound()]).toEqual([bytes, bytes]);

    const buf = ByteBuf.from('own indexes');
    group.writeAndFlush(buf);
    const [atA, atB] = [a.readOutbound<ByteBuf>() as ByteBuf, b.readOutbound<ByteBuf>() as ByteBuf];
    atA.skipBytes(4);
    expect([atB.readerIndex, buf.readerIndex]).toEqual([0, 0]);
    atB.setByte(0, 0x4f);
    expect(buf.getByte(0)).toBe(0x4f);
  });

  test('what holds a ByteBuf is duplicated too', () => {
    const group = new DefaultChannelGroup();
    const [a, b] = channels(group, new EmbeddedChannel(), new EmbeddedChannel());
    const packet = new DatagramPacket(ByteBuf.from('x'), { host: '::1', port: 1 });
    group.writeAndFlush(packet);
    const [atA, atB] = [a.readOutbound<typeof packet>(), b.readOutbound<typeof packet>()];
    expect(atA?.content).not.toBe(atB?.content);
    expect(atA?.recipient).toBe(packet.recipient);
    const plain = new DatagramPacket(Buffer.from('x'));
    group.writeAndFlush(plain);
    expect(a.readOutbound()).toBe(plain);
  });

  test('nothing to write is refused', () => {
    const group = new DefaultChannelGroup();
    for (const nothing of [null, undefined]) {
      expect(() => group.write(nothing)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }));
    }
  });

  test('handlers that close and add channels meanwhile do not disturb the round', () => {
    const group = new DefaultChannelGroup();
    const late = opened(new EmbeddedChannel());
    const [a, b, c] = channels(
      group,
      new EmbeddedChannel({
        write(ctx, message, promise) {
          b.close();
          group.add(late);
          ctx.write(message, promise);
        },
      }),
      new EmbeddedChannel(),
      new EmbeddedChannel(),
    );
    const written = group.writeAndFlush('x');
    expect(written.cause?.failures.map(([channel]) => channel)).toEqual([b]);
    expect([a.outboundMessages, c.outboundMessages, late.outboundMessages]).toEqual([['x'], ['x'], []]);
    expect([...group]).toEqual([a, c, late]);
  });

  test('one listener for each channel and write, and one function for all', () => {
    const group = new DefaultChannelGroup();
    const listeners: unknown[] = [];
    const watching = {
      isSharable: true,
      write(
        ctx: { write(m: unknown, p: unknown): unknown },
        message: unknown,
        promise: { addListener: unknown },
      ): void {
        const original = promise.addListener as (this: unknown, listener: unknown) => unknown;
        promise.addListener = function (this: unknown, listener: unknown) {
          listeners.push(listener);
          return original.call(this, listener);
        };
        ctx.write(message, promise);
      },
    };
    channels(group, new EmbeddedChannel(watching as never), new EmbeddedChannel(watching as never));
    group.writeAndFlush('x');
    expect(listeners).toHaveLength(2);
    expect(listeners[0]).toBe(listeners[1]);
  });
});

describe('operations', () => {
  test('close: servers first', async () => {
    const log: string[] = [];
    const logging = (name: string) => ({
      close(ctx: { close(promise: unknown): unknown }, promise: unknown): void {
        log.push(name);
        ctx.close(promise);
      },
    });
    const group = new DefaultChannelGroup();
    channels(
      group,
      new EmbeddedChannel(logging('a') as never),
      new EmbeddedServer(logging('server') as never),
      new EmbeddedChannel(logging('b') as never),
    );
    await group.close();
    expect(log).toEqual(['server', 'a', 'b']);
    expect(group.isEmpty).toBe(true);
  });

  test('with a matcher the rest stays', async () => {
    const group = new DefaultChannelGroup();
    const [a, b] = channels(group, new EmbeddedChannel(), new EmbeddedChannel());
    await group.close(ChannelMatchers.is(a));
    expect([a.isOpen, b.isOpen]).toEqual([false, true]);
    await group.deregister();
    expect(b.isRegistered).toBe(false);
  });

  test('disconnect goes to channels that can and closes the others', async () => {
    const group = new DefaultChannelGroup();
    const staying = new EmbeddedChannel({ hasDisconnect: true, handlers: [] });
    const [, leaving] = channels(group, staying, new EmbeddedChannel());
    await group.disconnect();
    expect([staying.isOpen, leaving.isOpen]).toEqual([true, false]);
  });

  test('newCloseFuture waits for those that are in now', async () => {
    const group = new DefaultChannelGroup();
    const [a, b] = channels(group, new EmbeddedChannel(), new EmbeddedChannel());
    const closed = group.newCloseFuture();
    const closedA = group.newCloseFuture(ChannelMatchers.is(a));
    group.add(opened(new EmbeddedChannel()));
    a.close();
    expect([closed.isDone, closedA.isSuccess]).toEqual([false, true]);
    b.close();
    expect(closed.isSuccess).toBe(true);
    await closed;
  });

  test('stayClosed: who comes after the close is closed; otherwise not', () => {
    const ended = new DefaultChannelGroup({ stayClosed: true });
    const early = new EmbeddedChannel();
    ended.add(early);
    expect(early.isOpen).toBe(true);
    ended.close();
    const late = new EmbeddedChannel();
    expect([ended.add(late), late.isOpen, ended.isEmpty]).toEqual([true, false, true]);

    const reusable = new DefaultChannelGroup();
    reusable.close();
    const next = opened(new EmbeddedChannel());
    reusable.add(next);
    expect(next.isOpen).toBe(true);
  });

  test('stayClosed closes a channel that is added while the group closes', () => {
    const group = new DefaultChannelGroup({ stayClosed: true });
    const late = new EmbeddedChannel();
    const first = new EmbeddedChannel();
    first.closeFuture.addListener(() => group.add(late));
    group.add(first);
    group.close();
    expect(late.isOpen).toBe(false);
  });
});

test('a broadcast over real channels reaches everybody, also when one is gone', async () => {
  const group = new DefaultChannelGroup('room');
  const listener = opened(await localServer((child) => group.add(child)).bind(LocalAddress.ANY));
  const got: string[][] = [];
  const clients: LocalChannel[] = [];
  for (let i = 0; i < 5; i++) {
    const mine: string[] = [];
    got.push(mine);
    const connecting = localClient((channel) =>
      channel.pipeline.addLast({ channelRead: (_ctx, message) => void mine.push(message) }),
    );
    clients.push(opened(await connecting.connect(listener.localAddress as LocalAddress)));
  }
  clients[2]?.close();
  await eventually('it has left', () => group.size === 4);
  await group.writeAndFlush('hello');
  await eventually('all have it', () => got.filter((mine) => mine.length === 1).length === 4);
  expect(got[2]).toEqual([]);
  group.add(listener);
  await group.close();
  await eventually('all are gone', () => clients.every((client) => !client.isOpen));
  expect(group.isEmpty).toBe(true);
});
