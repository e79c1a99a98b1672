import type { Buffer } from 'node:buffer';
import { ByteBufBytes } from './ByteBufBytes.js';
import type { ByteProcessor } from './ByteProcessor.js';
import { type ByteSource, bytesOf } from './byteSource.js';

/** Up to this many bytes a loop is faster than setting up a native search. */
const SHORT = 24;

/**
 * The part of {@link ByteBuf} that looks for bytes. No method here moves an index. The class exists only to
 * keep files small; use `ByteBuf`.
 */
export abstract class ByteBufSearch extends ByteBufBytes {
  /**
   * The index of the first byte `value` from `fromIndex` (inclusive) to `toIndex` (exclusive), or -1. If
   * `fromIndex` is the greater one, the search runs backwards, from `fromIndex` (exclusive) down to `toIndex`
   * (inclusive). The lower index is always included and the higher one never. As in Netty a `fromIndex`
   * outside the buffer is taken as its nearer end. Of `value` the low 8 bits count.
   * Netty: ByteBuf.indexOf.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `toIndex` lies outside the buffer
   */
  indexOf(fromIndex: number, toIndex: number, value: number): number {
    if (fromIndex <= toIndex) {
      const from = Math.max(fromIndex, 0);
      if (from >= toIndex || this._capacity === 0) return -1;
      this._checkRegion(from, toIndex - from);
      return firstIndexOf(this._bytes, from, toIndex, value & 0xff);
    }
    const from = Math.min(fromIndex, this._capacity);
    if (from <= 0) return -1;
    this._checkRegion(toIndex, from - toIndex);
    return lastIndexOf(this._bytes, from, toIndex, value & 0xff);
  }

  /**
   * How many bytes come before the first byte `value`: among the readable bytes, among the first `length`
   * readable bytes, or among `length` bytes from `index` on; -1 if there is none. Of `value` the low 8 bits
   * count.
   * Netty: ByteBuf.bytesBefore.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than `length` bytes are readable, or the bytes lie outside
   * the buffer
   */
  bytesBefore(value: number): number;
  bytesBefore(length: number, value: number): number;
  bytesBefore(index: number, length: number, value: number): number;
  bytesBefore(a: number, b?: number, c?: number): number {
    if (c !== undefined) {
      this._checkRegion(a, b as number);
      return before(this.indexOf(a, a + (b as number), c), a);
    }
    const start = this._readerIndex;
    if (b === undefined) return before(this.indexOf(start, this._writerIndex, a), start);
    this._checkReadable(a);
    return before(this.indexOf(start, start + a, b), start);
  }

  /**
   * Hands the readable bytes, or `length` bytes from `index` on, to `processor` until it returns false.
   * Netty: ByteBuf.forEachByte.
   *
   * @returns the index of the byte at which it returned false, or -1
   * @throws RangeError `ERR_OUT_OF_RANGE` if the bytes lie outside the buffer; and whatever the processor
   * throws
   */
  forEachByte(processor: ByteProcessor): number;
  forEachByte(index: number, length: number, processor: ByteProcessor): number;
  forEachByte(a: number | ByteProcessor, length?: number, processor?: ByteProcessor): number {
    if (typeof a === 'function') return this._ascend(this._readerIndex, this._writerIndex, a);
    this._checkRegion(a, length as number);
    return this._ascend(a, a + (length as number), processor as ByteProcessor);
  }

  /**
   * Like {@link forEachByte}, from the last byte to the first.
   * Netty: ByteBuf.forEachByteDesc.
   *
   * @returns the index of the byte at which the processor returned false, or -1
   * @throws RangeError `ERR_OUT_OF_RANGE` if the bytes lie outside the buffer; and whatever the processor
   * throws
   */
  forEachByteDesc(processor: ByteProcessor): number;
  forEachByteDesc(index: number, length: number, processor: ByteProcessor): number;
  forEachByteDesc(a: number | ByteProcessor, length?: number, processor?: ByteProcessor): number {
    if (typeof a === 'function') return this._descend(this._readerIndex, this._writerIndex, a);
    this._checkRegion(a, length as number);
    return this._descend(a, a + (length as number), processor as ByteProcessor);
  }

  /**
   * The index of the first occurrence of all of `needle` that lies wholly between `fromIndex` (default:
   * reader index) and `toIndex` (default: writer index), or -1. An empty needle is found at `fromIndex`.
   * Netty: ByteBufUtil.indexOf(needle, haystack), which gives 0 for an empty needle.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= fromIndex <= toIndex <= capacity`
   * @throws TypeError `ERR_INVALID_ARG_TYPE` if `needle` is neither a `ByteBuf` nor a `Uint8Array`
   */
  indexOfSequence(
    needle: ByteSource,
    fromIndex: number = this._readerIndex,
    toIndex: number = this._writerIndex,
  ): number {
    this._checkRegion(fromIndex, toIndex - fromIndex);
    const found = this._bytes.subarray(fromIndex, toIndex).indexOf(bytesOf(needle));
    return found < 0 ? -1 : fromIndex + found;
  }

  private _ascend(start: number, end: number, processor: ByteProcessor): number {
    for (let i = start; i < end; i++) {
      if (!processor(this._bytes[i] as number)) return i;
    }
    return -1;
  }

  private _descend(start: number, end: number, processor: ByteProcessor): number {
    for (let i = end - 1; i >= start; i--) {
      if (!processor(this._bytes[i] as number)) return i;
    }
    return -1;
  }
}

function before(found: number, start: number): number {
  return found < 0 ? -1 : found - start;
}

/** The first `value` in `[from, to)`. A native search knows no end, hence the view where bytes follow. */
function firstIndexOf(bytes: Buffer, from: number, to: number, value: number): number {
  if (to - from <= SHORT) {
    for (let i = from; i < to; i++) if (bytes[i] === value) return i;
    return -1;
  }
  if (to === bytes.length) return bytes.indexOf(value, from);
  return plus(from, bytes.subarray(from, to).indexOf(value));
}

/** The last `value` in `[to, from)`. */
function lastIndexOf(bytes: Buffer, from: number, to: number, value: number): number {
  if (from - to <= SHORT) {
    for (let i = from - 1; i >= to; i--) if (bytes[i] === value) return i;
    return -1;
  }
  return plus(to, bytes.subarray(to, from).lastIndexOf(value));
}

function plus(start: number, found: number): number {
  return found < 0 ? -1 : start + found;
}
