// expect: OutboundMismatch<ThisHandlerWrites<Buffer<ArrayBufferLike>>, PreviousHandlerAccepts<number>>
import { ProtobufEncoder } from '@sluice/codec';
import { pipeline } from '@sluice/core';

pipeline<Buffer, number>().addLast(() => new ProtobufEncoder({ encode: (id: number) => Uint8Array.of(id) }));
