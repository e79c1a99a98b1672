import type { ByteSource, ChannelHandlerContext } from '@sluice/core';
import type { MessageList } from '../base/MessageList.js';
import { MessageToMessageDecoder } from '../base/MessageToMessageDecoder.js';
import { asBuffer, isBytes } from '../bytes/asBuffer.js';
import { type Charset, type CharsetName, charsetOf } from './Charset.js';

/** How a {@link StringDecoder} reads. */
export interface StringDecoderOptions {
  /** Default UTF-8. */
  readonly charset?: CharsetName | Charset;
}

/**
 * Turns each message of bytes (`Uint8Array` or `ByteBuf`) into a string; other messages pass untouched. Each message is
 * text on its own: put a frame decoder in front, or a character may be torn apart. What is not valid becomes U+FFFD.
 * Sharable. Netty: StringDecoder.
 */
export class StringDecoder extends MessageToMessageDecoder<ByteSource, string> {
  readonly #charset: Charset;

  /** @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown charset */
  constructor(options: StringDecoderOptions = {}) {
    super(isBytes);
    this.#charset = charsetOf(options.charset ?? 'UTF-8');
  }

  override get isSharable(): true {
    return true;
  }

  protected override decode(
    _ctx: ChannelHandlerContext<string, never>,
    message: ByteSource,
    out: MessageList<string>,
  ): void {
    // biome-ignore lint/style/noNonNullAssertion: the matcher lets only bytes through
    out.push(this.#charset.decode(asBuffer(message)!));
  }
}
