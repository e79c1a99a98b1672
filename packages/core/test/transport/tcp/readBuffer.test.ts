import { readBuffer, takeChunk } from '../../../src/transport/tcp/readBuffer.js';

const SLAB = 64 * 1024;

describe('a chunk', () => {
  test('is a copy: the next read does not touch it', () => {
    readBuffer.fill(1, 0, 100);
    const first = takeChunk(readBuffer, 100);
    readBuffer.fill(2, 0, 100);
    const second = takeChunk(readBuffer, 100);
    expect([...new Set(first)]).toEqual([1]);
    expect([...new Set(second)]).toEqual([2]);
    expect(first.buffer).not.toBe(readBuffer.buffer);
  });

  test.each([1, 1000, 32 * 1024, 32 * 1024 + 1, SLAB, 256 * 1024])('of %d bytes has them all', (length) => {
    const source = Buffer.alloc(length, 7);
    const chunk = takeChunk(source, length);
    expect(Buffer.compare(chunk, source)).toBe(0);
    expect(chunk.buffer).not.toBe(source.buffer);
  });

  test('shares its slab with others, never a byte', () => {
    const chunks = Array.from({ length: 200 }, (_, i) => {
      readBuffer.fill(i, 0, 1000);
      return takeChunk(readBuffer, 1000);
    });
    expect(chunks.map((chunk) => [...new Set(chunk)])).toEqual(chunks.map((_, i) => [i]));
    expect(new Set(chunks.map((chunk) => chunk.buffer)).size).toBeLessThanOrEqual(5);
  });

  test('above 32 KiB has memory of its own size', () => {
    expect(takeChunk(readBuffer, 40_000).buffer.byteLength).toBe(40_000);
  });
});
