import type { Buffer } from 'node:buffer';
import type { ByteSource, ChannelHandlerContext } from '@sluice/core';
import type { MessageList } from '../base/MessageList.js';
import { MessageToMessageEncoder } from '../base/MessageToMessageEncoder.js';
import { asBuffer, isBytes } from '../bytes/asBuffer.js';
import { type Base64EncodeOptions, encodeBase64 } from './Base64.js';

/**
 * Turns each message of bytes (`Uint8Array` or `ByteBuf`) that is written into its Base64 text, as bytes; other
 * messages pass untouched. Lines are broken unless the options or the dialect say otherwise. Sharable.
 * Netty: Base64Encoder.
 */
export class Base64Encoder extends MessageToMessageEncoder<ByteSource, Buffer> {
  readonly #options: Base64EncodeOptions;

  /** Encodes with the standard alphabet unless told otherwise. */
  constructor(options: Base64EncodeOptions = {}) {
    super(isBytes);
    this.#options = { ...options };
  }

  override get isSharable(): true {
    return true;
  }

  protected override encode(
    _ctx: ChannelHandlerContext<never, Buffer>,
    message: ByteSource,
    out: MessageList<Buffer>,
  ): void {
    out.push(encodeBase64(asBuffer(message) as Buffer, this.#options));
  }
}
