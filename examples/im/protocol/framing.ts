import { LengthFieldBasedFrameDecoder, LengthFieldPrepender } from '@sluice/codec';
import { MAX_FRAME } from './wire.js';

/** A frame is four bytes of length, then the message. */
const LENGTH = 4;

export function frameDecoder(): LengthFieldBasedFrameDecoder {
  return new LengthFieldBasedFrameDecoder({
    maxFrameLength: LENGTH + MAX_FRAME,
    lengthFieldLength: LENGTH,
    initialBytesToStrip: LENGTH,
  });
}

export function framePrepender(): LengthFieldPrepender {
  return new LengthFieldPrepender({ lengthFieldLength: LENGTH });
}
