import { Buffer } from 'node:buffer';
import {
  type ByteBuf,
  type ByteSource,
  type ChannelHandlerContext,
  invalidArgType,
  invalidArgValue,
} from '@sluice/core';
import type { MessageList } from '../base/MessageList.js';
import { asBuffer } from '../bytes/asBuffer.js';
import { TooLongFrameException } from '../errors.js';
import { checkPositive } from './checks.js';
import { DelimiterSearch } from './DelimiterSearch.js';
import { FrameDecoder } from './FrameDecoder.js';
import { LineBasedFrameDecoder } from './LineBasedFrameDecoder.js';

/** How a {@link DelimiterBasedFrameDecoder} finds the frames. */
export interface DelimiterBasedFrameDecoderOptions {
  /** Longest frame allowed, in bytes, the delimiter not counted; a longer one is a `TooLongFrameException`. */
  readonly maxFrameLength: number;
  /** One or several byte sequences (text stands for its UTF-8 bytes), each of which ends a frame. They are copied. */
  readonly delimiters: ByteSource | string | readonly (ByteSource | string)[];
  /** Cut the delimiter off. Default true. */
  readonly stripDelimiter?: boolean;
  /** Report a frame as soon as it is too long (default), or when its delimiter has arrived. */
  readonly failFast?: boolean;
}

/**
 * Cuts a stream into frames that end in a delimiter.
 *
 * ```
 *                              delimiters     before         after
 * stripDelimiter (default)     |              AB|C|          AB    C
 * stripDelimiter false         |              AB|C|          AB|    C|
 * the shortest frame wins      \n and \r\n    AB\nC\r\n      AB    C
 *                              \n             AB\nC\r\n      AB    C\r
 * empty frames                 ||             AB||||         AB    (empty)
 * ```
 *
 * If two delimiters begin at the same byte, the one that is listed first counts; where one is the beginning of another,
 * list the longer one first, and know that it only counts if it has arrived as a whole. A frame is a `Buffer` that
 * shares its memory with the bytes that came in. Bytes are searched once for each delimiter, however small the pieces
 * they arrive in. With exactly `\n` and `\r\n` the work is done by a `LineBasedFrameDecoder` (whose errors do not hold
 * up the frames behind them), as in Netty. Netty: DelimiterBasedFrameDecoder.
 */
export class DelimiterBasedFrameDecoder extends FrameDecoder<Buffer> {
  readonly #maxFrameLength: number;
  readonly #strip: boolean;
  readonly #failFast: boolean;
  readonly #search: DelimiterSearch;
  readonly #lines: LineBasedFrameDecoder | undefined;
  #discarding = false;
  #tooLongFrameLength = 0;

  /**
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxFrameLength` is not positive
   * @throws TypeError `ERR_INVALID_ARG_VALUE` if there is no delimiter, or an empty one
   */
  constructor(options: DelimiterBasedFrameDecoderOptions) {
    super();
    this.#maxFrameLength = checkPositive(options.maxFrameLength, 'maxFrameLength');
    const delimiters = delimitersOf(options.delimiters);
    this.#strip = options.stripDelimiter ?? true;
    this.#failFast = options.failFast ?? true;
    this.#search = new DelimiterSearch(delimiters);
    if (new.target === DelimiterBasedFrameDecoder && areLineEnds(delimiters)) {
      this.#lines = new LineBasedFrameDecoder({
        maxLength: this.#maxFrameLength,
        stripDelimiter: this.#strip,
        failFast: this.#failFast,
      });
    }
  }

  protected override decode(
    ctx: ChannelHandlerContext<Buffer, never>,
    input: ByteBuf,
    out: MessageList<Buffer>,
  ): void {
    try {
      super.decode(ctx, input, out);
    } catch (thrown) {
      if (this.#lines === undefined || !(thrown instanceof TooLongFrameException)) throw thrown;
      ctx.fireExceptionCaught(thrown);
    }
  }

  override step(input: ByteBuf): Buffer | undefined {
    if (this.#lines !== undefined) return this.#lines.step(input);
    const search = this.#search;
    if (!search.find(input)) {
      this.#noDelimiter(input);
      return undefined;
    }
    const { frameLength, delimiterLength } = search;
    const total = frameLength + delimiterLength;
    search.consumed(total);
    if (this.#discarding) {
      const tooLong = this.#tooLongFrameLength;
      this.#discarding = false;
      input.skipBytes(total);
      if (!this.#failFast) throw this.#tooLong(tooLong);
      return undefined;
    }
    if (frameLength > this.#maxFrameLength) {
      input.skipBytes(total);
      throw this.#tooLong(frameLength);
    }
    const start = input.readerIndex;
    const frame = input.toBuffer(start, this.#strip ? frameLength : total);
    input.skipBytes(total);
    return frame;
  }

  /** Discards what cannot become a frame. The first half of a delimiter stays. */
  #noDelimiter(input: ByteBuf): void {
    const readable = input.readableBytes;
    if (!this.#discarding && readable <= this.#maxFrameLength) return;
    const length = readable - this.#search.partialAtEnd(input);
    const isFirst = !this.#discarding;
    if (isFirst) {
      if (length <= this.#maxFrameLength) return;
      this.#discarding = true;
      this.#tooLongFrameLength = 0;
    }
    this.#tooLongFrameLength += length;
    input.skipBytes(length);
    this.#search.consumed(length);
    if (isFirst && this.#failFast) throw this.#tooLong(length);
  }

  #tooLong(length: number): TooLongFrameException {
    return new TooLongFrameException(`frame length exceeds ${this.#maxFrameLength}: ${length} - discarded`);
  }
}

function delimitersOf(given: DelimiterBasedFrameDecoderOptions['delimiters']): Buffer[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (list.length === 0) throw invalidArgValue("Param 'delimiters' must not be empty");
  return list.map((item) => {
    const bytes = typeof item === 'string' ? Buffer.from(item) : asBuffer(item);
    if (bytes === undefined) {
      throw invalidArgType(`a delimiter must be text or bytes, but is of type ${typeof item}`);
    }
    if (bytes.length === 0) throw invalidArgValue('empty delimiter');
    return Buffer.from(bytes);
  });
}

function areLineEnds(delimiters: readonly Buffer[]): boolean {
  const texts = delimiters.map((delimiter) => delimiter.toString('latin1'));
  return texts.length === 2 && texts.includes('\n') && texts.includes('\r\n');
}
