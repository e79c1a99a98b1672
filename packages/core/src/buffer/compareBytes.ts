import { Buffer } from 'node:buffer';
import { int8, int32BE } from './bits.js';
import { type ByteSource, bytesOf } from './byteSource.js';

/**
 * Whether two sources (of a `ByteBuf` the readable bytes) hold the same bytes.
 * Netty: ByteBufUtil.equals.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE` if one of them is neither a `ByteBuf` nor a `Uint8Array`
 */
export function bytesEqual(a: ByteSource, b: ByteSource): boolean {
  return compareBytes(a, b) === 0;
}

/**
 * Compares two sources (of a `ByteBuf` the readable bytes) byte by byte, as unsigned numbers; if one is the
 * beginning of the other, the longer is the greater.
 * Netty: ByteBufUtil.compare.
 *
 * @returns -1, 0 or 1 (Netty: a number of that sign)
 * @throws TypeError `ERR_INVALID_ARG_TYPE` if one of them is neither a `ByteBuf` nor a `Uint8Array`
 */
export function compareBytes(a: ByteSource, b: ByteSource): -1 | 0 | 1 {
  return a === b ? 0 : Buffer.compare(bytesOf(a), bytesOf(b));
}

/**
 * A hash of a source (of a `ByteBuf` the readable bytes) as a signed 32-bit integer, never 0; the same number
 * as Netty's, so that both ends of a wire can use it.
 * Netty: ByteBufUtil.hashCode.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE` if it is neither a `ByteBuf` nor a `Uint8Array`
 */
export function hashBytes(source: ByteSource): number {
  const bytes = bytesOf(source);
  const wholeInts = bytes.length & ~3;
  let hash = 1;
  let i = 0;
  for (; i < wholeInts; i += 4) hash = (Math.imul(31, hash) + int32BE(bytes, i)) | 0;
  for (; i < bytes.length; i++) hash = (Math.imul(31, hash) + int8(bytes, i)) | 0;
  return hash === 0 ? 1 : hash;
}
