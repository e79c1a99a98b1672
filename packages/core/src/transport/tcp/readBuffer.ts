/**
 * Where incoming bytes go. All sockets of the thread read into one buffer; each read is copied once, before the
 * pipeline sees it, into memory that is never reused. So everything a handler gets may be kept for ever; the garbage
 * collector frees it. A small chunk that is kept keeps its slab (64 KiB) alive: `Buffer.from(chunk)` detaches it.
 */

/** Larger reads mean fewer system calls; 256 KiB was the best of 64, 128 and 256 KiB at 16 KiB frames. */
const READ_BUFFER_SIZE = 256 * 1024;
const SLAB_SIZE = 64 * 1024;
/** Reads above this size get a buffer of their own. */
const SLAB_LIMIT = 32 * 1024;

/** Every socket reads into this. */
export const readBuffer: Buffer = Buffer.allocUnsafeSlow(READ_BUFFER_SIZE);

let slab: Buffer = Buffer.allocUnsafeSlow(SLAB_SIZE);
let used = 0;

/** A copy of the first `length` bytes of `source`, in memory that belongs to whoever gets it. */
export function takeChunk(source: Uint8Array, length: number): Buffer {
  if (length > SLAB_LIMIT) {
    const own = Buffer.allocUnsafeSlow(length);
    own.set(source.length === length ? source : source.subarray(0, length));
    return own;
  }
  if (used + length > SLAB_SIZE) {
    slab = Buffer.allocUnsafeSlow(SLAB_SIZE);
    used = 0;
  }
  const chunk = slab.subarray(used, used + length);
  chunk.set(source.subarray(0, length));
  used += length;
  return chunk;
}
