/** Channels by transport, event loops and pools. */
import { PassThrough } from 'node:stream';
import {
  type AbstractChannel,
  type AcceptedBy,
  type AcquireOptions,
  type AcquireTimeoutAction,
  type AnyChannelHandler,
  type BatchingChannel,
  Bootstrap,
  type ByteStreamChannel,
  type Channel,
  type ChannelFuture,
  ChannelHealthChecker,
  ChannelId,
  type ChannelPool,
  type ChannelPoolHandler,
  ChannelPoolMap,
  type ChannelPoolMapOptions,
  type ConnectionDroppedEvent,
  DatagramChannel,
  type DatagramChannelOptions,
  DatagramPacket,
  EmbeddedChannel,
  type EmbeddedChannelOptions,
  type EmbeddedEventLoop,
  type EventLoop,
  FixedChannelPool,
  type FixedChannelPoolOptions,
  formatAddress,
  type InetSocketAddress,
  LocalAddress,
  LocalChannel,
  LocalServerChannel,
  type MulticastOptions,
  NodeEventLoop,
  nodeEventLoop,
  type PoolBootstrap,
  type ReadMode,
  readMode,
  type ScheduledTask,
  ServerSocketChannel,
  SimpleChannelPool,
  type SimpleChannelPoolOptions,
  type SocketAddress,
  SocketChannel,
  StreamChannel,
  type StreamChannelOptions,
  type StreamWriter,
  setReadMode,
  type Ticker,
  TimerWheel,
  type TimerWheelOptions,
  type WheelClock,
} from '@sluice/core';
import { assertType, type Equal } from '../support/assertType.js';

// ---- embedded -----------------------------------------------------------------------------------------------------

const handler: AnyChannelHandler = {};
const embedded = new EmbeddedChannel(handler, handler);
const options: EmbeddedChannelOptions = {
  handlers: [handler],
  register: false,
  hasDisconnect: true,
  parent: embedded,
  id: new ChannelId('test'),
  ticker: embedded.eventLoop,
};
export const second = new EmbeddedChannel(options);
assertType<Equal<typeof embedded.eventLoop, EmbeddedEventLoop>>();
assertType<Equal<ReturnType<typeof embedded.readInbound>, unknown>>();
assertType<Equal<ReturnType<typeof embedded.readInbound<string>>, string | null>>();
assertType<Equal<ReturnType<typeof embedded.readOutbound<Buffer>>, Buffer | null>>();
assertType<Equal<ReturnType<typeof embedded.writeInbound>, boolean>>();
assertType<Equal<ReturnType<typeof embedded.writeOneOutbound>, ChannelFuture>>();
assertType<Equal<typeof embedded.outboundMessages, unknown[]>>();
/** With a queue of its own. */
export class Watched extends EmbeddedChannel {
  protected override handleOutboundMessage(message: unknown): void {
    super.handleOutboundMessage(message);
  }
}

// ---- sockets --------------------------------------------------------------------------------------------------------

const socket = new SocketChannel();
export const streams: readonly ByteStreamChannel[] = [socket, new StreamChannel(new PassThrough())];
export const batching: readonly BatchingChannel[] = [socket];
export const channels: readonly AbstractChannel[] = [
  socket,
  embedded,
  new ServerSocketChannel(),
  new DatagramChannel(),
  new LocalServerChannel(),
  new LocalChannel(),
];
export function accepted(by: AcceptedBy): LocalServerChannel {
  return by.server;
}
export const dropped = (event: ConnectionDroppedEvent): SocketAddress | null => event.remoteAddress;
const over: StreamChannelOptions = { remoteAddress: new LocalAddress('serial') };
assertType<Equal<StreamChannel['duplex'], import('node:stream').Duplex>>();
export const serial = new StreamChannel(new PassThrough(), over);
export type Writer = StreamWriter;
assertType<Equal<ReadMode, 'onread' | 'data'>>();
setReadMode(readMode());

const udp: DatagramChannelOptions = { family: 'IPv4', receiveQueueLimit: 8 };
const datagrams = new DatagramChannel(udp);
const source: MulticastOptions = { source: '192.0.2.1' };
export const joined: ChannelFuture = datagrams.joinGroup('239.0.0.1', source);
assertType<Equal<typeof datagrams.localAddress, InetSocketAddress | null>>();
const packet = new DatagramPacket('text', { host: '::1', port: 1 });
assertType<Equal<typeof packet, DatagramPacket<string>>>();
assertType<Equal<DatagramPacket['content'], Buffer>>();
export const bytes: DatagramPacket = packet.replace(Buffer.of(1));

// ---- loops and timers -------------------------------------------------------------------------------------------------

export const loops: readonly EventLoop[] = [nodeEventLoop, new NodeEventLoop(), embedded.eventLoop];
const task: ScheduledTask = nodeEventLoop.schedule(() => {}, 5);
assertType<Equal<ReturnType<typeof task.cancel>, boolean>>();
const clock: WheelClock = { now: () => 0, set: () => 0, clear() {} };
const wheelOptions: TimerWheelOptions = { tick: 100, maxPending: 10, clock, onError() {} };
const wheel = new TimerWheel(wheelOptions);
assertType<Equal<ReturnType<typeof wheel.stop>, ScheduledTask[]>>();
export const ticker: Ticker = { now: 5 };

// ---- pools --------------------------------------------------------------------------------------------------------------

const poolHandler: ChannelPoolHandler<SocketChannel> = {
  channelCreated(channel) {
    assertType<Equal<typeof channel, SocketChannel>>();
  },
  async channelAcquired() {},
};
const simple: SimpleChannelPoolOptions<SocketChannel> = {
  bootstrap: new Bootstrap().remoteAddress('localhost', 1),
  handler: poolHandler,
  healthCheck: ChannelHealthChecker.ACTIVE,
};
const action: AcquireTimeoutAction = 'new';
const fixed: FixedChannelPoolOptions<SocketChannel> = {
  ...simple,
  maxConnections: 4,
  acquireTimeout: 5,
  acquireTimeoutAction: action,
};
export const pools: readonly ChannelPool<SocketChannel>[] = [
  new SimpleChannelPool(simple),
  new FixedChannelPool(fixed),
];
const signal: AcquireOptions = { signal: AbortSignal.timeout(1) };
export async function use(pool: ChannelPool<SocketChannel>): Promise<void> {
  const channel = await pool.acquire(signal);
  assertType<Equal<typeof channel, SocketChannel>>();
  await pool.release(channel);
}
const keyOptions: ChannelPoolMapOptions<SocketAddress> = { keyOf: formatAddress };
const map = new ChannelPoolMap((_address: SocketAddress) => new FixedChannelPool(fixed), keyOptions);
assertType<Equal<ReturnType<typeof map.get>, FixedChannelPool<SocketChannel>>>();
for (const [address, pool] of map) {
  assertType<Equal<typeof address, SocketAddress>>();
  assertType<Equal<typeof pool, FixedChannelPool<SocketChannel>>>();
}
/** A bootstrap that a test makes up. */
export const fake: PoolBootstrap = {
  clone: () => fake,
  handler() {},
  connect: () => Promise.resolve<Channel>(embedded),
};
