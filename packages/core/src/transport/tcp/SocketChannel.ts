import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Channel } from '../../channel/Channel.js';
import type { ChannelFuture, ChannelPromise } from '../../channel/ChannelFuture.js';
import { ChannelOption } from '../../channel/ChannelOption.js';
import { ClosedChannelException, ConnectException, ConnectTimeoutException } from '../../channel/errors.js';
import { formatAddress, type SocketAddress } from '../../channel/SocketAddress.js';
import type { ScheduledTask } from '../../eventloop/EventLoop.js';
import { IllegalStateException, invalidArgType, toError } from '../../util/errors.js';
import { ByteStreamChannel } from '../ByteStreamChannel.js';
import { addressOf } from './address.js';
import { adoptAccepted, newSocket } from './runtime.js';
import { SocketOptions } from './SocketOptions.js';

/** A TCP or Unix-socket connection: one made by `connect`, or one that a server accepted. Netty: NioSocketChannel. */
export class SocketChannel extends ByteStreamChannel {
  readonly #options = new SocketOptions();
  #socket: Socket | null = null;
  #local: SocketAddress | null = null;
  #remote: SocketAddress | null = null;
  #connecting: ChannelPromise | null = null;
  #timeout: ScheduledTask | null = null;

  /** Without arguments: to be connected. A server channel passes itself and the paused socket it accepted. */
  constructor(parent: Channel | null = null, accepted?: Socket) {
    super(parent);
    if (accepted !== undefined) {
      const { socket, events } = adoptAccepted(accepted);
      this.#take(socket, events);
      this.#connected(socket, parent?.localAddress ?? null);
    }
  }

  /** Node's socket, or `null` before `connect`. Meant for what Sluice does not offer; do not read or write it. */
  get socket(): Socket | null {
    return this.#socket;
  }
  get localAddress(): SocketAddress | null {
    return this.#local;
  }
  get remoteAddress(): SocketAddress | null {
    return this.#remote;
  }

  override applyOption(option: ChannelOption<unknown>, value: unknown): boolean {
    return this.#options.set(option, value, this.#socket);
  }

  /** The value of an option that was never set; `undefined` if the system decides. */
  defaultOption(option: ChannelOption<unknown>): unknown {
    if (option === ChannelOption.TCP_NODELAY) return this.#options.noDelay;
    if (option === ChannelOption.SO_KEEPALIVE) return this.#options.keepAlive;
    return undefined;
  }

  #take(socket: Socket, events: boolean): void {
    this.#socket = socket;
    this.attach(socket, events);
  }

  /** Addresses are read now: a closed socket has none. */
  #connected(socket: Socket, path: SocketAddress | null): void {
    this.#local = addressOf(socket.localAddress, socket.localPort, socket.localFamily) ?? path;
    this.#remote =
      addressOf(socket.remoteAddress, socket.remotePort, socket.remoteFamily) ?? this.#remote ?? path;
    this.activate();
  }

  protected override doBind(_localAddress: SocketAddress, _promise: ChannelPromise): void {
    throw new IllegalStateException('A client socket is bound by connect(remoteAddress, localAddress)');
  }

  protected override doConnect(
    remote: SocketAddress,
    local: SocketAddress | null,
    promise: ChannelPromise,
  ): void {
    if (this.#connecting !== null) throw new IllegalStateException(`Already connecting: ${String(this)}`);
    if (this.#socket !== null) throw new IllegalStateException(`Already connected: ${String(this)}`);
    if ('local' in remote || (local !== null && !('port' in local))) {
      throw invalidArgType(
        `A SocketChannel connects to { host, port } or { path }, not to ${formatAddress(remote)}`,
      );
    }
    const { socket, events } = newSocket();
    this.#remote = remote;
    this.#connecting = promise;
    this.#take(socket, events);
    socket.pause();
    socket.once('connect', () => this.#connectDone(promise));
    promise.addPassiveListener(this.#connectEnded);
    const timeout = this.config.connectTimeoutMillis;
    if (timeout > 0) {
      this.#timeout = this.eventLoop.schedule(() => this.#connectTimedOut(remote, timeout), timeout);
    }
    try {
      if ('path' in remote) socket.connect({ path: remote.path });
      else {
        const from = local === null ? {} : { localAddress: local.host, localPort: local.port };
        const { autoSelectFamily } = this.#options;
        const racing = autoSelectFamily === undefined ? {} : { autoSelectFamily };
        socket.connect({ host: remote.host, port: remote.port, ...from, ...racing });
      }
    } catch (error) {
      // Node refuses some addresses at once (a port of 99999).
      this.streamFailed(toError(error));
    }
  }

  #connectDone(promise: ChannelPromise): void {
    const socket = this.#socket as Socket;
    if (!this.isOpen) return;
    if (this.#options.noDelay) socket.setNoDelay(true);
    this.#options.apply(socket);
    this.#connected(socket, null);
    this.connectedSuccessfully(promise, false);
  }

  /** Also when cancelled: then nobody wants the connection any more. */
  readonly #connectEnded = (future: ChannelFuture): void => {
    this.#connecting = null;
    this.#timeout?.cancel();
    this.#timeout = null;
    if (future.isCancelled) this.doCloseOperation(this.newPromise());
  };

  #connectTimedOut(remote: SocketAddress, timeout: number): void {
    this.#connectFailed(
      new ConnectTimeoutException(
        `connection timed out after ${timeout} ms: ${formatAddress(remote)}. ` +
          'Nobody answered: check address and firewall, or raise CONNECT_TIMEOUT_MILLIS.',
      ),
    );
  }

  /** Closed first, so that whoever hears of the failure sees a closed channel. */
  #connectFailed(error: Error): void {
    const promise = this.#connecting;
    this.#connecting = null;
    this.closeOnError(error);
    promise?.tryFailure(error);
  }

  /** @internal */
  override streamFailed(error: Error): void {
    if (this.#connecting === null) {
      super.streamFailed(error);
      return;
    }
    const remote = formatAddress(this.#remote as SocketAddress);
    this.#connectFailed(new ConnectException(`${messageOf(error)}: ${remote}`, { cause: error }));
  }

  protected override doClose(closed: () => void): void {
    const connecting = this.#connecting;
    super.doClose(closed);
    // Closed while connecting: the connect fails, after the channel counts as closed.
    connecting?.tryFailure(
      new ClosedChannelException(
        `The channel was closed before it was connected to ${formatAddress(this.#remote as SocketAddress)}`,
      ),
    );
  }

  protected override destroyStream(stream: Duplex): void {
    const socket = stream as Socket;
    // A Unix socket has no reset.
    if (this.#options.reset && !socket.connecting && this.#remote !== null && 'port' in this.#remote) {
      socket.resetAndDestroy();
    } else socket.destroy();
  }
}

/** Several addresses were tried (RFC 8305): the first failure tells most. */
function messageOf(error: Error): string {
  const several = (error as AggregateError).errors as Error[] | undefined;
  return several?.[0]?.message ?? error.message;
}
