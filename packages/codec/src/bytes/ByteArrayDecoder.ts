import type { Buffer } from 'node:buffer';
import type { ByteSource, ChannelHandlerContext } from '@sluice/core';
import type { MessageList } from '../base/MessageList.js';
import { MessageToMessageDecoder } from '../base/MessageToMessageDecoder.js';
import { asBuffer, isBytes } from './asBuffer.js';

/**
 * Turns each message of bytes (`Uint8Array` or `ByteBuf`) into a plain `Uint8Array` with memory of its own; other
 * messages pass untouched. Use it where frames are kept for long, as a frame keeps alive all that was received along
 * with it, or handed to a worker. Sharable. Netty: ByteArrayDecoder.
 */
export class ByteArrayDecoder extends MessageToMessageDecoder<ByteSource, Uint8Array> {
  /** Has no options. */
  constructor() {
    super(isBytes);
  }

  override get isSharable(): true {
    return true;
  }

  protected override decode(
    _ctx: ChannelHandlerContext<Uint8Array, never>,
    message: ByteSource,
    out: MessageList<Uint8Array>,
  ): void {
    out.push(new Uint8Array(asBuffer(message) as Buffer));
  }
}
