import { type BlockList, createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import type { ServerChannel } from '../../channel/Channel.js';
import type { ChannelPromise } from '../../channel/ChannelFuture.js';
import { ChannelOption } from '../../channel/ChannelOption.js';
import {
  BindException,
  ClosedChannelException,
  UnsupportedOperationException,
} from '../../channel/errors.js';
import { formatAddress, type SocketAddress } from '../../channel/SocketAddress.js';
import { IllegalStateException, invalidArgType, toError } from '../../util/errors.js';
import { AbstractChannel } from '../AbstractChannel.js';
import { addressOf } from './address.js';
import { SocketChannel } from './SocketChannel.js';

/** User event on a server channel: a connection was dropped, because of `MAX_CONNECTIONS` or `BLOCK_LIST`. */
export class ConnectionDroppedEvent {
  /** Of the connection that was dropped, if it is known. */
  readonly remoteAddress: SocketAddress | null;
  /** Made by the server channel. */
  constructor(remoteAddress: SocketAddress | null) {
    this.remoteAddress = remoteAddress;
  }
}

/** The first version of Node whose `listen` takes `reusePort`. */
const REUSE_PORT_SINCE = [22, 12] as const;

/**
 * A listening TCP or Unix socket: each connection it accepts travels its pipeline as a `SocketChannel`, which the
 * `ServerBootstrap` registers. Netty: NioServerSocketChannel.
 */
export class ServerSocketChannel extends AbstractChannel implements ServerChannel {
  readonly isServerChannel = true;
  #server: Server | null = null;
  #local: SocketAddress | null = null;
  #open = true;
  #active = false;
  readonly #listen: ListenOptions & { reusePort?: boolean } = {};
  #maxConnections: number | undefined;
  #blockList: BlockList | undefined;
  /** Accepted while nobody asked for connections: Node cannot be kept from accepting. */
  readonly #waiting: SocketChannel[] = [];
  #readRequested = false;
  #binding: ChannelPromise | null = null;

  /** A channel that is not bound yet. */
  constructor() {
    super(null);
  }

  get isOpen(): boolean {
    return this.#open;
  }
  get isActive(): boolean {
    return this.#active;
  }
  get localAddress(): SocketAddress | null {
    return this.#local;
  }
  get remoteAddress(): null {
    return null;
  }

  /** The number of open connections, as Node counts them. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#server === null) resolve(0);
      else this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  }

  override applyOption(option: ChannelOption<unknown>, value: unknown): boolean {
    switch (option) {
      case ChannelOption.SO_BACKLOG:
        this.#listen.backlog = value as number;
        return true;
      case ChannelOption.EXCLUSIVE:
        this.#listen.exclusive = value as boolean;
        return true;
      case ChannelOption.IPV6_V6ONLY:
        this.#listen.ipv6Only = value as boolean;
        return true;
      case ChannelOption.READABLE_ALL:
        this.#listen.readableAll = value as boolean;
        return true;
      case ChannelOption.WRITABLE_ALL:
        this.#listen.writableAll = value as boolean;
        return true;
      case ChannelOption.SO_REUSEPORT:
        this.#listen.reusePort = value as boolean;
        return supportsReusePort();
      case ChannelOption.MAX_CONNECTIONS:
        this.#maxConnections = value as number;
        if (this.#server !== null) this.#server.maxConnections = value as number;
        return true;
      case ChannelOption.BLOCK_LIST:
        this.#blockList = value as BlockList;
        return true;
      case ChannelOption.LISTEN_FD:
        (this.#listen as { fd?: number }).fd = value as number;
        return true;
      default:
        return false;
    }
  }

  protected override doBind(localAddress: SocketAddress, promise: ChannelPromise): void {
    if (this.#server !== null) throw new IllegalStateException(`Already bound: ${String(this)}`);
    if ('local' in localAddress) {
      throw invalidArgType(
        `A ServerSocketChannel binds { host, port } or { path }, not ${formatAddress(localAddress)}`,
      );
    }
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    this.#server = server;
    this.#binding = promise;
    if (this.#maxConnections !== undefined) server.maxConnections = this.#maxConnections;
    const where =
      'path' in localAddress
        ? { path: localAddress.path }
        : { host: localAddress.host, port: localAddress.port };
    server.once('listening', () => {
      if (!this.#open) {
        server.close();
        return;
      }
      this.#binding = null;
      const bound = server.address();
      this.#local =
        typeof bound === 'object' && bound !== null
          ? addressOf(bound.address, bound.port, bound.family)
          : { path: String(bound) };
      this.#active = true;
      this.boundSuccessfully(promise, false);
    });
    server.on('error', (error) => this.#failed(error, localAddress, promise));
    server.on('connection', (socket: Socket) => this.#accepted(socket));
    server.on('drop', (data) => {
      this.#dropped(addressOf(data?.remoteAddress, data?.remotePort, data?.remoteFamily));
    });
    try {
      // Node looks at the port first, so a descriptor has to come without one.
      server.listen('fd' in this.#listen ? this.#listen : { ...this.#listen, ...where });
    } catch (error) {
      this.#failed(toError(error), localAddress, promise);
    }
  }

  #failed(error: Error, wanted: SocketAddress, promise: ChannelPromise): void {
    if (this.#binding === null) {
      if (this.#open) this.pipeline.fireExceptionCaught(error);
      return;
    }
    this.#binding = null;
    const failure = new BindException(`Cannot listen on ${formatAddress(wanted)}: ${explain(error)}`, {
      cause: error,
    });
    promise.tryFailure(failure);
    this.closeOnError(failure);
  }

  #dropped(from: SocketAddress | null): void {
    this.pipeline.fireUserEventTriggered(new ConnectionDroppedEvent(from));
  }

  #accepted(socket: Socket): void {
    const list = this.#blockList;
    if (list !== undefined) {
      const from = addressOf(socket.remoteAddress, socket.remotePort, socket.remoteFamily);
      if (from !== null && list.check(from.host, from.family === 'IPv6' ? 'ipv6' : 'ipv4')) {
        socket.destroy();
        this.#dropped(from);
        return;
      }
    }
    const child = new SocketChannel(this, socket);
    if (!this.#open) {
      child.socket?.destroy();
      return;
    }
    this.#waiting.push(child);
    this.#handNext();
  }

  /** Hands out the connection that waits longest, if one was asked for. */
  #handNext(): void {
    if (!this.#readRequested) return;
    const child = this.#waiting.shift();
    if (child === undefined) return;
    this.#readRequested = false;
    this.pipeline.fireChannelRead(child);
    this.pipeline.fireChannelReadComplete();
  }

  /** Hands out a connection that waits, or the next one that comes. */
  protected override doBeginRead(): void {
    this.#readRequested = true;
    if (this.#waiting.length > 0) this.eventLoop.execute(() => this.#handNext());
  }

  protected override doStopRead(): void {
    this.#readRequested = false;
  }

  protected override doClose(closed: () => void): void {
    this.#open = false;
    this.#active = false;
    for (const child of this.#waiting.splice(0)) child.socket?.destroy();
    // Node's callback waits for all connections; the port is free at once. Also ends a bind that is under way.
    this.#server?.close();
    const binding = this.#binding;
    this.#binding = null;
    closed();
    binding?.tryFailure(new ClosedChannelException('The channel was closed before it was bound'));
  }

  protected override filterOutboundMessage(): never {
    throw new UnsupportedOperationException(
      `A server channel writes nothing: ${String(this)}; write to its children.`,
    );
  }
  protected override doConnect(): never {
    throw new UnsupportedOperationException(`A server channel does not connect: ${String(this)}`);
  }
  protected override doWrite(): void {}
}

function supportsReusePort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > REUSE_PORT_SINCE[0] || (major === REUSE_PORT_SINCE[0] && minor >= REUSE_PORT_SINCE[1]);
}

function explain(error: Error): string {
  switch ((error as { code?: string }).code) {
    case 'EADDRINUSE':
      return 'the address is in use (EADDRINUSE). Stop the other program, or choose another port; 0 takes any free one.';
    case 'EACCES':
      return 'not allowed (EACCES). Ports below 1024 and some paths need more rights.';
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address (EADDRNOTAVAIL).';
    default:
      return error.message;
  }
}
