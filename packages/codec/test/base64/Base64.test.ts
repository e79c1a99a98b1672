import fc from 'fast-check';
import { decodeBase64, encodeBase64 } from '../../src/base64/Base64.js';
import { Base64Dialect } from '../../src/base64/Base64Dialect.js';
import { bytes, check } from '../support/decoding.js';

const { STANDARD, URL_SAFE, ORDERED } = Base64Dialect;
const encoded = (...args: Parameters<typeof encodeBase64>): string =>
  encodeBase64(...args).toString('latin1');
const decodedText = (text: string, dialect?: Base64Dialect): string =>
  decodeBase64(Buffer.from(text, 'latin1'), dialect).toString('latin1');

test('agrees with Node in both directions', () => {
  check(
    fc.property(fc.uint8Array({ maxLength: 300 }), (content) => {
      const node = Buffer.from(content);
      expect(encoded(content, { breakLines: false })).toBe(node.toString('base64'));
      expect(encoded(content, { dialect: URL_SAFE, addPadding: false })).toBe(node.toString('base64url'));
      for (const dialect of [STANDARD, URL_SAFE, ORDERED]) {
        for (const addPadding of [true, false]) {
          expect(decodeBase64(encodeBase64(content, { dialect, addPadding }), dialect)).toEqual(node);
        }
      }
    }),
  );
});

test('lines have 76 digits, and the last has no end', () => {
  for (const [size, lengths] of [
    [56, [76]],
    [57, [76]],
    [58, [76, 4]],
    [114, [76, 76]],
    [115, [76, 76, 4]],
    [0, [0]],
  ] as const) {
    const lines = encoded(Buffer.alloc(size)).split('\n');
    expect([size, lines.map((line) => line.length)]).toEqual([size, lengths]);
  }
  expect(encoded(Buffer.alloc(100), { dialect: URL_SAFE })).not.toContain('\n');
  expect(encoded(Buffer.alloc(100), { dialect: ORDERED })).toContain('\n');
});

test('ordered digits sort as the bytes do', () => {
  check(
    fc.property(
      fc.uint8Array({ minLength: 6, maxLength: 6 }),
      fc.uint8Array({ minLength: 6, maxLength: 6 }),
      (a, b) => {
        const [first, second] = [a, b].map((content) => encodeBase64(content, { dialect: ORDERED }));
        expect(Buffer.compare(first as Buffer, second as Buffer)).toBe(Buffer.compare(a, b));
      },
    ),
  );
});

describe('reading', () => {
  test('skips white space, does without padding, and stops behind it', () => {
    expect(decodedText('SE VM\tTE\r\n8=')).toBe('HELLO');
    expect(decodedText('SEVMTE8')).toBe('HELLO');
    expect(decodedText('SEVMTA')).toBe('HELL');
    expect(decodedText('SEVMTA==SEVM')).toBe('HELL');
    expect(decodedText('')).toBe('');
  });

  test.each([
    ['SE*M', STANDARD, 42],
    ['SE-M', STANDARD, 45],
    ['SE+M', URL_SAFE, 43],
    ['SE=M\x80', STANDARD, 128],
    ['\0', STANDARD, 0],
  ])('%j is refused', (text, dialect, code) => {
    expect(() => decodedText(text, dialect)).toThrow(TypeError);
    expect(() => decodedText(text, dialect)).toThrow(`invalid Base64 input character: ${code} (decimal)`);
  });

  test('a single digit at the end is refused', () => {
    expect(() => decodedText('SEVMT')).toThrow(/^Invalid Base64 input, single remaining character/);
  });

  test('padding in the first places means all bits set, as in Netty', () => {
    expect(decodeBase64(bytes('A==='))).toEqual(Buffer.of(0x0f));
  });
});
