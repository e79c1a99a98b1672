import type { Channel } from '../channel/Channel.js';
import type { ChannelFuture, ChannelPromise } from '../channel/ChannelFuture.js';
import type { ChannelOption } from '../channel/ChannelOption.js';
import { DefaultChannelPromise } from '../channel/DefaultChannelPromise.js';
import { ChannelException } from '../channel/errors.js';
import type { SocketAddress } from '../channel/SocketAddress.js';
import type { AnyChannelHandler } from '../pipeline/ChannelHandler.js';
import { ChannelInitializer, initFailureOf } from '../pipeline/ChannelInitializer.js';
import { AbstractChannel } from '../transport/AbstractChannel.js';
import type { AttributeKey } from '../util/AttributeMap.js';
import { ConfigException } from '../util/errors.js';
import { getLogger } from '../util/logger.js';
import { localAddressFrom } from './addressFrom.js';
import { FailedChannel } from './FailedChannel.js';

/** A handler, or a function that fills the pipeline of each channel (a `ChannelInitializer`). */
export type HandlerOrInit<C extends Channel = Channel> = AnyChannelHandler | ((channel: C) => void);

/** Makes a channel: its class, or a function. */
export type ChannelFactory<C extends Channel = Channel> = (new () => C) | (() => C);

/** Options and attributes in the order they were set. */
export interface ChannelSettings {
  readonly options: Map<ChannelOption<unknown>, unknown>;
  readonly attributes: Map<AttributeKey<unknown>, unknown>;
}

export function copySettings(settings: ChannelSettings): ChannelSettings {
  return { options: new Map(settings.options), attributes: new Map(settings.attributes) };
}

/** Sets a value, or removes it when it is `undefined`. */
export function put<K>(map: Map<K, unknown>, key: K, value: unknown): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

/** Applied before the initializer runs. An option that throws is logged; the channel goes on without it. */
export function applySettings(channel: Channel, settings: ChannelSettings): void {
  for (const [option, value] of settings.options) {
    try {
      channel.setOption(option, value);
    } catch (error) {
      getLogger().warn(
        { err: error, channel: String(channel) },
        `Failed to set channel option '${option.name}'`,
      );
    }
  }
  for (const [key, value] of settings.attributes) channel.attr(key).set(value);
}

/** What a bootstrap was told so far; a copy, which later calls do not change. Netty: AbstractBootstrapConfig. */
export interface BootstrapSettings<C extends Channel = Channel> {
  /** What makes the channels. */
  readonly channelFactory: ChannelFactory<C>;
  /** The handler, if one was set. */
  readonly handler: HandlerOrInit<C> | undefined;
  /** Where `bind()` without an address binds. */
  readonly localAddress: SocketAddress | undefined;
  /** The options, in the order they were set. */
  readonly options: ReadonlyMap<ChannelOption<unknown>, unknown>;
  /** The attributes, in the order they were set. */
  readonly attrs: ReadonlyMap<AttributeKey<unknown>, unknown>;
}

export function toHandler<C extends Channel>(handler: HandlerOrInit<C>): AnyChannelHandler {
  return typeof handler === 'function' ? ChannelInitializer.of<C>(handler) : handler;
}

/** What client and server bootstraps share. Netty: AbstractBootstrap. */
export abstract class AbstractBootstrap<C extends Channel = Channel> {
  #factory: ChannelFactory<C>;
  #settings: ChannelSettings = { options: new Map(), attributes: new Map() };
  #handler: HandlerOrInit<C> | undefined;
  #local: SocketAddress | undefined;

  /** For subclasses: `factory` makes the channels unless `channel()` sets another. */
  constructor(factory: ChannelFactory<C>, from?: AbstractBootstrap<C>) {
    this.#factory = from === undefined ? factory : from.#factory;
    if (from !== undefined) {
      this.#settings = copySettings(from.#settings);
      this.#handler = from.#handler;
      this.#local = from.#local;
    }
  }

  /** A copy that can be changed on its own. Handlers and attribute values are shared. */
  abstract clone(): AbstractBootstrap<C>;

  /** Accepted for ported code and ignored: Node has one loop a thread. */
  group(..._groups: unknown[]): this {
    return this;
  }
  /** The kind of channel: a class or a function that makes one. */
  channel(factory: ChannelFactory<C>): this {
    this.#factory = factory;
    return this;
  }
  /** Sets an option of the channels to be made; `undefined` removes it. */
  option<T>(option: ChannelOption<T>, value: T | undefined): this {
    put(this.#settings.options, option as ChannelOption<unknown>, value);
    return this;
  }
  /** Sets an attribute of the channels to be made; `undefined` removes it. */
  attr<T>(key: AttributeKey<T>, value: T | undefined): this {
    put(this.#settings.attributes, key as AttributeKey<unknown>, value);
    return this;
  }
  /** The handler of the channels to be made; one that serves several must be sharable or an initializer. */
  handler(handler: HandlerOrInit<C>): this {
    this.#handler = handler;
    return this;
  }

  /** Where `bind()` without an address binds, and where connections come from. A port alone: on every address. */
  localAddress(address: SocketAddress | number): this;
  localAddress(host: string, port: number): this;
  localAddress(address: SocketAddress | string | number, port?: number): this {
    this.#local = localAddressFrom(address, port);
    return this;
  }

  /** What was set so far. */
  get config(): BootstrapSettings<C> {
    return {
      channelFactory: this.#factory,
      handler: this.#handler,
      localAddress: this.#local,
      options: new Map(this.#settings.options),
      attrs: new Map(this.#settings.attributes),
    };
  }

  /** What `localAddress` was given. */
  protected get local(): SocketAddress | undefined {
    return this.#local;
  }

  /** A channel of the kind set up, registered, neither bound nor connected. The future brings it. */
  register(): ChannelFuture<C> {
    return this.start((_channel, promise) => promise.trySuccess());
  }

  /** Puts the handlers in place; options and attributes are set. */
  protected init(channel: C): void {
    if (this.#handler !== undefined) channel.pipeline.addLast(null, toHandler(this.#handler));
  }

  /** Makes a channel and binds it to the address given, or to that of `localAddress`. */
  protected startBound(
    address: SocketAddress | string | number | undefined,
    port?: number,
  ): ChannelFuture<C> {
    const local = address === undefined ? this.#local : localAddressFrom(address, port);
    if (local === undefined)
      throw new ConfigException('localAddress not set: give it to bind() or localAddress()');
    return this.start((channel, promise) => {
      channel.bind(local, promise);
    });
  }

  /** Makes, sets up and registers a channel, then lets `begin` go on. A failure closes the channel and the future. */
  protected start(begin: (channel: C, promise: ChannelPromise) => void): ChannelFuture<C> {
    let channel: C;
    try {
      channel = create(this.#factory);
    } catch (error) {
      return new DefaultChannelPromise<C>(new FailedChannel()).setFailure(error as Error);
    }
    const result = new DefaultChannelPromise<C>(channel);
    try {
      applySettings(channel, this.#settings);
      this.init(channel);
    } catch (error) {
      channel.close();
      return result.setFailure(error as Error);
    }
    const promise = channel.newPromise();
    promise.addListener(() => {
      const cause = promise.cause;
      if (cause === null) {
        result.trySuccess(channel);
        return;
      }
      // Nobody gets a channel that could not be bound or connected.
      channel.close();
      result.tryFailure(cause);
    });
    // Cancelling what the user has cancels the operation; one too far for that ends with its channel.
    result.addPassiveListener(() => {
      if (result.isCancelled && !promise.cancel()) channel.close();
    });
    (channel as unknown as AbstractChannel).register().addListener((registered) => {
      if (registered.cause !== null) promise.tryFailure(registered.cause);
      // As a task, as in Netty: the caller has the future, and may cancel it, before the operation begins.
      else channel.eventLoop.execute(() => proceed(channel, promise, begin));
    });
    return result;
  }
}

function create<C extends Channel>(factory: ChannelFactory<C>): C {
  const isClass = typeof factory.prototype === 'object' && factory.prototype instanceof AbstractChannel;
  return isClass ? new (factory as new () => C)() : (factory as () => C)();
}

function proceed<C extends Channel>(
  channel: C,
  promise: ChannelPromise,
  begin: (channel: C, promise: ChannelPromise) => void,
): void {
  if (promise.isDone) return;
  if (channel.isOpen) begin(channel, promise);
  else promise.tryFailure(initFailed(channel));
}

function initFailed(channel: Channel): Error {
  const cause = initFailureOf(channel);
  const why = cause === undefined ? 'a handler closed it.' : 'its initializer failed (see the cause).';
  return new ChannelException(`${String(channel)} was closed while its pipeline was set up: ${why}`, {
    cause,
  });
}
