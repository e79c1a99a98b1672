import { type CharsetName, charsetOf } from '../../src/string/Charset.js';
import { bytes, shown } from '../support/decoding.js';

const encoded = (name: CharsetName, text: string): string => charsetOf(name).encode(text).toString('hex');
const read = (name: CharsetName, hex: string): string => charsetOf(name).decode(Buffer.from(hex, 'hex'));

test.each([
  ['UTF-8', 'aé€😀', '61c3a9e282acf09f9880'],
  ['utf8', 'é', 'c3a9'],
  ['ISO-8859-1', 'aéÿ', '61e9ff'],
  ['latin1', 'é', 'e9'],
  ['US-ASCII', 'a~', '617e'],
  ['ascii', 'a', '61'],
  ['UTF-16BE', 'a€😀', '006120acd83dde00'],
  ['UTF-16LE', 'a€😀', '6100ac203dd800de'],
  ['utf16le', 'a', '6100'],
] as const)('%s there and back', (name, text, hex) => {
  expect(encoded(name, text)).toBe(hex);
  expect(read(name, hex)).toBe(text);
});

describe('what cannot be written', () => {
  test.each([
    ['UTF-8', 'a\ud83db', '613f62'],
    ['UTF-8', '\ude00', '3f'],
    ['ISO-8859-1', 'a€b😀c', '613f623f63'],
    ['ISO-8859-1', '\ud83d!', '3f21'],
    ['US-ASCII', 'aéb', '613f62'],
    ['UTF-16BE', 'a\ud83db', '0061fffd0062'],
    ['UTF-16LE', '\ude00', 'fdff'],
    ['UTF-16', '\ude00', 'fefffffd'],
  ] as const)('%s of %j', (name, text, hex) => {
    expect(encoded(name, text)).toBe(hex);
  });
});

describe('what cannot be read', () => {
  test.each([
    ['UTF-8', 'ff61', '\ufffda'],
    ['UTF-8', 'e282', '\ufffd'],
    ['UTF-8', '61eda0bd62', 'a\ufffdb'],
    ['UTF-8', 'eda0ed9fbf', '\ufffd\ud7ff'],
    ['UTF-16BE', '0061ff', 'a\ufffd'],
    ['UTF-16BE', 'd83d', '\ufffd'],
    ['UTF-16BE', 'd83dde', '\ufffd'],
    ['UTF-16BE', '0061d83dd83dde', 'a\ufffd\ufffd'],
    // Java takes the unit behind half a pair for the other half, whatever it is.
    ['UTF-16LE', '3dd861006200', '\ufffdb'],
    ['UTF-16BE', 'd83dd83dde00d83dde00', '\ufffd\ufffd\ud83d\ude00'],
    ['US-ASCII', '61e9', 'aé'],
  ] as const)('%s of %s', (name, hex, text) => {
    expect(read(name, hex)).toBe(text);
  });
});

test('UTF-16 writes a byte order mark and big-endian, reads either, and big-endian without a mark', () => {
  expect(encoded('UTF-16', 'a')).toBe('feff0061');
  expect(encoded('UTF-16', '')).toBe('');
  expect(read('UTF-16', 'feff0061')).toBe('a');
  expect(read('UTF-16', 'fffe6100')).toBe('a');
  expect(read('UTF-16', '0061')).toBe('a');
  expect(read('UTF-16', '')).toBe('');
});

test('decoding does not change the bytes', () => {
  const content = bytes('<00610062>');
  expect(charsetOf('UTF-16BE').decode(content)).toBe('ab');
  expect(shown(content)).toBe('<00>a<00>b');
});

test('names are known in any case; objects are used as they are; others are refused', () => {
  expect(charsetOf('utf-16be' as CharsetName)).toBe(charsetOf('UTF-16BE'));
  expect(charsetOf('utf8').name).toBe('UTF-8');
  const own = { name: 'own', decode: () => '', encode: () => Buffer.alloc(0) };
  expect(charsetOf(own)).toBe(own);
  expect(() => charsetOf('KOI8-R' as CharsetName)).toThrow(/Unknown charset 'KOI8-R': there are utf-8/);
  expect(() => charsetOf('KOI8-R' as CharsetName)).toThrow(TypeError);
});
