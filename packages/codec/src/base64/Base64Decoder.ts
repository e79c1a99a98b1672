import type { Buffer } from 'node:buffer';
import type { ByteSource, ChannelHandlerContext } from '@sluice/core';
import type { MessageList } from '../base/MessageList.js';
import { MessageToMessageDecoder } from '../base/MessageToMessageDecoder.js';
import { asBuffer, isBytes } from '../bytes/asBuffer.js';
import { decodeBase64 } from './Base64.js';
import { Base64Dialect } from './Base64Dialect.js';

/** How a {@link Base64Decoder} reads. */
export interface Base64DecoderOptions {
  /** Default `Base64Dialect.STANDARD`. */
  readonly dialect?: Base64Dialect;
}

/**
 * Turns each message of bytes (`Uint8Array` or `ByteBuf`), which is taken for a Base64 text of its own, into the bytes
 * it stands for; other messages pass untouched. Put a frame decoder in front. A text that is no Base64 arrives in
 * `exceptionCaught` as a `DecoderException`. Sharable. Netty: Base64Decoder.
 */
export class Base64Decoder extends MessageToMessageDecoder<ByteSource, Buffer> {
  readonly #dialect: Base64Dialect;

  /** Decodes the standard alphabet unless told otherwise. */
  constructor(options: Base64DecoderOptions = {}) {
    super(isBytes);
    this.#dialect = options.dialect ?? Base64Dialect.STANDARD;
  }

  override get isSharable(): true {
    return true;
  }

  protected override decode(
    _ctx: ChannelHandlerContext<Buffer, never>,
    message: ByteSource,
    out: MessageList<Buffer>,
  ): void {
    out.push(decodeBase64(asBuffer(message) as Buffer, this.#dialect));
  }
}
