import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { type LookupOneOptions, lookup } from 'node:dns';
import { isIP } from 'node:net';
import { ByteBuf } from '../../buffer/ByteBuf.js';
import type { ChannelFuture, ChannelPromise } from '../../channel/ChannelFuture.js';
import type { ChannelOption } from '../../channel/ChannelOption.js';
import {
  BindException,
  ClosedChannelException,
  ConnectException,
  NotYetConnectedException,
  UnsupportedMessageTypeException,
} from '../../channel/errors.js';
import { FramedMessage } from '../../channel/FramedMessage.js';
import type { OutboundBuffer } from '../../channel/OutboundBuffer.js';
import { formatAddress, type InetSocketAddress, type SocketAddress } from '../../channel/SocketAddress.js';
import { nodeEventLoop } from '../../eventloop/NodeEventLoop.js';
import { IllegalStateException, invalidArgType, outOfRange } from '../../util/errors.js';
import { getLogger } from '../../util/logger.js';
import { AbstractChannel } from '../AbstractChannel.js';
import { typeName } from '../ByteStreamChannel.js';
import { addressOf } from '../tcp/address.js';
import { DatagramOptions } from './DatagramOptions.js';
import { DatagramPacket } from './DatagramPacket.js';
import { DatagramSender } from './DatagramSender.js';

/** Datagrams in one read. Netty: the default of MAX_MESSAGES_PER_READ. */
const MAX_MESSAGES_PER_READ = 16;

/** How a {@link DatagramChannel} is made. */
export interface DatagramChannelOptions {
  /** Default: that of the first address it is bound or connected to; IPv4 for host names. */
  readonly family?: 'IPv4' | 'IPv6';
  /** Datagrams kept while nobody asks for input (default 256); see {@link DatagramChannel}. */
  readonly receiveQueueLimit?: number;
}

/** Which multicast group is meant. */
export interface MulticastOptions {
  /** Address of the interface to use (IPv6: with scope, `::%eth0`). Default: the system's choice. */
  readonly networkInterface?: string;
  /** Take packets of this source only (RFC 4607). */
  readonly source?: string;
}

/**
 * A UDP socket. Bind it to receive, connect it to talk to one peer; `disconnect` undoes the latter and leaves it open.
 * Each datagram read is a `DatagramPacket` and one `channelRead` with its `channelReadComplete`. Written are
 * `DatagramPacket`s, on a connected channel also plain bytes. Flushes take effect at once. A datagram that cannot be
 * sent (too large, no route) fails its own promise only. An error the system reports later, such as `ECONNREFUSED` on a
 * connected channel, goes to `exceptionCaught`; the channel stays open.
 *
 * Node cannot be told to stop receiving. Without `autoRead`, datagrams that arrive before `read()` wait in a queue of
 * `receiveQueueLimit`; when it is full, the oldest is dropped and counted in `droppedDatagrams`. Each `read()` then
 * brings one. Netty: NioDatagramChannel.
 */
export class DatagramChannel extends AbstractChannel {
  readonly #family: 'IPv4' | 'IPv6' | undefined;
  readonly #limit: number;
  readonly #options = new DatagramOptions();
  readonly #sender: DatagramSender;
  #socket: Socket | null = null;
  #open = true;
  #active = false;
  #local: InetSocketAddress | null = null;
  #remote: InetSocketAddress | null = null;
  #requested: InetSocketAddress | null = null;
  /** A bind or connect in progress. */
  #beginning: ChannelPromise | null = null;
  #bindingTo: InetSocketAddress | null = null;
  readonly #received: DatagramPacket[] = [];
  #dropped = 0;
  #readRequested = false;
  #readScheduled = false;

  /** Throws `RangeError` (`ERR_OUT_OF_RANGE`) for a negative limit. */
  constructor(options: DatagramChannelOptions = {}) {
    super(null);
    this.#family = options.family;
    this.#limit = options.receiveQueueLimit ?? 256;
    if (!(this.#limit >= 0)) throw outOfRange(`receiveQueueLimit: ${this.#limit} (expected: >= 0)`);
    const channel = this;
    this.#sender = new DatagramSender({
      get socket() {
        return channel.#open ? channel.#socket : null;
      },
      get remoteAddress() {
        return channel.#remote;
      },
      get requestedAddress() {
        return channel.#requested;
      },
      resume: () => this.flushPending(),
    });
  }

  /** Node's socket, or `null` before it is bound. Meant for what Sluice does not offer. */
  get socket(): Socket | null {
    return this.#socket;
  }
  get isOpen(): boolean {
    return this.#open;
  }
  /** Bound, by itself or by `connect`. */
  get isActive(): boolean {
    return this.#active;
  }
  /** Whether there is one peer. */
  get isConnected(): boolean {
    return this.#remote !== null;
  }
  get localAddress(): InetSocketAddress | null {
    return this.#local;
  }
  get remoteAddress(): InetSocketAddress | null {
    return this.#remote;
  }
  override get hasDisconnect(): boolean {
    return true;
  }
  override get acceptsFramed(): boolean {
    return true;
  }
  /** Datagrams dropped because nobody read them. */
  get droppedDatagrams(): number {
    return this.#dropped;
  }

  override applyOption(option: ChannelOption<unknown>, value: unknown): boolean {
    return this.#options.set(
      option,
      value,
      this.#local === null ? null : this.#socket,
      this.#socket !== null,
    );
  }

  // ---- bind, connect, disconnect -------------------------------------------------------------------------------------

  protected override doBind(localAddress: SocketAddress, promise: ChannelPromise): void {
    const address = inet(localAddress);
    if (this.#socket !== null) throw new IllegalStateException(`Already bound: ${String(this)}`);
    this.#begin(promise, () =>
      this.#bind(address, () => {
        this.#beginning = null;
        this.#active = true;
        this.boundSuccessfully(promise, false);
      }),
    );
  }

  /** Only one bind or connect at a time; what it throws (a port out of range) ends it like any other failure. */
  #begin(promise: ChannelPromise, start: () => void): void {
    this.#beginning = promise;
    try {
      start();
    } catch (error) {
      this.#beginFailed(error as Error);
    }
  }

  #beginFailed(error: Error): void {
    const promise = this.#beginning;
    this.#beginning = null;
    this.#bindingTo = null;
    promise?.tryFailure(error);
    // A channel that was bound before can still be used.
    if (!this.#active) this.closeOnError(error);
  }

  #bind(address: InetSocketAddress, bound: () => void): void {
    const socket = this.#create(address);
    this.#bindingTo = address;
    socket.once('listening', () => {
      this.#bindingTo = null;
      if (!this.#open) return;
      this.#isBound(socket);
      bound();
    });
    socket.bind({ address: address.host, port: address.port, ...this.#options.binding });
  }

  #isBound(socket: Socket): void {
    const { address, port, family } = socket.address();
    this.#local = addressOf(address, port, family);
    this.#options.apply(socket);
  }

  protected override doConnect(
    remote: SocketAddress,
    local: SocketAddress | null,
    promise: ChannelPromise,
  ): void {
    if (this.#remote !== null) throw new IllegalStateException(`Already connected: ${String(this)}`);
    if (this.#beginning !== null) throw new IllegalStateException(`Already connecting: ${String(this)}`);
    const to = inet(remote);
    const from = local === null ? null : inet(local);
    if (from !== null && this.#socket !== null)
      throw new IllegalStateException(`Already bound: ${String(this)}`);
    this.#begin(promise, () => {
      if (from === null) this.#connect(this.#socket ?? this.#create(to), to, promise);
      else this.#bind(from, () => this.#connect(this.#socket as Socket, to, promise));
    });
  }

  #connect(socket: Socket, to: InetSocketAddress, promise: ChannelPromise): void {
    socket.connect(to.port, to.host, (error?: Error) => {
      if (!this.#open) return;
      if (error) {
        this.#beginFailed(new ConnectException(`${error.message}: ${formatAddress(to)}`, { cause: error }));
        return;
      }
      this.#beginning = null;
      const { address, port, family } = socket.remoteAddress();
      this.#remote = addressOf(address, port, family);
      this.#requested = to;
      const wasActive = this.#active;
      if (wasActive) this.#local = addressOf(socket.address().address, socket.address().port, family);
      else this.#isBound(socket);
      this.#active = true;
      this.connectedSuccessfully(promise, wasActive);
    });
  }

  #create(address: InetSocketAddress): Socket {
    const family = this.#family ?? (address.host.includes(':') ? 'IPv6' : 'IPv4');
    const socket = createSocket({
      ...this.#options.creation,
      type: family === 'IPv6' ? 'udp6' : 'udp4',
      lookup: lookupNow,
    });
    this.#socket = socket;
    socket.on('message', this.#message).on('error', this.#failed).on('close', this.#gone);
    return socket;
  }

  readonly #failed = (error: Error): void => {
    if (!this.#open) return;
    const wanted = this.#bindingTo;
    if (wanted === null) {
      this.pipeline.fireExceptionCaught(error);
      return;
    }
    this.#beginFailed(
      new BindException(`Cannot bind UDP ${formatAddress(wanted)}: ${error.message}`, { cause: error }),
    );
  };

  protected override doDisconnect(): void {
    if (this.#remote === null) return;
    this.#remote = null;
    this.#requested = null;
    this.#socket?.disconnect();
  }

  protected override doClose(closed: () => void): void {
    const socket = this.#open ? this.#socket : null;
    this.#open = false;
    this.#active = false;
    this.#received.length = 0;
    this.#beginning?.tryFailure(
      new ClosedChannelException(`${String(this)} was closed before it was bound or connected`),
    );
    if (socket === null || this.#isGone) {
      closed();
      return;
    }
    // Datagrams just sent have their outcome before the socket is gone.
    socket.once('close', closed);
    socket.close();
  }

  #isGone = false;
  readonly #gone = (): void => {
    this.#isGone = true;
    if (this.#open) this.doCloseOperation(this.newPromise());
  };

  // ---- input ---------------------------------------------------------------------------------------------------------

  readonly #message = (content: Buffer, from: RemoteInfo): void => {
    if (!this.#open) return;
    const sender: InetSocketAddress = { host: from.address, port: from.port, family: from.family };
    const packet = new DatagramPacket(content, this.#local, sender);
    if (this.#received.length > 0 || !this.#readRequested) {
      this.#keep(packet);
      return;
    }
    this.#received.push(packet);
    this.#deliver();
  };

  #keep(packet: DatagramPacket): void {
    this.#received.push(packet);
    if (this.#received.length <= this.#limit) return;
    this.#received.shift();
    if (this.#dropped++ > 0) return;
    getLogger().warn(
      { channel: String(this), limit: this.#limit },
      'Datagrams are dropped, the oldest first: autoRead is off and nobody reads. See droppedDatagrams.',
    );
  }

  readonly #deliver = (): void => {
    this.#readScheduled = false;
    if (!this.#readRequested || this.#received.length === 0) return;
    this.#readRequested = false;
    nodeEventLoop.enterDispatch();
    try {
      let count = 0;
      do {
        this.pipeline.fireChannelRead(this.#received.shift());
      } while (++count < MAX_MESSAGES_PER_READ && this.#received.length > 0 && this.config.autoRead);
      this.pipeline.fireChannelReadComplete();
    } finally {
      nodeEventLoop.leaveDispatch();
    }
  };

  protected override doBeginRead(): void {
    this.#readRequested = true;
    if (this.#received.length === 0 || this.#readScheduled) return;
    this.#readScheduled = true;
    this.eventLoop.execute(this.#deliver);
  }

  protected override doStopRead(): void {
    this.#readRequested = false;
  }

  // ---- output --------------------------------------------------------------------------------------------------------

  protected override filterOutboundMessage(message: unknown): unknown {
    const content = message instanceof DatagramPacket ? message.content : message;
    if (content instanceof Uint8Array || content instanceof ByteBuf || content instanceof FramedMessage) {
      return message;
    }
    const given =
      message instanceof DatagramPacket ? `DatagramPacket<${typeName(content)}>` : typeName(content);
    throw new UnsupportedMessageTypeException(
      `unsupported message type: ${given} (expected: DatagramPacket, Buffer, Uint8Array, ByteBuf, FramedMessage). ` +
        `${String(this)} sends bytes: add an encoder that makes a DatagramPacket of it. ` +
        `Handlers: [${this.pipeline.names().join(', ')}]`,
    );
  }

  protected override doWrite(buffer: OutboundBuffer): void {
    this.#sender.write(buffer);
  }

  // ---- multicast -----------------------------------------------------------------------------------------------------

  /** Receives what is sent to a multicast group; fails with the system's error, `NotYetConnectedException` if not bound. */
  joinGroup(
    group: string | InetSocketAddress,
    options: MulticastOptions = {},
    promise: ChannelPromise = this.newPromise(),
  ): ChannelFuture {
    const { networkInterface, source } = options;
    return this.#membership(promise, (socket) => {
      if (source === undefined) socket.addMembership(hostOf(group), networkInterface);
      else socket.addSourceSpecificMembership(source, hostOf(group), networkInterface);
    });
  }

  /** Undoes `joinGroup`, given the same arguments. Closing leaves all groups. */
  leaveGroup(
    group: string | InetSocketAddress,
    options: MulticastOptions = {},
    promise: ChannelPromise = this.newPromise(),
  ): ChannelFuture {
    const { networkInterface, source } = options;
    return this.#membership(promise, (socket) => {
      if (source === undefined) socket.dropMembership(hostOf(group), networkInterface);
      else socket.dropSourceSpecificMembership(source, hostOf(group), networkInterface);
    });
  }

  #membership(promise: ChannelPromise, change: (socket: Socket) => void): ChannelFuture {
    if (this.#socket === null || !this.#active) {
      return promise.setFailure(
        new NotYetConnectedException(
          `${String(this)} is not bound: bind it before it joins or leaves a group.`,
        ),
      );
    }
    try {
      change(this.#socket);
    } catch (error) {
      return promise.setFailure(error as Error);
    }
    return promise.setSuccess();
  }
}

/** Addresses need no look-up; without this they would wait a tick for one, and `write` then `close` would send nothing. */
function lookupNow(
  host: string,
  options: LookupOneOptions,
  callback: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void {
  const family = isIP(host);
  if (family !== 0) callback(null, host, family);
  else lookup(host, options, callback);
}

function inet(address: SocketAddress): InetSocketAddress {
  if ('port' in address) {
    // Node would bind 70000 as 4464.
    if (address.port >= 0 && address.port <= 65_535) return address;
    throw outOfRange(`port: ${address.port} (expected: 0~65535)`);
  }
  throw invalidArgType(`A DatagramChannel needs { host, port }, not ${formatAddress(address)}`);
}

function hostOf(group: string | InetSocketAddress): string {
  return typeof group === 'string' ? group : group.host;
}
