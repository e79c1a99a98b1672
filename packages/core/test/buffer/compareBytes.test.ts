import { ByteBuf } from '../../src/buffer/ByteBuf.js';
import { bytesEqual, compareBytes, hashBytes } from '../../src/buffer/compareBytes.js';

const sources = (bytes: number[]): [ByteBuf, Buffer, Uint8Array] => [
  ByteBuf.from([7, ...bytes, 7]).setIndex(1, bytes.length + 1),
  Buffer.from(bytes),
  Uint8Array.from(bytes),
];

describe('compareBytes', () => {
  test.each([
    { a: [], b: [], order: 0 },
    { a: [], b: [0], order: -1 },
    { a: [1, 2, 3], b: [1, 2, 3], order: 0 },
    { a: [1, 2, 3], b: [1, 2, 4], order: -1 },
    { a: [0xff], b: [0x7f], order: 1 },
    { a: [0x80, 0, 0, 0], b: [0x7f, 0xff, 0xff, 0xff], order: 1 },
    { a: [1, 2], b: [1, 2, 0], order: -1 },
    { a: [2], b: [1, 0xff, 0xff, 0xff, 0xff], order: 1 },
  ])('$a and $b: $order', ({ a, b, order }) => {
    for (const left of sources(a)) {
      for (const right of sources(b)) {
        expect(compareBytes(left, right)).toBe(order);
        expect(compareBytes(right, left)).toBe(order === 0 ? 0 : -order);
        expect(bytesEqual(left, right)).toBe(order === 0);
      }
    }
  });

  test('a source equals itself', () => {
    const buf = ByteBuf.from([1]);
    expect(compareBytes(buf, buf)).toBe(0);
  });

  test('refuses what holds no bytes', () => {
    expect(() => compareBytes(Buffer.alloc(1), 'a' as unknown as Buffer)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    );
  });
});

describe('hashBytes', () => {
  // ByteBufUtil.hashCode: h = 1; h = 31 * h + each big-endian int; then each signed byte; 0 becomes 1.
  test.each([
    { bytes: [], hash: 1 },
    { bytes: [0], hash: 31 },
    { bytes: [0xff], hash: 30 },
    { bytes: [0, 0, 0, 1], hash: 32 },
    { bytes: [0, 0, 0, 1, 2], hash: 994 },
    { bytes: [0xff, 0xff, 0xff, 0xe1], hash: 1 },
    { bytes: [0x7f, 0xff, 0xff, 0xff], hash: -2147483618 },
    { bytes: [...Buffer.from('hello, world')], hash: -897134440 },
  ])('of $bytes is $hash', ({ bytes, hash }) => {
    for (const source of sources(bytes)) expect(hashBytes(source)).toBe(hash);
  });
});
