import type { ByteBuf } from '@sluice/core';

/**
 * Decoding as a plain function of bytes, without channel or pipeline. All frame decoders have it.
 */
export interface FrameStep<T> {
  /**
   * Takes at most one message from the front of `input`. `undefined` means that none is complete; bytes may have been
   * used up all the same (those of a frame that is being discarded). If bytes are left that are not enough for a
   * message, nothing is taken, and the next call must show them again, in front of what came after them.
   *
   * @throws DecoderException when the bytes are bad; they have been skipped as far as that makes sense, so that it can
   * go on with the next call
   */
  step(input: ByteBuf): T | undefined;
}
