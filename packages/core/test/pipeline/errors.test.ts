import { ClosedChannelException, isPlainDisconnect } from '@sluice/core';

test('a plain disconnect is known by its code', () => {
  expect(isPlainDisconnect(new ClosedChannelException('gone'))).toBe(true);
  for (const code of ['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_DESTROYED']) {
    expect(isPlainDisconnect(Object.assign(new Error(code), { code }))).toBe(true);
  }
  expect(isPlainDisconnect(new Error('ECONNRESET'))).toBe(false);
  expect(isPlainDisconnect(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe(false);
});
