import type { Buffer } from 'node:buffer';
import { type ChannelHandlerContext, EmbeddedChannel } from '@sluice/core';
import type { FrameDecoder } from '../../src/frame/FrameDecoder.js';

/** A decoder in a pipeline, and what comes out of it, in the notation of `framingModels`. */
export class PipelineRun {
  readonly channel: EmbeddedChannel = new EmbeddedChannel();
  readonly results: string[] = [];
  /** How many messages came. */
  frames = 0;
  /** How often somebody asked for a read. */
  reads = 0;
  /** Called for each message, behind its result. */
  onMessage: (ctx: ChannelHandlerContext, message: Buffer) => void = () => {};

  constructor(readonly decoder: FrameDecoder) {
    this.channel.pipeline.addLast('reads', {
      read: (ctx) => {
        this.reads++;
        ctx.read();
      },
    });
    this.channel.pipeline.addLast('decoder', decoder);
    this.channel.pipeline.addLast('results', {
      channelRead: (ctx, message: Buffer) => {
        this.frames++;
        this.results.push(message.toString('latin1'));
        this.onMessage(ctx, message);
      },
      exceptionCaught: (_ctx, cause) =>
        void this.results.push(`✗ ${(cause as unknown as { code: string }).code}`),
      channelInactive: () => void this.results.push('(inactive)'),
    });
  }

  /** Reads the chunks one by one, if the channel is open. */
  read(...chunks: Uint8Array[]): void {
    for (const chunk of chunks) if (this.channel.isOpen) this.channel.writeInbound(chunk);
  }

  /** What is left behind an error waits for a read: causes such, until nothing more comes. */
  drain(): void {
    for (let before = -1; before !== this.results.length && this.#decodes; ) {
      before = this.results.length;
      this.channel.writeInbound(new Uint8Array(0));
    }
  }

  get #decodes(): boolean {
    return this.channel.isOpen && this.channel.pipeline.get('decoder') !== null;
  }

  /** Bytes the decoder keeps. */
  get keptBytes(): number {
    return (this.decoder as unknown as { actualReadableBytes(): number }).actualReadableBytes();
  }
}
