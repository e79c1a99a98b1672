import type { ServerChannel } from '../../channel/Channel.js';
import type { ChannelPromise } from '../../channel/ChannelFuture.js';
import { ChannelOption } from '../../channel/ChannelOption.js';
import { ConnectException, UnsupportedOperationException } from '../../channel/errors.js';
import type { SocketAddress } from '../../channel/SocketAddress.js';
import type { EventLoop } from '../../eventloop/EventLoop.js';
import { AbstractChannel } from '../AbstractChannel.js';
import type { LocalAddress } from './LocalAddress.js';
import { LocalChannel, MAX_MESSAGES_PER_READ } from './LocalChannel.js';
import { registerName, unregisterName } from './registry.js';

/** As many as Node's default for sockets. */
const DEFAULT_BACKLOG = 511;

/**
 * Accepts `LocalChannel`s that connect to the name it is bound to: each travels its pipeline, and the `ServerBootstrap`
 * registers it, which connects both sides. Netty: LocalServerChannel.
 */
export class LocalServerChannel extends AbstractChannel implements ServerChannel {
  readonly isServerChannel = true;
  #state: 'open' | 'active' | 'closed' = 'open';
  #local: LocalAddress | null = null;
  #backlog = DEFAULT_BACKLOG;
  /** Connected to and not accepted yet. */
  #pending: LocalChannel[] = [];
  #readRequested = false;
  #acceptScheduled = false;

  /** `eventLoop`: also that of accepted channels; the thread's unless given. */
  constructor(eventLoop?: EventLoop) {
    super(null, eventLoop);
  }

  get isOpen(): boolean {
    return this.#state !== 'closed';
  }
  get isActive(): boolean {
    return this.#state === 'active';
  }
  get localAddress(): LocalAddress | null {
    return this.#local;
  }
  get remoteAddress(): null {
    return null;
  }

  override applyOption(option: ChannelOption<unknown>, value: unknown): boolean {
    if (option !== ChannelOption.SO_BACKLOG) return false;
    this.#backlog = value as number;
    return true;
  }

  protected override doBind(localAddress: SocketAddress, promise: ChannelPromise): void {
    try {
      this.#local = registerName(this, this.#local, localAddress);
    } catch (error) {
      promise.tryFailure(error as Error);
      if (!this.isActive) this.closeOnError(error as Error);
      return;
    }
    this.#state = 'active';
    this.boundSuccessfully(promise, false);
  }

  /**
   * @internal A client connects: gives its counterpart, which is accepted in a task. Throws `ConnectException` when
   * `SO_BACKLOG` channels (default 511) wait already.
   */
  serve(client: LocalChannel): LocalChannel {
    this.#pending = this.#pending.filter((waiting) => waiting.isOpen);
    if (this.#pending.length >= this.#backlog) {
      throw new ConnectException(
        `connection refused: ${String(this.#local)}. ${this.#pending.length} connections wait to be accepted already ` +
          '(SO_BACKLOG).',
      );
    }
    const child = this.newLocalChannel(client);
    this.#pending.push(child);
    this.#acceptIfWanted();
    return child;
  }

  /** Makes the server's side of a connection; to be overridden for a `LocalChannel` of one's own. */
  protected newLocalChannel(client: LocalChannel): LocalChannel {
    return new LocalChannel(this.eventLoop, { server: this, client });
  }

  protected override doBeginRead(): void {
    this.#readRequested = true;
    this.#acceptIfWanted();
  }

  protected override doStopRead(): void {
    this.#readRequested = false;
  }

  #acceptIfWanted(): void {
    if (!this.#readRequested || this.#acceptScheduled || this.#pending.length === 0) return;
    this.#acceptScheduled = true;
    this.eventLoop.execute(this.#accept);
  }

  readonly #accept = (): void => {
    this.#acceptScheduled = false;
    let count = 0;
    while (
      this.isActive &&
      count < MAX_MESSAGES_PER_READ &&
      (count === 0 ? this.#readRequested : this.config.autoRead)
    ) {
      const child = this.#pending.shift();
      if (child === undefined) break;
      // Its client may have given up meanwhile.
      if (!child.isOpen) continue;
      this.#readRequested = false;
      count++;
      this.pipeline.fireChannelRead(child);
    }
    if (count > 0) this.pipeline.fireChannelReadComplete();
  };

  protected override doClose(closed: () => void): void {
    if (this.#state === 'active') unregisterName(this.#local as LocalAddress);
    this.#state = 'closed';
    for (const child of this.#pending.splice(0)) child.close();
    closed();
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
