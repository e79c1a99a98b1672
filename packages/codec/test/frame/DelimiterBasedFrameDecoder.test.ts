import {
  DelimiterBasedFrameDecoder,
  type DelimiterBasedFrameDecoderOptions,
} from '../../src/frame/DelimiterBasedFrameDecoder.js';
import { Delimiters } from '../../src/frame/Delimiters.js';
import { bytes, decoded, drip, Outcome } from '../support/decoding.js';

const make = (options: Partial<DelimiterBasedFrameDecoderOptions> = {}): DelimiterBasedFrameDecoder =>
  new DelimiterBasedFrameDecoder({ maxFrameLength: 8, delimiters: '|', ...options });

const tooLong = (length: number): string =>
  `! TooLongFrameException: frame length exceeds 8: ${length} - discarded`;

/** The table of the class's documentation. */
const TABLE: readonly [
  string,
  Partial<DelimiterBasedFrameDecoderOptions>,
  before: string,
  after: string[],
][] = [
  ['stripDelimiter', {}, 'AB|C|', ['AB', 'C']],
  ['stripDelimiter false', { stripDelimiter: false }, 'AB|C|', ['AB<7c>', 'C<7c>'.replace('<7c>', '|')]],
  ['lines', { delimiters: ['\n', '\r\n'] }, 'AB\nC\r\n', ['AB', 'C']],
  ['\\n only', { delimiters: '\n' }, 'AB\nC\r\n', ['AB', 'C<0d>']],
  ['empty frames', { delimiters: '||' }, 'AB||||', ['AB', '']],
];

describe('the table in the documentation', () => {
  test.each(TABLE)('%s', (_name, options, before, after) => {
    const expected = after.map((frame) => frame.replaceAll('<7c>', '|'));
    expect(decoded(make(options), [bytes(before)])).toEqual(expected);
    expect(decoded(make(options), drip(bytes(before)))).toEqual(expected);
  });
});

describe('several delimiters', () => {
  test('the one with the shortest frame counts', () => {
    const decoder = make({ delimiters: ['##', '|', '\n'] });
    expect(decoded(decoder, [bytes('a|b##c\nd#e|##')])).toEqual(['a', 'b', 'c', 'd#e', '']);
  });

  test('of two that begin together the first listed counts', () => {
    expect(decoded(make({ delimiters: ['||', '|'] }), [bytes('a||b|')])).toEqual(['a', 'b']);
    expect(decoded(make({ delimiters: ['|', '||'] }), [bytes('a||b|')])).toEqual(['a', '', 'b']);
  });

  test('may be bytes, text or a mixture', () => {
    const decoder = make({ delimiters: [Buffer.of(0), '€', Uint8Array.of(1, 2)] });
    expect(decoded(decoder, [bytes('a<00>b<e282ac>c<0102>d')])).toEqual(['a', 'b', 'c']);
    expect(decoded(make({ delimiters: Delimiters.nulDelimiter() }), [bytes('a<00>')])).toEqual(['a']);
  });

  test('bytes are searched once for each of them', () => {
    const decoder = make({ maxFrameLength: 1 << 20, delimiters: ['<end>', '\0'] });
    const search = jest.spyOn(Buffer.prototype, 'indexOf');
    try {
      const outcome = new Outcome(decoder);
      outcome.read(...drip(Buffer.alloc(3000, 'x')));
      expect(outcome.read('<end>')).toEqual(['x'.repeat(3000)]);
      const searched = search.mock.contexts.reduce((sum, context) => sum + (context as Buffer).length, 0);
      expect(searched).toBeGreaterThan(3000);
      expect(searched).toBeLessThan(3000 * 2 * 10);
    } finally {
      search.mockRestore();
    }
  });

  test('a rare delimiter is not looked for again after each frame of a frequent one', () => {
    const decoder = make({ delimiters: ['<end>', '\n'] });
    const search = jest.spyOn(Buffer.prototype, 'indexOf');
    try {
      expect(new Outcome(decoder).read('ab\n'.repeat(2000))).toHaveLength(2000);
      const rare = search.mock.contexts.filter(
        (_context, i) => typeof search.mock.calls[i]?.[0] === 'object',
      );
      const searched = rare.reduce((sum: number, context) => sum + (context as Buffer).length, 0);
      expect(rare.length).toBeGreaterThan(0);
      expect(searched).toBeLessThan(6000 + 2000 * 10);
    } finally {
      search.mockRestore();
    }
  });
});

describe('a frame that is too long', () => {
  test('is reported at once, then discarded up to its delimiter', () => {
    const outcome = new Outcome(make());
    expect(outcome.read('123456789')).toEqual([tooLong(9)]);
    expect(outcome.read('0123')).toEqual([]);
    expect(outcome.read('4|next|')).toEqual(['next']);
  });

  test('without failFast is reported at its delimiter, with the length seen before that', () => {
    const outcome = new Outcome(make({ failFast: false }));
    expect(outcome.read('123456789', '0')).toEqual([]);
    expect(outcome.read('4|')).toEqual([tooLong(10)]);
    expect(outcome.read('next|')).toEqual(['next']);
  });

  test('with its delimiter at hand is skipped at once', () => {
    const outcome = new Outcome(make());
    expect(outcome.read('123456789|next|')).toEqual([tooLong(9)]);
    expect(outcome.read('')).toEqual(['next']);
  });

  test('ends at a delimiter that two reads share', () => {
    for (const failFast of [true, false]) {
      const outcome = new Outcome(make({ delimiters: '$_', failFast }));
      const log = [...outcome.read('123456789$'), ...outcome.read('_ab$'), ...outcome.read('_')];
      expect(log).toEqual([tooLong(9), 'ab']);
    }
  });

  test('is none as long as the last bytes may be the delimiter', () => {
    for (const failFast of [true, false]) {
      const make2 = (): DelimiterBasedFrameDecoder => make({ delimiters: ['abc', '$_'], failFast });
      expect(decoded(make2(), drip(bytes('12345678abc12345678$_')))).toEqual(['12345678', '12345678']);
      expect(decoded(make2(), [bytes('12345678ab'), bytes('d')])).toEqual(failFast ? [tooLong(11)] : []);
    }
  });
});

describe('line ends', () => {
  const lineEnds = { delimiters: Delimiters.lineDelimiter() };

  test('are left to the line decoder: errors do not hold up what is behind', () => {
    const outcome = new Outcome(make(lineEnds));
    expect(outcome.read('123456789\nnext\r\n')).toEqual([
      '! TooLongFrameException: frame length (9) exceeds the allowed maximum (8)',
      'next',
    ]);
  });

  test('but not in a subclass', () => {
    class Own extends DelimiterBasedFrameDecoder {}
    const outcome = new Outcome(new Own({ maxFrameLength: 8, ...lineEnds }));
    expect(outcome.read('123456789\nnext\r\n')).toEqual([tooLong(9)]);
    expect(outcome.read('')).toEqual(['next']);
  });
});

describe('the constructor', () => {
  test.each([
    [{ maxFrameLength: 0 }, RangeError, 'maxFrameLength : 0 (expected: > 0)'],
    [{ delimiters: [] }, TypeError, "Param 'delimiters' must not be empty"],
    [{ delimiters: '' }, TypeError, 'empty delimiter'],
    [{ delimiters: ['a', Buffer.alloc(0)] }, TypeError, 'empty delimiter'],
    [{ delimiters: [5 as never] }, TypeError, 'a delimiter must be text or bytes, but is of type number'],
  ])('refuses %j', (options, type, message) => {
    expect(() => make(options)).toThrow(type);
    expect(() => make(options)).toThrow(message);
  });

  test('copies the delimiters', () => {
    const delimiter = Buffer.from('|');
    const decoder = make({ delimiters: delimiter });
    delimiter[0] = 0;
    expect(decoded(decoder, [bytes('a|')])).toEqual(['a']);
  });
});
