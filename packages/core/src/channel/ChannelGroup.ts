import type { Channel } from './Channel.js';
import type { ChannelGroupFuture } from './ChannelGroupFuture.js';
import type { ChannelId } from './ChannelId.js';
import type { ChannelMatcher } from './ChannelMatchers.js';

/**
 * A set of open channels to act on together: broadcast, close all. A channel leaves by itself when it is closed, and
 * may be in several groups. Every operation takes a matcher that narrows it down. Netty: ChannelGroup.
 */
export interface ChannelGroup extends Iterable<Channel> {
  /** For people; need not be unique. */
  readonly name: string;
  /** The number of channels. */
  readonly size: number;
  /** Whether there is no channel. */
  readonly isEmpty: boolean;

  /**
   * Adds a channel; returns false if it was in. One that is closed is not kept. In a group made with `stayClosed`, a
   * channel added after `close()` is closed at once.
   */
  add(channel: Channel): boolean;
  /** Takes a channel out, given itself or its id; returns whether it was in. The channel stays open. */
  remove(channel: Channel | ChannelId): boolean;
  /** As `remove`, by the name a `Set` has for it. */
  delete(channel: Channel): boolean;
  /** Whether the channel is in. */
  has(channel: Channel): boolean;
  /** The channel of this id, or `undefined`. */
  find(id: ChannelId): Channel | undefined;
  /** Takes all out; they stay open. */
  clear(): void;
  /** The channels, those that accept channels first. */
  values(): IterableIterator<Channel>;
  /** Calls `callback` for each channel, in the order of `values()`. */
  forEach(callback: (channel: Channel) => void): void;

  /**
   * Writes `message` on every channel that is no server channel. All get the same object, except that each gets its own
   * duplicate of a `ByteBuf` (own indexes, same bytes). Pipelines encode for themselves: to encode only once, write bytes.
   */
  write(message: unknown, matcher?: ChannelMatcher): ChannelGroupFuture;
  /** Flushes every channel that is no server channel. */
  flush(matcher?: ChannelMatcher): this;
  /** Writes as `write` does, and flushes. */
  writeAndFlush(message: unknown, matcher?: ChannelMatcher): ChannelGroupFuture;
  /** The same as `writeAndFlush`: kept for ported code. */
  flushAndWrite(message: unknown, matcher?: ChannelMatcher): ChannelGroupFuture;
  /** Disconnects every channel, those that accept channels first. */
  disconnect(matcher?: ChannelMatcher): ChannelGroupFuture;
  /** Closes every channel, those that accept channels first: no new one comes while the others go. */
  close(matcher?: ChannelMatcher): ChannelGroupFuture;
  /** Deregisters every channel, those that accept channels first. */
  deregister(matcher?: ChannelMatcher): ChannelGroupFuture;
  /** Done when all channels that are in the group now are closed. */
  newCloseFuture(matcher?: ChannelMatcher): ChannelGroupFuture;
}
