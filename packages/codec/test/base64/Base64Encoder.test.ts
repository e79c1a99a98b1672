import { ByteBuf } from '@sluice/core';
import { Base64Dialect } from '../../src/base64/Base64Dialect.js';
import { Base64Encoder } from '../../src/base64/Base64Encoder.js';
import { Writes } from '../support/Writes.js';

const text = (encoder: Base64Encoder, message: unknown): string =>
  String(new Writes(encoder).write(message).out[0]);

test('encodes bytes of any kind, passes others', () => {
  expect(text(new Base64Encoder(), Buffer.from('HELLO'))).toBe('SEVMTE8=');
  expect(text(new Base64Encoder(), ByteBuf.from('HELLO'))).toBe('SEVMTE8=');
  expect(text(new Base64Encoder({ addPadding: false }), Buffer.from('HELLO'))).toBe('SEVMTE8');
  expect(text(new Base64Encoder(), 'text')).toBe('text');
  expect(new Writes(new Base64Encoder()).write(Buffer.alloc(0)).out).toEqual([Buffer.alloc(0)]);
});

test('breaks lines by default, and uses the dialect', () => {
  const content = Buffer.alloc(60, 0xfb);
  expect(text(new Base64Encoder(), content).split('\n')).toHaveLength(2);
  expect(text(new Base64Encoder({ breakLines: false }), content)).toBe(content.toString('base64'));
  expect(text(new Base64Encoder({ dialect: Base64Dialect.URL_SAFE }), content)).toBe(
    content.toString('base64url'),
  );
  expect(new Base64Encoder().isSharable).toBe(true);
});
