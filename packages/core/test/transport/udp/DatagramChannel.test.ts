import { createSocket } from 'node:dgram';
import {
  BindException,
  Bootstrap,
  ByteBuf,
  ChannelOption,
  ClosedChannelException,
  ConnectException,
  DatagramChannel,
  type DatagramChannelOptions,
  DatagramPacket,
  FramedMessage,
  type InetSocketAddress,
  NotYetConnectedException,
} from '../../../src/index.js';
import { opened } from '../../support/opened.js';
import { Recorder } from '../../support/Recorder.js';
import { eventually, polls, within } from '../../support/within.js';

const LOOPBACK = { host: '127.0.0.1', port: 0 };
/** Longer than a name can be: no server is asked. */
const NOWHERE = { host: 'x'.repeat(300), port: 1 };

/** Keeps the packets that arrive, and notes events. */
class Packets extends Recorder {
  readonly packets: DatagramPacket[] = [];
  override channelRead(_ctx: unknown, packet: DatagramPacket | Buffer): void {
    this.packets.push(packet as DatagramPacket);
    super.channelRead(undefined as never, (packet as DatagramPacket).content);
  }
  get texts(): string[] {
    return this.packets.map((packet) => packet.content.toString());
  }
}

interface Bound {
  readonly channel: DatagramChannel;
  readonly packets: Packets;
  readonly at: InetSocketAddress;
}

async function bound(
  init: (channel: DatagramChannel) => void = () => {},
  options: DatagramChannelOptions = {},
  address: InetSocketAddress = LOOPBACK,
): Promise<Bound> {
  const packets = new Packets();
  const channel = opened(
    await new Bootstrap<DatagramChannel>()
      .channel(() => new DatagramChannel(options))
      .handler((made) => {
        init(made);
        made.pipeline.addLast(packets);
      })
      .bind(address),
  );
  return { channel, packets, at: channel.localAddress as InetSocketAddress };
}

const offAutoRead = (channel: DatagramChannel): void => {
  channel.config.autoRead = false;
};
const packet = (text: string, to: InetSocketAddress | null = null): DatagramPacket =>
  new DatagramPacket(Buffer.from(text), to);

describe('binding', () => {
  test('the promise, then active; the address is known', async () => {
    const channel = opened(new DatagramChannel());
    const recorder = new Recorder();
    channel.pipeline.addLast(recorder);
    channel.register();
    expect([channel.isOpen, channel.isActive, channel.localAddress]).toEqual([true, false, null]);
    channel.bind(LOOPBACK).addListener(() => recorder.note('bound'));
    await recorder.seen('active');
    expect(recorder.events).toEqual(['added', 'registered', 'bound', 'active']);
    expect(channel.localAddress).toMatchObject({
      host: '127.0.0.1',
      family: 'IPv4',
      port: expect.any(Number),
    });
    expect([channel.isConnected, channel.remoteAddress, channel.hasDisconnect]).toEqual([false, null, true]);
    expect(channel.bind(LOOPBACK).cause).toMatchObject({ code: 'ERR_ILLEGAL_STATE' });
  });

  test('an address in use fails and closes', async () => {
    const { at } = await bound();
    const second = new Bootstrap<DatagramChannel>().channel(DatagramChannel).bind(at);
    await expect(second).rejects.toThrow(BindException);
    await expect(second).rejects.toMatchObject({ cause: { code: 'EADDRINUSE' } });
    await within('the close', second.channel.closeFuture);
  });

  test('SO_REUSEADDR shares a port', async () => {
    const reuse = (channel: DatagramChannel): void => {
      expect(channel.setOption(ChannelOption.SO_REUSEADDR, true)).toBe(true);
    };
    const { at } = await bound(reuse);
    expect((await bound(reuse, {}, at)).at.port).toBe(at.port);
  });

  test('IPv6 by address or by family', async () => {
    const any = await bound(undefined, { family: 'IPv6' }, { host: '::', port: 0 });
    expect(any.channel.localAddress).toMatchObject({ host: '::', family: 'IPv6' });
    const six = await bound(undefined, {}, { host: '::1', port: 0 });
    expect(six.at.family).toBe('IPv6');
    any.channel.writeAndFlush(packet('six', six.at));
    await six.packets.received(3);
    expect(six.packets.packets[0]?.sender).toEqual({ host: '::1', port: any.at.port, family: 'IPv6' });
  });

  test('addresses of other transports are refused', async () => {
    const channel = opened(new DatagramChannel());
    channel.register();
    expect(channel.bind({ path: '/x' }).cause).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    expect(channel.connect({ local: 'x' }).cause).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    await channel.bind(LOOPBACK);
  });

  test('ports that cannot be', async () => {
    const channel = opened(new DatagramChannel());
    channel.register();
    for (const port of [70_000, -1, Number.NaN]) {
      expect(channel.bind({ host: '127.0.0.1', port }).cause).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
      expect(channel.connect({ host: '127.0.0.1', port }).cause).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
    }
    // Fine to bind, but nowhere to connect to.
    expect(channel.connect(LOOPBACK).cause).toMatchObject({ code: 'ERR_SOCKET_BAD_PORT' });
    await within('the close', channel.closeFuture);
  });

  test('closed before it was bound: nothing is left open', async () => {
    const channel = new DatagramChannel();
    await channel.register();
    await within('the close', channel.close());
    expect(channel.bind(LOOPBACK).cause).toBeInstanceOf(ClosedChannelException);
    expect(() => new DatagramChannel({ receiveQueueLimit: -1 })).toThrow(
      expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
    );
  });
});

describe('datagrams', () => {
  test('arrive with sender and recipient, each as one read', async () => {
    const [a, b] = [await bound(), await bound()];
    a.channel.write(packet('one', b.at));
    a.channel.write(new DatagramPacket(new Uint8Array([0x32]), b.at));
    a.channel.write(new DatagramPacket(ByteBuf.from('three'), b.at));
    a.channel.write(packet('', b.at));
    a.channel.flush();
    await b.packets.seen('readComplete', 4);
    expect(b.packets.texts).toEqual(['one', '2', 'three', '']);
    expect(b.packets.events.slice(3)).toEqual(new Array(4).fill(['read', 'readComplete']).flat());
    expect(b.packets.packets[0]).toMatchObject({ sender: a.at, recipient: b.at });
    expect(Buffer.isBuffer(b.packets.packets[0]?.content)).toBe(true);
  });

  test('an answer goes to the sender', async () => {
    const echo = await bound((channel) =>
      channel.pipeline.addLast({
        channelRead: (ctx, { content, sender }: DatagramPacket) =>
          void ctx.writeAndFlush(new DatagramPacket(content, sender)),
      }),
    );
    const { channel, packets } = await bound();
    channel.writeAndFlush(packet('ping', echo.at));
    await packets.received(4);
    expect(packets.texts).toEqual(['ping']);
  });

  test('promises are done in the order of the writes, also where one fails at once', async () => {
    const [a, b] = [await bound(), await bound()];
    const order: number[] = [];
    const writes = [
      packet('0', b.at),
      packet('1'),
      packet('2', b.at),
      packet('3', { host: '127.0.0.1', port: 70_000 }),
    ];
    const futures = writes.map((write, i) => a.channel.write(write).addListener(() => order.push(i)));
    a.channel.flush();
    await eventually('all are done', () => order.length === 4);
    expect(order).toEqual([0, 1, 2, 3]);
    expect(futures.map((future) => future.isSuccess)).toEqual([true, false, true, false]);
    expect(futures[1]?.cause).toBeInstanceOf(NotYetConnectedException);
    expect(futures[3]?.cause).toMatchObject({ code: 'ERR_SOCKET_BAD_PORT' });
    await b.packets.seen('read', 2);
  });

  test('one that is too large fails alone', async () => {
    const [a, b] = [await bound(), await bound()];
    const big = a.channel.write(new DatagramPacket(Buffer.alloc(70_000), b.at));
    const small = a.channel.write(packet('small', b.at));
    a.channel.flush();
    await expect(big).rejects.toMatchObject({ code: 'EMSGSIZE' });
    await small;
    await b.packets.received(5);
    expect([a.channel.isActive, a.packets.causes]).toEqual([true, []]);
  });

  test('host names are looked up; one that is unknown fails its promise', async () => {
    const [a, b] = [await bound(), await bound()];
    await a.channel.writeAndFlush(packet('by name', { host: 'localhost', port: b.at.port }));
    await b.packets.received(7);
    await expect(a.channel.writeAndFlush(packet('x', NOWHERE))).rejects.toMatchObject({
      syscall: 'getaddrinfo',
    });
    expect(a.channel.isActive).toBe(true);
  });

  test('what is no datagram fails with advice', async () => {
    const { channel } = await bound();
    expect(channel.writeAndFlush('text').cause?.message).toMatch(
      /^unsupported message type: String \(expected: DatagramPacket, Buffer, Uint8Array, ByteBuf, FramedMessage\)\./,
    );
    expect(channel.writeAndFlush(new DatagramPacket('text')).cause).toMatchObject({
      code: 'ERR_UNSUPPORTED_MESSAGE_TYPE',
      message: expect.stringMatching(/^unsupported message type: DatagramPacket<String> /),
    });
  });

  test('writing before it is bound fails', async () => {
    const channel = opened(new DatagramChannel());
    channel.register();
    await expect(channel.writeAndFlush(packet('x', LOOPBACK))).rejects.toBeInstanceOf(
      NotYetConnectedException,
    );
    expect(channel.isOpen).toBe(true);
  });

  test('writeAndFlush, then close: sent; write, then close: failed', async () => {
    const [a, b] = [await bound(), await bound()];
    const sent = a.channel.writeAndFlush(packet('bye', b.at));
    const kept = a.channel.write(packet('kept', b.at));
    const closed = a.channel.close();
    expect([a.channel.isOpen, a.channel.isActive]).toEqual([false, false]);
    await closed;
    expect([sent.isSuccess, kept.cause]).toEqual([true, expect.any(ClosedChannelException)]);
    await b.packets.received(3);
    await a.packets.seen('removed');
    expect(a.packets.events.slice(3)).toEqual(['inactive', 'unregistered', 'removed']);
  });

  test('more than the runtime may hold: the rest waits with the writer, and all are sent', async () => {
    const [a, b] = [await bound(), await bound()];
    const futures = Array.from({ length: 1000 }, (_, i) => a.channel.write(packet(String(i), b.at)));
    const cancelled = futures[500];
    cancelled?.cancel();
    a.channel.flush();
    expect(a.channel.outboundBuffer?.size).toBe(1000);
    await eventually('all are done', () => futures.every((future) => future.isDone));
    expect(futures.filter((future) => future.isSuccess)).toHaveLength(999);
    expect(a.channel.outboundBuffer?.totalPendingWriteBytes).toBe(0);
    // The system may drop some when its buffer is full; none comes twice.
    await polls(3);
    expect(new Set(b.packets.texts).size).toBe(b.packets.texts.length);
    expect(b.packets.texts).not.toContain('500');
  });

  test('a flush and a close within a write listener', async () => {
    const [a, b] = [await bound(), await bound()];
    a.channel.write(packet('1', b.at)).addListener(() => {
      a.channel.writeAndFlush(packet('3', b.at)).addListener(() => a.channel.close());
    });
    a.channel.write(packet('2', b.at));
    a.channel.flush();
    await a.packets.seen('removed');
    await b.packets.seen('read', 3);
    expect(b.packets.texts).toEqual(['1', '2', '3']);
  });
});

describe('connected', () => {
  test('plain bytes go to the peer; others are not heard', async () => {
    const [peer, stranger] = [await bound(), await bound()];
    const packets = new Packets();
    const channel = opened(
      await new Bootstrap<DatagramChannel>()
        .channel(DatagramChannel)
        .handler((made) => made.pipeline.addLast(packets))
        .connect(peer.at),
    );
    expect(packets.events).toEqual(['added', 'registered', 'active']);
    expect([channel.isConnected, channel.remoteAddress]).toEqual([true, peer.at]);
    expect(channel.localAddress).toMatchObject({ host: '127.0.0.1' });
    for (const message of [
      Buffer.from('a'),
      new Uint8Array([0x62]),
      ByteBuf.from('c'),
      packet('d'),
      packet('e', peer.at),
    ]) {
      channel.write(message);
    }
    channel.write(
      new (class extends FramedMessage {
        readonly headerLength = 1;
        override writeHeader(target: Uint8Array, offset: number): void {
          target[offset] = 0x66;
        }
      })(Buffer.from('ramed')),
    );
    channel.flush();
    await peer.packets.seen('read', 6);
    expect(peer.packets.texts).toEqual(['a', 'b', 'c', 'd', 'e', 'framed']);
    await expect(channel.writeAndFlush(packet('x', stranger.at))).rejects.toMatchObject({
      code: 'ERR_ILLEGAL_STATE',
      message: expect.stringContaining(`cannot send to 127.0.0.1:${stranger.at.port}`),
    });
    stranger.channel.writeAndFlush(packet('spam', channel.localAddress));
    peer.channel.writeAndFlush(packet('answer', channel.localAddress));
    await packets.received(6);
    await polls(2);
    expect(packets.texts).toEqual(['answer']);
  });

  test('a bound channel connects and disconnects; it stays active', async () => {
    const [peer, other] = [await bound(), await bound()];
    const { channel, packets, at } = await bound();
    await channel.connect(peer.at);
    expect([channel.isConnected, channel.localAddress?.port]).toEqual([true, at.port]);
    expect(channel.connect(peer.at).cause).toMatchObject({ code: 'ERR_ILLEGAL_STATE' });
    await channel.disconnect();
    expect([channel.isConnected, channel.isActive, channel.remoteAddress]).toEqual([false, true, null]);
    await channel.disconnect();
    await expect(channel.writeAndFlush(Buffer.from('to whom?'))).rejects.toThrow(/has no recipient/);
    await channel.writeAndFlush(packet('to you', other.at));
    await other.packets.received(6);
    await channel.connect(other.at);
    await channel.writeAndFlush(Buffer.from('again'));
    await other.packets.received(11);
    expect(packets.events).toEqual(['added', 'registered', 'active']);
  });

  test('from a local address', async () => {
    const peer = await bound();
    const channel = opened(new DatagramChannel());
    channel.register();
    await channel.connect({ host: 'localhost', port: peer.at.port }, LOOPBACK);
    expect(channel.localAddress?.host).toBe('127.0.0.1');
    // The name that was asked for is as good as what it stands for.
    await channel.writeAndFlush(packet('x', { host: 'localhost', port: peer.at.port }));
    await peer.packets.received(1);
  });

  test('nobody there: ECONNREFUSED is told, the channel stays open', async () => {
    const free = await bound();
    await free.channel.close();
    const { channel, packets } = await bound();
    await channel.connect(free.at);
    channel.writeAndFlush(Buffer.from('hello?'));
    await packets.seen('exception ECONNREFUSED');
    expect(channel.isActive).toBe(true);
    const again = await bound(undefined, {}, free.at);
    await eventually('it gets through', async () => {
      channel.writeAndFlush(Buffer.from('hello!')).addListener((sent) => sent.cause);
      await polls(1);
      return again.packets.bytes > 0;
    });
  });

  test('a name that is unknown: fails; a channel that was bound stays', async () => {
    const { channel } = await bound();
    await expect(channel.connect(NOWHERE)).rejects.toThrow(ConnectException);
    expect([channel.isActive, channel.isConnected]).toEqual([true, false]);

    const connecting = new Bootstrap<DatagramChannel>().channel(DatagramChannel).connect(NOWHERE);
    await expect(connecting).rejects.toMatchObject({
      code: 'ERR_CONNECT',
      message: expect.stringMatching(/x:1$/),
    });
    await within('the close', connecting.channel.closeFuture);
  });

  test('closed while the name is looked up: the connect fails', async () => {
    const channel = new DatagramChannel();
    channel.register();
    const connected = channel.connect({ host: 'localhost', port: 9 });
    expect(channel.connect({ host: 'localhost', port: 9 }).cause?.message).toMatch(/^Already connecting/);
    await within('the close', channel.close());
    expect(connected.cause).toBeInstanceOf(ClosedChannelException);
  });
});

describe('reading', () => {
  /** Sends from a bare socket, so that each datagram has arrived before the next is sent. */
  async function send(to: InetSocketAddress, ...texts: string[]): Promise<void> {
    const socket = createSocket('udp4');
    for (const text of texts) {
      await new Promise<void>((resolve, reject) =>
        socket.send(text, to.port, to.host, (error) => (error ? reject(error) : resolve())),
      );
    }
    await new Promise<void>((resolve) => socket.close(resolve));
    await polls(3);
  }

  test('autoRead off: each read() brings one', async () => {
    const { channel, packets, at } = await bound(offAutoRead);
    await send(at, 'a', 'b', 'c');
    expect(packets.texts).toEqual([]);
    channel.read();
    channel.read();
    await polls(2);
    expect(packets.events.slice(3)).toEqual(['read', 'readComplete']);
    channel.config.autoRead = true;
    await packets.received(3);
    expect(packets.texts).toEqual(['a', 'b', 'c']);
    expect(packets.events.slice(5)).toEqual(['read', 'read', 'readComplete']);
  });

  test('read() before anything has come', async () => {
    const { channel, packets, at } = await bound(offAutoRead);
    channel.read();
    await send(at, 'a', 'b');
    expect(packets.texts).toEqual(['a']);
  });

  test('autoRead off in the middle of a burst', async () => {
    const { channel, packets, at } = await bound((made) => {
      made.config.autoRead = false;
      made.pipeline.addLast({
        channelRead(ctx, message: DatagramPacket) {
          if (message.content.toString() === 'b') ctx.channel.config.autoRead = false;
          ctx.fireChannelRead(message);
        },
      });
    });
    await send(at, 'a', 'b', 'c', 'd');
    channel.config.autoRead = true;
    await packets.received(2);
    await polls(2);
    expect(packets.texts).toEqual(['a', 'b']);
    channel.config.autoRead = true;
    await packets.received(4);
  });

  test('autoRead on and off at once reads nothing', async () => {
    const { channel, packets, at } = await bound(offAutoRead);
    await send(at, 'a');
    channel.config.autoRead = true;
    channel.config.autoRead = false;
    await polls(2);
    expect(packets.texts).toEqual([]);
  });

  test('nobody reads: the oldest are dropped and counted', async () => {
    const { channel, packets, at } = await bound(offAutoRead, { receiveQueueLimit: 3 });
    await send(at, 'a', 'b', 'c', 'd', 'e');
    expect(channel.droppedDatagrams).toBe(2);
    channel.config.autoRead = true;
    await packets.received(3);
    expect(packets.texts).toEqual(['c', 'd', 'e']);
    await send(at, 'f');
    expect(packets.texts.at(-1)).toBe('f');
    expect(channel.droppedDatagrams).toBe(2);
  });

  test('with a limit of 0 only what was asked for is read', async () => {
    const { channel, packets, at } = await bound(offAutoRead, { receiveQueueLimit: 0 });
    await send(at, 'lost');
    channel.read();
    await send(at, 'read', 'lost too');
    expect([packets.texts, channel.droppedDatagrams]).toEqual([['read'], 2]);
  });

  test('a close in channelRead: no more datagrams', async () => {
    const { channel, packets, at } = await bound((made) => {
      made.config.autoRead = false;
      made.pipeline.addLast({
        channelRead(ctx, message) {
          ctx.close();
          ctx.fireChannelRead(message);
        },
      });
    });
    await send(at, 'a', 'b');
    channel.config.autoRead = true;
    await packets.seen('removed');
    expect(packets.events.slice(3)).toEqual(['read', 'readComplete', 'inactive', 'unregistered', 'removed']);
  });
});

describe('options and multicast', () => {
  test('kept until bound, then applied; afterwards at once', async () => {
    const { channel } = await bound((made) => {
      expect(made.setOption(ChannelOption.SO_RCVBUF, 100_000)).toBe(true);
      expect(made.setOption(ChannelOption.SO_BROADCAST, true)).toBe(true);
    });
    expect(channel.socket?.getRecvBufferSize()).toBeGreaterThanOrEqual(100_000);
    expect(channel.getOption(ChannelOption.SO_RCVBUF)).toBe(100_000);
    expect(channel.setOption(ChannelOption.SO_SNDBUF, 50_000)).toBe(true);
    expect(channel.socket?.getSendBufferSize()).toBeGreaterThanOrEqual(50_000);
    expect(() => channel.setOption(ChannelOption.IP_MULTICAST_TTL, 1000)).toThrow(/EINVAL/);
    // Too late for these, and no option of UDP at all.
    expect(channel.setOption(ChannelOption.SO_REUSEADDR, true)).toBe(false);
    expect(channel.setOption(ChannelOption.TCP_NODELAY, true)).toBe(false);
  });

  test('SO_BROADCAST is what allows to broadcast', async () => {
    const plain = await bound();
    const everybody = { host: '127.255.255.255', port: 9 };
    await expect(plain.channel.writeAndFlush(packet('x', everybody))).rejects.toMatchObject({
      code: 'EACCES',
    });
    plain.channel.setOption(ChannelOption.SO_BROADCAST, true);
    await plain.channel.writeAndFlush(packet('x', everybody));
  });

  test('one that fails when it is applied does not keep the channel from binding', async () => {
    const { channel } = await bound((made) => {
      expect(made.setOption(ChannelOption.IP_MULTICAST_IF, 'not an address')).toBe(true);
    });
    expect(channel.isActive).toBe(true);
  });

  test('SO_REUSEPORT where the runtime has it', async () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const supported = major > 22 || (major === 22 && minor >= 12);
    const channel = opened(new DatagramChannel());
    expect(channel.setOption(ChannelOption.SO_REUSEPORT, true)).toBe(supported);
  });

  test('a group: joined it hears, left it does not', async () => {
    const group = '239.255.77.1';
    const { channel, packets } = await bound(
      (made) => {
        made.setOption(ChannelOption.SO_REUSEADDR, true);
        made.setOption(ChannelOption.IP_MULTICAST_IF, '127.0.0.1');
        made.setOption(ChannelOption.IP_MULTICAST_TTL, 1);
        made.setOption(ChannelOption.IP_MULTICAST_LOOP_DISABLED, false);
      },
      {},
      { host: '0.0.0.0', port: 0 },
    );
    const { port } = channel.localAddress as InetSocketAddress;
    await channel.joinGroup(group, { networkInterface: '127.0.0.1' });
    await channel.writeAndFlush(packet('hello', { host: group, port }));
    await packets.received(5);
    await channel.leaveGroup({ host: group, port }, { networkInterface: '127.0.0.1' });
    await channel.writeAndFlush(packet('gone', { host: group, port }));
    await channel.writeAndFlush(packet('direct', { host: '127.0.0.1', port }));
    await packets.received(11);
    expect(packets.texts).toEqual(['hello', 'direct']);
    expect(channel.leaveGroup(group, { networkInterface: '127.0.0.1' }).cause).toMatchObject({
      code: 'EADDRNOTAVAIL',
    });
  });

  test('a group with one source', async () => {
    const { channel } = await bound(undefined, {}, { host: '0.0.0.0', port: 0 });
    const options = { source: '127.0.0.1', networkInterface: '127.0.0.1' };
    await channel.joinGroup('232.1.1.1', options);
    await channel.leaveGroup('232.1.1.1', options);
  });

  test('a group needs a bound channel and a multicast address', async () => {
    const unbound = opened(new DatagramChannel());
    unbound.register();
    expect(unbound.joinGroup('239.255.77.1').cause).toBeInstanceOf(NotYetConnectedException);
    const { channel } = await bound();
    expect(channel.joinGroup('127.0.0.1').cause).toMatchObject({ code: 'EINVAL' });
  });
});

test('a socket that somebody else closes: inactive', async () => {
  const { channel, packets } = await bound();
  channel.socket?.close();
  await packets.seen('removed');
  expect([channel.isOpen, channel.closeFuture.isSuccess]).toEqual([false, true]);
});
