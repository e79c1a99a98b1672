import type { Channel, ServerChannel } from '../channel/Channel.js';
import type { ChannelFuture } from '../channel/ChannelFuture.js';
import type { ChannelOption } from '../channel/ChannelOption.js';
import type { SocketAddress } from '../channel/SocketAddress.js';
import type { AnyChannelHandler } from '../pipeline/ChannelHandler.js';
import type { Context } from '../pipeline/ChannelHandlerContext.js';
import type { AbstractChannel } from '../transport/AbstractChannel.js';
import { ServerSocketChannel } from '../transport/tcp/ServerSocketChannel.js';
import type { SocketChannel } from '../transport/tcp/SocketChannel.js';
import type { AttributeKey } from '../util/AttributeMap.js';
import { ConfigException } from '../util/errors.js';
import { getLogger } from '../util/logger.js';
import {
  AbstractBootstrap,
  applySettings,
  type BootstrapSettings,
  type ChannelSettings,
  copySettings,
  type HandlerOrInit,
  put,
  toHandler,
} from './AbstractBootstrap.js';
import { CHILDREN } from './shutdownGracefully.js';

/** What a {@link ServerBootstrap} was told so far. Netty: ServerBootstrapConfig. */
export interface ServerBootstrapConfig<S extends Channel = Channel, C extends Channel = Channel>
  extends BootstrapSettings<S> {
  /** What fills the pipelines of accepted channels, if it was set. */
  readonly childHandler: HandlerOrInit<C> | undefined;
  /** The options of accepted channels, in the order they were set. */
  readonly childOptions: ReadonlyMap<ChannelOption<unknown>, unknown>;
  /** The attributes of accepted channels, in the order they were set. */
  readonly childAttrs: ReadonlyMap<AttributeKey<unknown>, unknown>;
}

/**
 * Makes listening channels and sets up what they accept. Without `channel(...)` they are `ServerSocketChannel`s.
 * `handler` is for the listening channel, `childHandler` for the accepted ones. Netty: ServerBootstrap.
 */
export class ServerBootstrap<
  S extends Channel = ServerSocketChannel,
  C extends Channel = SocketChannel,
> extends AbstractBootstrap<S> {
  #child: ChannelSettings = { options: new Map(), attributes: new Map() };
  #childHandler: HandlerOrInit<C> | undefined;

  /** A new one, or a copy. */
  constructor(from?: ServerBootstrap<S, C>) {
    super(ServerSocketChannel as unknown as new () => S, from);
    if (from !== undefined) {
      this.#child = copySettings(from.#child);
      this.#childHandler = from.#childHandler;
    }
  }

  override clone(): ServerBootstrap<S, C> {
    return new ServerBootstrap<S, C>(this);
  }
  /** Sets an option of accepted channels; `undefined` removes it. */
  childOption<T>(option: ChannelOption<T>, value: T | undefined): this {
    put(this.#child.options, option as ChannelOption<unknown>, value);
    return this;
  }
  /** Sets an attribute of accepted channels; `undefined` removes it. */
  childAttr<T>(key: AttributeKey<T>, value: T | undefined): this {
    put(this.#child.attributes, key as AttributeKey<unknown>, value);
    return this;
  }
  /** Fills the pipeline of each accepted channel: an initializer, a function, or a sharable handler. */
  childHandler(handler: HandlerOrInit<C>): this {
    this.#childHandler = handler;
    return this;
  }
  override get config(): ServerBootstrapConfig<S, C> {
    return {
      ...super.config,
      childHandler: this.#childHandler,
      childOptions: new Map(this.#child.options),
      childAttrs: new Map(this.#child.attributes),
    };
  }

  /**
   * Listens; on every address of the machine when only a port is given. The future brings the listening channel; it fails
   * with `BindException` (`ERR_BIND`). Throws `ConfigException` (`ERR_CONFIG`) without an address or a `childHandler`.
   */
  bind(local?: SocketAddress | number): ChannelFuture<S & ServerChannel>;
  bind(host: string, port: number): ChannelFuture<S & ServerChannel>;
  bind(local?: SocketAddress | string | number, port?: number): ChannelFuture<S & ServerChannel> {
    if (this.#childHandler === undefined) throw new ConfigException('childHandler not set');
    return this.startBound(local, port) as unknown as ChannelFuture<S & ServerChannel>;
  }

  protected override init(channel: S): void {
    super.init(channel);
    const children = new Set<Channel>();
    channel.attr(CHILDREN).set(children);
    const childHandler = toHandler(this.#childHandler as HandlerOrInit<C>);
    const acceptor = new Acceptor(copySettings(this.#child), childHandler, children);
    // Behind the server's own handlers, which an initializer adds when the channel is registered.
    channel.pipeline.addLast(null, {
      channelRegistered(ctx) {
        ctx.pipeline.remove(this as AnyChannelHandler);
        ctx.pipeline.addLast(null, acceptor);
        ctx.fireChannelRegistered();
      },
    });
  }
}

/** Sets up and registers each channel that the server accepted. Netty: ServerBootstrapAcceptor. */
class Acceptor implements AnyChannelHandler {
  readonly #settings: ChannelSettings;
  readonly #handler: AnyChannelHandler;
  readonly #children: Set<Channel>;

  constructor(settings: ChannelSettings, handler: AnyChannelHandler, children: Set<Channel>) {
    this.#settings = settings;
    this.#handler = handler;
    this.#children = children;
  }

  channelRead(_ctx: Context, child: Channel): void {
    try {
      applySettings(child, this.#settings);
      child.pipeline.addLast(null, this.#handler);
      this.#children.add(child);
      child.closeFuture.addListener(this.#closed);
      (child as unknown as AbstractChannel).register().addListener((registered) => {
        if (registered.cause !== null) refuse(child, registered.cause);
      });
    } catch (error) {
      refuse(child, error as Error);
    }
  }

  /** The server goes on: what failed concerns one connection. */
  exceptionCaught(ctx: Context, cause: Error): void {
    ctx.fireExceptionCaught(cause);
  }

  readonly #closed = (future: ChannelFuture): void => {
    this.#children.delete(future.channel);
  };
}

function refuse(child: Channel, cause: Error): void {
  getLogger().warn(
    { err: cause, channel: String(child) },
    'Failed to register an accepted channel. Closing it',
  );
  child.close();
}
