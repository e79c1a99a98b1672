// expect: OutboundMismatch<ThisHandlerWrites<string>, PreviousHandlerAccepts<
import { LineBasedFrameDecoder, StringDecoder } from '@sluice/codec';
import { handler, pipeline } from '@sluice/core';

// A socket takes no strings: StringEncoder is missing.
pipeline()
  .addLast(() => new LineBasedFrameDecoder({ maxLength: 80 }))
  .addLast(() => new StringDecoder())
  .addLast(() => handler<string, never, string>({ channelRead() {} }));
