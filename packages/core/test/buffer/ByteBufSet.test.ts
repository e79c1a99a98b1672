import { ByteBuf } from '../../src/buffer/ByteBuf.js';
import { call, families, indexesOf, rangeError, stored, thrownBy } from './families.js';

describe.each(families)('set$stores of $name', ({ stores, size, values, encode }) => {
  test.each(values.map((value) => ({ value })))('stores $value, and moves no index', ({ value }) => {
    const buf = ByteBuf.from(Buffer.alloc(size + 2, 0xee));
    expect(call(buf, `set${stores}`, 1, value)).toBe(buf);
    expect([...buf.toBuffer()]).toEqual([0xee, ...encode(value), 0xee]);
    expect(indexesOf(buf)).toEqual({ reader: 0, writer: size + 2 });
  });
});

describe.each(stored)('set$name', ({ name, size, values }) => {
  const method = `set${name}`;
  const value = values[0];

  test.each([-1, 1, 0.5, Number.NaN])('refuses the index %d and changes nothing', (index) => {
    const buf = ByteBuf.from(Buffer.alloc(size, 0xee));
    expect(thrownBy(() => call(buf, method, index, value))).toMatchObject(
      rangeError(`index: ${index}, length: ${size} (expected: range(0, ${size}))`),
    );
    expect([...buf.toBuffer()]).toEqual(new Array(size).fill(0xee));
  });

  test('does not grow the buffer', () => {
    const buf = ByteBuf.alloc(size);
    expect(() => call(buf, method, 1, value)).toThrow(RangeError);
    expect(buf.capacity).toBe(size);
  });

  test('refuses a read-only buffer', () => {
    const buf = ByteBuf.alloc(size);
    expect(thrownBy(() => call(buf.asReadOnly(), method, 0, values[1]))).toMatchObject({
      code: 'ERR_READ_ONLY_BUFFER',
    });
    expect([...buf.toBuffer(0, size)]).toEqual(new Array(size).fill(0));
  });
});

describe('low bits', () => {
  test.each([
    { method: 'setByte', value: 0x1ff, hex: 'ff' },
    { method: 'setByte', value: -257, hex: 'ff' },
    { method: 'setByte', value: 1.9, hex: '01' },
    { method: 'setByte', value: Number.NaN, hex: '00' },
    { method: 'setShort', value: 0x12345, hex: '2345' },
    { method: 'setShortLE', value: 0x12345, hex: '4523' },
    { method: 'setMedium', value: 0x12345678, hex: '345678' },
    { method: 'setMediumLE', value: 0x12345678, hex: '785634' },
    { method: 'setInt', value: 0x1_2345_6789, hex: '23456789' },
    { method: 'setIntLE', value: 0x1_2345_6789, hex: '89674523' },
    { method: 'setInt', value: -0x1_0000_0001, hex: 'ffffffff' },
    { method: 'setInt', value: 2 ** 53 - 1, hex: 'ffffffff' },
    { method: 'setLong', value: 2n ** 64n + 5n, hex: '0000000000000005' },
    { method: 'setLongLE', value: -(2n ** 64n) - 1n, hex: 'ffffffffffffffff' },
    { method: 'setChar', value: 0x10041, hex: '0041' },
    { method: 'setCharLE', value: 0x41, hex: '4100' },
    { method: 'setFloat', value: 0.1, hex: '3dcccccd' },
    { method: 'setFloat', value: 1e300, hex: '7f800000' },
  ])('$method($value) stores $hex', ({ method, value, hex }) => {
    const buf = ByteBuf.alloc(8);
    call(buf, method, 0, value);
    expect(buf.toBuffer(0, hex.length / 2).toString('hex')).toBe(hex);
  });
});

describe('values of a wrong kind', () => {
  test.each(['setLong', 'setLongLE'])('%s wants a bigint', (method) => {
    expect(thrownBy(() => call(ByteBuf.alloc(8), method, 0, 5))).toMatchObject({
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_TYPE',
    });
  });

  test.each([1.5, 2 ** 53, -(2 ** 53), Number.NaN, Number.POSITIVE_INFINITY])(
    'setLongAsNumber refuses %d',
    (value) => {
      for (const method of ['setLongAsNumber', 'setLongAsNumberLE']) {
        expect(thrownBy(() => call(ByteBuf.alloc(8), method, 0, value))).toMatchObject(
          rangeError(`value: ${value}`),
        );
      }
    },
  );

  test.each(['', 'ab', '😀', undefined])('setChar refuses %p', (value) => {
    for (const method of ['setChar', 'setCharLE']) {
      expect(thrownBy(() => call(ByteBuf.alloc(8), method, 0, value))).toMatchObject({
        code: 'ERR_INVALID_ARG_TYPE',
      });
    }
  });
});
