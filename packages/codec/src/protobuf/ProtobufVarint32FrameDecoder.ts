import type { Buffer } from 'node:buffer';
import type { ByteBuf } from '@sluice/core';
import { CorruptedFrameException, TooLongFrameException } from '../errors.js';
import { checkPositive } from '../frame/checks.js';
import { FrameDecoder } from '../frame/FrameDecoder.js';

/** What a {@link ProtobufVarint32FrameDecoder} accepts. */
export interface ProtobufVarint32FrameDecoderOptions {
  /** Longest message allowed, in bytes, its length not counted. Default 64 MiB, the limit of Protocol Buffers. */
  readonly maxFrameLength?: number;
}

/** A varint of 32 bits has at most so many bytes. */
const MAX_VARINT_LENGTH = 5;

/**
 * Cuts a stream into messages with their length in front, as Protocol Buffers write it (base 128 varint).
 *
 * ```
 *                   before                        after
 * one byte          0c HELLO, WORLD               HELLO, WORLD
 * two bytes         ac02 (300 bytes)              (300 bytes)
 * an empty one      00                            (empty)
 * ```
 *
 * A frame is a `Buffer` that shares its memory with the bytes that came in. A length that is negative as a signed 32-bit
 * number, or that does not end after five bytes, is a `CorruptedFrameException`; a message that is too long is discarded
 * with a `TooLongFrameException` when its length is read. Netty: ProtobufVarint32FrameDecoder, which has no limit.
 */
export class ProtobufVarint32FrameDecoder extends FrameDecoder<Buffer> {
  readonly #maxFrameLength: number;
  /** Length of the message whose header has been consumed, or -1. */
  #frameLength = -1;
  #headerLength = 0;
  #missing = 0;
  #bytesToDiscard = 0;

  /** @throws RangeError `ERR_OUT_OF_RANGE` if `maxFrameLength` is not positive */
  constructor(options: ProtobufVarint32FrameDecoderOptions = {}) {
    super();
    this.#maxFrameLength = checkPositive(options.maxFrameLength ?? 64 * 1024 * 1024, 'maxFrameLength');
  }

  override step(input: ByteBuf): Buffer | undefined {
    if (this.#frameLength < 0) {
      if (this.#bytesToDiscard > 0) this.#discard(input);
      if (!this.#readLength(input)) return undefined;
    }
    this.#missing = this.#headerLength + this.#frameLength - input.readableBytes;
    if (this.#missing > 0) return undefined;
    const length = this.#frameLength;
    this.#frameLength = -1;
    input.skipBytes(this.#headerLength);
    return input.readBuffer(length);
  }

  /** Finds out the length, and leaves it where it is. False if it has not arrived as a whole. */
  #readLength(input: ByteBuf): boolean {
    const start = input.readerIndex;
    const available = Math.min(input.readableBytes, MAX_VARINT_LENGTH);
    let length = 0;
    for (let i = 0; i < available; i++) {
      const byte = input.getUnsignedByte(start + i);
      length |= (byte & 0x7f) << (7 * i);
      if (byte >= 0x80) continue;
      this.#checkLength(input, length, i + 1);
      return this.#frameLength >= 0;
    }
    if (available === MAX_VARINT_LENGTH) {
      input.skipBytes(MAX_VARINT_LENGTH);
      throw new CorruptedFrameException(
        `malformed varint. The length of a message goes on after ${MAX_VARINT_LENGTH} bytes.`,
      );
    }
    return false;
  }

  #checkLength(input: ByteBuf, length: number, headerLength: number): void {
    if (length < 0) {
      input.skipBytes(headerLength);
      throw new CorruptedFrameException(`negative length: ${length}`);
    }
    if (length > this.#maxFrameLength) {
      input.skipBytes(headerLength);
      this.#bytesToDiscard = length;
      this.#discard(input);
      throw new TooLongFrameException(`frame length exceeds ${this.#maxFrameLength}: ${length} - discarded`);
    }
    this.#frameLength = length;
    this.#headerLength = headerLength;
  }

  #discard(input: ByteBuf): void {
    const present = Math.min(this.#bytesToDiscard, input.readableBytes);
    input.skipBytes(present);
    this.#bytesToDiscard -= present;
  }

  protected override missingBytes(): number {
    return this.#frameLength < 0 ? 0 : this.#missing;
  }
}
