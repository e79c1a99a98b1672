import { ByteBuf } from '../../src/buffer/ByteBuf.js';
import { rangeError, thrownBy } from './families.js';

/** Netty's own buffer for this: AbstractByteBufTest.testIndexOf. */
const netty = (): ByteBuf => ByteBuf.alloc(4096).writeBytes(Uint8Array.of(1, 2, 3, 2, 1));

describe('indexOf', () => {
  test.each([
    { from: 1, to: 4, value: 1, found: -1 },
    { from: 4, to: 1, value: 1, found: -1 },
    { from: 1, to: 4, value: 2, found: 1 },
    { from: 4, to: 1, value: 2, found: 3 },
    { from: 4097, to: 0, value: 1, found: 4 },
    { from: -1, to: 4096, value: 1, found: 0 },
    { from: 0, to: 4096, value: 3, found: 2 },
    { from: 4096, to: 0, value: 3, found: 2 },
    { from: 3, to: 3, value: 2, found: -1 },
    { from: 5, to: 4096, value: 1, found: -1 },
    { from: 0, to: -5, value: 1, found: -1 },
    { from: -5, to: -1, value: 1, found: -1 },
    { from: -1, to: -5, value: 1, found: -1 },
  ])('of $value from $from to $to is $found', ({ from, to, value, found }) => {
    expect(netty().indexOf(from, to, value)).toBe(found);
  });

  test.each([
    [0, 4097],
    [4096, -1],
    [Number.NaN, 3],
    [1, 2.5],
  ])('from %d to %d is refused', (from, to) => {
    expect(thrownBy(() => netty().indexOf(from, to, 0))).toMatchObject(rangeError());
  });

  test('in a buffer without bytes is -1, as in Netty', () => {
    expect(ByteBuf.alloc(0).indexOf(0, 5, 1)).toBe(-1);
    expect(ByteBuf.alloc(0).indexOf(5, 0, 1)).toBe(-1);
  });

  test('takes signed and unsigned bytes alike', () => {
    const buf = ByteBuf.from([0, 0xff]);
    expect(buf.indexOf(0, 2, -1)).toBe(1);
    expect(buf.indexOf(0, 2, 0xff)).toBe(1);
    expect(buf.indexOf(2, 0, 0x1ff)).toBe(1);
  });

  test.each([10, 24, 25, 26, 500])('respects both ends of %d bytes', (length) => {
    const buf = ByteBuf.alloc(600)
      .setByte(49, 7)
      .setByte(50 + length, 7);
    expect(buf.indexOf(50, 50 + length, 7)).toBe(-1);
    expect(buf.indexOf(50 + length, 50, 7)).toBe(-1);
    buf.setByte(50, 7);
    expect(buf.indexOf(50, 50 + length, 7)).toBe(50);
    expect(buf.indexOf(50 + length, 50, 7)).toBe(50);
    buf.setByte(49 + length, 7);
    expect(buf.indexOf(50, 50 + length, 7)).toBe(50);
    expect(buf.indexOf(50 + length, 50, 7)).toBe(49 + length);
    expect(buf.indexOf(51, 600, 7)).toBe(49 + length);
  });
});

describe('bytesBefore', () => {
  const buf = ByteBuf.from([9, 1, 2, 3, 9]).skipBytes(1);

  test('among the readable bytes', () => {
    expect(buf.bytesBefore(3)).toBe(2);
    expect(buf.bytesBefore(9)).toBe(3);
    expect(buf.bytesBefore(4)).toBe(-1);
  });

  test('among some of the readable bytes', () => {
    expect(buf.bytesBefore(3, 3)).toBe(2);
    expect(buf.bytesBefore(2, 3)).toBe(-1);
    expect(buf.bytesBefore(0, 3)).toBe(-1);
    expect(thrownBy(() => buf.bytesBefore(5, 3))).toMatchObject(
      rangeError('readerIndex(1) + length(5) exceeds writerIndex(5)'),
    );
  });

  test('from an index', () => {
    expect(buf.bytesBefore(0, 5, 9)).toBe(0);
    expect(buf.bytesBefore(1, 4, 9)).toBe(3);
    expect(thrownBy(() => buf.bytesBefore(1, 5, 9))).toMatchObject(rangeError('index: 1, length: 5'));
    expect(thrownBy(() => buf.bytesBefore(1, -1, 9))).toMatchObject(rangeError('length : -1'));
  });
});

describe('forEachByte', () => {
  const buf = ByteBuf.from([9, 1, 0xff, 3, 9]).setIndex(1, 4);

  test('goes up the readable bytes', () => {
    const seen: number[] = [];
    expect(buf.forEachByte((value) => seen.push(value) > 0)).toBe(-1);
    expect(seen).toEqual([1, 0xff, 3]);
  });

  test('goes down the readable bytes', () => {
    const seen: number[] = [];
    expect(buf.forEachByteDesc((value) => seen.push(value) > 0)).toBe(-1);
    expect(seen).toEqual([3, 0xff, 1]);
  });

  test('gives the index at which the processor stopped', () => {
    expect(buf.forEachByte((value) => value !== 0xff)).toBe(2);
    expect(buf.forEachByteDesc((value) => value !== 0xff)).toBe(2);
    expect(buf.forEachByte(0, 5, (value) => value !== 9)).toBe(0);
    expect(buf.forEachByteDesc(0, 5, (value) => value !== 9)).toBe(4);
    expect(buf.forEachByte(1, 3, (value) => value !== 9)).toBe(-1);
    expect(buf.forEachByteDesc(1, 3, (value) => value !== 9)).toBe(-1);
  });

  test('refuses a region outside the buffer', () => {
    for (const call of [
      () => buf.forEachByte(1, 5, () => true),
      () => buf.forEachByteDesc(1, 5, () => true),
    ]) {
      expect(thrownBy(call)).toMatchObject(rangeError('index: 1, length: 5'));
    }
  });

  test('throws what the processor throws', () => {
    expect(() =>
      buf.forEachByte(() => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
  });
});

describe('indexOfSequence', () => {
  const buf = ByteBuf.from('..abcabd..').setIndex(1, 9);

  test.each([
    { needle: 'abc', found: 2 },
    { needle: 'abd', found: 5 },
    { needle: 'd.', found: 7 },
    { needle: '.', found: 1 },
    { needle: 'd..', found: -1 },
    { needle: '..a', found: -1 },
    { needle: 'xyz', found: -1 },
    { needle: 'a longer needle than the haystack', found: -1 },
    { needle: '', found: 1 },
  ])('finds $needle at $found', ({ needle, found }) => {
    expect(buf.indexOfSequence(Buffer.from(needle))).toBe(found);
    expect(buf.indexOfSequence(ByteBuf.from(`x${needle}`).skipBytes(1))).toBe(found);
  });

  test('searches between two indexes', () => {
    const ab = Buffer.from('ab');
    expect(buf.indexOfSequence(ab, 3)).toBe(5);
    expect(buf.indexOfSequence(ab, 0, 3)).toBe(-1);
    expect(buf.indexOfSequence(ab, 0, 4)).toBe(2);
    expect(thrownBy(() => buf.indexOfSequence(ab, 0, 11))).toMatchObject(rangeError());
    expect(thrownBy(() => buf.indexOfSequence(ab, 5, 4))).toMatchObject(rangeError());
  });

  test('refuses text', () => {
    expect(thrownBy(() => buf.indexOfSequence('ab' as unknown as Uint8Array))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
  });
});
