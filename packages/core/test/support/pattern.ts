/** Bytes that tell their position; other seeds give other bytes. */
export function pattern(length: number, seed = 0): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >>> 8) * 7 + (i >>> 16) * 13 + seed) & 0xff;
  return bytes;
}

/** `data` cut in pieces of 0 to `most` bytes; the same seed gives the same cuts. */
export function randomPieces(data: Buffer, most: number, seed: number): Buffer[] {
  const pieces: Buffer[] = [];
  let state = seed;
  for (let at = 0; at < data.length; ) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const size = (state >>> 8) % (most + 1);
    pieces.push(data.subarray(at, at + size));
    at += size;
  }
  return pieces;
}
