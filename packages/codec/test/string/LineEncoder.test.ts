import { EOL } from 'node:os';
import { LineEncoder } from '../../src/string/LineEncoder.js';
import { LineSeparator } from '../../src/string/LineSeparator.js';
import { shown } from '../support/decoding.js';
import { Writes } from '../support/Writes.js';

const line = (encoder: LineEncoder, text: string): string =>
  shown(new Writes(encoder).write(text).out[0] as Buffer);

test('ends each text with the separator', () => {
  expect(line(new LineEncoder({ separator: '\n' }), 'ab')).toBe('ab<0a>');
  expect(line(new LineEncoder({ separator: LineSeparator.WINDOWS }), '')).toBe('<0d0a>');
  expect(line(new LineEncoder({ separator: ';;', charset: 'UTF-16BE' }), 'a')).toBe('<00>a<00>;<00>;');
  expect(line(new LineEncoder(), 'ab')).toBe(`ab<${Buffer.from(EOL).toString('hex')}>`);
});

test('passes what is no text, and may be shared', () => {
  expect(new Writes(new LineEncoder()).write(5).out).toEqual([5]);
  expect(new LineEncoder().isSharable).toBe(true);
});
