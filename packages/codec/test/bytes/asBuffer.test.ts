import { runInNewContext } from 'node:vm';
import { ByteBuf } from '@sluice/core';
import { asBuffer, isBytes } from '../../src/bytes/asBuffer.js';

test('bytes of all kinds are seen as a Buffer over the same memory', () => {
  const buffer = Buffer.from('abc');
  expect(asBuffer(buffer)).toBe(buffer);
  const array = Uint8Array.of(1, 2, 3).subarray(1);
  expect([asBuffer(array)?.buffer === array.buffer, asBuffer(array)?.length]).toEqual([true, 2]);
  const buf = ByteBuf.wrap(buffer).skipBytes(1);
  expect(asBuffer(buf)?.toString()).toBe('bc');
  expect(buf.readerIndex).toBe(1);
  const foreign: unknown = runInNewContext('Uint8Array.of(7)');
  expect(asBuffer(foreign)).toEqual(Buffer.of(7));
  for (const bytes of [buffer, array, buf, foreign]) expect(isBytes(bytes)).toBe(true);
});

test('nothing else is bytes', () => {
  for (const other of [
    'abc',
    5,
    null,
    undefined,
    [1],
    new ArrayBuffer(1),
    new Uint16Array(1),
    { length: 1 },
  ]) {
    expect([asBuffer(other), isBytes(other)]).toEqual([undefined, false]);
  }
});
