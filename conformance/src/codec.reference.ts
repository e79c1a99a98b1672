import { Buffer } from 'node:buffer';
import {
  ByteToMessageDecoder,
  CorruptedFrameException,
  type MessageList,
  TooLongFrameException,
} from '@sluice/codec';
import type { AnyChannelHandler, ByteBuf, ChannelHandlerContext } from '@sluice/core';
import type { CodecArgs, CodecKind } from './codec.handlers.js';

/*
 * What is expected where a codec differs from Netty on purpose: the same codecs written for clarity. They look at all
 * bytes again each time, and know nothing of scan positions or of how memory is laid out.
 */

type Context = ChannelHandlerContext<Buffer, never>;

/** The handler a case of this kind is measured by. */
export function makeReference(kind: CodecKind, args: CodecArgs): readonly AnyChannelHandler[] {
  if (kind === 'ProtobufVarint32FrameDecoder') return [new ReferenceVarints()];
  if (kind === 'LineBasedFrameDecoder') return [new ReferenceLines(args.maxLength, args)];
  if (kind === 'JsonObjectDecoder') return [new ReferenceJson(args)];
  const delimiters = delimitersOf(args);
  return areLineEnds(delimiters)
    ? [new ReferenceLines(args.maxFrameLength, args)]
    : [new ReferenceDelimited(args.maxFrameLength, args, delimiters)];
}

/** The delimiters as texts of one character a byte. */
export function delimitersOf(args: Pick<CodecArgs, 'delimiters'>): string[] {
  return args.delimiters.map((hex) => Buffer.from(hex, 'hex').toString('latin1'));
}

/** Whether these delimiters make a decoder of lines. */
export function areLineEnds(delimiters: readonly string[]): boolean {
  return delimiters.length === 2 && delimiters.includes('\n') && delimiters.includes('\r\n');
}

/** How many characters at the end of a text are the beginning of a delimiter. */
export function unfinishedDelimiter(text: string, delimiters: readonly string[]): number {
  let longest = 0;
  for (const delimiter of delimiters) {
    for (let length = 1; length < delimiter.length; length++) {
      if (text.endsWith(delimiter.slice(0, length))) longest = Math.max(longest, length);
    }
  }
  return longest;
}

/** Frames that end in a delimiter: a delimiter counts wherever the reads were cut. */
class ReferenceDelimited extends ByteToMessageDecoder<Buffer> {
  readonly #max: number;
  readonly #strip: boolean;
  readonly #failFast: boolean;
  readonly #delimiters: readonly string[];
  /** Bytes dropped of a frame that is too long. */
  #dropped = 0;

  constructor(max: number, args: CodecArgs, delimiters: readonly string[]) {
    super();
    this.#max = max;
    this.#strip = args.stripDelimiter;
    this.#failFast = args.failFast;
    this.#delimiters = delimiters;
  }

  protected override decode(ctx: Context, input: ByteBuf, out: MessageList<Buffer>): void {
    const text = input.toString('latin1');
    const [at, length] = this.#first(text);
    if (at >= 0) {
      const bytes = input.readBuffer(at + length);
      const tooLong = this.#dropped;
      this.#dropped = 0;
      if (tooLong > 0) {
        if (!this.#failFast) this.fail(ctx, this.lengthAtEnd(tooLong, at), false);
      } else if (at > this.#max) this.fail(ctx, at, false);
      else out.push(this.#strip ? bytes.subarray(0, at) : bytes);
      return;
    }
    const certain = text.length - unfinishedDelimiter(text, this.#delimiters);
    const isFirst = this.#dropped === 0;
    if (isFirst && certain <= this.#max) return;
    const drop = this.keepsUnfinished ? certain : text.length;
    this.#dropped += drop;
    input.skipBytes(drop);
    if (isFirst && this.#failFast) this.fail(ctx, drop, true);
  }

  #first(text: string): [at: number, length: number] {
    const found = this.#delimiters
      .map((delimiter): [number, number] => [text.indexOf(delimiter), delimiter.length])
      .filter(([at]) => at >= 0);
    return found.sort(([a], [b]) => a - b)[0] ?? [-1, 0];
  }

  /** Whether what may become a delimiter is kept while a frame is being dropped. */
  protected get keepsUnfinished(): boolean {
    return true;
  }
  protected lengthAtEnd(dropped: number, _last: number): number {
    return dropped;
  }
  protected fail(_ctx: Context, length: number, _isOngoing: boolean): void {
    throw new TooLongFrameException(`frame length exceeds ${this.#max}: ${length} - discarded`);
  }
}

/** Lines: errors do not hold up the lines behind, and a `\n` ends a line whether its `\r` has been dropped or not. */
class ReferenceLines extends ReferenceDelimited {
  readonly #maxLength: number;

  constructor(max: number, args: CodecArgs) {
    super(max, args, ['\r\n', '\n']);
    this.#maxLength = max;
  }

  protected override get keepsUnfinished(): boolean {
    return false;
  }
  protected override lengthAtEnd(dropped: number, last: number): number {
    return dropped + last;
  }
  protected override fail(ctx: Context, length: number, isOngoing: boolean): void {
    const shown = isOngoing ? `over ${length}` : String(length);
    ctx.fireExceptionCaught(
      new TooLongFrameException(`frame length (${shown}) exceeds the allowed maximum (${this.#maxLength})`),
    );
  }
}

/** What Java calls white space among single bytes. */
const SPACES = '\t\n\v\f\r\x1c\x1d\x1e\x1f ';

/** How many of the characters at the beginning of a text are white space. */
function leadingSpaces(text: string): number {
  return [...text, 'end'].findIndex((character) => !SPACES.includes(character));
}

/** JSON objects: the limit is one of each object, and of a streamed array's elements with the space behind them. */
class ReferenceJson extends ByteToMessageDecoder<Buffer> {
  readonly #max: number;
  readonly #streams: boolean;
  #inArray = false;
  #isCorrupted = false;
  /** What was dropped of an object that is too long. */
  #dropped = '';

  constructor(args: CodecArgs) {
    super();
    this.#max = args.maxObjectLength;
    this.#streams = args.streamArrayElements;
  }

  protected override decode(_ctx: Context, input: ByteBuf, out: MessageList<Buffer>): void {
    if (this.#isCorrupted) {
      input.skipBytes(input.readableBytes);
      return;
    }
    if (this.#dropped === '' && !this.#inArray) input.skipBytes(leadingSpaces(input.toString('latin1')));
    const text = input.toString('latin1');
    if (text === '') return;
    if (this.#inArray) this.#element(input, text, out);
    else if (this.#dropped === '' && !/^[{[]/.test(text)) {
      this.#isCorrupted = true;
      throw new CorruptedFrameException(
        `invalid JSON received at byte position ${input.readerIndex}: ${input.toString('hex')}`,
      );
    } else if (this.#streams && this.#dropped === '' && text.startsWith('[')) {
      this.#inArray = true;
      input.skipBytes(1);
    } else {
      const end = endOf(this.#dropped + text, (depth) => depth === 0);
      this.#take(input, end < 0 ? -1 : end + 1 - this.#dropped.length, 0, out);
    }
  }

  #element(input: ByteBuf, text: string, out: MessageList<Buffer>): void {
    const whole = this.#dropped + text;
    const end = endOf(whole, (depth, character) => depth < 0 || (depth === 0 && character === ','));
    if (end >= 0 && whole[end] !== ',') this.#inArray = false;
    this.#take(input, end < 0 ? -1 : end - this.#dropped.length, 1, out);
  }

  /** Takes `length` bytes (-1: the end has not come) and drops the `separator` behind them. */
  #take(input: ByteBuf, length: number, separator: number, out: MessageList<Buffer>): void {
    if (length < 0) {
      if (this.#dropped === '' && separator === 1 && input.readableBytes > this.#max) {
        input.skipBytes(leadingSpaces(input.toString('latin1')));
      }
      if (this.#dropped === '' && input.readableBytes <= this.#max) return;
      const isFirst = this.#dropped === '';
      const bytes = input.readBuffer(input.readableBytes);
      this.#dropped += bytes.toString('latin1');
      if (isFirst) throw this.#tooLong(bytes.length);
      return;
    }
    const bytes = input.readBuffer(length);
    input.skipBytes(separator);
    const wasDropping = this.#dropped !== '';
    this.#dropped = '';
    if (wasDropping) return;
    const text = bytes.toString('latin1');
    const start = separator === 0 ? 0 : leadingSpaces(text);
    const end = length - (separator === 0 ? 0 : leadingSpaces([...text].reverse().join('')));
    if (length - start > this.#max) throw this.#tooLong(length + separator);
    out.push(bytes.subarray(start, Math.max(start, end)));
  }

  #tooLong(length: number): TooLongFrameException {
    return new TooLongFrameException(`object length exceeds ${this.#max}: ${length} bytes discarded`);
  }
}

/** Where, outside strings, `isEnd` holds for the number of open brackets behind a character and the character. */
function endOf(text: string, isEnd: (depth: number, character: string) => boolean): number {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|".*|[^"]/gs)) {
    if (token.length > 1 || token === '"') continue;
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    if (isEnd(depth, token)) return index;
  }
  return -1;
}

/** Messages behind their length: a length of more than five bytes is an error, and skipped. */
class ReferenceVarints extends ByteToMessageDecoder<Buffer> {
  protected override decode(_ctx: Context, input: ByteBuf, out: MessageList<Buffer>): void {
    const [header = ''] = /^[\x80-\xff]{0,4}.?/s.exec(input.toString('latin1')) as RegExpExecArray;
    const bytes = Buffer.from(header, 'latin1');
    if ((bytes.at(-1) as number) >= 0x80) {
      if (bytes.length < 5) return;
      input.skipBytes(5);
      throw new CorruptedFrameException('malformed varint.');
    }
    const length = bytes.reduce((sum, byte, i) => sum | ((byte & 0x7f) << (7 * i)), 0);
    if (length < 0) {
      input.skipBytes(bytes.length);
      throw new CorruptedFrameException(`negative length: ${length}`);
    }
    if (input.readableBytes < bytes.length + length) return;
    input.skipBytes(bytes.length);
    out.push(input.readBuffer(length));
  }
}
