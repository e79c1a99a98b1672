// expect: Argument of type '() => Greeter' is not assignable to parameter of type
// expect: InboundMismatch<PreviousHandlerEmits<Buffer<ArrayBufferLike>>, ThisHandlerAccepts<string>>
import { LineBasedFrameDecoder, StringEncoder } from '@sluice/codec';
import { ChannelInboundHandlerAdapter, pipeline } from '@sluice/core';

// The message that docs/guides/typed-pipelines.md quotes.
class Greeter extends ChannelInboundHandlerAdapter<string, never, string> {}

pipeline()
  .addLast(() => new LineBasedFrameDecoder({ maxLength: 80 }))
  .addLast(() => new StringEncoder())
  .addLast('greeter', () => new Greeter());
