import { Buffer } from 'node:buffer';
import type { ChannelHandlerContext } from '@sluice/core';
import type { MessageList } from '../base/MessageList.js';
import { MessageToMessageEncoder } from '../base/MessageToMessageEncoder.js';
import { type Charset, type CharsetName, charsetOf } from './Charset.js';
import { LineSeparator } from './LineSeparator.js';
import { isText } from './StringEncoder.js';

/** How a {@link LineEncoder} writes. */
export interface LineEncoderOptions {
  /** The end of each line. Default `LineSeparator.DEFAULT`, that of the operating system. */
  readonly separator?: string;
  /** Default UTF-8. */
  readonly charset?: CharsetName | Charset;
}

/**
 * Turns each string that is written into the bytes of a line, its end included; other messages pass untouched. A string
 * with line ends in it makes several lines: check what comes from others. Sharable. Netty: LineEncoder.
 */
export class LineEncoder extends MessageToMessageEncoder<string, Buffer> {
  readonly #charset: Charset;
  readonly #separator: Buffer;

  /** @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown charset */
  constructor(options: LineEncoderOptions = {}) {
    super(isText);
    this.#charset = charsetOf(options.charset ?? 'UTF-8');
    this.#separator = this.#charset.encode(options.separator ?? LineSeparator.DEFAULT);
  }

  override get isSharable(): true {
    return true;
  }

  protected override encode(
    _ctx: ChannelHandlerContext<never, Buffer>,
    message: string,
    out: MessageList<Buffer>,
  ): void {
    out.push(Buffer.concat([this.#charset.encode(message), this.#separator]));
  }
}
