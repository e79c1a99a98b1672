import { registeredErrors, SluiceError } from '@sluice/core';
import {
  asDecoderException,
  asEncoderException,
  CodecException,
  CorruptedFrameException,
  DecoderException,
  EncoderException,
  PrematureChannelClosureException,
  TooLongFrameException,
} from '../src/errors.js';

test('each error has a name and a stable code, and is registered', () => {
  const family = {
    CodecException: [CodecException, 'ERR_CODEC'],
    DecoderException: [DecoderException, 'ERR_DECODER'],
    EncoderException: [EncoderException, 'ERR_ENCODER'],
    CorruptedFrameException: [CorruptedFrameException, 'ERR_CORRUPTED_FRAME'],
    TooLongFrameException: [TooLongFrameException, 'ERR_TOO_LONG_FRAME'],
    PrematureChannelClosureException: [PrematureChannelClosureException, 'ERR_PREMATURE_CHANNEL_CLOSURE'],
  } as const;
  for (const [name, [type, code]] of Object.entries(family)) {
    const error = new type('why');
    expect([error.name, error.code, error.message]).toEqual([name, code, 'why']);
    expect(registeredErrors().get(name)).toBe(code);
    expect(error).toBeInstanceOf(CodecException);
    expect(error).toBeInstanceOf(SluiceError);
  }
});

test('frame errors are decoder errors, and no others', () => {
  expect(new TooLongFrameException()).toBeInstanceOf(DecoderException);
  expect(new CorruptedFrameException()).toBeInstanceOf(DecoderException);
  expect(new CorruptedFrameException()).not.toBeInstanceOf(TooLongFrameException);
  expect(new EncoderException()).not.toBeInstanceOf(DecoderException);
});

test('what is thrown is wrapped once, with the original as cause', () => {
  const cause = new TypeError('odd');
  const wrapped = asDecoderException(cause);
  expect([wrapped.name, wrapped.message, wrapped.cause]).toEqual([
    'DecoderException',
    'TypeError: odd',
    cause,
  ]);
  expect(asDecoderException(wrapped)).toBe(wrapped);
  expect(asDecoderException('text').message).toBe('text');
  const encoding = asEncoderException(cause);
  expect([encoding.name, encoding.message, encoding.cause]).toEqual([
    'EncoderException',
    'TypeError: odd',
    cause,
  ]);
  expect(asEncoderException(encoding)).toBe(encoding);
  expect(asDecoderException(encoding).cause).toBe(encoding);
});

test('a used-up call stack is not wrapped: the pipeline has to see it', () => {
  const deep = (): number => deep() + 1;
  let overflow: unknown;
  try {
    deep();
  } catch (error) {
    overflow = error;
  }
  expect(asDecoderException(overflow)).toBe(overflow);
  expect(asEncoderException(overflow)).toBe(overflow);
});
