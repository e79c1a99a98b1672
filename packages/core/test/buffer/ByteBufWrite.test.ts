import { ByteBuf } from '../../src/buffer/ByteBuf.js';
import { call, families, indexesOf, rangeError, stored, thrownBy } from './families.js';

describe.each(families)('write$stores of $name', ({ stores, size, values, encode }) => {
  test('writes one value after the other, and grows', () => {
    const buf = ByteBuf.alloc(0);
    for (const [i, value] of values.entries()) {
      expect(call(buf, `write${stores}`, value)).toBe(buf);
      expect(indexesOf(buf)).toEqual({ reader: 0, writer: (i + 1) * size });
    }
    expect([...buf.toBuffer()]).toEqual(values.flatMap((value) => encode(value)));
  });
});

describe.each(stored)('write$name', ({ name, size, values }) => {
  const method = `write${name}`;
  const value = values[1];

  test('fills the buffer to its maximal capacity, and no further', () => {
    const buf = ByteBuf.alloc(1, size + 1).writeByte(7);
    call(buf, method, value);
    expect(buf.writerIndex).toBe(size + 1);
    expect(thrownBy(() => call(buf, method, value))).toMatchObject(
      rangeError(
        `writerIndex(${size + 1}) + minWritableBytes(${size}) exceeds maxCapacity(${size + 1}): ByteBuf(`,
      ),
    );
    expect(indexesOf(buf)).toEqual({ reader: 0, writer: size + 1 });
  });

  test('refuses a read-only buffer, and stays', () => {
    const buf = ByteBuf.alloc(16).asReadOnly();
    expect(thrownBy(() => call(buf, method, value))).toMatchObject({ code: 'ERR_READ_ONLY_BUFFER' });
    expect(indexesOf(buf)).toEqual({ reader: 0, writer: 0 });
  });
});

describe('values of a wrong kind leave the index where it was', () => {
  test.each([
    { method: 'writeLong', value: 5 },
    { method: 'writeLongLE', value: undefined },
    { method: 'writeLongAsNumber', value: 2 ** 53 },
    { method: 'writeLongAsNumberLE', value: 0.5 },
    { method: 'writeChar', value: 'no' },
    { method: 'writeCharLE', value: '' },
    { method: 'writeByte', value: 5n },
    { method: 'writeShort', value: 5n },
    { method: 'writeInt', value: Symbol('s') },
    { method: 'writeFloat', value: 5n },
    { method: 'writeDouble', value: 5n },
  ])('$method', ({ method, value }) => {
    const buf = ByteBuf.alloc(16);
    expect(() => call(buf, method, value)).toThrow();
    expect(indexesOf(buf)).toEqual({ reader: 0, writer: 0 });
  });
});

test('writeChar takes a number too', () => {
  expect(ByteBuf.alloc().writeChar(0x263a).writeCharLE(0x263a).toBuffer().toString('hex')).toBe('263a3a26');
});
