import { ByteArrayEncoder } from '../../src/bytes/ByteArrayEncoder.js';
import { Writes } from '../support/Writes.js';

test('a plain Uint8Array becomes a Buffer over the same memory; a Buffer and others pass', () => {
  const writes = new Writes(new ByteArrayEncoder());
  const array = new Uint8Array(Uint8Array.of(9, 1, 2, 9).buffer, 1, 2);
  const [made] = writes.write(array).out as [Buffer];
  expect([Buffer.isBuffer(made), [...made], made.buffer === array.buffer]).toEqual([true, [1, 2], true]);
  const buffer = Buffer.of(3);
  expect(writes.write(buffer).out[0]).toBe(buffer);
  expect(writes.write('text').out).toEqual(['text']);
  expect(new ByteArrayEncoder().isSharable).toBe(true);
});
