import type { ChannelFuture, ChannelPromise } from '../../channel/ChannelFuture.js';
import { ClosedChannelException, ConnectException, ConnectTimeoutException } from '../../channel/errors.js';
import type { OutboundBuffer } from '../../channel/OutboundBuffer.js';
import type { SocketAddress } from '../../channel/SocketAddress.js';
import type { EventLoop, ScheduledTask } from '../../eventloop/EventLoop.js';
import { IllegalStateException } from '../../util/errors.js';
import { AbstractChannel } from '../AbstractChannel.js';
import { LocalAddress } from './LocalAddress.js';
import type { LocalServerChannel } from './LocalServerChannel.js';
import { channelNamed, registerName, unregisterName } from './registry.js';

/** Messages in one read. Netty: the default of MAX_MESSAGES_PER_READ. */
export const MAX_MESSAGES_PER_READ = 16;

type State = 'open' | 'connecting' | 'accepted' | 'connected' | 'closed';

/** What an accepted channel knows when it is made. */
export interface AcceptedBy {
  /** The server channel that accepts. */
  readonly server: LocalServerChannel;
  /** The channel that connected. */
  readonly client: LocalChannel;
}

/**
 * A connection within this thread: what is written on one side, any object, arrives on the other as the same object.
 *
 * Flushes take effect at once; the other side gets messages and events in tasks of its event loop, never within a call
 * of the writer. With `autoRead`, up to 16 messages make one read; without, each `read()` brings one. What the other
 * side does not ask for stays in the writer's outbound buffer, so that a slow reader makes its writer unwritable.
 * Closing delivers to a side that reads what was flushed before; it closes once it has read that. Netty: LocalChannel.
 */
export class LocalChannel extends AbstractChannel {
  #state: State = 'open';
  #peer: LocalChannel | null = null;
  #local: LocalAddress | null = null;
  #remote: LocalAddress | null = null;
  /** The local address was bound, not made up. */
  #named = false;
  #connecting: ChannelPromise | null = null;
  #timeout: ScheduledTask | null = null;
  /** Taken over from the peer and not read yet: at most one read's worth, more only when the peer has closed. */
  readonly #inbox: unknown[] = [];
  #readRequested = false;
  #readScheduled = false;
  #peerClosed = false;

  /**
   * `eventLoop`: the thread's unless given (an `EmbeddedEventLoop` makes both sides wait for virtual time). A server
   * channel passes `accepted`.
   */
  constructor(eventLoop?: EventLoop, accepted?: AcceptedBy) {
    super(accepted?.server ?? null, eventLoop);
    if (accepted === undefined) return;
    this.#state = 'accepted';
    this.#peer = accepted.client;
    this.#local = accepted.server.localAddress;
    this.#remote = accepted.client.localAddress;
  }

  get isOpen(): boolean {
    return this.#state !== 'closed';
  }
  get isActive(): boolean {
    return this.#state === 'connected';
  }
  get localAddress(): LocalAddress | null {
    return this.#local;
  }
  get remoteAddress(): LocalAddress | null {
    return this.#remote;
  }

  // ---- bind, connect -------------------------------------------------------------------------------------------------

  protected override doBind(localAddress: SocketAddress, promise: ChannelPromise): void {
    this.#local = registerName(this, this.#local, localAddress);
    this.#named = true;
    this.boundSuccessfully(promise, this.isActive);
  }

  protected override doConnect(
    remote: SocketAddress,
    local: SocketAddress | null,
    promise: ChannelPromise,
  ): void {
    if (this.#state === 'connected') throw new IllegalStateException(`Already connected: ${String(this)}`);
    if (this.#connecting !== null) throw new IllegalStateException(`Already connecting: ${String(this)}`);
    try {
      this.#connect(LocalAddress.from(remote), local, promise);
    } catch (error) {
      promise.tryFailure(error as Error);
      this.closeOnError(error as Error);
    }
  }

  #connect(remote: LocalAddress, local: SocketAddress | null, promise: ChannelPromise): void {
    if (local !== null) {
      this.#local = registerName(this, this.#local, local);
      this.#named = true;
    }
    this.#local ??= LocalAddress.ephemeral();
    this.#remote = remote;
    const server = channelNamed(remote) as Partial<LocalServerChannel> | undefined;
    if (server?.serve === undefined) {
      throw new ConnectException(
        `connection refused: ${String(remote)}. No LocalServerChannel is bound to this name in this thread.`,
      );
    }
    this.#peer = server.serve(this);
    this.#state = 'connecting';
    this.#connecting = promise;
    promise.addPassiveListener(this.#connectEnded);
    const timeout = this.config.connectTimeoutMillis;
    if (timeout > 0) this.#timeout = this.eventLoop.schedule(() => this.#connectTimedOut(timeout), timeout);
  }

  /** Also when cancelled: then nobody wants the connection any more. */
  readonly #connectEnded = (future: ChannelFuture): void => {
    this.#connecting = null;
    this.#timeout?.cancel();
    this.#timeout = null;
    if (future.isCancelled) this.doCloseOperation(this.newPromise());
  };

  #connectTimedOut(timeout: number): void {
    const error = new ConnectTimeoutException(
      `connection timed out after ${timeout} ms: ${String(this.#remote)}. ` +
        'The server channel did not accept: its autoRead may be off, or nobody registers what it accepts.',
    );
    this.#connecting?.tryFailure(error);
    this.closeOnError(error);
  }

  /** An accepted channel is connected when it is registered; its client hears of it as a task. */
  protected override doRegister(): void {
    if (this.#state !== 'accepted') return;
    this.#state = 'connected';
    const client = this.#peer as LocalChannel;
    client.eventLoop.execute(() => client.#connectDone());
  }

  #connectDone(): void {
    const promise = this.#connecting;
    if (promise === null || this.#state !== 'connecting') return;
    this.#state = 'connected';
    this.connectedSuccessfully(promise, false);
    this.#readIfWanted();
  }

  // ---- messages ------------------------------------------------------------------------------------------------------

  protected override doBeginRead(): void {
    if (this.#readRequested) return;
    this.#readRequested = true;
    this.#readIfWanted();
  }

  protected override doStopRead(): void {
    this.#readRequested = false;
  }

  /** Plans a read if one was asked for and there is something to read, here or with the peer. */
  #readIfWanted(): void {
    if (!this.#readRequested || this.#readScheduled || !this.isActive) return;
    const waiting = this.#peer?.outboundBuffer;
    if (this.#inbox.length > 0 || (waiting && !waiting.isEmpty)) {
      this.#readScheduled = true;
      this.eventLoop.execute(this.#read);
    }
  }

  readonly #read = (): void => {
    // What the peer flushed while nobody asked; still marked as scheduled, so that this plans no second read.
    if (this.#readRequested) this.#peer?.flushPending();
    this.#readScheduled = false;
    if (!this.#readRequested || !this.isActive || this.#inbox.length === 0) return;
    this.#readRequested = false;
    let count = 0;
    do {
      this.pipeline.fireChannelRead(this.#inbox.shift());
    } while (++count < MAX_MESSAGES_PER_READ && this.#inbox.length > 0 && this.config.autoRead);
    this.pipeline.fireChannelReadComplete();
    if (this.#peerClosed && this.#inbox.length === 0 && this.isOpen) this.doCloseOperation(this.newPromise());
  };

  protected override doWrite(buffer: OutboundBuffer): void {
    const peer = this.#peer;
    if (peer === null || !peer.isOpen) {
      const cause = new ClosedChannelException(`The peer of ${String(this)} is closed`);
      while (buffer.removeFailed(cause));
      return;
    }
    if (!peer.#readRequested) return;
    peer.#take(buffer, MAX_MESSAGES_PER_READ - peer.#inbox.length);
    peer.#readIfWanted();
  }

  /** Takes flushed messages of the peer over: they count as written. */
  #take(buffer: OutboundBuffer, most: number): void {
    for (let room = most; room > 0 && !buffer.isEmpty && this.isOpen; room--) {
      // A write that was cancelled leaves an empty entry.
      if (buffer.first?.isCancelled === false) this.#inbox.push(buffer.current);
      buffer.remove();
    }
  }

  // ---- end -----------------------------------------------------------------------------------------------------------

  /** What was flushed reaches a peer that reads, however much it is; else it fails, as what a socket still holds. */
  protected override beforeClose(): void {
    const buffer = this.outboundBuffer;
    const peer = this.#peer;
    if (!this.isActive || buffer === null || peer === null) return;
    if (peer.#readRequested || peer.config.autoRead) peer.#take(buffer, Number.POSITIVE_INFINITY);
  }

  protected override doClose(closed: () => void): void {
    const peer = this.#peer;
    this.#state = 'closed';
    this.#peer = null;
    this.#inbox.length = 0;
    this.#readRequested = false;
    if (this.#named) {
      this.#named = false;
      unregisterName(this.#local as LocalAddress);
    }
    this.#connecting?.tryFailure(
      new ClosedChannelException(`Closed before it was connected to ${String(this.#remote)}`),
    );
    // As a task: the peer's events come after our own.
    if (peer !== null) peer.eventLoop.execute(() => peer.#peerHasClosed());
    closed();
  }

  /** Closes too, when what the peer sent has been read. */
  #peerHasClosed(): void {
    if (!this.isOpen) return;
    this.#peerClosed = true;
    // Nobody will read what is still to be written.
    this.flushPending();
    if (this.#inbox.length === 0) this.doCloseOperation(this.newPromise());
    else this.#readIfWanted();
  }
}
