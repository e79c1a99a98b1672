import { ProtobufVarint32FrameDecoder } from '../../src/protobuf/ProtobufVarint32FrameDecoder.js';
import { bytes, decoded, drip, Outcome } from '../support/decoding.js';

const make = (maxFrameLength?: number): ProtobufVarint32FrameDecoder =>
  new ProtobufVarint32FrameDecoder(maxFrameLength === undefined ? {} : { maxFrameLength });

const long = 'x'.repeat(300);
const TABLE: readonly [name: string, before: string, after: string][] = [
  ['one byte', '<0c>HELLO, WORLD', 'HELLO, WORLD'],
  ['two bytes', `<ac02>${long}`, long],
  ['an empty one', '<00>', ''],
];

describe('the table in the documentation', () => {
  test.each(TABLE)('%s', (_name, before, after) => {
    const twice = bytes(before + before);
    expect(decoded(make(), [twice])).toEqual([after, after]);
    expect(decoded(make(), drip(twice))).toEqual([after, after]);
  });
});

describe('lengths', () => {
  test('may take more bytes than they need', () => {
    expect(decoded(make(), [bytes('<8100>a<82808000>bc')])).toEqual(['a', 'bc']);
  });

  test.each([
    ['<ffffffff0f>', 'negative length: -1'],
    ['<8080808008>', 'negative length: -2147483648'],
    ['<8080808080>', 'malformed varint. The length of a message goes on after 5 bytes.'],
  ])('%s is corrupt; the next message is decoded', (header, message) => {
    const outcome = new Outcome(make());
    expect(outcome.read(`${header}<01>a`)).toEqual([`! CorruptedFrameException: ${message}`]);
    expect(outcome.read('')).toEqual(['a']);
    expect(decoded(make(), drip(bytes(`${header}<01>a`)))).toEqual([
      `! CorruptedFrameException: ${message}`,
      'a',
    ]);
  });

  test('four bytes that go on wait for the fifth', () => {
    const outcome = new Outcome(make());
    expect(outcome.read('<81808080>')).toEqual([]);
    expect(outcome.read('<00>a')).toEqual(['a']);
  });
});

describe('the limit', () => {
  const TOO_LONG = '! TooLongFrameException: frame length exceeds 3: 5 - discarded';

  test('a message that is too long is discarded', () => {
    for (const chunks of [
      ['<05>', 'ab', 'cde<01>x'],
      ['<05>abcde', '<01>x'],
      drip(bytes('<05>abcde<01>x')),
    ]) {
      const outcome = new Outcome(make(3));
      expect(chunks.flatMap((chunk) => outcome.read(chunk))).toEqual([TOO_LONG, 'x']);
    }
    expect(decoded(make(3), [bytes('<03>abc')])).toEqual(['abc']);
  });

  test('is 64 MiB by default', () => {
    const outcome = new Outcome(make());
    expect(outcome.read('<80808020>')).toEqual([]);
    outcome.close();
    expect(new Outcome(make()).read('<81808020>')).toEqual([
      '! TooLongFrameException: frame length exceeds 67108864: 67108865 - discarded',
    ]);
  });

  test('is positive', () => {
    expect(() => make(0)).toThrow('maxFrameLength : 0 (expected: > 0)');
  });
});
