import { ByteBuf } from '../../src/buffer/ByteBuf.js';
import { indexesOf, rangeError, thrownBy } from './families.js';

const bytes = (...values: number[]): ByteBuf => ByteBuf.from(values);
const content = (buf: ByteBuf): number[] => [...buf.toBuffer(0, buf.capacity)];

describe('getBytes', () => {
  test('fills an array', () => {
    const dst = new Uint8Array(2);
    const buf = bytes(1, 2, 3, 4);
    expect(buf.getBytes(1, dst)).toBe(buf);
    expect([...dst]).toEqual([2, 3]);
    expect(indexesOf(buf)).toEqual({ reader: 0, writer: 4 });
  });

  test('fills the beginning of an array, or a part of it', () => {
    const dst = Buffer.alloc(4);
    bytes(1, 2, 3, 4).getBytes(0, dst, 2);
    expect([...dst]).toEqual([1, 2, 0, 0]);
    bytes(1, 2, 3, 4).getBytes(2, dst, 3, 1);
    expect([...dst]).toEqual([1, 2, 0, 3]);
  });

  test('fills a ByteBuf at its writer index', () => {
    const dst = ByteBuf.alloc(4).writeByte(9);
    bytes(1, 2, 3, 4).getBytes(1, dst);
    expect(content(dst)).toEqual([9, 2, 3, 4]);
    expect(indexesOf(dst)).toEqual({ reader: 0, writer: 4 });
  });

  test('fills a ByteBuf with so many bytes, or at an index', () => {
    const dst = ByteBuf.alloc(4);
    bytes(1, 2, 3, 4).getBytes(0, dst, 1);
    expect(indexesOf(dst)).toEqual({ reader: 0, writer: 1 });
    bytes(1, 2, 3, 4).getBytes(2, dst, 2, 2);
    expect(content(dst)).toEqual([1, 0, 3, 4]);
    expect(indexesOf(dst)).toEqual({ reader: 0, writer: 1 });
  });

  test.each([
    { args: [3, new Uint8Array(2)], says: 'index: 3, length: 2 (expected: range(0, 4))' },
    { args: [-1, new Uint8Array(2)], says: 'index: -1, length: 2 (expected: range(0, 4))' },
    { args: [0, new Uint8Array(2), 3], says: 'dstIndex: 0, length: 3 (expected: range(0, 2))' },
    { args: [0, new Uint8Array(2), 1, 2], says: 'dstIndex: 1, length: 2 (expected: range(0, 2))' },
    { args: [0, new Uint8Array(2), -1, 2], says: 'dstIndex: -1, length: 2 (expected: range(0, 2))' },
    { args: [0, new Uint8Array(2), 0, -1], says: 'length : -1 (expected: >= 0)' },
    { args: [0, new Uint8Array(2), 0, 0.5], says: 'length : 0.5 (expected: >= 0)' },
  ])('refuses $says', ({ args, says }) => {
    const call = (): unknown => bytes(1, 2, 3, 4).getBytes(...(args as [number, Uint8Array, number, number]));
    expect(thrownBy(call)).toMatchObject(rangeError(says));
  });

  test('refuses a ByteBuf without room, and moves nothing', () => {
    const dst = ByteBuf.alloc(2).writeByte(9);
    expect(thrownBy(() => bytes(1, 2, 3).getBytes(0, dst, 2))).toMatchObject(
      rangeError('dstIndex: 1, length: 2 (expected: range(0, 2)): ByteBuf(ridx: 0, widx: 1, cap: 2)'),
    );
    expect(indexesOf(dst)).toEqual({ reader: 0, writer: 1 });
    expect(content(dst)).toEqual([9, 0]);
  });

  test('refuses a read-only destination, and what is no destination', () => {
    const dst = ByteBuf.alloc(2).asReadOnly();
    expect(thrownBy(() => bytes(1, 2).getBytes(0, dst))).toMatchObject({ code: 'ERR_READ_ONLY_BUFFER' });
    for (const wrong of ['text', [1], null, undefined, {}, new Uint16Array(2)]) {
      expect(thrownBy(() => bytes(1, 2).getBytes(0, wrong as unknown as Uint8Array))).toMatchObject({
        code: 'ERR_INVALID_ARG_TYPE',
      });
    }
  });
});

describe('setBytes', () => {
  test('stores an array, its beginning, or a part of it', () => {
    const src = Uint8Array.of(1, 2, 3);
    expect(content(ByteBuf.alloc(4).setBytes(1, src))).toEqual([0, 1, 2, 3]);
    expect(content(ByteBuf.alloc(4).setBytes(1, src, 2))).toEqual([0, 1, 2, 0]);
    expect(content(ByteBuf.alloc(4).setBytes(1, src, 1, 2))).toEqual([0, 2, 3, 0]);
  });

  test('reads a ByteBuf, and moves its reader index', () => {
    const src = bytes(9, 1, 2, 3).skipBytes(1);
    const buf = ByteBuf.alloc(4);
    expect(content(buf.setBytes(0, src, 1))).toEqual([1, 0, 0, 0]);
    expect(src.readerIndex).toBe(2);
    expect(content(buf.setBytes(1, src))).toEqual([1, 2, 3, 0]);
    expect(src.isReadable()).toBe(false);
    expect(content(buf.setBytes(3, src, 0, 1))).toEqual([1, 2, 3, 9]);
    expect(src.isReadable()).toBe(false);
    expect(indexesOf(buf)).toEqual({ reader: 0, writer: 0 });
  });

  test('moves nothing when the bytes do not fit', () => {
    const src = bytes(1, 2, 3);
    const buf = ByteBuf.alloc(2);
    expect(thrownBy(() => buf.setBytes(0, src))).toMatchObject(
      rangeError('index: 0, length: 3 (expected: range(0, 2))'),
    );
    expect(src.readerIndex).toBe(0);
    expect(content(buf)).toEqual([0, 0]);
  });

  test.each([
    {
      length: 4,
      says: 'length(4) exceeds src.readableBytes(3) where src is: ByteBuf(ridx: 1, widx: 4, cap: 4)',
    },
    { length: -1, says: 'length(-1) exceeds src.readableBytes(3)' },
  ])('refuses to take $length bytes of 3', ({ length, says }) => {
    expect(
      thrownBy(() => ByteBuf.alloc(8).setBytes(0, bytes(9, 1, 2, 3).skipBytes(1), length)),
    ).toMatchObject(rangeError(says));
  });

  test('refuses what lies outside the source', () => {
    expect(thrownBy(() => ByteBuf.alloc(8).setBytes(0, bytes(1, 2), 1, 2))).toMatchObject(
      rangeError('srcIndex: 1, length: 2 (expected: range(0, 2))'),
    );
    expect(thrownBy(() => ByteBuf.alloc(8).setBytes(0, Buffer.alloc(2), -1, 2))).toMatchObject(
      rangeError('srcIndex: -1, length: 2 (expected: range(0, 2))'),
    );
    expect(thrownBy(() => ByteBuf.alloc(8).setBytes(0, Buffer.alloc(2), 3))).toMatchObject(
      rangeError('length(3) exceeds src.readableBytes(2) where src is: Uint8Array(2)'),
    );
  });

  test('copies within one buffer, also where the parts overlap', () => {
    const buf = bytes(1, 2, 3, 4, 5);
    expect(content(buf.setBytes(1, buf, 0, 4))).toEqual([1, 1, 2, 3, 4]);
    expect(content(buf.setBytes(0, buf, 1, 4))).toEqual([1, 2, 3, 4, 4]);
  });

  test('refuses text, and says what to use', () => {
    expect(thrownBy(() => ByteBuf.alloc(8).setBytes(0, 'text' as unknown as Uint8Array))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringContaining('CharSequence'),
    });
  });
});

describe('readBytes', () => {
  test('of a length gives a copy', () => {
    const buf = ByteBuf.alloc(8, 100).writeBytes(Uint8Array.of(1, 2, 3, 4));
    const copy = buf.readBytes(3);
    buf.setByte(0, 9);
    expect([...copy.toBuffer()]).toEqual([1, 2, 3]);
    expect(copy.maxCapacity).toBe(100);
    expect(indexesOf(buf)).toEqual({ reader: 3, writer: 4 });
    expect(buf.readBytes(0).readableBytes).toBe(0);
  });

  test('fills an array, or a part of it', () => {
    const buf = bytes(1, 2, 3, 4, 5, 6);
    const dst = Buffer.alloc(3);
    expect(buf.readBytes(dst)).toBe(buf);
    expect([...dst]).toEqual([1, 2, 3]);
    buf.readBytes(dst, 1);
    expect([...dst]).toEqual([4, 2, 3]);
    buf.readBytes(dst, 1, 2);
    expect([...dst]).toEqual([4, 5, 6]);
    expect(buf.isReadable()).toBe(false);
  });

  test('fills a ByteBuf', () => {
    const buf = bytes(1, 2, 3, 4);
    const dst = ByteBuf.alloc(3);
    buf.readBytes(dst, 1);
    expect(indexesOf(dst)).toEqual({ reader: 0, writer: 1 });
    buf.readBytes(dst);
    expect(content(dst)).toEqual([1, 2, 3]);
    buf.readBytes(dst, 0, 1);
    expect(content(dst)).toEqual([4, 2, 3]);
    expect(indexesOf(buf)).toEqual({ reader: 4, writer: 4 });
  });

  test.each<[string, (buf: ByteBuf) => unknown, string]>([
    ['too many bytes', (buf) => buf.readBytes(4), 'readerIndex(1) + length(4) exceeds writerIndex(4)'],
    ['a negative length', (buf) => buf.readBytes(-1), 'minimumReadableBytes : -1 (expected: >= 0)'],
    ['a larger array', (buf) => buf.readBytes(Buffer.alloc(4)), 'readerIndex(1) + length(4) exceeds'],
    [
      'a ByteBuf with more room',
      (buf) => buf.readBytes(ByteBuf.alloc(4)),
      'readerIndex(1) + length(4) exceeds',
    ],
    ['no room', (buf) => buf.readBytes(Buffer.alloc(2), 3), 'dstIndex: 0, length: 3 (expected: range(0, 2))'],
  ])('refuses %s, and stays', (_what, read, says) => {
    const buf = bytes(9, 1, 2, 3).skipBytes(1);
    expect(thrownBy(() => read(buf))).toMatchObject(rangeError(says));
    expect(indexesOf(buf)).toEqual({ reader: 1, writer: 4 });
  });

  test('refuses what is no destination', () => {
    expect(thrownBy(() => bytes(1).readBytes('1' as unknown as Uint8Array))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
  });
});

describe('writeBytes', () => {
  test('takes arrays and parts of them', () => {
    const src = Uint8Array.of(1, 2, 3);
    const buf = ByteBuf.alloc(0).writeBytes(src).writeBytes(src, 1).writeBytes(src, 1, 2);
    expect([...buf.toBuffer()]).toEqual([1, 2, 3, 1, 2, 3]);
  });

  test('reads a ByteBuf, and moves its reader index', () => {
    const src = bytes(1, 2, 3);
    const buf = ByteBuf.alloc(0).writeBytes(src, 1);
    expect(src.readerIndex).toBe(1);
    buf.writeBytes(src);
    expect(src.readerIndex).toBe(3);
    buf.writeBytes(src, 0, 2);
    expect(src.readerIndex).toBe(3);
    expect([...buf.toBuffer()]).toEqual([1, 2, 3, 1, 2]);
  });

  test('appends a buffer to itself, growing on the way', () => {
    const buf = bytes(1, 2, 3);
    buf.writeBytes(buf, 0, 3);
    expect([...buf.toBuffer()]).toEqual([1, 2, 3, 1, 2, 3]);
  });

  test('moves nothing when maxCapacity would be exceeded', () => {
    const src = bytes(1, 2, 3);
    const buf = ByteBuf.alloc(2, 2);
    expect(thrownBy(() => buf.writeBytes(src))).toMatchObject(
      rangeError('writerIndex(0) + minWritableBytes(3) exceeds maxCapacity(2)'),
    );
    expect(src.readerIndex).toBe(0);
    expect(buf.writerIndex).toBe(0);
  });

  test('refuses what holds no bytes, and read-only buffers', () => {
    expect(thrownBy(() => bytes().writeBytes([1] as unknown as Uint8Array))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: 'src must be a ByteBuf or a Uint8Array, but is of type object',
    });
    expect(thrownBy(() => bytes().asReadOnly().writeBytes(bytes(1)))).toMatchObject({
      code: 'ERR_READ_ONLY_BUFFER',
    });
  });
});

describe('zeroes and skipping', () => {
  test('setZero', () => {
    expect(content(bytes(1, 2, 3, 4).setZero(1, 2))).toEqual([1, 0, 0, 4]);
    expect(thrownBy(() => bytes(1, 2).setZero(1, 2))).toMatchObject(rangeError('index: 1, length: 2'));
    expect(thrownBy(() => bytes(1, 2).setZero(1, -1))).toMatchObject(rangeError('length : -1'));
    expect(thrownBy(() => bytes(1).asReadOnly().setZero(0, 1))).toMatchObject({
      code: 'ERR_READ_ONLY_BUFFER',
    });
  });

  test('writeZero', () => {
    const buf = bytes(1, 2, 3, 4).clear().writeZero(2);
    expect(content(buf)).toEqual([0, 0, 3, 4]);
    expect(buf.writeZero(100).writerIndex).toBe(102);
    expect(thrownBy(() => buf.writeZero(-1))).toMatchObject(rangeError('length : -1 (expected: >= 0)'));
    expect(thrownBy(() => buf.writeZero('1' as unknown as number))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
  });

  test('skipBytes', () => {
    const buf = bytes(1, 2, 3);
    expect(buf.skipBytes(2).skipBytes(0).readerIndex).toBe(2);
    expect(thrownBy(() => buf.skipBytes(2))).toMatchObject(
      rangeError('readerIndex(2) + length(2) exceeds writerIndex(3)'),
    );
    expect(thrownBy(() => buf.skipBytes(-1))).toMatchObject(rangeError());
    expect(buf.readerIndex).toBe(2);
  });
});

describe('text', () => {
  test.each([
    { encoding: 'utf8', text: 'grüße 😀', length: 12 },
    { encoding: 'utf16le', text: 'grüße 😀', length: 16 },
    { encoding: 'latin1', text: 'grüße', length: 5 },
    { encoding: 'ascii', text: 'hello', length: 5 },
    { encoding: 'hex', text: 'cafe01', length: 3 },
    { encoding: 'base64', text: 'AQIDBA==', length: 4 },
    { encoding: 'base64url', text: '-_8', length: 2 },
    { encoding: 'utf8', text: '', length: 0 },
  ] as const)('$encoding: $text', ({ encoding, text, length }) => {
    const buf = ByteBuf.alloc(0);
    expect(buf.writeCharSequence(text, encoding)).toBe(length);
    expect(buf.writerIndex).toBe(length);
    expect(buf.getCharSequence(0, length, encoding)).toBe(text);
    expect(buf.toString(encoding)).toBe(text);
    const again = ByteBuf.alloc(length);
    expect(again.setCharSequence(0, text, encoding)).toBe(length);
    expect(indexesOf(again)).toEqual({ reader: 0, writer: 0 });
    expect(again.setIndex(0, length).equals(buf)).toBe(true);
    expect(buf.readCharSequence(length, encoding)).toBe(text);
    expect(buf.isReadable()).toBe(false);
  });

  test('is UTF-8 unless something else is said', () => {
    const buf = ByteBuf.alloc(8);
    expect(buf.writeCharSequence('ü')).toBe(2);
    expect(buf.setCharSequence(2, 'ä')).toBe(2);
    expect(buf.getCharSequence(0, 4)).toBe('üä');
    expect(buf.readCharSequence(2)).toBe('ü');
  });

  test('a lone surrogate becomes U+FFFD', () => {
    const buf = ByteBuf.alloc(0);
    expect(buf.writeCharSequence('\ud83d')).toBe(3);
    expect(buf.readCharSequence(3)).toBe('\ufffd');
  });

  test('characters that are no digits do not count', () => {
    const buf = ByteBuf.alloc(2, 2);
    expect(buf.writeCharSequence('A Q\nI =', 'base64')).toBe(2);
    expect([...buf.toBuffer()]).toEqual([1, 2]);
    expect(buf.clear().writeCharSequence('01zz', 'hex')).toBe(1);
  });

  test('fits exactly or not at all', () => {
    const buf = ByteBuf.alloc(4, 4);
    expect(buf.writeCharSequence('üä')).toBe(4);
    expect(thrownBy(() => buf.writeCharSequence('x'))).toMatchObject(rangeError('exceeds maxCapacity(4)'));
    expect(thrownBy(() => buf.setCharSequence(1, 'üä'))).toMatchObject(rangeError('index: 1, length: 4'));
    expect(buf.toString('utf8')).toBe('üä');
    expect(buf.writerIndex).toBe(4);
  });

  test('indexes stay when reading fails', () => {
    const buf = ByteBuf.from('abc');
    expect(thrownBy(() => buf.readCharSequence(4))).toMatchObject(rangeError());
    expect(thrownBy(() => buf.getCharSequence(1, 3))).toMatchObject(rangeError('index: 1, length: 3'));
    const odd = 'klingon' as BufferEncoding;
    for (const call of [
      () => buf.readCharSequence(1, odd),
      () => buf.getCharSequence(0, 1, odd),
      () => buf.writeCharSequence('x', odd),
      () => buf.setCharSequence(0, 'x', odd),
      () => buf.toString(odd),
    ]) {
      expect(thrownBy(call)).toMatchObject({ code: 'ERR_UNKNOWN_ENCODING' });
    }
    expect(indexesOf(buf)).toEqual({ reader: 0, writer: 3 });
  });

  test('cannot be written to a read-only buffer', () => {
    const buf = ByteBuf.from('abc').asReadOnly();
    for (const call of [() => buf.writeCharSequence('x'), () => buf.setCharSequence(0, 'x')]) {
      expect(thrownBy(call)).toMatchObject({ code: 'ERR_READ_ONLY_BUFFER' });
    }
  });
});
