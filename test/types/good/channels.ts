/** Channels, what they promise, their options, attributes and groups. */
import { BlockList } from 'node:net';
import {
  type Attribute,
  AttributeKey,
  type AttributeMap,
  type Channel,
  type ChannelClass,
  type ChannelConfig,
  type ChannelFuture,
  ChannelFutureListener,
  type ChannelGroup,
  type ChannelGroupException,
  type ChannelGroupFuture,
  type ChannelGroupFutureListener,
  type ChannelGroupOptions,
  ChannelId,
  ChannelInputShutdownEvent,
  ChannelInputShutdownReadComplete,
  type ChannelMatcher,
  ChannelMatchers,
  ChannelOption,
  type ChannelOutboundInvoker,
  ChannelOutputShutdownEvent,
  type ChannelPromise,
  CLOSE,
  CLOSE_ON_FAILURE,
  type CloseOptions,
  type ConfigHost,
  DefaultChannelGroup,
  DefaultChannelPromise,
  type DuplexChannel,
  EmbeddedChannel,
  FIRE_EXCEPTION_ON_FAILURE,
  formatAddress,
  type InboundOptions,
  type InboundStream,
  type InetSocketAddress,
  isServerChannel,
  type LocalAddressLike,
  type MessageSizeEstimator,
  type OutboundBuffer,
  type OutboundEntry,
  type PathAddress,
  PromiseCombiner,
  type ServerChannel,
  type SocketAddress,
  SocketChannel,
  type UnhandledHooks,
  type WaitOptions,
  WriteBufferWaterMark,
} from '@sluice/core';
import { assertType, type Equal } from '../support/assertType.js';

const channel: Channel = new EmbeddedChannel();

// ---- what an operation gives ----------------------------------------------------------------------------------------

assertType<Equal<ReturnType<Channel['write']>, ChannelFuture>>();
assertType<Equal<ReturnType<Channel['close']>, ChannelFuture<void>>>();
assertType<Equal<Awaited<ReturnType<Channel['close']>>, void>>();
assertType<Equal<Awaited<ChannelFuture<Channel>>, Channel>>();
assertType<Equal<ChannelFuture<number>['value'], number | undefined>>();
assertType<Equal<ChannelFuture['cause'], Error | null>>();
assertType<Equal<ReturnType<Channel['send']>, Promise<void>>>();
assertType<Equal<ReturnType<Channel['read']>, Channel>>();
assertType<Equal<ReturnType<typeof channel.inbound<string>>, AsyncIterableIterator<string>>>();
// A channel can be awaited no more than any object: only its futures are thenable.
assertType<Equal<Awaited<Channel>, Channel>>();

const promise: ChannelPromise<string> = channel.newPromise<string>();
promise.setSuccess('done').addListener((future) => {
  assertType<Equal<typeof future, ChannelFuture<string>>>();
});
assertType<Equal<ReturnType<typeof promise.cancel>, boolean>>();
export const lengthOf: Promise<number> = promise.then(
  (text) => text.length,
  (cause) => cause.message.length,
);
export const ready: readonly ChannelFutureListener[] = [CLOSE, CLOSE_ON_FAILURE, FIRE_EXCEPTION_ON_FAILURE];
channel.write('x').addListener(ChannelFutureListener.CLOSE).addPassiveListener(CLOSE);
new PromiseCombiner().addAll(channel.flush().write(1), promise).finish(new DefaultChannelPromise(channel));

// ---- state ----------------------------------------------------------------------------------------------------------

assertType<Equal<Channel['parent'], Channel | null>>();
assertType<Equal<Channel['outboundBuffer'], OutboundBuffer | null>>();
assertType<Equal<OutboundBuffer['first'], OutboundEntry | null>>();
assertType<Equal<Channel['config'], ChannelConfig>>();
assertType<Equal<Channel['remoteAddress'], SocketAddress | null>>();
assertType<Equal<SocketAddress, InetSocketAddress | PathAddress | LocalAddressLike>>();
export const id: string = new ChannelId('text').asLongText() + channel.id.asShortText();
export const where: string = formatAddress({ host: 'localhost', port: 1 });
export const invoker: ChannelOutboundInvoker = channel;
export const attributes: AttributeMap = channel;
export function halves(duplex: DuplexChannel): ChannelFuture {
  return duplex.isInputShutdown ? duplex.shutdownOutput() : duplex.shutdown();
}
export function listening(of: Channel): ServerChannel | undefined {
  return isServerChannel(of) ? of : undefined;
}
const waiting: WaitOptions = { signal: AbortSignal.timeout(5) };
const closing: CloseOptions = { timeout: 5 };
export const ends: readonly Promise<void>[] = [
  channel.whenWritable(waiting),
  channel.closeGracefully(closing),
];
const reading: InboundOptions = { highWaterMark: 1 };
export const stream: AsyncIterable<unknown> = channel.inbound(reading);
export type Stream = InboundStream<Buffer>;
assertType<Equal<Awaited<ReturnType<Stream['next']>>, IteratorResult<Buffer>>>();
export async function closesItself(): Promise<void> {
  await using held: Channel = channel;
  await held.write('x');
}

export const events: readonly object[] = [
  ChannelInputShutdownEvent.INSTANCE,
  ChannelInputShutdownReadComplete.INSTANCE,
  ChannelOutputShutdownEvent.INSTANCE,
];

// ---- options: the value has the option's type -----------------------------------------------------------------------

assertType<Equal<typeof ChannelOption.AUTO_READ, ChannelOption<boolean>>>();
assertType<Equal<typeof ChannelOption.SO_BACKLOG, ChannelOption<number>>>();
assertType<Equal<typeof ChannelOption.WRITE_BUFFER_WATER_MARK, ChannelOption<WriteBufferWaterMark>>>();
assertType<Equal<typeof ChannelOption.MESSAGE_SIZE_ESTIMATOR, ChannelOption<MessageSizeEstimator>>>();
assertType<Equal<typeof ChannelOption.UNHANDLED, ChannelOption<UnhandledHooks>>>();
channel.setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(1, 2));
channel.setOption(ChannelOption.BLOCK_LIST, new BlockList());
channel.setOption(ChannelOption.UNHANDLED, { message: (of, message) => console.log(String(of), message) });
assertType<Equal<ReturnType<typeof channel.getOption<string>>, string | undefined>>();
const own = ChannelOption.valueOf<{ readonly depth: number }>('OWN');
channel.setOption(own, { depth: 1 });
export const depth: number | undefined = channel.getOption(own)?.depth;
/** What a transport is asked by the configuration. */
export type Asked = ReturnType<ConfigHost['applyOption']>;
assertType<Equal<Asked, boolean>>();

// ---- attributes: the value has the key's type -----------------------------------------------------------------------

interface User {
  readonly name: string;
}
const USER = AttributeKey.valueOf<User>('user');
assertType<Equal<typeof USER, AttributeKey<User>>>();
const attribute: Attribute<User> = channel.attr(USER);
assertType<Equal<ReturnType<typeof attribute.get>, User | undefined>>();
attribute.set({ name: 'alice' });
export const before: User | undefined = attribute.getAndSet(undefined);
export const has: boolean = channel.hasAttr(USER) && AttributeKey.exists('user');

// ---- groups ---------------------------------------------------------------------------------------------------------

const options: ChannelGroupOptions = { name: 'room', stayClosed: true };
const room: ChannelGroup = new DefaultChannelGroup(options);
const others: ChannelMatcher = ChannelMatchers.compose(
  ChannelMatchers.isNot(channel),
  ChannelMatchers.isInstanceOf(SocketChannel),
);
export const kinds: readonly ChannelClass[] = [SocketChannel, EmbeddedChannel];
const sent: ChannelGroupFuture = room.writeAndFlush('hello', others);
assertType<Equal<Awaited<typeof sent>, void>>();
assertType<Equal<typeof sent.cause, ChannelGroupException | null>>();
const told: ChannelGroupFutureListener = (future) => {
  for (const single of future) assertType<Equal<typeof single, ChannelFuture>>();
};
sent.addListener(told);
export const member: Channel | undefined = room.find(channel.id);
