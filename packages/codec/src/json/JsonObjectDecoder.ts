import type { Buffer } from 'node:buffer';
import { type ByteBuf, hexDump } from '@sluice/core';
import { CorruptedFrameException, TooLongFrameException } from '../errors.js';
import { checkPositive } from '../frame/checks.js';
import { FrameDecoder } from '../frame/FrameDecoder.js';

/** What a {@link JsonObjectDecoder} accepts. */
export interface JsonObjectDecoderOptions {
  /**
   * Longest object or array allowed, in bytes; a longer one is discarded with a `TooLongFrameException`. With
   * `streamArrayElements` the longest element, together with the white space behind it. Default 1 MiB.
   */
  readonly maxObjectLength?: number;
  /** Hand on the elements of a top-level array one by one. Default false. */
  readonly streamArrayElements?: boolean;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** How many bytes an error message shows. */
const SHOWN_BYTES = 256;

/** Between two objects; in an object or array; in the elements of a streamed array; after a byte that is no JSON. */
type State = 'between' | 'object' | 'elements' | 'corrupted';

/**
 * Cuts a stream into JSON objects and arrays by counting braces and brackets.
 *
 * ```
 *                          before                    after
 * streamArrayElements no   {"a":1} {"b":[2]}         {"a":1}    {"b":[2]}
 *                          [1, 2]                    [1, 2]
 * streamArrayElements      [1, {"a":2}, "x"]         1    {"a":2}    "x"
 *                          {"a":1}                   {"a":1}
 * in a string all counts   {"a":"}\""}               {"a":"}\""}
 * ```
 *
 * White space between objects, and around streamed elements, is dropped. A frame is a `Buffer` (use `JSON.parse` on its
 * text) that shares its memory with the bytes that came in; whether it is valid JSON is not checked. Any other byte
 * between objects, so also a bare number or string, is a `CorruptedFrameException`, after which all input is discarded:
 * close the channel. An object that is too long is discarded up to its end, and the next one decoded as usual. Bytes
 * are searched once, however small the pieces they arrive in. Netty: JsonObjectDecoder.
 */
export class JsonObjectDecoder extends FrameDecoder<Buffer> {
  readonly #maxObjectLength: number;
  readonly #streamArrayElements: boolean;
  #state: State = 'between';
  /** Readable bytes that have been looked at. */
  #scanned = 0;
  #depth = 0;
  #inString = false;
  /** Whether the byte before, in a string, was a backslash that counts. */
  #escaped = false;
  /** Whether the object is too long: its bytes are not kept. */
  #discarding = false;

  /** @throws RangeError `ERR_OUT_OF_RANGE` if `maxObjectLength` is not positive */
  constructor(options: JsonObjectDecoderOptions = {}) {
    super();
    this.#maxObjectLength = checkPositive(options.maxObjectLength ?? 1024 * 1024, 'maxObjectLength');
    this.#streamArrayElements = options.streamArrayElements ?? false;
  }

  override step(input: ByteBuf): Buffer | undefined {
    const end = input.writerIndex;
    for (let i = input.readerIndex + this.#scanned; i < end; i++) {
      const byte = input.getUnsignedByte(i);
      if (this.#state === 'object') {
        this.#count(byte);
        if (this.#depth === 0) return this.#endOfObject(input, i);
      } else if (this.#state === 'elements') {
        this.#count(byte);
        if (!this.#inString && (this.#depth === 0 || (this.#depth === 1 && byte === COMMA))) {
          const element = this.#endOfElement(input, i);
          if (element !== undefined) return element;
        }
      } else if (!this.#begin(input, i, byte)) return undefined;
    }
    this.#scanned = input.readableBytes;
    if (this.#scanned > this.#maxObjectLength && this.#state === 'elements') this.#dropWhiteSpace(input);
    if (this.#discarding || this.#scanned > this.#maxObjectLength) this.#discard(input);
    return undefined;
  }

  /** A byte between objects. False if no more can be decoded. */
  #begin(input: ByteBuf, i: number, byte: number): boolean {
    if (this.#state === 'corrupted') {
      input.skipBytes(input.readableBytes);
      return false;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      this.#depth = 1;
      this.#state = 'object';
      if (byte === OPEN_BRACKET && this.#streamArrayElements) {
        this.#state = 'elements';
        input.readerIndex = i + 1;
      }
      return true;
    }
    if (!isWhiteSpace(byte)) throw this.#corrupted(input, i);
    input.readerIndex = i + 1;
    return true;
  }

  /** Counts a byte inside an object. */
  #count(byte: number): void {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inString = false;
    } else if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) this.#depth--;
  }

  /** The byte at `i` closes the object. */
  #endOfObject(input: ByteBuf, i: number): Buffer | undefined {
    this.#state = 'between';
    const start = input.readerIndex;
    return this.#take(input, start, i + 1, i + 1 - start, i + 1);
  }

  /** The byte at `i` ends an element. The last one of an array may be missing: `[]`, `[1,]`. */
  #endOfElement(input: ByteBuf, i: number): Buffer | undefined {
    if (this.#depth === 0) this.#state = 'between';
    let start = input.readerIndex;
    let end = i;
    while (start < end && isWhiteSpace(input.getUnsignedByte(start))) start++;
    while (end > start && isWhiteSpace(input.getUnsignedByte(end - 1))) end--;
    // White space behind it counts, as it has to be kept while the element's end has not arrived; nothing else does
    // where there is no element.
    return this.#take(input, start, end, i - start, i + 1);
  }

  /** Drops what stands in front of an element, and is otherwise kept for whoever removes the decoder. */
  #dropWhiteSpace(input: ByteBuf): void {
    while (input.readableBytes > 0 && isWhiteSpace(input.getUnsignedByte(input.readerIndex))) {
      input.skipBytes(1);
      this.#scanned--;
    }
  }

  /**
   * The bytes from `start` up to `end` as a frame, for which `kept` bytes had to be kept; goes on at `next`. Nothing, if
   * they are the rest of one that is too long.
   */
  #take(input: ByteBuf, start: number, end: number, kept: number, next: number): Buffer | undefined {
    const length = next - input.readerIndex;
    this.#scanned = 0;
    input.readerIndex = next;
    if (this.#discarding) {
      this.#discarding = false;
      return undefined;
    }
    if (kept > this.#maxObjectLength) throw this.#tooLong(length);
    return input.toBuffer(start, end - start);
  }

  #discard(input: ByteBuf): void {
    const length = this.#scanned;
    this.#scanned = 0;
    input.skipBytes(length);
    if (this.#discarding) return;
    this.#discarding = true;
    throw this.#tooLong(length);
  }

  #tooLong(length: number): TooLongFrameException {
    return new TooLongFrameException(
      `object length exceeds ${this.#maxObjectLength}: ${length} bytes discarded`,
    );
  }

  #corrupted(input: ByteBuf, i: number): CorruptedFrameException {
    this.#state = 'corrupted';
    this.#scanned = 0;
    const shown = hexDump(input, input.readerIndex, Math.min(input.readableBytes, SHOWN_BYTES));
    const more = input.readableBytes > SHOWN_BYTES ? '...' : '';
    return new CorruptedFrameException(`invalid JSON received at byte position ${i}: ${shown}${more}`);
  }
}

/** As Java sees it: tab, line feed, vertical tab, form feed, carriage return, four separators, space. */
function isWhiteSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || (byte >= 0x1c && byte <= 0x1f);
}
