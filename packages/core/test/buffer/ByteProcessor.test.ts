import { ByteBuf } from '../../src/buffer/ByteBuf.js';
import * as processors from '../../src/buffer/ByteProcessor.js';

/** The bytes at which each ready processor stops; those called NON stop at all others. */
const STOPS: Record<string, string> = {
  NUL: '\0',
  CR: '\r',
  LF: '\n',
  CRLF: '\r\n',
  SEMI_COLON: ';',
  COMMA: ',',
  ASCII_SPACE: ' ',
  LINEAR_WHITESPACE: ' \t',
};

const ready = Object.entries(processors).filter(([name]) => name.startsWith('FIND_'));

test.each(ready)('%s', (name, processor) => {
  const key = name.replace(/^FIND_(NON_)?/, '');
  const stops = [...Buffer.from(STOPS[key] as string)];
  const negated = name.startsWith('FIND_NON_');
  for (let value = 0; value < 256; value++) {
    expect((processor as processors.ByteProcessor)(value)).toBe(stops.includes(value) === negated);
  }
});

test('there are 13 ready processors', () => {
  expect(ready).toHaveLength(13);
});

test('find their place in a line', () => {
  const buf = ByteBuf.from('GET / HTTP/1.1\r\n\r\nbody');
  expect(buf.forEachByte(processors.FIND_CRLF)).toBe(14);
  expect(buf.forEachByte(14, 8, processors.FIND_NON_CRLF)).toBe(18);
  expect(buf.forEachByte(processors.FIND_LINEAR_WHITESPACE)).toBe(3);
  expect(buf.forEachByteDesc(processors.FIND_ASCII_SPACE)).toBe(5);
});

test.each([0xff, -1])('findByte and findNonByte take %d', (value) => {
  const buf = ByteBuf.from([0xff, 1, 0xff]);
  expect(buf.forEachByte(1, 2, processors.findByte(value))).toBe(2);
  expect(buf.forEachByte(processors.findNonByte(value))).toBe(1);
});
