import { type AnyChannelHandler, EmbeddedChannel } from '@sluice/core';

/** A channel with one outbound handler, and what became of a write. */
export class Writes {
  readonly channel: EmbeddedChannel = new EmbeddedChannel();

  constructor(handler: AnyChannelHandler) {
    this.channel.pipeline.addLast('codec', handler);
  }

  /** Writes and flushes; returns what reached the transport, and the failure if the write failed. */
  write(message: unknown): { out: unknown[]; cause: Error | null } {
    const done = this.channel.writeAndFlush(message);
    expect(done.isDone).toBe(true);
    return { out: this.channel.outboundMessages.splice(0), cause: done.cause };
  }
}
