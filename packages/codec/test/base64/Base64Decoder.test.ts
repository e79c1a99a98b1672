import { Base64Decoder } from '../../src/base64/Base64Decoder.js';
import { Base64Dialect } from '../../src/base64/Base64Dialect.js';
import { Outcome } from '../support/decoding.js';

test('decodes each message of bytes, passes others', () => {
  const outcome = new Outcome(new Base64Decoder());
  expect(outcome.read('SEVMTE8=', 'QQ==', '')).toEqual(['HELLO', 'A', '']);
  outcome.channel.pipeline.fireChannelRead(5);
  expect(outcome.messages.at(-1)).toBe(5);
});

test('uses the dialect', () => {
  expect(new Outcome(new Base64Decoder({ dialect: Base64Dialect.URL_SAFE })).read('-_-_')).toEqual([
    '<fbffbf>',
  ]);
  expect(new Base64Decoder().isSharable).toBe(true);
});

test('what is no Base64 is an error', () => {
  const outcome = new Outcome(new Base64Decoder());
  expect(outcome.read('S*VM', 'QQ==')).toEqual([
    '! DecoderException: TypeError: invalid Base64 input character: 42 (decimal)',
    'A',
  ]);
});
