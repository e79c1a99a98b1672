import type { Buffer } from 'node:buffer';
import { type ByteBuf, outOfRange } from '@sluice/core';
import { CorruptedFrameException, DecoderException, TooLongFrameException } from '../errors.js';
import { checkByteOrder, checkInteger, checkPositive, checkPositiveOrZero } from './checks.js';
import { FrameDecoder } from './FrameDecoder.js';
import type { ByteOrder, LengthFieldWidth } from './lengthField.js';

/** How a {@link LengthFieldBasedFrameDecoder} finds the frames. All numbers are in bytes. */
export interface LengthFieldBasedFrameDecoderOptions {
  /** Longest frame allowed, header included; a longer one is discarded with a `TooLongFrameException`. */
  readonly maxFrameLength: number;
  /** Bytes in front of the length field. Default 0. */
  readonly lengthFieldOffset?: number;
  /** Width of the length field. One of up to 4 is unsigned; one of 8 that is negative is an error. */
  readonly lengthFieldLength: LengthFieldWidth;
  /** Added to the value of the length field to get the number of bytes that follow it. Default 0. */
  readonly lengthAdjustment?: number;
  /** Bytes to cut off the front of each frame. Default 0. */
  readonly initialBytesToStrip?: number;
  /** Report a frame that is too long when its header is read (default), or when all of it has been discarded. */
  readonly failFast?: boolean;
  /** Default big-endian. */
  readonly byteOrder?: ByteOrder;
}

/**
 * Cuts a stream into frames by a length that each carries.
 *
 * ```
 * lengthFieldLength 2; lengthFieldOffset, lengthAdjustment and initialBytesToStrip 0 unless given
 *
 *                                                        before               after
 * header kept                                            000c HELLO, WORLD    000c HELLO, WORLD
 * initialBytesToStrip 2                                  000c HELLO, WORLD    HELLO, WORLD
 * lengthAdjustment -2 (length counts itself)             000e HELLO, WORLD    000e HELLO, WORLD
 * lengthFieldOffset 2, lengthFieldLength 3               cafe 00000c HELLO, WORLD    cafe 00000c HELLO, WORLD
 * lengthFieldLength 3, lengthAdjustment 2                00000c cafe HELLO, WORLD    00000c cafe HELLO, WORLD
 * lengthFieldOffset 1, lengthAdjustment 1,               ca 000c fe HELLO, WORLD     fe HELLO, WORLD
 *   initialBytesToStrip 3
 * lengthFieldOffset 1, lengthAdjustment -3,              ca 0010 fe HELLO, WORLD     fe HELLO, WORLD
 *   initialBytesToStrip 3 (length counts everything)
 * byteOrder 'LE', initialBytesToStrip 2                  0c00 HELLO, WORLD    HELLO, WORLD
 * ```
 *
 * A frame is a `Buffer` that shares its memory with the bytes that came in. Errors come through `exceptionCaught`, one
 * for each bad frame: `TooLongFrameException`, after which the next frame is decoded as usual; and
 * `CorruptedFrameException` for a length that is negative, shorter than the header, or shorter than what is to be
 * stripped. A sender can make the decoder keep at most `maxFrameLength` bytes, and memory is taken as bytes arrive,
 * not as they are announced. Override `getUnadjustedFrameLength` for a length in another notation, `extractFrame` to
 * copy frames. Netty: LengthFieldBasedFrameDecoder.
 */
export class LengthFieldBasedFrameDecoder extends FrameDecoder<Buffer> {
  readonly #maxFrameLength: number;
  readonly #fieldOffset: number;
  readonly #fieldLength: number;
  readonly #fieldEnd: number;
  readonly #adjustment: number;
  readonly #strip: number;
  readonly #failFast: boolean;
  readonly #byteOrder: ByteOrder;
  /** Length of the frame whose header has been read, or -1. */
  #frameLength = -1;
  /** Bytes of that frame that have not arrived. */
  #missing = 0;
  #bytesToDiscard = 0;
  #tooLongFrameLength: number | bigint = 0;

  /**
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxFrameLength` is not positive, another number that may not be is
   * negative, or the length field lies outside `maxFrameLength`. A width other than 1, 2, 3, 4 or 8 is reported by
   * the decoding, as a subclass may know what to do with it.
   */
  constructor(options: LengthFieldBasedFrameDecoderOptions) {
    super();
    this.#byteOrder = options.byteOrder ?? 'BE';
    checkByteOrder(this.#byteOrder);
    this.#maxFrameLength = checkPositive(options.maxFrameLength, 'maxFrameLength');
    this.#fieldOffset = checkPositiveOrZero(options.lengthFieldOffset ?? 0, 'lengthFieldOffset');
    this.#strip = checkPositiveOrZero(options.initialBytesToStrip ?? 0, 'initialBytesToStrip');
    this.#fieldLength = checkInteger(options.lengthFieldLength, 'lengthFieldLength');
    this.#adjustment = checkInteger(options.lengthAdjustment ?? 0, 'lengthAdjustment');
    this.#failFast = options.failFast ?? true;
    this.#fieldEnd = this.#fieldOffset + this.#fieldLength;
    if (this.#fieldEnd > this.#maxFrameLength) {
      throw outOfRange(
        `maxFrameLength (${this.#maxFrameLength}) must be equal to or greater than lengthFieldOffset ` +
          `(${this.#fieldOffset}) + lengthFieldLength (${this.#fieldLength}).`,
      );
    }
  }

  override step(input: ByteBuf): Buffer | undefined {
    if (this.#frameLength < 0) {
      if (this.#bytesToDiscard > 0) this.#discard(input);
      if (input.readableBytes < this.#fieldEnd || !this.#readHeader(input)) return undefined;
    }
    const length = this.#frameLength;
    this.#missing = length - input.readableBytes;
    if (this.#missing > 0) return undefined;
    this.#frameLength = -1;
    const strip = this.#strip;
    if (strip > length) {
      input.skipBytes(length);
      throw new CorruptedFrameException(
        `Adjusted frame length (${length}) is less than initialBytesToStrip: ${strip}`,
      );
    }
    const start = input.readerIndex;
    const frame = this.extractFrame(input, start + strip, length - strip);
    input.readerIndex = start + length;
    return frame;
  }

  /** Finds out how long the frame is. False if it is too long. */
  #readHeader(input: ByteBuf): boolean {
    const end = this.#fieldEnd;
    const unadjusted = this.getUnadjustedFrameLength(
      input,
      input.readerIndex + this.#fieldOffset,
      this.#fieldLength,
      this.#byteOrder,
    );
    if (unadjusted < 0) {
      input.skipBytes(end);
      throw new CorruptedFrameException(`negative pre-adjustment length field: ${unadjusted}`);
    }
    const length = this.#adjusted(unadjusted);
    if (length < end) {
      input.skipBytes(end);
      throw new CorruptedFrameException(
        `Adjusted frame length (${length}) is less than lengthFieldEndOffset: ${end}`,
      );
    }
    if (length > this.#maxFrameLength) {
      this.#tooLong(input, length);
      return false;
    }
    this.#frameLength = Number(length);
    return true;
  }

  /** The length of the whole frame. One of 64 bits that overflows is negative, as in Java. */
  #adjusted(unadjusted: number | bigint): number | bigint {
    const extra = this.#adjustment + this.#fieldEnd;
    if (typeof unadjusted === 'number') return unadjusted + extra;
    return BigInt.asIntN(64, unadjusted + BigInt(extra));
  }

  #tooLong(input: ByteBuf, length: number | bigint): void {
    const present = Math.min(Number(length), input.readableBytes);
    input.skipBytes(present);
    this.#bytesToDiscard = Number(length) - present;
    this.#tooLongFrameLength = length;
    if (this.#failFast || this.#bytesToDiscard === 0) throw this.#tooLongException();
  }

  #discard(input: ByteBuf): void {
    const present = Math.min(this.#bytesToDiscard, input.readableBytes);
    input.skipBytes(present);
    this.#bytesToDiscard -= present;
    if (this.#bytesToDiscard === 0 && !this.#failFast) throw this.#tooLongException();
  }

  #tooLongException(): TooLongFrameException {
    return new TooLongFrameException(
      `Adjusted frame length exceeds ${this.#maxFrameLength}: ${this.#tooLongFrameLength} - discarded`,
    );
  }

  /**
   * The value of the length field, which is `length` bytes at `offset` of `input`. An override must not move indexes.
   *
   * @throws DecoderException if the field is not 1, 2, 3, 4 or 8 bytes wide
   */
  protected getUnadjustedFrameLength(
    input: ByteBuf,
    offset: number,
    length: number,
    order: ByteOrder,
  ): number | bigint {
    const big = order === 'BE';
    switch (length) {
      case 1:
        return input.getUnsignedByte(offset);
      case 2:
        return big ? input.getUnsignedShort(offset) : input.getUnsignedShortLE(offset);
      case 3:
        return big ? input.getUnsignedMedium(offset) : input.getUnsignedMediumLE(offset);
      case 4:
        return big ? input.getUnsignedInt(offset) : input.getUnsignedIntLE(offset);
      case 8:
        return big ? input.getLong(offset) : input.getLongLE(offset);
      default:
        throw new DecoderException(
          `unsupported lengthFieldLength: ${this.#fieldLength} (expected: 1, 2, 3, 4, or 8)`,
        );
    }
  }

  /** The frame: `length` bytes at `index` of `input`. An override must not move indexes. */
  protected extractFrame(input: ByteBuf, index: number, length: number): Buffer {
    return input.toBuffer(index, length);
  }

  protected override missingBytes(): number {
    return this.#frameLength < 0 ? 0 : this.#missing;
  }
}
