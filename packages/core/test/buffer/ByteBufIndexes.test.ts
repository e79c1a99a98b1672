import { ByteBuf } from '../../src/buffer/ByteBuf.js';
import { allocateZeroed, MAX_BUFFER_CAPACITY } from '../../src/buffer/ByteBufIndexes.js';
import { indexesOf, rangeError, thrownBy } from './families.js';

const READ_ONLY = { name: 'ReadOnlyBufferException', code: 'ERR_READ_ONLY_BUFFER' };

describe('indexes', () => {
  test('start at 0', () => {
    const buf = ByteBuf.alloc(16);
    expect(indexesOf(buf)).toEqual({ reader: 0, writer: 0 });
    expect(buf.readableBytes).toBe(0);
    expect(buf.writableBytes).toBe(16);
    expect(buf.maxWritableBytes).toBe(MAX_BUFFER_CAPACITY);
    expect(buf.isReadOnly).toBe(false);
  });

  test.each([
    { set: 'readerIndex', value: -1, says: 'readerIndex: -1, writerIndex: 8' },
    { set: 'readerIndex', value: 9, says: 'readerIndex: 9, writerIndex: 8' },
    { set: 'readerIndex', value: 1.5, says: 'readerIndex: 1.5, writerIndex: 8' },
    { set: 'readerIndex', value: Number.NaN, says: 'readerIndex: NaN, writerIndex: 8' },
    { set: 'writerIndex', value: 3, says: 'readerIndex: 4, writerIndex: 3' },
    { set: 'writerIndex', value: 17, says: 'readerIndex: 4, writerIndex: 17' },
    { set: 'writerIndex', value: Number.POSITIVE_INFINITY, says: 'readerIndex: 4, writerIndex: Infinity' },
  ] as const)('$set = $value is refused', ({ set, value, says }) => {
    const buf = ByteBuf.alloc(16).setIndex(4, 8);
    const message = `${says} (expected: 0 <= readerIndex <= writerIndex <= capacity(16)): ByteBuf(`;
    expect(
      thrownBy(() => {
        buf[set] = value;
      }),
    ).toMatchObject(rangeError(message));
    expect(indexesOf(buf)).toEqual({ reader: 4, writer: 8 });
  });

  test.each(['readerIndex', 'writerIndex'] as const)('%s must be a number', (set) => {
    const buf = ByteBuf.alloc(16);
    expect(
      thrownBy(() => {
        buf[set] = '1' as unknown as number;
      }),
    ).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
  });

  test.each(['readerIndex', 'writerIndex'] as const)('%s may be set to its limits', (set) => {
    const buf = ByteBuf.alloc(16).setIndex(4, 8);
    for (const value of set === 'readerIndex' ? [0, 8, 4] : [4, 16, 8]) {
      buf[set] = value;
      expect(buf[set]).toBe(value);
    }
  });

  test.each([
    [-1, 8],
    [9, 8],
    [0, 17],
    [0.5, 8],
    [0, Number.NaN],
  ])('setIndex(%d, %d) is refused and changes nothing', (reader, writer) => {
    const buf = ByteBuf.alloc(16).setIndex(4, 8);
    expect(thrownBy(() => buf.setIndex(reader, writer))).toMatchObject(
      rangeError(`readerIndex: ${reader}, writerIndex: ${writer} (expected:`),
    );
    expect(indexesOf(buf)).toEqual({ reader: 4, writer: 8 });
  });

  test('setIndex and clear', () => {
    const buf = ByteBuf.alloc(16);
    expect(indexesOf(buf.setIndex(16, 16))).toEqual({ reader: 16, writer: 16 });
    expect(indexesOf(buf.clear())).toEqual({ reader: 0, writer: 0 });
  });

  test('isReadable and isWritable', () => {
    const buf = ByteBuf.alloc(4, 8).writeShort(0);
    expect([0, 1, 2, 3].map((n) => buf.isReadable(n))).toEqual([true, true, true, false]);
    expect([0, 1, 2, 3].map((n) => buf.isWritable(n))).toEqual([true, true, true, false]);
    expect(buf.isReadable()).toBe(true);
    expect(buf.isWritable()).toBe(true);
    expect(buf.maxWritableBytes).toBe(6);
    buf.setIndex(4, 4);
    expect(buf.isReadable()).toBe(false);
    expect(buf.isReadable(0)).toBe(true);
    expect(buf.isWritable()).toBe(false);
    expect(buf.isWritable(0)).toBe(true);
  });
});

describe('marks', () => {
  test('are 0 at first', () => {
    const buf = ByteBuf.alloc(16).setIndex(0, 8);
    expect(indexesOf(buf.resetWriterIndex())).toEqual({ reader: 0, writer: 0 });
    buf.setIndex(4, 8);
    expect(indexesOf(buf.resetReaderIndex())).toEqual({ reader: 0, writer: 8 });
  });

  test('bring the indexes back', () => {
    const buf = ByteBuf.alloc(16).setIndex(2, 6).markReaderIndex().markWriterIndex().setIndex(5, 16);
    expect(indexesOf(buf.resetReaderIndex())).toEqual({ reader: 2, writer: 16 });
    expect(indexesOf(buf.resetWriterIndex())).toEqual({ reader: 2, writer: 6 });
  });

  test('are refused where they no longer fit', () => {
    const buf = ByteBuf.alloc(16).setIndex(6, 8).markReaderIndex().setIndex(0, 3);
    expect(thrownBy(() => buf.resetReaderIndex())).toMatchObject(
      rangeError('readerIndex: 6, writerIndex: 3'),
    );
    buf.markWriterIndex().setIndex(4, 8);
    expect(thrownBy(() => buf.resetWriterIndex())).toMatchObject(
      rangeError('readerIndex: 4, writerIndex: 3'),
    );
    expect(indexesOf(buf)).toEqual({ reader: 4, writer: 8 });
  });
});

describe('growth', () => {
  test.each([
    { from: 0, need: 1, to: 64 },
    { from: 0, need: 64, to: 64 },
    { from: 0, need: 65, to: 128 },
    { from: 100, need: 101, to: 128 },
    { from: 256, need: 256, to: 256 },
    { from: 256, need: 257, to: 512 },
    { from: 16, need: 4097, to: 8192 },
    { from: 16, need: 5 << 20, to: 8 << 20 },
  ])('a capacity of $from that needs $need becomes $to', ({ from, need, to }) => {
    expect(ByteBuf.alloc(from).ensureWritable(need).capacity).toBe(to);
  });

  test('stops at maxCapacity', () => {
    const buf = ByteBuf.alloc(8, 100);
    expect(buf.ensureWritable(65).capacity).toBe(100);
    expect(buf.ensureWritable(100).capacity).toBe(100);
    expect(thrownBy(() => buf.ensureWritable(101))).toMatchObject(
      rangeError(
        'writerIndex(0) + minWritableBytes(101) exceeds maxCapacity(100): ' +
          'ByteBuf(ridx: 0, widx: 0, cap: 100/100)',
      ),
    );
  });

  test('counts from the writer index, with no overflow', () => {
    const buf = ByteBuf.alloc(8).writeInt(1);
    expect(thrownBy(() => buf.ensureWritable(MAX_BUFFER_CAPACITY - 3))).toMatchObject(
      rangeError('writerIndex(4) + minWritableBytes(2147483644) exceeds maxCapacity(2147483647)'),
    );
    expect(thrownBy(() => buf.ensureWritable(2 ** 31))).toMatchObject(rangeError());
    expect(buf.capacity).toBe(8);
  });

  test.each([-1, 0.5, Number.NaN])('refuses %d bytes', (n) => {
    expect(thrownBy(() => ByteBuf.alloc().ensureWritable(n))).toMatchObject(
      rangeError(`minWritableBytes : ${n} (expected: >= 0)`),
    );
  });

  test('keeps all bytes, also those behind the writer index, and zeroes the new ones', () => {
    const buf = ByteBuf.alloc(4).writeByte(1).setByte(3, 9).ensureWritable(60);
    expect([...buf.toBuffer(0, buf.capacity)]).toEqual([1, 0, 0, 9, ...new Array(60).fill(0)]);
    expect(indexesOf(buf)).toEqual({ reader: 0, writer: 1 });
  });

  test('leaves views with the old memory', () => {
    const buf = ByteBuf.alloc(4).writeInt(0x01020304);
    const views = [buf.slice(), buf.duplicate(), buf.asReadOnly()];
    buf.writeByte(5).setByte(0, 9);
    expect(views.map((view) => view.getInt(0))).toEqual([0x01020304, 0x01020304, 0x01020304]);
  });

  test('new memory shows nothing of what lay there before', () => {
    for (let round = 0; round < 64; round++) Buffer.allocUnsafe(100).fill(0xff);
    for (const size of [1, 100, 4095, 4096, 10_000]) {
      expect(allocateZeroed(size).every((byte) => byte === 0)).toBe(true);
    }
  });
});

describe('capacity', () => {
  test('grows to any size, whatever growth does on its own', () => {
    const buf = ByteBuf.alloc(4).writeInt(1);
    buf.capacity = 5;
    expect(buf.capacity).toBe(5);
    expect(buf.getInt(0)).toBe(1);
    expect(buf.getByte(4)).toBe(0);
  });

  test('shrinks, and pulls the indexes back', () => {
    const buf = ByteBuf.alloc(8).writeLong(0x0102030405060708n).skipBytes(6);
    buf.capacity = 7;
    expect(indexesOf(buf)).toEqual({ reader: 6, writer: 7 });
    buf.capacity = 3;
    expect(indexesOf(buf)).toEqual({ reader: 3, writer: 3 });
    expect(buf.getMedium(0)).toBe(0x010203);
    expect(() => buf.getByte(3)).toThrow(RangeError);
    buf.capacity = 3;
    expect(buf.capacity).toBe(3);
  });

  test.each([-1, 9, 0.5])('refuses %d', (value) => {
    const buf = ByteBuf.alloc(4, 8);
    expect(
      thrownBy(() => {
        buf.capacity = value;
      }),
    ).toMatchObject(rangeError(`newCapacity: ${value} (expected: 0-8)`));
  });
});

describe('discardReadBytes', () => {
  test('moves the readable bytes to the front', () => {
    const buf = ByteBuf.from([1, 2, 3, 4, 5]).skipBytes(2);
    expect(buf.discardReadBytes()).toBe(buf);
    expect(indexesOf(buf)).toEqual({ reader: 0, writer: 3 });
    expect([...buf.toBuffer()]).toEqual([3, 4, 5]);
    expect(buf.capacity).toBe(5);
  });

  test('does nothing when nothing was read', () => {
    const buf = ByteBuf.from([1, 2]).discardReadBytes();
    expect(indexesOf(buf)).toEqual({ reader: 0, writer: 2 });
  });

  test('resets the indexes when all was read', () => {
    expect(indexesOf(ByteBuf.from([1, 2]).skipBytes(2).discardReadBytes())).toEqual({ reader: 0, writer: 0 });
  });

  test('moves the marks along, down to 0', () => {
    const buf = ByteBuf.alloc(16).setIndex(5, 9).markReaderIndex().markWriterIndex().setIndex(4, 12);
    buf.discardReadBytes().resetWriterIndex();
    expect(indexesOf(buf)).toEqual({ reader: 0, writer: 5 });
    buf.readerIndex = 3;
    expect(indexesOf(buf.resetReaderIndex())).toEqual({ reader: 1, writer: 5 });
    buf.setIndex(5, 5).discardReadBytes().setIndex(0, 8).resetWriterIndex();
    expect(indexesOf(buf)).toEqual({ reader: 0, writer: 0 });
  });
});

describe('discardSomeReadBytes', () => {
  test.each([
    { reader: 0, writer: 8, after: { reader: 0, writer: 8 } },
    { reader: 7, writer: 12, after: { reader: 7, writer: 12 } },
    { reader: 8, writer: 12, after: { reader: 0, writer: 4 } },
    { reader: 3, writer: 3, after: { reader: 0, writer: 0 } },
  ])('of a capacity of 16 with $reader read of $writer', ({ reader, writer, after }) => {
    const buf = ByteBuf.from(Array.from({ length: 16 }, (_, i) => i)).setIndex(reader, writer);
    const readable = [...buf.toBuffer()];
    expect(indexesOf(buf.discardSomeReadBytes())).toEqual(after);
    expect([...buf.toBuffer()]).toEqual(readable);
  });
});

describe('a read-only buffer', () => {
  const buf = (): ByteBuf => ByteBuf.from([1, 2, 3, 4]).asReadOnly();

  test('says so', () => {
    expect(buf().isReadOnly).toBe(true);
    expect(buf().setIndex(0, 0).isWritable()).toBe(false);
    expect(buf().isWritable(0)).toBe(false);
  });

  test('lets the indexes move', () => {
    expect(indexesOf(buf().skipBytes(2))).toEqual({ reader: 2, writer: 4 });
    expect(indexesOf(buf().clear())).toEqual({ reader: 0, writer: 0 });
    expect(indexesOf(buf().setIndex(1, 2))).toEqual({ reader: 1, writer: 2 });
    expect(indexesOf(buf().skipBytes(4).discardSomeReadBytes())).toEqual({ reader: 0, writer: 0 });
  });

  test('refuses every change of bytes and capacity', () => {
    const changes: ((target: ByteBuf) => unknown)[] = [
      (target) => target.ensureWritable(0),
      (target) => target.discardReadBytes(),
      (target) => target.skipBytes(2).discardSomeReadBytes(),
      (target) => {
        target.capacity = 2;
      },
    ];
    for (const change of changes) expect(thrownBy(() => change(buf()))).toMatchObject(READ_ONLY);
  });

  test('gives an error that names the buffer', () => {
    expect(thrownBy(() => buf().writeByte(1))).toMatchObject({
      ...READ_ONLY,
      message: 'read-only buffer: ByteBuf(ridx: 0, widx: 4, cap: 4)',
    });
  });
});
