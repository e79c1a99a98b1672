import { FramedMessage } from '@sluice/core';

class LengthPrefixed extends FramedMessage {
  readonly headerLength = 2;
  writeHeader(target: Uint8Array, offset: number): void {
    target[offset] = this.payload.length >> 8;
    target[offset + 1] = this.payload.length & 0xff;
  }
}

test('has a length and a header of its own', () => {
  const message = new LengthPrefixed(new Uint8Array(300));
  expect(message.length).toBe(302);
  expect([...message.header()]).toEqual([1, 44]);
});

test('writes its header where it is told to', () => {
  const target = new Uint8Array(4);
  new LengthPrefixed(new Uint8Array(5)).writeHeader(target, 1);
  expect([...target]).toEqual([0, 0, 5, 0]);
});
