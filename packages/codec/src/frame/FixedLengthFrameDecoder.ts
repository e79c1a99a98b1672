import type { Buffer } from 'node:buffer';
import type { ByteBuf } from '@sluice/core';
import { checkPositive } from './checks.js';
import { FrameDecoder } from './FrameDecoder.js';

/** How long the frames of a {@link FixedLengthFrameDecoder} are. */
export interface FixedLengthFrameDecoderOptions {
  /** In bytes. */
  readonly frameLength: number;
}

/**
 * Cuts a stream into frames of equal length.
 *
 * ```
 * frameLength 3    received A BC DEFG HI    frames ABC DEF GHI
 * ```
 *
 * A frame is a `Buffer` that shares its memory with the bytes that came in. Bytes that are left when the input ends are
 * dropped. Netty: FixedLengthFrameDecoder.
 */
export class FixedLengthFrameDecoder extends FrameDecoder<Buffer> {
  readonly #frameLength: number;
  #missing = 0;

  /** @throws RangeError `ERR_OUT_OF_RANGE` if `frameLength` is not positive */
  constructor(options: FixedLengthFrameDecoderOptions) {
    super();
    this.#frameLength = checkPositive(options.frameLength, 'frameLength');
  }

  override step(input: ByteBuf): Buffer | undefined {
    this.#missing = this.#frameLength - input.readableBytes;
    return this.#missing > 0 ? undefined : input.readBuffer(this.#frameLength);
  }

  protected override missingBytes(): number {
    return Math.max(0, this.#missing);
  }
}
