import {
  type ChannelFuture,
  ChannelInitializer,
  type ChannelPromise,
  EmbeddedChannel,
  type EmbeddedChannelOptions,
} from '@sluice/core';

/**
 * The test channel of Netty 4.1.48, on which the cases were recorded: it runs pending tasks after every operation that
 * reaches the transport, at any depth, where later ones wait for the outermost operation.
 */
export class RecordedEmbeddedChannel extends EmbeddedChannel {
  #inWriteOutbound = false;

  constructor(options: Omit<EmbeddedChannelOptions, 'handlers'>) {
    super({ ...options, register: false, handlers: [] });
    // Whoever watches the outcomes is the program; what nobody watches is not worth a report.
    this.pipeline.unhandled = { ...this.pipeline.unhandled, failure: () => {} };
    // It fills its pipeline by an initializer, which shows until the channel is registered.
    this.pipeline.addLast(
      'EmbeddedChannel$2#0',
      ChannelInitializer.of(() => {}),
    );
    if (options.register !== false) this.register();
  }

  protected override maybeRunPendingTasks(depth: number): void {
    // `writeOutbound` itself ran none at its end.
    if (depth === 0 && this.#inWriteOutbound) return;
    this.runPendingTasks();
  }

  override writeOutbound(...messages: unknown[]): boolean {
    this.#inWriteOutbound = true;
    try {
      return super.writeOutbound(...messages);
    } finally {
      this.#inWriteOutbound = false;
    }
  }

  // Only what reaches the transport runs tasks, not the call on the channel.
  override write(message: unknown, promise?: ChannelPromise): ChannelFuture {
    return this.pipeline.write(message, promise);
  }
  override writeAndFlush(message: unknown, promise?: ChannelPromise): ChannelFuture {
    return this.pipeline.writeAndFlush(message, promise);
  }
  override flush(): this {
    this.pipeline.flush();
    return this;
  }
  override read(): this {
    this.pipeline.read();
    return this;
  }
  override deregister(promise?: ChannelPromise): ChannelFuture {
    return this.pipeline.deregister(promise);
  }
}
