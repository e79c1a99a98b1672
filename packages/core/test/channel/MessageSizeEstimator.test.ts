import { ByteBuf, byteLength, defaultMessageSizeEstimator, FramedMessage } from '@sluice/core';

class Framed extends FramedMessage {
  readonly headerLength = 4;
  writeHeader(target: Uint8Array, offset: number): void {
    target.fill(1, offset, offset + 4);
  }
}

const read = ByteBuf.from([1, 2, 3]);
read.skipBytes(1);

test.each([
  ['an array', new Uint8Array(5), 5],
  ['a Buffer', Buffer.alloc(6), 6],
  ['the unread bytes of a ByteBuf', read, 2],
  ['header and payload of a framed message', new Framed(new Uint8Array(3)), 7],
  ['a holder of bytes', { content: new Uint8Array(4) }, 4],
  ['a holder of a ByteBuf', { content: read }, 2],
])('%s counts its bytes', (_what, message, bytes) => {
  expect([byteLength(message), defaultMessageSizeEstimator(message)]).toEqual([bytes, bytes]);
});

test.each([['a string'], [12], [{ content: 'text' }], [{}], [null]])(
  '%j is not made of bytes and counts 8',
  (message) => {
    expect([byteLength(message), defaultMessageSizeEstimator(message)]).toEqual([-1, 8]);
  },
);
