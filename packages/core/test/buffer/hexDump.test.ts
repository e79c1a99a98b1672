import { ByteBuf } from '../../src/buffer/ByteBuf.js';
import { decodeHexDump, hexDump, prettyHexDump } from '../../src/buffer/hexDump.js';
import { rangeError, thrownBy } from './families.js';

const TOP = `         +-------------------------------------------------+
         |  0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f |
+--------+-------------------------------------------------+----------------+`;
const RULE = '+--------+-------------------------------------------------+----------------+';

describe('hexDump', () => {
  test('of arrays and of readable bytes', () => {
    expect(hexDump(Uint8Array.of(0, 0x0f, 0xab, 0xff))).toBe('000fabff');
    expect(hexDump(ByteBuf.from([9, 1, 2]).skipBytes(1))).toBe('0102');
    expect(hexDump(new Uint8Array(0))).toBe('');
  });

  test('of a part', () => {
    expect(hexDump(Uint8Array.of(1, 2, 3, 4), 1, 2)).toBe('0203');
    expect(hexDump(Uint8Array.of(1, 2, 3, 4), 1)).toBe('020304');
    expect(hexDump(Buffer.from([1, 2, 3, 4]).subarray(1), 1, 1)).toBe('03');
    expect(hexDump(ByteBuf.from([1, 2, 3, 4]).skipBytes(3), 0, 2)).toBe('0102');
    expect(hexDump(ByteBuf.from([1, 2, 3, 4]).skipBytes(1), undefined, 2)).toBe('0203');
  });

  test('moves no index', () => {
    const buf = ByteBuf.from([1, 2]);
    hexDump(buf);
    prettyHexDump(buf);
    expect(buf.readerIndex).toBe(0);
  });

  test.each([
    [-1, 2],
    [0, 5],
    [3, 2],
    [0, -1],
  ])('refuses the part %d, %d', (index, length) => {
    for (const dump of [hexDump, prettyHexDump]) {
      expect(thrownBy(() => dump(Buffer.alloc(4), index, length))).toMatchObject(rangeError());
      expect(thrownBy(() => dump(ByteBuf.alloc(4), index, length))).toMatchObject(rangeError());
    }
  });

  test('refuses what holds no bytes', () => {
    expect(thrownBy(() => hexDump('00' as unknown as Buffer))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
  });
});

describe('decodeHexDump', () => {
  test('undoes hexDump', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    expect(decodeHexDump(hexDump(bytes)).equals(bytes)).toBe(true);
    expect([...decodeHexDump('aAfF')]).toEqual([0xaa, 0xff]);
    expect(decodeHexDump('')).toHaveLength(0);
  });

  test.each(['0', '0g', 'zz', '0 1 '])('refuses %p', (text) => {
    expect(thrownBy(() => decodeHexDump(text))).toMatchObject(rangeError('invalid hex dump: '));
  });
});

describe('prettyHexDump', () => {
  test('of nothing is nothing', () => {
    expect(prettyHexDump(ByteBuf.alloc(16))).toBe('');
  });

  test('of part of a row', () => {
    expect(prettyHexDump(ByteBuf.from('Hello.\n'))).toBe(`${TOP}
|00000000| 48 65 6c 6c 6f 2e 0a                            |Hello..         |
${RULE}`);
  });

  test('of one byte', () => {
    expect(prettyHexDump(Uint8Array.of(0xff))).toBe(`${TOP}
|00000000| ff                                              |.               |
${RULE}`);
  });

  test('of one whole row has no second', () => {
    expect(prettyHexDump(Buffer.from('0123456789abcdef'))).toBe(`${TOP}
|00000000| 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 |0123456789abcdef|
${RULE}`);
  });

  test('of several rows, with every kind of byte', () => {
    const bytes = Buffer.from([...Array.from({ length: 17 }, (_, i) => i + 0x1a), 0x7e, 0x7f, 0x80]);
    expect(prettyHexDump(bytes)).toBe(`${TOP}
|00000000| 1a 1b 1c 1d 1e 1f 20 21 22 23 24 25 26 27 28 29 |...... !"#$%&'()|
|00000010| 2a 7e 7f 80                                     |*~..            |
${RULE}`);
  });

  test('of a part counts offsets from its beginning', () => {
    expect(prettyHexDump(ByteBuf.from('xxHello'), 2, 5)).toBe(`${TOP}
|00000000| 48 65 6c 6c 6f                                  |Hello           |
${RULE}`);
  });

  test('goes on past 64 KiB', () => {
    const lines = prettyHexDump(Buffer.alloc(0x10011, 0x41)).split('\n');
    expect(lines.at(-3)).toBe(
      '|00010000| 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 |AAAAAAAAAAAAAAAA|',
    );
    expect(lines.at(-2)).toBe(
      '|00010010| 41                                              |A               |',
    );
  });
});
