import type { Buffer } from 'node:buffer';
import type { ChannelHandlerContext } from '@sluice/core';
import type { MessageList } from '../base/MessageList.js';
import { MessageToMessageEncoder } from '../base/MessageToMessageEncoder.js';
import { type Charset, type CharsetName, charsetOf } from './Charset.js';

/** How a {@link StringEncoder} writes. */
export interface StringEncoderOptions {
  /** Default UTF-8. */
  readonly charset?: CharsetName | Charset;
}

/** Whether a message is text. */
export function isText(message: unknown): message is string {
  return typeof message === 'string';
}

/**
 * Turns each string that is written into bytes; other messages pass untouched. As in Netty an empty string makes no
 * message, which fails its write with an `EncoderException`. Sharable. Netty: StringEncoder.
 */
export class StringEncoder extends MessageToMessageEncoder<string, Buffer> {
  readonly #charset: Charset;

  /** @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown charset */
  constructor(options: StringEncoderOptions = {}) {
    super(isText);
    this.#charset = charsetOf(options.charset ?? 'UTF-8');
  }

  override get isSharable(): true {
    return true;
  }

  protected override encode(
    _ctx: ChannelHandlerContext<never, Buffer>,
    message: string,
    out: MessageList<Buffer>,
  ): void {
    if (message.length > 0) out.push(this.#charset.encode(message));
  }
}
