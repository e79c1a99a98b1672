import { ByteBuf } from '@sluice/core';
import { describeValue } from '../src/describeValue.js';

test('bytes in hexadecimal, errors by their first line, the rest as Node shows it, cut off', () => {
  expect(describeValue(Buffer.from('ab'))).toBe('Buffer(2) <6162>');
  expect(describeValue(new Uint8Array(20))).toBe(`Uint8Array(20) <${'00'.repeat(16)}...>`);
  expect(describeValue(ByteBuf.wrap(Buffer.from('ab')).skipBytes(1))).toBe('ByteBuf(1) <62>');
  expect(describeValue(new RangeError('one\ntwo'))).toBe('RangeError: one');
  expect(describeValue({ a: { b: { c: 1 } } })).toBe('{ a: { b: [Object] } }');
  expect(describeValue('x'.repeat(500))).toHaveLength(120);
});
