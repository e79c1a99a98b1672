// expect: InboundMismatch<PreviousHandlerEmits<Buffer<ArrayBufferLike>>, ThisHandlerAccepts<string>>
import { LineBasedFrameDecoder, StringEncoder } from '@sluice/codec';
import { handler, pipeline } from '@sluice/core';

// The lines are still bytes: StringDecoder is missing.
pipeline()
  .addLast(() => new LineBasedFrameDecoder({ maxLength: 80 }))
  .addLast(() => new StringEncoder())
  .addLast(() => handler<string, never, string>({ channelRead() {} }));
