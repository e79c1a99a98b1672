import type { ByteBuf } from '@sluice/core';
import { FrameDecoder } from '../../src/frame/FrameDecoder.js';
import { bytes, decoded } from '../support/decoding.js';

/** A digit says how many characters follow; `-` is skipped. */
class Counted extends FrameDecoder<string> {
  override step(input: ByteBuf): string | undefined {
    const count = Number(String.fromCharCode(input.getByte(input.readerIndex)));
    if (Number.isNaN(count)) {
      input.skipBytes(1);
      return undefined;
    }
    if (input.readableBytes <= count) return undefined;
    input.skipBytes(1);
    return input.readCharSequence(count);
  }
}

test('a subclass has only a step to write', () => {
  expect(decoded(new Counted(), [bytes('3abc-1d0-2e'), bytes('f')])).toEqual(['abc', 'd', '', 'ef']);
});
