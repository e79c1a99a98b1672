import { ByteBuf } from '@sluice/core';
import {
  LineBasedFrameDecoder,
  type LineBasedFrameDecoderOptions,
} from '../../src/frame/LineBasedFrameDecoder.js';
import { bytes, decoded, drip, Outcome } from '../support/decoding.js';

const make = (options: Partial<LineBasedFrameDecoderOptions> = {}): LineBasedFrameDecoder =>
  new LineBasedFrameDecoder({ maxLength: 8, ...options });

const tooLong = (length: number | string, max = 8): string =>
  `! TooLongFrameException: frame length (${length}) exceeds the allowed maximum (${max})`;

/** The table of the class's documentation. */
const TABLE: readonly [string, Partial<LineBasedFrameDecoderOptions>, before: string, after: string[]][] = [
  ['stripDelimiter', {}, 'AB\nCD\r\n', ['AB', 'CD']],
  ['stripDelimiter false', { stripDelimiter: false }, 'AB\nCD\r\n', ['AB<0a>', 'CD<0d0a>']],
  ['strictCrlf', { strictCrlf: true }, 'AB\nCD\r\n', ['AB<0a>CD']],
  ['empty lines', {}, '\n\r\n', ['', '']],
  ['a lone \\r is content', {}, 'A\rB\n', ['A<0d>B']],
];

describe('the table in the documentation', () => {
  test.each(TABLE)('%s', (_name, options, before, after) => {
    expect(decoded(make(options), [bytes(before)])).toEqual(after);
    expect(decoded(make(options), drip(bytes(before)))).toEqual(after);
  });
});

describe('a line that is too long', () => {
  test('does not hold up the lines behind it', () => {
    expect(new Outcome(make()).read('123456789\nnext\n')).toEqual([tooLong(9), 'next']);
  });

  test('is reported at its end by default, with its whole length', () => {
    const outcome = new Outcome(make());
    expect(outcome.read('123456789')).toEqual([]);
    expect(outcome.read('0123')).toEqual([]);
    expect(outcome.read('45\nnext\n')).toEqual([tooLong(15), 'next']);
  });

  test('is reported once and at once with failFast', () => {
    const outcome = new Outcome(make({ failFast: true }));
    expect(outcome.read('123456789')).toEqual([tooLong('over 9')]);
    expect(outcome.read('0123')).toEqual([]);
    expect(outcome.read('45\nnext\n')).toEqual(['next']);
  });

  test('that never ends takes no memory', () => {
    const decoder = make();
    const outcome = new Outcome(decoder);
    for (let i = 0; i < 50; i++) outcome.read(Buffer.alloc(10_000, 'x'));
    expect(outcome.read('\nnext\n')).toEqual([tooLong(500_000), 'next']);
  });

  test('is none with the longest that is allowed, whatever ends it and however it arrives', () => {
    for (const end of ['\n', '\r\n']) {
      const line = bytes(`12345678${end}`);
      for (const failFast of [true, false]) {
        expect(decoded(make({ failFast }), [line])).toEqual(['12345678']);
        expect(decoded(make({ failFast }), drip(line))).toEqual(['12345678']);
      }
    }
    expect(decoded(make(), drip(bytes('123456789\r\n')))).toEqual([tooLong(10)]);
    expect(decoded(make(), drip(bytes('12345678\rx\n')))).toEqual([tooLong(10)]);
  });
});

describe('strictCrlf', () => {
  test('finds \\r\\n where two reads meet, also while a line is discarded', () => {
    const outcome = new Outcome(make({ strictCrlf: true }));
    expect(outcome.read('12345678\n9\r')).toEqual([]);
    expect(outcome.read('\nnext\r', '\n')).toEqual([tooLong(11), 'next']);
    expect(outcome.read('123456789', '\n', 'x\r\n', 'last\r\n')).toEqual([tooLong(11), 'last']);
  });
});

test('an unfinished line is dropped at the end', () => {
  expect(decoded(make(), [bytes('ab\ncd')])).toEqual(['ab']);
});

test('as a plain function it throws for a line that is too long, and goes on behind it', () => {
  const decoder = make();
  const input = ByteBuf.from('123456789\nnext\n');
  expect(() => decoder.step(input)).toThrow('frame length (9) exceeds the allowed maximum (8)');
  expect(String(decoder.step(input))).toBe('next');
  expect(decoder.step(input)).toBeUndefined();
});

test('lines are at least a byte', () => {
  expect(() => make({ maxLength: 0 })).toThrow('maxLength : 0 (expected: > 0)');
});
