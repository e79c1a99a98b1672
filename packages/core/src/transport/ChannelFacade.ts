import type { Channel, CloseOptions, WaitOptions } from '../channel/Channel.js';
import type { ChannelConfig } from '../channel/ChannelConfig.js';
import type { ChannelFuture, ChannelPromise } from '../channel/ChannelFuture.js';
import type { ChannelId } from '../channel/ChannelId.js';
import type { ChannelOption } from '../channel/ChannelOption.js';
import { DefaultChannelPromise } from '../channel/DefaultChannelPromise.js';
import type { OutboundBuffer } from '../channel/OutboundBuffer.js';
import { formatAddress, type SocketAddress } from '../channel/SocketAddress.js';
import type { EventLoop } from '../eventloop/EventLoop.js';
import type { ChannelPipeline } from '../pipeline/ChannelPipeline.js';
import { type InboundOptions, InboundStream } from '../pipeline/InboundStream.js';
import { DefaultAttributeMap } from '../util/AttributeMap.js';
import { closeGracefully } from './closeGracefully.js';
import { WritableWaiters } from './WritableWaiters.js';

/** What users call on a channel: operations that start at the pipeline's tail, and the async style. */
export abstract class ChannelFacade extends DefaultAttributeMap implements Channel {
  abstract readonly id: ChannelId;
  abstract readonly parent: Channel | null;
  abstract readonly eventLoop: EventLoop;
  abstract readonly config: ChannelConfig;
  abstract readonly pipeline: ChannelPipeline;
  abstract readonly closeFuture: ChannelFuture;
  abstract readonly isOpen: boolean;
  abstract readonly isRegistered: boolean;
  abstract readonly isActive: boolean;
  abstract readonly localAddress: SocketAddress | null;
  abstract readonly remoteAddress: SocketAddress | null;
  abstract readonly outboundBuffer: OutboundBuffer | null;
  abstract readonly acceptsFramed: boolean;
  abstract readonly hasDisconnect: boolean;
  #waiters: WritableWaiters | undefined;

  get isWritable(): boolean {
    return this.outboundBuffer?.isWritable ?? false;
  }
  get bytesBeforeUnwritable(): number {
    return this.outboundBuffer?.bytesBeforeUnwritable ?? 0;
  }
  get bytesBeforeWritable(): number {
    return this.outboundBuffer?.bytesBeforeWritable ?? Number.MAX_SAFE_INTEGER;
  }
  getOption<T>(option: ChannelOption<T>): T | undefined {
    return this.config.getOption(option);
  }
  setOption<T>(option: ChannelOption<T>, value: T): boolean {
    return this.config.setOption(option, value);
  }

  bind(localAddress: SocketAddress, promise?: ChannelPromise): ChannelFuture {
    return this.pipeline.bind(localAddress, promise);
  }
  connect(remote: SocketAddress, local?: SocketAddress | null, promise?: ChannelPromise): ChannelFuture {
    return this.pipeline.connect(remote, local, promise);
  }
  disconnect(promise?: ChannelPromise): ChannelFuture {
    return this.pipeline.disconnect(promise);
  }
  close(promise?: ChannelPromise): ChannelFuture {
    return this.pipeline.close(promise);
  }
  deregister(promise?: ChannelPromise): ChannelFuture {
    return this.pipeline.deregister(promise);
  }
  read(): this {
    this.pipeline.read();
    return this;
  }
  write(message: unknown, promise?: ChannelPromise): ChannelFuture {
    return this.pipeline.write(message, promise);
  }
  flush(): this {
    this.pipeline.flush();
    return this;
  }
  writeAndFlush(message: unknown, promise?: ChannelPromise): ChannelFuture {
    return this.pipeline.writeAndFlush(message, promise);
  }
  newPromise<T = void>(): ChannelPromise<T> {
    return new DefaultChannelPromise<T>(this);
  }
  newSucceededFuture(): ChannelFuture {
    return this.pipeline.newSucceededFuture();
  }
  newFailedFuture(cause: Error): ChannelFuture {
    return this.pipeline.newFailedFuture(cause);
  }
  /** For transports: hand what is flushed to the system now. */
  protected abstract flushPending(): void;
  flushNow(): this {
    this.pipeline.flush();
    this.flushPending();
    return this;
  }
  send(message: unknown): Promise<void> {
    return this.sendDone(this.writeAndFlush(message));
  }
  /** @internal */
  sendDone(written: ChannelFuture): Promise<void> {
    this.#waiters ??= new WritableWaiters(this);
    return this.#waiters.sent(written);
  }
  whenWritable(options?: WaitOptions): Promise<void> {
    this.#waiters ??= new WritableWaiters(this);
    return this.#waiters.wait(options?.signal);
  }
  inbound<T = unknown>(options?: InboundOptions): AsyncIterableIterator<T> {
    const stream = new InboundStream<T>(options);
    this.pipeline.addLast(null, stream);
    return stream;
  }
  closeGracefully(options?: CloseOptions): Promise<void> {
    return closeGracefully(this, options);
  }
  /** `await using` closes the channel. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The channel closes or its output does: those who wait for it to be writable are told. */
  protected rejectWaiters(cause: Error): void {
    this.#waiters?.closed(cause);
  }

  /** `[id: 0x1a2b3c4d, L:local - R:remote]`; `!` instead of `-` when it is not active. */
  override toString(): string {
    const { localAddress: local, remoteAddress: remote } = this;
    let text = `[id: 0x${this.id.asShortText()}`;
    if (local !== null) text += `, L:${formatAddress(local)}`;
    if (remote !== null) text += ` ${this.isActive ? '-' : '!'} R:${formatAddress(remote)}`;
    return `${text}]`;
  }
}
