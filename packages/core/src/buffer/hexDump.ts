import { Buffer } from 'node:buffer';
import { outOfRange } from '../util/errors.js';
import { type ByteSource, bytesOf, isByteBuf, isCount } from './byteSource.js';

const HEADER = [
  '         +-------------------------------------------------+',
  '         |  0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f |',
];
const RULE = '+--------+-------------------------------------------------+----------------+';
const BYTES_PER_ROW = 16;

/**
 * The bytes as lower-case hexadecimal digits without separators: the readable bytes of a `ByteBuf` or all of
 * an array, or `length` bytes at `index`. No bytes give `''`.
 * Netty: ByteBufUtil.hexDump.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` if the bytes lie outside the source
 * @throws TypeError `ERR_INVALID_ARG_TYPE` if it is neither a `ByteBuf` nor a `Uint8Array`
 */
export function hexDump(source: ByteSource, index?: number, length?: number): string {
  const bytes = regionOf(source, index, length);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/**
 * The bytes that {@link hexDump} wrote, of upper-case digits too.
 * Netty: ByteBufUtil.decodeHexDump.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` if the text is of odd length or has a character that is no
 * hexadecimal digit
 */
export function decodeHexDump(text: string): Buffer {
  if (text.length % 2 !== 0) throw outOfRange(`invalid hex dump: its length is odd (${text.length})`);
  const bad = text.search(/[^0-9a-f]/i);
  if (bad >= 0)
    throw outOfRange(`invalid hex dump: ${JSON.stringify(text[bad])} at index ${bad} is no hex digit`);
  return Buffer.from(text, 'hex');
}

/**
 * The bytes as a table with offsets, sixteen bytes in hexadecimal a row, and their ASCII characters (others
 * as a dot), to print in a fixed-width font. Which bytes: as for {@link hexDump}. Offsets count from the
 * first byte shown. Lines end in `'\n'` on every platform, the last in nothing. No bytes give `''`.
 *
 * ```
 *          +-------------------------------------------------+
 *          |  0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f |
 * +--------+-------------------------------------------------+----------------+
 * |00000000| 48 65 6c 6c 6f 0a                               |Hello.          |
 * +--------+-------------------------------------------------+----------------+
 * ```
 * Netty: ByteBufUtil.prettyHexDump.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` if the bytes lie outside the source
 * @throws TypeError `ERR_INVALID_ARG_TYPE` if it is neither a `ByteBuf` nor a `Uint8Array`
 */
export function prettyHexDump(source: ByteSource, index?: number, length?: number): string {
  const bytes = regionOf(source, index, length);
  if (bytes.length === 0) return '';
  const lines = [...HEADER, RULE];
  for (let start = 0; start < bytes.length; start += BYTES_PER_ROW) {
    lines.push(row(start, bytes.subarray(start, start + BYTES_PER_ROW)));
  }
  lines.push(RULE);
  return lines.join('\n');
}

function row(offset: number, bytes: Uint8Array): string {
  let hex = '';
  let ascii = '';
  for (const byte of bytes) {
    hex += ` ${byte.toString(16).padStart(2, '0')}`;
    ascii += byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : '.';
  }
  const address = offset.toString(16).padStart(8, '0');
  return `|${address}|${hex.padEnd(BYTES_PER_ROW * 3)} |${ascii.padEnd(BYTES_PER_ROW)}|`;
}

function regionOf(source: ByteSource, index: number | undefined, length: number | undefined): Uint8Array {
  if (index === undefined && length === undefined) return bytesOf(source);
  if (isByteBuf(source)) return source.toBuffer(index, length);
  const bytes = bytesOf(source);
  const start = index ?? 0;
  const count = length ?? bytes.length - start;
  if (!isCount(start) || !isCount(count) || start + count > bytes.length) {
    throw outOfRange(
      `expected: 0 <= offset(${start}) <= offset + length(${count}) <= capacity(${bytes.length})`,
    );
  }
  return bytes.subarray(start, start + count);
}
