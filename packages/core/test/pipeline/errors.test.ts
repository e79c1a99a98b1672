import { runInNewContext } from 'node:vm';
import { ChannelException, ClosedChannelException, isPlainDisconnect } from '@sluice/core';
import { toError } from '../../src/pipeline/errors.js';

test('an error is kept as it is, also one of another realm', () => {
  const error = new Error('x');
  expect(toError(error)).toBe(error);
  const foreign = runInNewContext("new TypeError('far')");
  expect(toError(foreign)).toBe(foreign);
  const like = { message: 'like an error' };
  expect(toError(like)).toBe(like);
});

test.each(['text', 0, undefined, null, { a: 1 }])('a thrown %p becomes an error with it as its cause', (thrown) => {
  const error = toError(thrown);
  expect(error).toBeInstanceOf(ChannelException);
  expect(error.cause).toBe(thrown);
  expect(error.message).toBe(`A value that is no Error was thrown: ${String(thrown)}`);
});

test('a plain disconnect is known by its code', () => {
  expect(isPlainDisconnect(new ClosedChannelException('gone'))).toBe(true);
  for (const code of ['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_DESTROYED']) {
    expect(isPlainDisconnect(Object.assign(new Error(code), { code }))).toBe(true);
  }
  expect(isPlainDisconnect(new Error('ECONNRESET'))).toBe(false);
  expect(isPlainDisconnect(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe(false);
});
