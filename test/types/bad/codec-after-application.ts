// expect: InboundUnreachable<ThisHandlerAccepts<ByteSource>>
import { StringDecoder } from '@sluice/codec';
import { handler, pipeline } from '@sluice/core';

// Everything has been taken before the decoder.
pipeline()
  .addLast(() => handler<Buffer>({ channelRead() {} }))
  .addLast(() => new StringDecoder());
