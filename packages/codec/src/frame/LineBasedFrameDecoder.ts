import type { Buffer } from 'node:buffer';
import type { ByteBuf, ChannelHandlerContext } from '@sluice/core';
import type { MessageList } from '../base/MessageList.js';
import { TooLongFrameException } from '../errors.js';
import { checkPositive } from './checks.js';
import { FrameDecoder } from './FrameDecoder.js';

const LF = 0x0a;
const CR = 0x0d;

/** How a {@link LineBasedFrameDecoder} finds the lines. */
export interface LineBasedFrameDecoderOptions {
  /** Longest line allowed, in bytes, its end not counted; a longer one is discarded with a `TooLongFrameException`. */
  readonly maxLength: number;
  /** Cut the end of the line off. Default true. */
  readonly stripDelimiter?: boolean;
  /** Report a line as soon as it is too long. Default false: when its end has arrived. */
  readonly failFast?: boolean;
  /**
   * End lines at `\r\n` only. Default false: a lone `\n` ends a line too. Where another program that reads the same
   * stream is strict, a sender can otherwise make the two see different lines.
   */
  readonly strictCrlf?: boolean;
}

/**
 * Cuts a stream into lines that end in `\n` or `\r\n`.
 *
 * ```
 *                             before                      after
 * stripDelimiter (default)    AB\nCD\r\n                  AB    CD
 * stripDelimiter false        AB\nCD\r\n                  AB\n    CD\r\n
 * strictCrlf                  AB\nCD\r\n                  AB\nCD
 * empty lines                 \n\r\n                      (empty)    (empty)
 * a lone \r is content        A\rB\n                      A\rB
 * ```
 *
 * A line is a `Buffer` that shares its memory with the bytes that came in. A line that is too long fires
 * `exceptionCaught` at the next handler and does not hold up the lines behind it. Bytes are searched once, however
 * small the pieces they arrive in. Note that `failFast` is off here and on in the other frame decoders, as in Netty.
 * Netty: LineBasedFrameDecoder (`strictCrlf` is ours).
 */
export class LineBasedFrameDecoder extends FrameDecoder<Buffer> {
  readonly #maxLength: number;
  readonly #strip: boolean;
  readonly #failFast: boolean;
  readonly #strict: boolean;
  /** Readable bytes known to hold no end of line. */
  #scanned = 0;
  #discarding = false;
  #discardedBytes = 0;
  /** Whether the last byte discarded was a `\r`. */
  #discardedCr = false;

  /** @throws RangeError `ERR_OUT_OF_RANGE` if `maxLength` is not positive */
  constructor(options: LineBasedFrameDecoderOptions) {
    super();
    this.#maxLength = checkPositive(options.maxLength, 'maxLength');
    this.#strip = options.stripDelimiter ?? true;
    this.#failFast = options.failFast ?? false;
    this.#strict = options.strictCrlf ?? false;
  }

  protected override decode(
    ctx: ChannelHandlerContext<Buffer, never>,
    input: ByteBuf,
    out: MessageList<Buffer>,
  ): void {
    try {
      super.decode(ctx, input, out);
    } catch (thrown) {
      // Fired, not thrown, so that the lines behind it are decoded in the same read.
      if (!(thrown instanceof TooLongFrameException)) throw thrown;
      ctx.fireExceptionCaught(thrown);
    }
  }

  override step(input: ByteBuf): Buffer | undefined {
    const lf = this.#findLineFeed(input);
    if (lf < 0) {
      this.#noLine(input);
      return undefined;
    }
    this.#scanned = 0;
    const start = input.readerIndex;
    const end = lf > start && input.getByte(lf - 1) === CR ? lf - 1 : lf;
    const length = end - start;
    if (this.#discarding) {
      this.#discarding = false;
      this.#discardedCr = false;
      input.readerIndex = lf + 1;
      if (!this.#failFast) throw this.#tooLong(this.#discardedBytes + length);
      return undefined;
    }
    if (length > this.#maxLength) {
      input.readerIndex = lf + 1;
      throw this.#tooLong(length);
    }
    const line = input.toBuffer(start, this.#strip ? length : lf + 1 - start);
    input.readerIndex = lf + 1;
    return line;
  }

  /** Index of the `\n` that ends the first line, or -1. */
  #findLineFeed(input: ByteBuf): number {
    const start = input.readerIndex;
    const end = input.writerIndex;
    for (let from = start + this.#scanned; from < end; ) {
      const found = input.indexOf(from, end, LF);
      if (found < 0) break;
      if (!this.#strict || (found > start ? input.getByte(found - 1) === CR : this.#discardedCr))
        return found;
      from = found + 1;
    }
    this.#scanned = end - start;
    return -1;
  }

  /** No end of line in sight: discards what cannot become a line. */
  #noLine(input: ByteBuf): void {
    const readable = input.readableBytes;
    const endsInCr = readable > 0 && input.getByte(input.writerIndex - 1) === CR;
    if (!this.#discarding) {
      // A `\r` at the very end may be the first half of the line's end.
      if (readable - (endsInCr ? 1 : 0) <= this.#maxLength) return;
      this.#discarding = true;
      this.#discardedBytes = 0;
    }
    const isFirst = this.#discardedBytes === 0;
    this.#discardedBytes += readable;
    this.#discardedCr = endsInCr;
    this.#scanned = 0;
    input.skipBytes(readable);
    if (isFirst && this.#failFast) throw this.#tooLong(`over ${readable}`);
  }

  #tooLong(length: number | string): TooLongFrameException {
    return new TooLongFrameException(
      `frame length (${length}) exceeds the allowed maximum (${this.#maxLength})`,
    );
  }
}
