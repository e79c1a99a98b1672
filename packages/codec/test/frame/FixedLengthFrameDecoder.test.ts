import { FixedLengthFrameDecoder } from '../../src/frame/FixedLengthFrameDecoder.js';
import { bytes, decoded, drip, Outcome } from '../support/decoding.js';

const make = (frameLength: number): FixedLengthFrameDecoder => new FixedLengthFrameDecoder({ frameLength });

test('the table in the documentation', () => {
  const chunks = ['A', 'BC', 'DEFG', 'HI'].map(bytes);
  expect(decoded(make(3), chunks)).toEqual(['ABC', 'DEF', 'GHI']);
  expect(decoded(make(3), drip(bytes('ABCDEFGHI')))).toEqual(['ABC', 'DEF', 'GHI']);
});

test('a rest at the end is dropped, and handed on when the decoder is removed', () => {
  expect(decoded(make(3), [bytes('ABCDE')])).toEqual(['ABC']);
  const outcome = new Outcome(make(3));
  outcome.read('ABCDE');
  outcome.channel.pipeline.remove('codec');
  expect(outcome.messages.map(String)).toEqual(['ABC', 'DE']);
});

test('frames are at least a byte', () => {
  for (const length of [0, -1]) {
    expect(() => make(length)).toThrow(`frameLength : ${length} (expected: > 0)`);
  }
  expect(decoded(make(1), [bytes('AB')])).toEqual(['A', 'B']);
});
