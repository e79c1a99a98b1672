import type { ByteBuf } from '@sluice/core';
import {
  LengthFieldBasedFrameDecoder,
  type LengthFieldBasedFrameDecoderOptions,
} from '../../src/frame/LengthFieldBasedFrameDecoder.js';
import type { ByteOrder } from '../../src/frame/lengthField.js';
import { bytes, decoded, drip, Outcome, shown } from '../support/decoding.js';

type Options = LengthFieldBasedFrameDecoderOptions;

const make = (options: Partial<Options>): LengthFieldBasedFrameDecoder =>
  new LengthFieldBasedFrameDecoder({ maxFrameLength: 1000, lengthFieldLength: 2, ...options });

/** The table of the class's documentation. */
const TABLE: readonly [name: string, options: Partial<Options>, before: string, after: string][] = [
  ['header kept', {}, '<000c>HELLO, WORLD', '<000c>HELLO, WORLD'],
  ['header stripped', { initialBytesToStrip: 2 }, '<000c>HELLO, WORLD', 'HELLO, WORLD'],
  ['length counts itself', { lengthAdjustment: -2 }, '<000e>HELLO, WORLD', '<000e>HELLO, WORLD'],
  [
    'length behind another header',
    { lengthFieldOffset: 2, lengthFieldLength: 3 },
    '<cafe 00000c>HELLO, WORLD',
    '<cafe00000c>HELLO, WORLD',
  ],
  [
    'length before another header',
    { lengthFieldLength: 3, lengthAdjustment: 2 },
    '<00000c cafe>HELLO, WORLD',
    '<00000ccafe>HELLO, WORLD',
  ],
  [
    'length between two headers, the first of them stripped',
    { lengthFieldOffset: 1, lengthAdjustment: 1, initialBytesToStrip: 3 },
    '<ca 000c fe>HELLO, WORLD',
    '<fe>HELLO, WORLD',
  ],
  [
    'the same, and the length counts everything',
    { lengthFieldOffset: 1, lengthAdjustment: -3, initialBytesToStrip: 3 },
    '<ca 0010 fe>HELLO, WORLD',
    '<fe>HELLO, WORLD',
  ],
  ['little-endian', { byteOrder: 'LE', initialBytesToStrip: 2 }, '<0c00>HELLO, WORLD', 'HELLO, WORLD'],
];

describe('the table in the documentation', () => {
  test.each(TABLE)('%s', (_name, options, before, after) => {
    const once = bytes(before);
    expect(shown(once)).toBe(before.replaceAll(' ', (space, at) => (before[at - 1] === ',' ? space : '')));
    expect(decoded(make(options), [once])).toEqual([after]);
    const thrice = Buffer.concat([once, once, once]);
    expect(decoded(make(options), [thrice])).toEqual([after, after, after]);
    expect(decoded(make(options), drip(thrice))).toEqual([after, after, after]);
  });
});

describe('length fields', () => {
  test.each([
    [1, 'BE', '<03>'],
    [1, 'LE', '<03>'],
    [2, 'BE', '<0003>'],
    [2, 'LE', '<0300>'],
    [3, 'BE', '<000003>'],
    [3, 'LE', '<030000>'],
    [4, 'BE', '<00000003>'],
    [4, 'LE', '<03000000>'],
    [8, 'BE', '<0000000000000003>'],
    [8, 'LE', '<0300000000000000>'],
  ] as const)('of %i bytes, %s', (lengthFieldLength, byteOrder, header) => {
    const decoder = make({ lengthFieldLength, byteOrder, initialBytesToStrip: lengthFieldLength });
    expect(decoded(decoder, [bytes(`${header}abc${header}def`)])).toEqual(['abc', 'def']);
  });

  test.each([
    [1, 255],
    [2, 65_535],
    [3, 16_777_215],
    [4, 4_294_967_295],
  ] as const)('of %i bytes are unsigned: all bits set is %i', (lengthFieldLength, length) => {
    const decoder = make({ lengthFieldLength, maxFrameLength: lengthFieldLength });
    expect(decoded(decoder, [Buffer.alloc(lengthFieldLength, 0xff)])).toEqual([
      `! TooLongFrameException: Adjusted frame length exceeds ${lengthFieldLength}: ${length + lengthFieldLength} - discarded`,
    ]);
  });

  test('of 8 bytes are signed, and as exact as they are', () => {
    const decoder = make({ lengthFieldLength: 8 });
    expect(decoded(decoder, [bytes('<fffffffffffffffe>'), bytes('<0020000000000001>')])).toEqual([
      '! CorruptedFrameException: negative pre-adjustment length field: -2',
      '! TooLongFrameException: Adjusted frame length exceeds 1000: 9007199254741001 - discarded',
    ]);
    expect(decoded(make({ lengthFieldLength: 8 }), [bytes('<7fffffffffffffff>')])).toEqual([
      '! CorruptedFrameException: Adjusted frame length (-9223372036854775801) is less than lengthFieldEndOffset: 8',
    ]);
  });

  test.each([0, 5, 6, 7, 9])('of %i bytes are unsupported', (lengthFieldLength) => {
    const decoder = make({ lengthFieldLength: lengthFieldLength as never });
    expect(new Outcome(decoder).read(Buffer.alloc(12))).toEqual([
      `! DecoderException: unsupported lengthFieldLength: ${lengthFieldLength} (expected: 1, 2, 3, 4, or 8)`,
    ]);
  });

  test('an empty frame is a frame', () => {
    expect(decoded(make({ initialBytesToStrip: 2 }), [bytes('<0000 0000>')])).toEqual(['', '']);
  });
});

describe('bad frames', () => {
  test('shorter than its header: the header is skipped', () => {
    const decoder = make({ lengthAdjustment: -2 });
    expect(decoded(decoder, [bytes('<0001 0003>a')])).toEqual([
      '! CorruptedFrameException: Adjusted frame length (1) is less than lengthFieldEndOffset: 2',
      '<0003>a',
    ]);
  });

  test('shorter than what is to be stripped: the frame is skipped, in one read and in two', () => {
    const message =
      '! CorruptedFrameException: Adjusted frame length (3) is less than initialBytesToStrip: 4';
    for (const chunks of [
      ['<0001>a<0003>bcd'],
      ['<0001>', 'a', '<0003>bcd'],
      ['<00>', '<01>a<00>', '<03>bcd'],
    ]) {
      const decoder = make({ initialBytesToStrip: 4 });
      expect([chunks, decoded(decoder, chunks.map(bytes))]).toEqual([chunks, [message, 'd']]);
    }
  });
});

describe('frames that are too long', () => {
  const LONG = '! TooLongFrameException: Adjusted frame length exceeds 6: 9 - discarded';
  const long = (failFast: boolean): Outcome =>
    new Outcome(make({ maxFrameLength: 6, initialBytesToStrip: 2, failFast }));

  test('are reported when the header is read, and the next frame is decoded', () => {
    const outcome = long(true);
    expect(outcome.read('<0007>')).toEqual([LONG]);
    expect(outcome.read('abc')).toEqual([]);
    expect(outcome.read('defg<0001>x')).toEqual(['x']);
  });

  test('without failFast are reported when all of it has been discarded', () => {
    const outcome = long(false);
    expect(outcome.read('<0007>')).toEqual([]);
    expect(outcome.read('abcdef')).toEqual([]);
    expect(outcome.read('g')).toEqual([LONG]);
    expect(outcome.read('<0001>x')).toEqual(['x']);
  });

  test.each([true, false])('which have arrived as a whole are skipped at once (failFast %s)', (failFast) => {
    const outcome = long(failFast);
    expect(outcome.read('<0007>abcdefg<0001>x')).toEqual([LONG]);
    expect(outcome.read('<0001>y')).toEqual(['x', 'y']);
  });

  test('one byte too long is too long, the limit itself is not', () => {
    expect(long(true).read('<0004>abcd')).toEqual(['abcd']);
    expect(long(true).read('<0005>')).toHaveLength(1);
  });

  test('two in a row are two errors', () => {
    const outcome = long(true);
    expect(outcome.read('<0007>abcdefg', '<0007>abcdefg', '<0001>x')).toEqual([LONG, LONG, 'x']);
  });
});

describe('the constructor', () => {
  test.each([
    [{ maxFrameLength: 0 }, 'maxFrameLength : 0 (expected: > 0)'],
    [{ maxFrameLength: -1 }, 'maxFrameLength : -1 (expected: > 0)'],
    [{ maxFrameLength: 1.5 }, 'maxFrameLength : 1.5 (expected: a whole number)'],
    [{ maxFrameLength: Number.NaN }, 'maxFrameLength : NaN (expected: a whole number)'],
    [{ lengthFieldOffset: -1 }, 'lengthFieldOffset : -1 (expected: >= 0)'],
    [{ initialBytesToStrip: -1 }, 'initialBytesToStrip : -1 (expected: >= 0)'],
    [
      { maxFrameLength: 4, lengthFieldOffset: 3 },
      'maxFrameLength (4) must be equal to or greater than lengthFieldOffset (3) + lengthFieldLength (2).',
    ],
  ])('refuses %j', (options, message) => {
    const attempt = (): unknown => make(options);
    expect(attempt).toThrow(RangeError);
    expect(attempt).toThrow(message);
  });

  test('refuses what is of the wrong type', () => {
    expect(() => make({ maxFrameLength: '5' as never })).toThrow(/must be a number, but is of type string/);
    expect(() => make({ byteOrder: 'big' as never })).toThrow(/byteOrder : big/);
  });
});

describe('subclasses', () => {
  test('may read another notation of the length', () => {
    class Ascii extends LengthFieldBasedFrameDecoder {
      protected override getUnadjustedFrameLength(input: ByteBuf, offset: number, length: number): number {
        return Number.parseInt(input.getCharSequence(offset, length, 'latin1'), 10);
      }
    }
    const decoder = new Ascii({
      maxFrameLength: 99,
      lengthFieldLength: 6 as never,
      initialBytesToStrip: 6,
    });
    expect(decoded(decoder, [bytes('000003abc000001d')])).toEqual(['abc', 'd']);
  });

  test('are told offset, width and order, and may copy frames', () => {
    const seen: unknown[] = [];
    class Spy extends LengthFieldBasedFrameDecoder {
      protected override getUnadjustedFrameLength(
        input: ByteBuf,
        offset: number,
        length: number,
        order: ByteOrder,
      ): number | bigint {
        seen.push([offset - input.readerIndex, length, order]);
        return super.getUnadjustedFrameLength(input, offset, length, order);
      }
      protected override extractFrame(input: ByteBuf, index: number, length: number): Buffer {
        return Buffer.from(super.extractFrame(input, index, length));
      }
    }
    const decoder = new Spy({
      maxFrameLength: 99,
      lengthFieldOffset: 1,
      lengthFieldLength: 2,
      byteOrder: 'LE',
      initialBytesToStrip: 3,
    });
    const outcome = new Outcome(decoder);
    const chunk = Buffer.alloc(100_000);
    bytes('<ff 0300>abc').copy(chunk);
    outcome.read(chunk.subarray(0, 6));
    expect([seen, String(outcome.messages[0])]).toEqual([[[1, 2, 'LE']], 'abc']);
    expect((outcome.messages[0] as Buffer).buffer).not.toBe(chunk.buffer);
  });

  test('the header of a frame is read once, however slowly the frame arrives', () => {
    let reads = 0;
    class Counting extends LengthFieldBasedFrameDecoder {
      protected override getUnadjustedFrameLength(
        ...args: [ByteBuf, number, number, ByteOrder]
      ): number | bigint {
        reads++;
        return super.getUnadjustedFrameLength(...args);
      }
    }
    const decoder = new Counting({ maxFrameLength: 999, lengthFieldLength: 2 });
    expect(decoded(decoder, drip(Buffer.concat([bytes('<0100>'), Buffer.alloc(256, 'x')])))).toHaveLength(1);
    expect(reads).toBe(1);
  });
});
