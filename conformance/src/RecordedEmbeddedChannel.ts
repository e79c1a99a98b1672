import {
  type ChannelFuture,
  ChannelInitializer,
  type ChannelPromise,
  EmbeddedChannel,
  type EmbeddedChannelOptions,
} from '@sluice/core';
import { isBefore, type NettyVersion } from './netty.js';

/** Since then tasks wait for the outermost operation (#13730). */
const PATIENT_SINCE: NettyVersion = '4.1.113';

/**
 * The test channel of the Netty that the cases were recorded from. Up to 4.1.112 it ran pending tasks after every
 * operation that reached the transport, at any depth.
 */
export class RecordedEmbeddedChannel extends EmbeddedChannel {
  readonly #isEager: boolean;
  #inWriteOutbound = false;

  constructor(netty: NettyVersion, options: Omit<EmbeddedChannelOptions, 'handlers'>) {
    super({ ...options, register: false, handlers: [] });
    this.#isEager = isBefore(netty, PATIENT_SINCE);
    // Whoever watches the outcomes is the program; what nobody watches is not worth a report.
    this.pipeline.unhandled = { ...this.pipeline.unhandled, failure: () => {} };
    // It fills its pipeline by an initializer, which shows until the channel is registered.
    this.pipeline.addLast(
      `EmbeddedChannel$${this.#isEager ? 2 : 1}#0`,
      ChannelInitializer.of(() => {}),
    );
    if (options.register !== false) this.register();
  }

  protected override maybeRunPendingTasks(depth: number): void {
    if (!this.#isEager) super.maybeRunPendingTasks(depth);
    // `writeOutbound` itself ran none at its end.
    else if (depth > 0 || !this.#inWriteOutbound) this.runPendingTasks();
  }

  override writeInbound(...messages: unknown[]): boolean {
    if (!this.#isEager || !this.isOpen || messages.length === 0) return super.writeInbound(...messages);
    for (const message of messages) this.pipeline.fireChannelRead(message);
    // Once closed it ran no tasks.
    if (this.isOpen) {
      this.pipeline.fireChannelReadComplete();
      this.runPendingTasks();
    }
    this.checkException();
    return this.inboundMessages.length > 0;
  }

  override writeOutbound(...messages: unknown[]): boolean {
    this.#inWriteOutbound = true;
    try {
      return super.writeOutbound(...messages);
    } finally {
      this.#inWriteOutbound = false;
    }
  }

  // Of an eager one only what reaches the transport runs tasks, not the call on the channel.
  override write(message: unknown, promise?: ChannelPromise): ChannelFuture {
    return this.#isEager ? this.pipeline.write(message, promise) : super.write(message, promise);
  }
  override writeAndFlush(message: unknown, promise?: ChannelPromise): ChannelFuture {
    return this.#isEager
      ? this.pipeline.writeAndFlush(message, promise)
      : super.writeAndFlush(message, promise);
  }
  override flush(): this {
    if (!this.#isEager) return super.flush();
    this.pipeline.flush();
    return this;
  }
  override read(): this {
    if (!this.#isEager) return super.read();
    this.pipeline.read();
    return this;
  }
  override deregister(promise?: ChannelPromise): ChannelFuture {
    return this.#isEager ? this.pipeline.deregister(promise) : super.deregister(promise);
  }
}
