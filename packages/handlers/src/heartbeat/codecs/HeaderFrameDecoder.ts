import type { Buffer } from 'node:buffer';
import { CorruptedFrameException, FrameDecoder, TooLongFrameException } from '@sluice/codec';
import { type ByteBuf, outOfRange } from '@sluice/core';

/**
 * Reads the header at the reader index, without moving it: the length of the whole frame in bytes, or 0 while too little has
 * arrived to tell. Throws `CorruptedFrameException` as soon as it sees that this is no header.
 */
export type HeaderReader = (input: ByteBuf) => number;

/** Longest frame unless said otherwise: 8 MiB, as Dubbo and Seata have it. */
export const MAX_FRAME_LENGTH: number = 8 * 1024 * 1024;

/**
 * Cuts a stream into frames whose header begins with a magic number or something else that can be wrong. What follows a
 * wrong header cannot be trusted, so it is thrown away: one exception comes through `exceptionCaught`, and not another frame.
 */
export class HeaderFrameDecoder extends FrameDecoder<Buffer> {
  readonly #read: HeaderReader;
  readonly #maxFrameLength: number;
  /** Length of the frame whose header has been read, or 0. */
  #length = 0;
  #missing = 0;
  #broken = false;

  constructor(read: HeaderReader, maxFrameLength: number) {
    super();
    if (!(Number.isInteger(maxFrameLength) && maxFrameLength > 0))
      throw outOfRange(`maxFrameLength : ${maxFrameLength} (expected: > 0)`);
    this.#read = read;
    this.#maxFrameLength = maxFrameLength;
  }

  override step(input: ByteBuf): Buffer | undefined {
    if (this.#broken) input.skipBytes(input.readableBytes);
    else if (this.#length === 0) this.#length = this.#header(input);
    const length = this.#length;
    if (length === 0) return undefined;
    this.#missing = length - input.readableBytes;
    if (this.#missing > 0) return undefined;
    this.#length = 0;
    return input.readBuffer(length);
  }

  #header(input: ByteBuf): number {
    try {
      const length = this.#read(input);
      if (length > this.#maxFrameLength)
        throw new TooLongFrameException(
          `frame length exceeds ${this.#maxFrameLength}: ${length} - the rest of the stream is discarded`,
        );
      return length;
    } catch (error) {
      this.#broken = true;
      input.skipBytes(input.readableBytes);
      throw error;
    }
  }

  protected override missingBytes(): number {
    return this.#length === 0 ? 0 : this.#missing;
  }
}

/** What is thrown for a header that is none of the protocol's. */
export function corrupted(protocol: string, what: string): CorruptedFrameException {
  return new CorruptedFrameException(
    `${what}: this is no ${protocol} frame. The rest of the stream is discarded; close the channel.`,
  );
}

/** Checks the two bytes that each frame begins with, as far as they have arrived. */
export function checkMagic(protocol: string, input: ByteBuf, magic: number): void {
  const start = input.readerIndex;
  const arrived = Math.min(2, input.readableBytes);
  for (let i = 0; i < arrived; i++) {
    const byte = input.getUnsignedByte(start + i);
    if (byte !== ((magic >> (8 - 8 * i)) & 0xff))
      throw corrupted(
        protocol,
        `byte ${i} is 0x${byte.toString(16)}, not that of the magic number 0x${magic.toString(16)}`,
      );
  }
}

/** Checks a length that is signed on the wire. */
export function checkLength(protocol: string, name: string, length: number, least: number): number {
  if (length < least) throw corrupted(protocol, `${name} ${length} is below ${least}`);
  return length;
}
