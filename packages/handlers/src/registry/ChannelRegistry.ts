import { EventEmitter } from 'node:events';
import { type Channel, type ChannelMatcher, formatAddress } from '@sluice/core';
import { whenInactive } from '../close/whenInactive.js';
import { onceActive, type WatchingHandler } from './onceActive.js';

/** What a {@link ChannelRegistry} tells. */
export interface ChannelRegistryEvents<Key> {
  /** A channel came in. */
  added: [key: Key, channel: Channel];
  /** It went: closed, taken out, or replaced by another one of the same key. Once for each `added`. */
  removed: [key: Key, channel: Channel];
}

/** The key of a channel; `undefined`: it has none (yet) and is not added. */
export type ChannelKey<Key> = (channel: Channel) => Key | undefined;

/**
 * The open channels by a key: by the peer's `ip:port` unless another key is given. Works on a server and on a client. What
 * closes goes out by itself, and the end of an old channel never takes out a newer one with the same key.
 *
 * ```ts
 * const channels = new ChannelRegistry();
 * bootstrap.childHandler((channel) => channel.pipeline.addLast(channels.handler(), …));
 * channels.get('10.0.0.7:51234')?.writeAndFlush('hello');
 * ```
 *
 * For sets of channels to write to, core has `DefaultChannelGroup`.
 */
export class ChannelRegistry<Key = string> extends EventEmitter<ChannelRegistryEvents<Key>> {
  readonly #keyOf: ChannelKey<Key>;
  readonly #channels = new Map<Key, Channel>();
  /** The key under which a channel came in: its key function may say something else later. */
  readonly #keys = new Map<Channel, Key>();
  readonly #indexes: ChannelRegistry<unknown>[] = [];
  readonly #handler: WatchingHandler = onceActive((channel) => this.add(channel));

  /** Only a registry by string may leave `keyOf` out. */
  constructor(...keyOf: [Key] extends [string] ? [keyOf?: ChannelKey<Key>] : [keyOf: ChannelKey<Key>]) {
    super();
    this.#keyOf = keyOf[0] ?? (peerOf as ChannelKey<unknown> as ChannelKey<Key>);
  }

  /** How many channels are in. One whose `close` is under way counts until it is closed. */
  get size(): number {
    return this.#channels.size;
  }

  /** The channel of a key, if it is open. */
  get(key: Key): Channel | undefined {
    const channel = this.#channels.get(key);
    return channel?.isOpen === true ? channel : undefined;
  }

  /** The key under which a channel is in. */
  keyOf(channel: Channel): Key | undefined {
    return this.#keys.get(channel);
  }

  /** Whether the channel is in. */
  has(channel: Channel): boolean {
    return this.#keys.has(channel);
  }

  /**
   * Puts a channel in under its key; one that is in under another key moves. A channel that had the key before goes out,
   * and stays open. Returns false if the channel has no key or is not open.
   */
  add(channel: Channel): boolean {
    if (!channel.isOpen) return false;
    for (const index of this.#indexes) index.add(channel);
    const key = this.#keyOf(channel);
    if (key === undefined) return false;
    const before = this.#channels.get(key);
    if (before === channel) return true;
    this.#take(channel);
    if (before !== undefined) this.#take(before);
    this.#channels.set(key, channel);
    this.#keys.set(channel, key);
    channel.closeFuture.addListener(this.#closed);
    this.emit('added', key, channel);
    return true;
  }

  /** Takes a channel out, here and in the indexes. It stays open. Returns whether it was in. */
  delete(channel: Channel): boolean {
    for (const index of this.#indexes) index.delete(channel);
    return this.#take(channel);
  }

  #take(channel: Channel): boolean {
    const key = this.#forget(channel);
    if (key === undefined) return false;
    channel.closeFuture.removeListener(this.#closed);
    this.emit('removed', key, channel);
    return true;
  }

  #forget(channel: Channel): Key | undefined {
    const key = this.#keys.get(channel);
    if (key === undefined) return undefined;
    this.#keys.delete(channel);
    this.#channels.delete(key);
    return key;
  }

  /** One listener for all channels. It is told a little later, when the channel's `CLOSE_REASON` is known. */
  readonly #closed = ({ channel }: { readonly channel: Channel }): void => {
    const key = this.#forget(channel);
    if (key !== undefined) whenInactive(channel, () => this.emit('removed', key, channel));
  };

  /**
   * A registry of the same channels by another key. What comes into this one also comes into the index, if it has a key
   * there. A key that is known later, after a login for instance: call `add(channel)` of either again.
   */
  index<Other>(keyOf: ChannelKey<Other>): ChannelRegistry<Other> {
    const index = new ChannelRegistry<unknown>(keyOf);
    this.#indexes.push(index);
    for (const channel of this.#keys.keys()) index.add(channel);
    return index as ChannelRegistry<Other>;
  }

  /** A sharable handler that adds its channel when that is active. Any place in the pipeline will do. */
  handler(): WatchingHandler {
    return this.#handler;
  }

  /** The open channels. */
  *channels(matcher?: ChannelMatcher): IterableIterator<Channel> {
    for (const channel of this.#keys.keys()) {
      if (channel.isOpen && (matcher === undefined || matcher(channel))) yield channel;
    }
  }

  /** Keys with their open channels, in the order in which they came in. */
  *[Symbol.iterator](): IterableIterator<[Key, Channel]> {
    for (const entry of this.#channels) if (entry[1].isOpen) yield entry;
  }
}

/** `127.0.0.1:51234`. */
function peerOf(channel: Channel): string | undefined {
  return channel.remoteAddress === null ? undefined : formatAddress(channel.remoteAddress);
}
