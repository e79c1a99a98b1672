import type { Channel } from '../channel/Channel.js';
import type { ChannelFuture, ChannelPromise } from '../channel/ChannelFuture.js';
import { DefaultChannelPromise } from '../channel/DefaultChannelPromise.js';
import { ConnectTimeoutException } from '../channel/errors.js';
import { formatAddress, type SocketAddress } from '../channel/SocketAddress.js';
import { SocketChannel } from '../transport/tcp/SocketChannel.js';
import { ConfigException } from '../util/errors.js';
import { AbstractBootstrap, type BootstrapSettings } from './AbstractBootstrap.js';
import { addressFrom } from './addressFrom.js';
import { FailedChannel } from './FailedChannel.js';

/** How one `connect` goes about it. */
export interface ConnectOptions {
  /** The address to connect from. */
  readonly localAddress?: SocketAddress | null;
  /** Gives the attempt up: the future fails with the signal's reason, the channel is closed. */
  readonly signal?: AbortSignal;
}

/** Turns an address into the one to connect to: service discovery, name resolution. */
export type AddressResolver = (address: SocketAddress) => SocketAddress | PromiseLike<SocketAddress>;

/** What a {@link Bootstrap} was told so far. Netty: BootstrapConfig. */
export interface BootstrapConfig<C extends Channel = Channel> extends BootstrapSettings<C> {
  /** Where `connect()` without an address goes. */
  readonly remoteAddress: SocketAddress | undefined;
  /** The resolver, if one was set. */
  readonly resolver: AddressResolver | undefined;
}

/**
 * Makes client channels. Without `channel(...)` they are `SocketChannel`s.
 * `await new Bootstrap().handler((channel) => { … }).connect({ host, port })` gives the connected channel.
 * Netty: Bootstrap.
 */
export class Bootstrap<C extends Channel = SocketChannel> extends AbstractBootstrap<C> {
  #remote: SocketAddress | undefined;
  #resolver: AddressResolver | undefined;

  /** A new one, or a copy. */
  constructor(from?: Bootstrap<C>) {
    super(SocketChannel as unknown as new () => C, from);
    if (from === undefined) return;
    this.#remote = from.#remote;
    this.#resolver = from.#resolver;
  }

  override clone(): Bootstrap<C> {
    return new Bootstrap<C>(this);
  }
  override get config(): BootstrapConfig<C> {
    return { ...super.config, remoteAddress: this.#remote, resolver: this.#resolver };
  }
  /** Where `connect()` without an address goes. */
  remoteAddress(address: SocketAddress): this;
  remoteAddress(host: string, port: number): this;
  remoteAddress(address: SocketAddress | string, port?: number): this {
    this.#remote = addressFrom(address, port);
    return this;
  }
  /** Asked for the real address before each connect; Node resolves host names by itself. */
  resolver(resolver: AddressResolver): this {
    this.#resolver = resolver;
    return this;
  }

  /**
   * Connects. The future brings the channel once it is connected; it fails with `ConnectException` (`ERR_CONNECT`),
   * `ConnectTimeoutException` (`ERR_CONNECT_TIMEOUT`), `ClosedChannelException` (`ERR_CLOSED_CHANNEL`) when the channel
   * is closed meanwhile, the resolver's error, or the reason of `signal`; then the channel is closed. Throws
   * `ConfigException` (`ERR_CONFIG`) when no address is known.
   */
  connect(remote?: SocketAddress, options?: ConnectOptions): ChannelFuture<C>;
  connect(host: string, port: number, options?: ConnectOptions): ChannelFuture<C>;
  connect(
    to: SocketAddress | string | undefined = this.#remote,
    ...rest: readonly (number | ConnectOptions | undefined)[]
  ): ChannelFuture<C> {
    if (to === undefined)
      throw new ConfigException('remoteAddress not set: give it to connect() or remoteAddress()');
    const port = typeof rest[0] === 'number' ? rest[0] : undefined;
    const remote = addressFrom(to, port);
    const options = (port === undefined ? rest[0] : rest[1]) as ConnectOptions | undefined;
    const local = options?.localAddress ?? this.local ?? null;
    const signal = options?.signal;
    if (signal?.aborted) {
      return new DefaultChannelPromise<C>(new FailedChannel()).setFailure(signal.reason as Error);
    }
    return this.start((channel, promise) => {
      if (signal !== undefined) abortWith(signal, promise);
      if (promise.isDone) return;
      this.#resolve(remote, promise, (address) => channel.connect(address, local, promise));
    });
  }

  /**
   * For channels that are bound and not connected (UDP). A port alone: on every address of the machine. The future brings
   * the channel; it fails with `BindException` (`ERR_BIND`). Throws `ConfigException` (`ERR_CONFIG`) without an address.
   */
  bind(local?: SocketAddress | number): ChannelFuture<C>;
  bind(host: string, port: number): ChannelFuture<C>;
  bind(local?: SocketAddress | string | number, port?: number): ChannelFuture<C> {
    return this.startBound(local, port);
  }

  #resolve(remote: SocketAddress, promise: ChannelPromise, connect: (address: SocketAddress) => void): void {
    if (this.#resolver === undefined) {
      connect(remote);
      return;
    }
    const failed = (error: Error): void => {
      promise.tryFailure(error);
    };
    const { config, eventLoop } = promise.channel;
    const timeout = config.connectTimeoutMillis;
    const limit =
      timeout > 0 ? eventLoop.schedule(() => failed(noAnswer(remote, timeout)), timeout) : undefined;
    promise.addPassiveListener(() => limit?.cancel());
    try {
      // Nothing is returned to the native promise: a future that fails would become an unhandled rejection of it.
      Promise.resolve(this.#resolver(remote)).then((address) => {
        limit?.cancel();
        if (!promise.isDone) connect(address);
      }, failed);
    } catch (error) {
      failed(error as Error);
    }
  }
}

function noAnswer(remote: SocketAddress, timeout: number): ConnectTimeoutException {
  return new ConnectTimeoutException(
    `connection timed out after ${timeout} ms: the resolver has not told where ${formatAddress(remote)} is`,
  );
}

function abortWith(signal: AbortSignal, promise: ChannelPromise): void {
  const abort = (): void => {
    promise.tryFailure(signal.reason as Error);
  };
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  promise.addListener(() => signal.removeEventListener('abort', abort));
}
