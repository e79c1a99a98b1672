import { DecoderResult, decodingFailure } from '../../src/base/DecoderResult.js';

test.each([
  [DecoderResult.SUCCESS, [true, true, false, null], 'success'],
  [DecoderResult.UNFINISHED, [false, false, false, null], 'unfinished'],
] as const)('%s', (result, facts, text) => {
  expect([result.isFinished, result.isSuccess, result.isFailure, result.cause]).toEqual(facts);
  expect([String(result), decodingFailure({ decoderResult: result })]).toEqual([text, null]);
});

test('a failure', () => {
  const cause = new Error('bad');
  const result = DecoderResult.failure(cause);
  expect([result.isFinished, result.isSuccess, result.isFailure, result.cause]).toEqual([
    true,
    false,
    true,
    cause,
  ]);
  expect(String(result)).toBe('failure(Error: bad)');
  expect([decodingFailure({ decoderResult: result }), decodingFailure({}), decodingFailure('x')]).toEqual([
    cause,
    null,
    null,
  ]);
});
