import { ByteBuf } from '../../src/buffer/ByteBuf.js';
import { call, families, indexesOf, rangeError, thrownBy } from './families.js';

describe.each(families)('get$name', ({ name, size, values, encode }) => {
  const method = `get${name}`;

  test.each(values.map((value) => ({ value })))('reads $value anywhere, and moves no index', ({ value }) => {
    const buf = ByteBuf.wrap(Uint8Array.from([0xee, ...encode(value), 0xee]));
    expect(call(buf, method, 1)).toBe(value);
    expect(indexesOf(buf)).toEqual({ reader: 0, writer: size + 2 });
  });

  test('reaches beyond the readable bytes, up to the capacity', () => {
    const buf = ByteBuf.alloc(size);
    expect(() => call(buf, method, 0)).not.toThrow();
  });

  test.each([-1, 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses the index %d', (index) => {
    const buf = ByteBuf.alloc(size, size);
    expect(thrownBy(() => call(buf, method, index))).toMatchObject(
      rangeError(
        `index: ${index}, length: ${size} (expected: range(0, ${size})): ` +
          `ByteBuf(ridx: 0, widx: 0, cap: ${size}/${size})`,
      ),
    );
  });

  test.each([undefined, '0', null])('refuses %p as an index by its type', (index) => {
    expect(thrownBy(() => call(ByteBuf.alloc(16), method, index))).toMatchObject({
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_TYPE',
    });
  });
});

test('any byte but 0 is true', () => {
  expect(ByteBuf.from([2]).getBoolean(0)).toBe(true);
});

describe('64-bit integers that a number cannot hold', () => {
  test.each([2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 53n), -(2n ** 53n) - 1n, -(2n ** 63n)])(
    'getLongAsNumber refuses %d',
    (value) => {
      const buf = ByteBuf.alloc(16).setLong(0, value).setLongLE(8, value);
      const expected = rangeError(`${value} is no safe integer`);
      expect(thrownBy(() => buf.getLongAsNumber(0))).toMatchObject(expected);
      expect(thrownBy(() => buf.getLongAsNumberLE(8))).toMatchObject(expected);
    },
  );

  test.each([2n ** 53n, 2n ** 63n, 2n ** 64n - 1n])('getUnsignedLongAsNumber refuses %d', (value) => {
    const buf = ByteBuf.alloc(16).setLong(0, value).setLongLE(8, value);
    const expected = rangeError(`${value} is no safe integer`);
    expect(thrownBy(() => buf.getUnsignedLongAsNumber(0))).toMatchObject(expected);
    expect(thrownBy(() => buf.getUnsignedLongAsNumberLE(8))).toMatchObject(expected);
  });
});
