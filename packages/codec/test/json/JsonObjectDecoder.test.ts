import { JsonObjectDecoder, type JsonObjectDecoderOptions } from '../../src/json/JsonObjectDecoder.js';
import { decoded, drip, Outcome } from '../support/decoding.js';

const make = (options?: JsonObjectDecoderOptions): JsonObjectDecoder => new JsonObjectDecoder(options);
const text = (content: string): Buffer => Buffer.from(content);
const results = (options: JsonObjectDecoderOptions, chunks: readonly Uint8Array[]): string[] =>
  decoded(make(options), chunks).map((line) =>
    line.startsWith('!') ? (line.split(':')[0] as string) : line,
  );

/** The table of the class's documentation. */
const TABLE: readonly [boolean, before: string, after: string[]][] = [
  [false, '{"a":1} {"b":[2]}', ['{"a":1}', '{"b":[2]}']],
  [false, '[1, 2]', ['[1, 2]']],
  [true, '[1, {"a":2}, "x"]', ['1', '{"a":2}', '"x"']],
  [true, '{"a":1}', ['{"a":1}']],
  [false, '{"a":"}\\""}', ['{"a":"}\\""}']],
];

describe('the table in the documentation', () => {
  test.each(TABLE)('streamArrayElements %s: %s', (streamArrayElements, before, after) => {
    expect(decoded(make({ streamArrayElements }), [text(before)])).toEqual(after);
    expect(decoded(make({ streamArrayElements }), drip(text(before)))).toEqual(after);
  });
});

describe('objects', () => {
  test.each([
    ['nested', '{"a":{"b":[{}]}}[[[]]]', ['{"a":{"b":[{}]}}', '[[[]]]']],
    ['white space between them', ' \t\r\n{}\v\f\x1c[]  ', ['{}', '[]']],
    ['backslashes in strings', '{"\\\\":"\\\\\\""}{}', ['{"\\\\":"\\\\\\""}', '{}']],
    ['brackets and commas in strings', '["]","[",",}"]', ['["]","[",",}"]']],
    ['braces and brackets count together', '{]{}', ['{]', '{}']],
  ])('%s', (_name, before, after) => {
    expect(decoded(make(), [text(before)])).toEqual(after);
    expect(decoded(make(), drip(text(before)))).toEqual(after);
  });

  test('characters of several bytes may be torn apart', () => {
    const outcome = new Outcome(make());
    outcome.read(...drip(text('{"k":"€😀"}')));
    expect(outcome.messages.map(String)).toEqual(['{"k":"€😀"}']);
  });

  test('an incomplete object is dropped at the end', () => {
    expect(decoded(make(), [text('{"a":1}{"b')])).toEqual(['{"a":1}']);
  });
});

describe('streamed arrays', () => {
  const stream = { streamArrayElements: true };
  test.each([
    ['white space around elements', '[ 1 , 2\n,\t3 ]', ['1', '2', '3']],
    ['nested arrays stay whole', '[[1,2],[3]]', ['[1,2]', '[3]']],
    ['commas in strings and objects', '["a,b",{"c":1,"d":2}]', ['"a,b"', '{"c":1,"d":2}']],
    ['one array after the other, and objects', '[1][2]{"a":3}', ['1', '2', '{"a":3}']],
    ['no element is an empty one, as in Netty', '[]', ['']],
  ])('%s', (_name, before, after) => {
    expect(decoded(make(stream), [text(before)])).toEqual(after);
    expect(decoded(make(stream), drip(text(before)))).toEqual(after);
  });
});

describe('what is no JSON', () => {
  test('is an error, after which everything is discarded', () => {
    const outcome = new Outcome(make());
    expect(outcome.read(text('{"a":1} truth'))).toEqual([
      '{"a":1}',
      '! CorruptedFrameException: invalid JSON received at byte position 8: 7472757468',
    ]);
    expect(outcome.read(text('{}'))).toEqual([]);
    expect(outcome.close()).toEqual(['[inactive]']);
  });

  test.each(['1', '"a"', 'null', ']', '}', ','])('%s', (content) => {
    expect(results({}, [text(content)])).toEqual(['! CorruptedFrameException']);
  });

  test('the message shows the beginning only', () => {
    const [error] = decoded(make(), [Buffer.alloc(10_000, 'x')]);
    expect(error).toBe(
      `! CorruptedFrameException: invalid JSON received at byte position 0: ${'78'.repeat(256)}...`,
    );
  });
});

describe('the limit', () => {
  const limit = (maxObjectLength: number): JsonObjectDecoderOptions => ({ maxObjectLength });

  test('is one for each object, not for a read', () => {
    expect(results(limit(7), [text('{"a":1} {"b":2}[3]   {"c":4}')])).toEqual([
      '{"a":1}',
      '{"b":2}',
      '[3]',
      '{"c":4}',
    ]);
  });

  test.each([
    ['a long one between two others', '{}{"a":12}{"b":3}'],
    ['with everything in it that could end it', '{}{"a}":[{}]}{"b":3}'],
  ])('%s is discarded up to its end', (_name, content) => {
    const expected = ['{}', '! TooLongFrameException', '{"b":3}'];
    expect(results(limit(7), drip(text(content)))).toEqual(expected);
    const outcome = new Outcome(make(limit(7)));
    const log = [...outcome.read(text(content)), ...outcome.read('')];
    expect(log.map((line) => line.split(':')[0])).toEqual(['{}', '! TooLongFrameException', '{"b"']);
  });

  test('is one for each element of a streamed array', () => {
    const outcome = new Outcome(make({ maxObjectLength: 3, streamArrayElements: true }));
    expect(outcome.read(text('[1, 123, "'))).toEqual(['1', '123']);
    expect(outcome.read(text('long, ]'))).toEqual([
      '! TooLongFrameException: object length exceeds 3: 8 bytes discarded',
    ]);
    expect(outcome.read(text('er", 2 ] [3]'))).toEqual(['2', '3']);
  });

  test('counts white space behind an element, which has to be kept until its comma comes', () => {
    const options = { maxObjectLength: 3, streamArrayElements: true };
    for (const content of [text('[1  ,2   ,3   ]'), text('[  1  ,2   ,  3   ]')]) {
      const expected = ['1', '! TooLongFrameException', '! TooLongFrameException'];
      expect(results(options, [content])).toEqual(expected);
      expect(results(options, drip(content))).toEqual(expected);
    }
  });

  test('does not count white space where there is no element', () => {
    const options = { maxObjectLength: 3, streamArrayElements: true };
    for (const content of [text('[      ,1,      ]'), text('[,1,                ]')]) {
      expect(results(options, [content])).toEqual(['', '1', '']);
      expect(results(options, drip(content))).toEqual(['', '1', '']);
    }
  });

  test('holds memory down, whatever comes', () => {
    const outcome = new Outcome(make(limit(1000)));
    outcome.read(Buffer.alloc(5000, '['));
    for (let i = 0; i < 20; i++) outcome.read(Buffer.alloc(5000, '['));
    expect(outcome.errors).toHaveLength(1);
    outcome.channel.pipeline.remove('codec');
    expect(outcome.messages).toEqual([]);
  });

  test('is positive, and 1 MiB by default', () => {
    expect(() => make(limit(0))).toThrow('maxObjectLength : 0 (expected: > 0)');
    const content = text(`["${'x'.repeat(1024 * 1024 - 4)}"]`);
    expect(new Outcome(make()).read(content)).toHaveLength(1);
    expect(results({}, [Buffer.concat([text('['), content.subarray(1, -1), text(' ]')])])).toEqual([
      '! TooLongFrameException',
    ]);
  });
});
