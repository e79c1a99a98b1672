import { ByteBuf } from '../../src/buffer/ByteBuf.js';
import { call, families, indexesOf, rangeError, thrownBy } from './families.js';

describe.each(families)('read$name', ({ name, size, values, encode }) => {
  const method = `read${name}`;

  test('reads one value after the other', () => {
    const buf = ByteBuf.from(values.flatMap((value) => encode(value)));
    for (const [i, value] of values.entries()) {
      expect(call(buf, method)).toBe(value);
      expect(buf.readerIndex).toBe((i + 1) * size);
    }
    expect(buf.isReadable()).toBe(false);
  });

  test('refuses to read beyond the writer index, and stays', () => {
    const buf = ByteBuf.alloc(32).writeZero(10).skipBytes(1);
    buf.writerIndex = size; // one byte too few, though the capacity would do
    expect(thrownBy(() => call(buf, method))).toMatchObject(
      rangeError(
        `readerIndex(1) + length(${size}) exceeds writerIndex(${size}): ` +
          `ByteBuf(ridx: 1, widx: ${size}, cap: 32)`,
      ),
    );
    expect(indexesOf(buf)).toEqual({ reader: 1, writer: size });
  });

  test('reads from a read-only buffer', () => {
    const value = values[1] as (typeof values)[number];
    expect(call(ByteBuf.from(encode(value)).asReadOnly(), method)).toBe(value);
  });
});

test.each([
  'readLongAsNumber',
  'readLongAsNumberLE',
  'readUnsignedLongAsNumber',
  'readUnsignedLongAsNumberLE',
])('%s leaves the index where it was when the value is not safe', (method) => {
  const buf = ByteBuf.from([0, 0x40, 0, 0, 0, 0, 0, 0, 0x40, 0]).skipBytes(1);
  expect(thrownBy(() => call(buf, method))).toMatchObject(rangeError(' is no safe integer'));
  expect(indexesOf(buf)).toEqual({ reader: 1, writer: 10 });
});
