import { inspect } from 'node:util';
import { ByteBuf, EMPTY_BUFFER } from '../../src/buffer/ByteBuf.js';
import { MAX_BUFFER_CAPACITY } from '../../src/buffer/ByteBufIndexes.js';
import { ReadOnlyBufferException } from '../../src/buffer/ReadOnlyBufferException.js';
import { SluiceError } from '../../src/util/errors.js';
import { indexesOf, rangeError, thrownBy } from './families.js';

const content = (buf: ByteBuf): number[] => [...buf.toBuffer()];

describe('alloc', () => {
  test('makes 256 zero bytes that can grow', () => {
    const buf = ByteBuf.alloc();
    expect(buf.capacity).toBe(256);
    expect(buf.maxCapacity).toBe(MAX_BUFFER_CAPACITY);
    expect(buf.toBuffer(0, 256).every((byte) => byte === 0)).toBe(true);
  });

  test.each([
    [-1, 10, 'initialCapacity : -1 (expected: >= 0)'],
    [0.5, 10, 'initialCapacity : 0.5 (expected: >= 0)'],
    [11, 10, 'initialCapacity: 11 (expected: not greater than maxCapacity(10))'],
    [0, -1, 'maxCapacity : -1 (expected: 0-2147483647)'],
    [0, 2 ** 31, 'maxCapacity : 2147483648 (expected: 0-2147483647)'],
  ])('refuses %d of at most %d', (capacity, maxCapacity, says) => {
    expect(thrownBy(() => ByteBuf.alloc(capacity, maxCapacity))).toMatchObject(rangeError(says));
  });
});

describe('wrap', () => {
  test.each([Buffer.from([1, 2, 3]), Uint8Array.of(9, 1, 2, 3, 9).subarray(1, 4)])(
    'shares the memory of one source, and cannot grow',
    (source) => {
      const buf = ByteBuf.wrap(source);
      expect(content(buf)).toEqual([1, 2, 3]);
      expect(buf.maxCapacity).toBe(3);
      source[0] = 7;
      expect(buf.readByte()).toBe(7);
      buf.setByte(1, 8);
      expect(source[1]).toBe(8);
      expect(() => buf.writeByte(1)).toThrow(RangeError);
    },
  );

  test('takes the readable bytes of a ByteBuf, whose indexes stay', () => {
    const source = ByteBuf.from([9, 1, 2]).skipBytes(1);
    const buf = ByteBuf.wrap(source);
    expect(content(buf)).toEqual([1, 2]);
    buf.setByte(0, 5).skipBytes(2);
    expect(source.getByte(1)).toBe(5);
    expect(indexesOf(source)).toEqual({ reader: 1, writer: 3 });
    expect(ByteBuf.wrap(source.asReadOnly()).isReadOnly).toBe(true);
  });

  test('copies several sources', () => {
    const sources = [
      Buffer.from([1, 2]),
      ByteBuf.from([9, 3]).skipBytes(1),
      new Uint8Array(0),
      Uint8Array.of(4),
    ];
    const buf = ByteBuf.wrap(...sources);
    expect(content(buf)).toEqual([1, 2, 3, 4]);
    expect(buf.maxCapacity).toBe(4);
    buf.setByte(0, 7);
    expect((sources[0] as Buffer)[0]).toBe(1);
  });

  test('of nothing is empty', () => {
    expect(ByteBuf.wrap().capacity).toBe(0);
  });

  test.each(['text', undefined, [1]])('refuses %p', (wrong) => {
    const source = wrong as unknown as Buffer;
    for (const call of [() => ByteBuf.wrap(source), () => ByteBuf.wrap(Buffer.alloc(1), source)]) {
      expect(thrownBy(call)).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    }
  });
});

describe('from', () => {
  test('copies, and the copy can grow', () => {
    const bytes = Buffer.from([1, 2, 3]);
    const source = ByteBuf.wrap(bytes).skipBytes(1);
    const copies = [ByteBuf.from(bytes), ByteBuf.from(new Uint8Array(bytes)), ByteBuf.from([1, 2, 0x103])];
    const ofReadable = ByteBuf.from(source);
    bytes.fill(0);
    for (const copy of copies) expect(content(copy)).toEqual([1, 2, 3]);
    expect(content(ofReadable)).toEqual([2, 3]);
    expect(source.readerIndex).toBe(1);
    expect(content(ofReadable.writeByte(4))).toEqual([2, 3, 4]);
    expect(ofReadable.maxCapacity).toBe(MAX_BUFFER_CAPACITY);
  });

  test('takes text', () => {
    expect(content(ByteBuf.from('ü'))).toEqual([0xc3, 0xbc]);
    expect(content(ByteBuf.from('ü', 'latin1'))).toEqual([0xfc]);
    expect(ByteBuf.from('').capacity).toBe(0);
  });

  test.each([undefined, null, 5, {}])('refuses %p', (wrong) => {
    expect(thrownBy(() => ByteBuf.from(wrong as unknown as string))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
  });
});

test('EMPTY_BUFFER has no bytes and takes none', () => {
  expect(EMPTY_BUFFER.capacity).toBe(0);
  expect(EMPTY_BUFFER.isReadable()).toBe(false);
  expect(EMPTY_BUFFER.isWritable()).toBe(false);
  expect(thrownBy(() => EMPTY_BUFFER.writeByte(1))).toMatchObject(rangeError('exceeds maxCapacity(0)'));
  expect(thrownBy(() => EMPTY_BUFFER.setIndex(0, 1))).toMatchObject(rangeError());
  expect(EMPTY_BUFFER.clear().discardReadBytes().hashCode()).toBe(1);
});

test('isByteBuf knows the buffers of another copy of the package', () => {
  let other: typeof ByteBuf | undefined;
  jest.isolateModules(() => {
    other = (jest.requireActual('../../src/buffer/ByteBuf') as { ByteBuf: typeof ByteBuf }).ByteBuf;
  });
  const foreign = (other as typeof ByteBuf).from([1, 2]);
  expect(foreign instanceof ByteBuf).toBe(false);
  expect(ByteBuf.isByteBuf(foreign)).toBe(true);
  expect(content(ByteBuf.alloc().writeBytes(foreign))).toEqual([1, 2]);
  expect(ByteBuf.isByteBuf(ByteBuf.alloc())).toBe(true);
  for (const no of [undefined, null, 'ByteBuf', Buffer.alloc(1), {}])
    expect(ByteBuf.isByteBuf(no)).toBe(false);
});

describe('slices', () => {
  test('share memory both ways, with indexes of their own', () => {
    const buf = ByteBuf.from([1, 2, 3, 4, 5]).skipBytes(1);
    const slice = buf.slice();
    expect(indexesOf(slice)).toEqual({ reader: 0, writer: 4 });
    buf.setByte(1, 7);
    expect(slice.readByte()).toBe(7);
    slice.setByte(3, 8);
    expect(buf.getByte(4)).toBe(8);
    expect(indexesOf(buf)).toEqual({ reader: 1, writer: 5 });
    expect(content(slice.slice(1, 2))).toEqual([3, 4]);
    expect(content(buf.slice(3))).toEqual([4, 8]);
  });

  test('cannot grow', () => {
    const buf = ByteBuf.alloc(16).writeInt(1);
    const slice = buf.slice(0, 2);
    expect(slice.capacity).toBe(2);
    expect(slice.maxCapacity).toBe(2);
    expect(slice.writableBytes).toBe(0);
    expect(thrownBy(() => slice.writeByte(1))).toMatchObject(rangeError('exceeds maxCapacity(2)'));
    expect(slice.clear().writeShort(0x0506).readShort()).toBe(0x0506);
    expect(buf.getShort(0)).toBe(0x0506);
  });

  test('may lie anywhere in the capacity, and not outside', () => {
    const buf = ByteBuf.alloc(4);
    expect(buf.slice(0, 4).readableBytes).toBe(4);
    expect(buf.slice(4, 0).readableBytes).toBe(0);
    for (const [index, length] of [
      [0, 5],
      [-1, 2],
      [4, 1],
      [0, -1],
    ] as const) {
      expect(thrownBy(() => buf.slice(index, length))).toMatchObject(rangeError());
      expect(thrownBy(() => buf.copy(index, length))).toMatchObject(rangeError());
      expect(thrownBy(() => buf.toBuffer(index, length))).toMatchObject(rangeError());
    }
  });

  test('are read with readSlice', () => {
    const buf = ByteBuf.from([1, 2, 3]);
    const slice = buf.readSlice(2);
    expect(content(slice)).toEqual([1, 2]);
    expect(slice.maxCapacity).toBe(2);
    expect(buf.readerIndex).toBe(2);
    buf.setByte(0, 9);
    expect(slice.getByte(0)).toBe(9);
  });

  test('are read as Node buffers with readBuffer', () => {
    const buf = ByteBuf.from([1, 2, 3]);
    const view = buf.readBuffer(2);
    expect(Buffer.isBuffer(view)).toBe(true);
    expect([...view]).toEqual([1, 2]);
    buf.setByte(0, 9);
    expect(view[0]).toBe(9);
    expect(buf.readBuffer(0)).toHaveLength(0);
    expect(buf.readerIndex).toBe(2);
  });

  test.each(['readSlice', 'readBuffer'] as const)('%s refuses what is not readable, and stays', (method) => {
    const buf = ByteBuf.from([1, 2, 3]).skipBytes(1);
    for (const length of [3, -1, 0.5])
      expect(thrownBy(() => buf[method](length))).toMatchObject(rangeError());
    expect(indexesOf(buf)).toEqual({ reader: 1, writer: 3 });
  });

  test('of a read-only buffer are read-only', () => {
    const buf = ByteBuf.from([1, 2, 3]).asReadOnly();
    const views = [buf.slice(), buf.slice(1, 1), buf.duplicate(), buf.readSlice(1), buf.asReadOnly()];
    for (const view of views) {
      expect(view.isReadOnly).toBe(true);
      expect(() => view.setByte(0, 1)).toThrow(ReadOnlyBufferException);
    }
  });
});

describe('duplicate', () => {
  test('shares memory, and begins with the indexes of the original as indexes and marks', () => {
    const buf = ByteBuf.alloc(8, 20).writeInt(0x01020304).skipBytes(1);
    const twin = buf.duplicate();
    expect(indexesOf(twin)).toEqual({ reader: 1, writer: 4 });
    expect([twin.capacity, twin.maxCapacity]).toEqual([8, 20]);
    twin.skipBytes(2).writeByte(5);
    expect(indexesOf(buf)).toEqual({ reader: 1, writer: 4 });
    expect(buf.getByte(4)).toBe(5);
    expect(indexesOf(twin.resetReaderIndex().resetWriterIndex())).toEqual({ reader: 1, writer: 4 });
  });
});

describe('asReadOnly', () => {
  test('sees later writes, and has indexes of its own', () => {
    const buf = ByteBuf.alloc(4).writeShort(1);
    const view = buf.asReadOnly();
    buf.setShort(0, 2);
    expect(view.readShort()).toBe(2);
    expect(buf.readerIndex).toBe(0);
    expect(buf.isReadOnly).toBe(false);
  });

  test('of a read-only buffer is that buffer', () => {
    const view = ByteBuf.alloc(4).asReadOnly();
    expect(view.asReadOnly()).toBe(view);
  });

  test('its error is one of ours', () => {
    const error = thrownBy(() => ByteBuf.alloc(4).asReadOnly().writeZero(0));
    expect(error).toBeInstanceOf(ReadOnlyBufferException);
    expect(error).toBeInstanceOf(SluiceError);
  });
});

describe('copy', () => {
  test('has memory of its own, and the maxCapacity of the original', () => {
    const buf = ByteBuf.alloc(8, 20).writeInt(0x01020304).skipBytes(1);
    const copy = buf.copy();
    buf.setByte(1, 9);
    expect(content(copy)).toEqual([2, 3, 4]);
    expect([copy.capacity, copy.maxCapacity]).toEqual([3, 20]);
    expect(content(buf.copy(0, 2))).toEqual([1, 9]);
  });

  test('of a read-only buffer can be written', () => {
    expect(ByteBuf.from([1]).asReadOnly().copy().setByte(0, 2).readByte()).toBe(2);
  });
});

describe('toBuffer', () => {
  test('is a view of the readable bytes, or of others', () => {
    const buf = ByteBuf.from([1, 2, 3]).skipBytes(1);
    const view = buf.toBuffer();
    view[0] = 9;
    expect(buf.getByte(1)).toBe(9);
    expect([...buf.toBuffer(0, 2)]).toEqual([1, 9]);
    expect([...buf.toBuffer(2)]).toEqual([3]);
    expect(indexesOf(buf)).toEqual({ reader: 1, writer: 3 });
  });
});

describe('comparison', () => {
  test('looks at the readable bytes only', () => {
    const a = ByteBuf.from([9, 1, 2]).skipBytes(1);
    const b = ByteBuf.alloc(64, 100).writeByte(1).writeByte(2);
    expect(a.equals(b)).toBe(true);
    expect(a.equals(a)).toBe(true);
    expect(a.hashCode()).toBe(b.hashCode());
    expect(a.compareTo(b)).toBe(0);
    expect(a.equals(b.writeByte(3))).toBe(false);
    expect(a.compareTo(b)).toBe(-1);
    expect(b.compareTo(a)).toBe(1);
    expect(ByteBuf.alloc(1).compareTo(EMPTY_BUFFER)).toBe(0);
  });

  test('sorts', () => {
    const sorted = ['b', '', 'ab', 'a'].map((text) => ByteBuf.from(text)).sort((a, b) => a.compareTo(b));
    expect(sorted.map((buf) => buf.toString('utf8'))).toEqual(['', 'a', 'ab', 'b']);
  });

  test.each([undefined, null, 'ab', Buffer.from('ab'), {}])('equals is false for %p', (other) => {
    expect(ByteBuf.from('ab').equals(other)).toBe(false);
  });
});

describe('description', () => {
  test('names indexes and capacity, and maxCapacity if it is not the default', () => {
    expect(`${ByteBuf.alloc(16).writeCharSequence('hello')}`).toBe('5');
    const buf = ByteBuf.alloc(16);
    buf.writeCharSequence('hello');
    expect(`${buf}`).toBe('ByteBuf(ridx: 0, widx: 5, cap: 16)');
    expect(buf.skipBytes(1).toString('utf8')).toBe('ello');
    expect(String(buf.slice())).toBe('ByteBuf(ridx: 0, widx: 4, cap: 4/4)');
  });

  test('is what util.inspect shows, with the first bytes', () => {
    const buf = ByteBuf.alloc(16);
    expect(inspect(buf)).toBe('ByteBuf(ridx: 0, widx: 0, cap: 16) <>');
    buf.writeCharSequence('xhi');
    expect(inspect({ buf: buf.skipBytes(1) })).toBe('{ buf: ByteBuf(ridx: 1, widx: 3, cap: 16) <68 69> }');
    expect(inspect(ByteBuf.from(Buffer.alloc(52)))).toBe(
      `ByteBuf(ridx: 0, widx: 52, cap: 52) <${'00 '.repeat(50)}... 2 more bytes>`,
    );
    expect(inspect(ByteBuf.from(Buffer.alloc(50)))).toMatch(/(00 ){49}00>$/);
  });
});
