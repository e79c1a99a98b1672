import type { Buffer } from 'node:buffer';
import type { ByteBuf, ChannelHandlerContext } from '@sluice/core';
import { ByteToMessageDecoder } from '../base/ByteToMessageDecoder.js';
import type { MessageList } from '../base/MessageList.js';
import type { FrameStep } from './FrameStep.js';

/**
 * A decoder that makes one message at a time and needs no context for it: a subclass has only `step` to write, and it
 * can be used without a pipeline (see `FrameReader`).
 */
export abstract class FrameDecoder<T = Buffer> extends ByteToMessageDecoder<T> implements FrameStep<T> {
  abstract step(input: ByteBuf): T | undefined;

  protected override decode(
    _ctx: ChannelHandlerContext<T, never>,
    input: ByteBuf,
    out: MessageList<T>,
  ): void {
    const message = this.step(input);
    if (message !== undefined) out.push(message);
  }
}
