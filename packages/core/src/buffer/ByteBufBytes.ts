import { Buffer } from 'node:buffer';
import { isUint8Array } from 'node:util/types';
import { outOfRange } from '../util/errors.js';
import type { ByteBuf } from './ByteBuf.js';
import { ByteBufWrite } from './ByteBufWrite.js';
import { type ByteSource, isByteBuf, isCount, notBytes } from './byteSource.js';

/**
 * The part of {@link ByteBuf} that moves runs of bytes and text. A method that throws leaves the indexes of
 * both sides where they were. The class exists only to keep files small; use `ByteBuf`.
 */
export abstract class ByteBufBytes extends ByteBufWrite {
  /**
   * Copies bytes from `index` on into `dst`; the indexes of this buffer do not move. Without `dstIndex` a
   * `ByteBuf` is written at its writer index, which moves, and a `Uint8Array` at 0; with `dstIndex` no index
   * moves at all. `length` defaults to what `dst` has room for: `writableBytes`, or the length of the array.
   * `dst` never grows.
   * Netty: ByteBuf.getBytes.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if the bytes lie outside this buffer or do not fit into `dst`
   * @throws TypeError `ERR_INVALID_ARG_TYPE` if `dst` is neither a `ByteBuf` nor a `Uint8Array`
   * @throws ReadOnlyBufferException if `dst` is a read-only buffer
   */
  getBytes(index: number, dst: ByteBuf | Uint8Array, length?: number): this;
  getBytes(index: number, dst: ByteBuf | Uint8Array, dstIndex: number, length: number): this;
  getBytes(index: number, dst: ByteBuf | Uint8Array, a?: number, b?: number): this {
    if (isUint8Array(dst)) {
      const at = b === undefined ? 0 : (a as number);
      const length = b ?? a ?? dst.length;
      this._checkRegion(index, length);
      if (!isCount(at) || at + length > dst.length) throw badArrayRange('dstIndex', at, length, dst.length);
      this._bytes.copy(dst, at, index, index + length);
      return this;
    }
    if (!isByteBuf(dst)) throw notBytes('dst', dst);
    const at = b === undefined ? dst._writerIndex : (a as number);
    const length = b ?? a ?? dst.writableBytes;
    this._checkRegion(index, length);
    if (!isCount(at) || at + length > dst._writeLimit) throw dst._notSettable('dstIndex', at, length);
    this._bytes.copy(dst._bytes, at, index, index + length);
    if (b === undefined) dst._writerIndex = at + length;
    return this;
  }

  /**
   * Copies bytes from `src` to `index`; the indexes of this buffer do not move, and it does not grow. Without
   * `srcIndex` a `ByteBuf` is read at its reader index, which moves, and a `Uint8Array` from 0; with
   * `srcIndex` no index moves at all. `length` defaults to all there is: `readableBytes`, or the length of
   * the array.
   * Netty: ByteBuf.setBytes.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if the bytes do not lie inside `src`, or not inside this buffer
   * @throws TypeError `ERR_INVALID_ARG_TYPE` if `src` is neither a `ByteBuf` nor a `Uint8Array`
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setBytes(index: number, src: ByteSource, length?: number): this;
  setBytes(index: number, src: ByteSource, srcIndex: number, length: number): this;
  setBytes(index: number, src: ByteSource, a?: number, b?: number): this {
    const length = checkSource(src, a, b);
    this._checkSet(index, length);
    this._copyFrom(src, index, length, b === undefined ? undefined : a);
    return this;
  }

  /**
   * Reads bytes. Given a length, returns them as a new buffer with memory of its own and the `maxCapacity` of
   * this one. Given a destination, fills it: without `dstIndex` a `ByteBuf` is written at its writer index,
   * which moves, and a `Uint8Array` at 0; with `dstIndex` no index of `dst` moves. `length` defaults to what
   * `dst` has room for (`writableBytes`, or the length of the array), and so many bytes have to be readable.
   *
   * To read without copying there are {@link ByteBuf.readSlice} and {@link ByteBuf.readBuffer}.
   * Netty: ByteBuf.readBytes.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer bytes are readable, or `dst` has no room for them
   * @throws TypeError `ERR_INVALID_ARG_TYPE` if `dst` is neither a `ByteBuf` nor a `Uint8Array`
   * @throws ReadOnlyBufferException if `dst` is a read-only buffer
   */
  readBytes(length: number): ByteBuf;
  readBytes(dst: ByteBuf | Uint8Array, length?: number): this;
  readBytes(dst: ByteBuf | Uint8Array, dstIndex: number, length: number): this;
  readBytes(target: number | ByteBuf | Uint8Array, a?: number, b?: number): ByteBuf | this {
    if (typeof target === 'number') {
      this._checkReadable(target);
      const copy = this._derive(
        Buffer.from(this._bytes.subarray(this._readerIndex, this._readerIndex + target)),
      );
      this._readerIndex += target;
      return copy;
    }
    const length =
      b ?? a ?? (isUint8Array(target) ? target.length : isByteBuf(target) ? target.writableBytes : 0);
    this._checkReadable(length);
    if (b === undefined) this.getBytes(this._readerIndex, target, length);
    else this.getBytes(this._readerIndex, target, a as number, length);
    this._readerIndex += length;
    return this;
  }

  /**
   * Writes the bytes of `src`, and grows where needed. Without `srcIndex` a `ByteBuf` is read at its reader
   * index, which moves, and a `Uint8Array` from 0; with `srcIndex` no index of `src` moves. `length` defaults
   * to all there is: `readableBytes`, or the length of the array.
   * Netty: ByteBuf.writeBytes.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if the bytes do not lie inside `src`, or `maxCapacity` would be
   * exceeded
   * @throws TypeError `ERR_INVALID_ARG_TYPE` if `src` is neither a `ByteBuf` nor a `Uint8Array`
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeBytes(src: ByteSource, length?: number): this;
  writeBytes(src: ByteSource, srcIndex: number, length: number): this;
  writeBytes(src: ByteSource, a?: number, b?: number): this {
    const length = checkSource(src, a, b);
    const index = this._room(length);
    this._copyFrom(src, index, length, b === undefined ? undefined : a);
    this._writerIndex = index + length;
    return this;
  }

  /**
   * Sets `length` bytes from `index` on to 0.
   * Netty: ByteBuf.setZero.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if they lie outside this buffer
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setZero(index: number, length: number): this {
    if (!isCount(length)) throw this._badCount('length', length);
    this._checkSet(index, length);
    this._bytes.fill(0, index, index + length);
    return this;
  }

  /**
   * Writes `length` zero bytes, and grows where needed.
   * Netty: ByteBuf.writeZero.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `length` is negative or `maxCapacity` would be exceeded
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeZero(length: number): this {
    if (!isCount(length)) throw this._badCount('length', length);
    const index = this._room(length);
    this._bytes.fill(0, index, index + length);
    this._writerIndex = index + length;
    return this;
  }

  /**
   * Moves the reader index forward by `length`.
   * Netty: ByteBuf.skipBytes.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `length` is negative or fewer bytes are readable
   */
  skipBytes(length: number): this {
    this._checkReadable(length);
    this._readerIndex += length;
    return this;
  }

  /**
   * The text in `length` bytes from `index` on. What is not valid in the encoding (default `'utf8'`) becomes
   * what `Buffer.toString` makes of it, in UTF-8 U+FFFD.
   * Netty: ByteBuf.getCharSequence.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if the bytes lie outside this buffer
   * @throws TypeError Node's `ERR_UNKNOWN_ENCODING`
   */
  getCharSequence(index: number, length: number, encoding: BufferEncoding = 'utf8'): string {
    this._checkRegion(index, length);
    return this._bytes.toString(encoding, index, index + length);
  }

  /**
   * Stores text at `index` and returns the number of bytes it took. What the encoding (default `'utf8'`)
   * cannot express becomes what `Buffer.write` makes of it: in UTF-8 a lone surrogate is written as U+FFFD
   * (Netty writes `?`).
   * Netty: ByteBuf.setCharSequence.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if the bytes do not fit between `index` and the capacity
   * @throws TypeError Node's `ERR_UNKNOWN_ENCODING`
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setCharSequence(index: number, text: string, encoding: BufferEncoding = 'utf8'): number {
    const bytes = hasExactByteLength(encoding) ? undefined : Buffer.from(text, encoding);
    const length = bytes?.length ?? Buffer.byteLength(text, encoding);
    this._checkSet(index, length);
    return bytes === undefined
      ? this._bytes.write(text, index, length, encoding)
      : bytes.copy(this._bytes, index);
  }

  /**
   * Reads `length` bytes as text; see {@link getCharSequence}.
   * Netty: ByteBuf.readCharSequence, ByteBuf.readString.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `length` is negative or fewer bytes are readable
   * @throws TypeError Node's `ERR_UNKNOWN_ENCODING`
   */
  readCharSequence(length: number, encoding: BufferEncoding = 'utf8'): string {
    this._checkReadable(length);
    const text = this._bytes.toString(encoding, this._readerIndex, this._readerIndex + length);
    this._readerIndex += length;
    return text;
  }

  /**
   * Writes text, grows where needed, and returns the number of bytes it took; see {@link setCharSequence}.
   * Netty: ByteBuf.writeCharSequence.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded
   * @throws TypeError Node's `ERR_UNKNOWN_ENCODING`
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeCharSequence(text: string, encoding: BufferEncoding = 'utf8'): number {
    const bytes = hasExactByteLength(encoding) ? undefined : Buffer.from(text, encoding);
    const length = bytes?.length ?? Buffer.byteLength(text, encoding);
    const index = this._room(length);
    const written =
      bytes === undefined ? this._bytes.write(text, index, length, encoding) : bytes.copy(this._bytes, index);
    this._writerIndex = index + written;
    return written;
  }

  /** A buffer over other memory, all of it readable, growable up to the `maxCapacity` of this one. */
  protected abstract _derive(bytes: Buffer): ByteBuf;

  /** Checks that a region a caller gave lies inside the capacity. */
  protected _checkRegion(index: number, length: number): void {
    if (!isCount(length)) throw this._badCount('length', length);
    this._checkIndex(index, length);
  }

  /**
   * Copies from a source that was checked; without `srcIndex` from its start, or its reader index, which
   * moves.
   */
  private _copyFrom(src: ByteSource, index: number, length: number, srcIndex: number | undefined): void {
    if (isUint8Array(src)) {
      if (length === src.length) this._bytes.set(src, index);
      else copyOut.call(src, this._bytes, index, srcIndex ?? 0, (srcIndex ?? 0) + length);
      return;
    }
    const start = srcIndex ?? src._readerIndex;
    src._bytes.copy(this._bytes, index, start, start + length);
    if (srcIndex === undefined) src._readerIndex = start + length;
  }
}

/** `Buffer.copy`, which works on any `Uint8Array`. */
const copyOut: (
  this: Uint8Array,
  target: Uint8Array,
  targetStart: number,
  start: number,
  end: number,
) => number = Buffer.prototype.copy;

/**
 * Whether `Buffer.byteLength` is exact: for these three it is an upper bound, as odd characters are skipped.
 */
function hasExactByteLength(encoding: BufferEncoding): boolean {
  return encoding !== 'hex' && encoding !== 'base64' && encoding !== 'base64url';
}

/**
 * The length of a source given as `(src)`, `(src, length)` or `(src, srcIndex, length)`, once it is known to
 * be there.
 */
function checkSource(src: ByteSource, a: number | undefined, b: number | undefined): number {
  const isArray = isUint8Array(src);
  if (!isArray && !isByteBuf(src)) throw notBytes('src', src);
  const available = isArray ? src.length : src.readableBytes;
  const length = b ?? a ?? available;
  if (b !== undefined) {
    const end = isArray ? src.length : src.capacity;
    if (!isCount(length) || !isCount(a as number) || (a as number) + length > end) {
      throw badArrayRange('srcIndex', a as number, length, end);
    }
  } else if (!isCount(length) || length > available) {
    throw outOfRange(
      `length(${length}) exceeds src.readableBytes(${available}) where src is: ${describe(src)}`,
    );
  }
  return length;
}

function badArrayRange(name: string, index: number, length: number, end: number): RangeError {
  return outOfRange(`${name}: ${index}, length: ${length} (expected: range(0, ${end}))`);
}

function describe(src: ByteSource): string {
  return isUint8Array(src) ? `Uint8Array(${src.length})` : src.toString();
}
