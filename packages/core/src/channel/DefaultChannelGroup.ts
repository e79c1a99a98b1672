import { ByteBuf } from '../buffer/ByteBuf.js';
import { invalidArgType } from '../util/errors.js';
import { type Channel, isServerChannel } from './Channel.js';
import type { ChannelFuture } from './ChannelFuture.js';
import type { ChannelGroup } from './ChannelGroup.js';
import type { ChannelGroupFuture } from './ChannelGroupFuture.js';
import { ChannelId } from './ChannelId.js';
import type { ChannelMatcher } from './ChannelMatchers.js';
import { DefaultChannelGroupFuture } from './DefaultChannelGroupFuture.js';

let groups = 0;

/** How a {@link DefaultChannelGroup} is made. */
export interface ChannelGroupOptions {
  /** For people; need not be unique. Default: a generated one. */
  readonly name?: string;
  /** After `close()`, close each channel that is still added (default false): for shutting a server down. */
  readonly stayClosed?: boolean;
}

/** The usual {@link ChannelGroup}. Netty: DefaultChannelGroup. */
export class DefaultChannelGroup implements ChannelGroup {
  readonly name: string;
  readonly #servers = new Map<ChannelId, Channel>();
  readonly #others = new Map<ChannelId, Channel>();
  readonly #stayClosed: boolean;
  #closed = false;

  /** With a name, or with options. */
  constructor(options: string | ChannelGroupOptions = {}) {
    const given: ChannelGroupOptions = typeof options === 'string' ? { name: options } : options;
    this.name = given.name ?? `group-0x${(++groups).toString(16)}`;
    this.#stayClosed = given.stayClosed ?? false;
  }

  // ---- the set -----------------------------------------------------------------------------------------------------

  get size(): number {
    return this.#servers.size + this.#others.size;
  }
  get isEmpty(): boolean {
    return this.size === 0;
  }

  add(channel: Channel): boolean {
    const channels = this.#mapOf(channel);
    if (channels.has(channel.id)) return false;
    channels.set(channel.id, channel);
    channel.closeFuture.addListener(this.#remover);
    if (this.#closed) channel.close();
    return true;
  }

  remove(channel: Channel | ChannelId): boolean {
    const found = channel instanceof ChannelId ? this.find(channel) : channel;
    if (found === undefined || !this.#mapOf(found).delete(found.id)) return false;
    found.closeFuture.removeListener(this.#remover);
    return true;
  }
  delete(channel: Channel): boolean {
    return this.remove(channel);
  }
  has(channel: Channel): boolean {
    return this.#mapOf(channel).has(channel.id);
  }
  find(id: ChannelId): Channel | undefined {
    return this.#others.get(id) ?? this.#servers.get(id);
  }
  clear(): void {
    for (const channel of this) this.remove(channel);
  }
  *values(): IterableIterator<Channel> {
    yield* this.#servers.values();
    yield* this.#others.values();
  }
  /** The channels, as `values()` gives them. */
  [Symbol.iterator](): IterableIterator<Channel> {
    return this.values();
  }
  forEach(callback: (channel: Channel) => void): void {
    for (const channel of this) callback(channel);
  }

  #mapOf(channel: Channel): Map<ChannelId, Channel> {
    return isServerChannel(channel) ? this.#servers : this.#others;
  }

  /** One for all channels. */
  readonly #remover = (future: ChannelFuture): void => {
    this.#mapOf(future.channel).delete(future.channel.id);
  };

  // ---- operations --------------------------------------------------------------------------------------------------

  write(message: unknown, matcher?: ChannelMatcher): ChannelGroupFuture {
    return this.#onOthers(message, matcher, (channel, own) => channel.write(own));
  }
  writeAndFlush(message: unknown, matcher?: ChannelMatcher): ChannelGroupFuture {
    return this.#onOthers(message, matcher, (channel, own) => channel.writeAndFlush(own));
  }
  flushAndWrite(message: unknown, matcher?: ChannelMatcher): ChannelGroupFuture {
    return this.writeAndFlush(message, matcher);
  }

  flush(matcher?: ChannelMatcher): this {
    for (const channel of [...this.#others.values()]) {
      if (matcher === undefined || matcher(channel)) channel.flush();
    }
    return this;
  }

  disconnect(matcher?: ChannelMatcher): ChannelGroupFuture {
    return this.#onAll(matcher, (channel) => channel.disconnect());
  }
  close(matcher?: ChannelMatcher): ChannelGroupFuture {
    // Before the first channel is closed: what is added from a listener must not slip through.
    if (this.#stayClosed) this.#closed = true;
    return this.#onAll(matcher, (channel) => channel.close());
  }
  deregister(matcher?: ChannelMatcher): ChannelGroupFuture {
    return this.#onAll(matcher, (channel) => channel.deregister());
  }
  newCloseFuture(matcher?: ChannelMatcher): ChannelGroupFuture {
    return this.#onAll(matcher, (channel) => channel.closeFuture);
  }

  #onOthers(
    message: unknown,
    matcher: ChannelMatcher | undefined,
    begin: (channel: Channel, message: unknown) => ChannelFuture,
  ): ChannelGroupFuture {
    if (message === null || message === undefined)
      throw invalidArgType('message must not be null or undefined');
    const own = duplicator(message);
    const futures: ChannelFuture[] = [];
    // A copy: a handler that closes or adds channels while it writes does not disturb this round.
    for (const channel of [...this.#others.values()]) {
      if (matcher === undefined || matcher(channel)) {
        futures.push(begin(channel, own === undefined ? message : own.duplicate()));
      }
    }
    return new DefaultChannelGroupFuture(this, futures);
  }

  #onAll(
    matcher: ChannelMatcher | undefined,
    begin: (channel: Channel) => ChannelFuture,
  ): ChannelGroupFuture {
    const futures: ChannelFuture[] = [];
    for (const channel of [...this]) {
      if (matcher === undefined || matcher(channel)) futures.push(begin(channel));
    }
    return new DefaultChannelGroupFuture(this, futures);
  }

  /** For logs. */
  toString(): string {
    return `${this.constructor.name}(name: ${this.name}, size: ${this.size})`;
  }
}

interface Duplicable {
  duplicate(): unknown;
}

/** `message` if each channel needs its own view of it: a `ByteBuf`, or what holds one and can be duplicated. */
function duplicator(message: unknown): Duplicable | undefined {
  if (message instanceof ByteBuf) return message;
  const holder = message as { content?: unknown } & Partial<Duplicable>;
  return holder.content instanceof ByteBuf && typeof holder.duplicate === 'function'
    ? (holder as Duplicable)
    : undefined;
}
