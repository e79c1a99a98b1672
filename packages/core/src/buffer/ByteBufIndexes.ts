import { Buffer } from 'node:buffer';
import { invalidArgType, outOfRange } from '../util/errors.js';
import { BYTE_BUF_BRAND, isCount } from './byteSource.js';
import { ReadOnlyBufferException } from './ReadOnlyBufferException.js';

/** The largest capacity a buffer can have, 2^31 - 1 bytes, and the default of `maxCapacity`. */
export const MAX_BUFFER_CAPACITY = 0x7fff_ffff;

/** The smallest capacity that growing leads to, in bytes. */
const MIN_GROWN_CAPACITY = 64;

/**
 * Zeroed memory: bytes that were never written can be read by index, and must not show what lay there before.
 * Small sizes come out of Node's pool, five times as fast as a memory block of their own; large ones come
 * zeroed from the operating system.
 */
export function allocateZeroed(size: number): Buffer {
  return size < Buffer.poolSize >>> 1 ? Buffer.allocUnsafe(size).fill(0) : Buffer.alloc(size);
}

/**
 * The part of {@link ByteBuf} that knows where things are: memory, indexes, marks, capacity. The class exists
 * only to keep files small; use `ByteBuf`.
 *
 * What the subclasses rely on: `0 <= readerIndex <= writerIndex <= capacity <= maxCapacity`, `capacity`
 * equals the length of the memory, and `_writeLimit` is the capacity, or -1 in a read-only buffer, so that a
 * write needs a single comparison to find out whether it may proceed.
 */
export abstract class ByteBufIndexes {
  protected _bytes: Buffer;
  protected _readerIndex: number;
  protected _writerIndex: number;
  protected _capacity: number;
  protected _writeLimit: number;
  protected _maxCapacity: number;
  protected _markedReaderIndex: number;
  protected _markedWriterIndex: number;

  static {
    Object.defineProperty(ByteBufIndexes.prototype, BYTE_BUF_BRAND, { value: true });
  }

  protected constructor(
    bytes: Buffer,
    readerIndex: number,
    writerIndex: number,
    maxCapacity: number,
    readOnly: boolean,
  ) {
    this._bytes = bytes;
    this._readerIndex = readerIndex;
    this._writerIndex = writerIndex;
    this._capacity = bytes.length;
    this._writeLimit = readOnly ? -1 : bytes.length;
    this._maxCapacity = maxCapacity;
    this._markedReaderIndex = 0;
    this._markedWriterIndex = 0;
  }

  /**
   * @internal Puts this buffer over other memory, readable from `start` to `end`, as a new one would be: a decoder reads
   * chunk after chunk with one cursor. It keeps being writable or read-only; views made before stay where they are.
   */
  _moveTo(bytes: Buffer, start: number, end: number): void {
    this._bytes = bytes;
    this._capacity = bytes.length;
    this._maxCapacity = bytes.length;
    if (this._writeLimit >= 0) this._writeLimit = bytes.length;
    this._markedReaderIndex = 0;
    this._markedWriterIndex = 0;
    this._readerIndex = start;
    this._writerIndex = end;
  }

  /**
   * Index of the next byte to read. Setting it moves only this index.
   * Netty: ByteBuf.readerIndex.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` on setting unless `0 <= value <= writerIndex`
   */
  get readerIndex(): number {
    return this._readerIndex;
  }

  set readerIndex(value: number) {
    if (!isCount(value) || value > this._writerIndex) throw this._badIndexes(value, this._writerIndex);
    this._readerIndex = value;
  }

  /**
   * Index at which the next byte is written, and end of the readable bytes. Setting it moves only this index,
   * also in a read-only buffer.
   * Netty: ByteBuf.writerIndex.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` on setting unless `readerIndex <= value <= capacity`
   */
  get writerIndex(): number {
    return this._writerIndex;
  }

  set writerIndex(value: number) {
    if (!isCount(value) || value < this._readerIndex || value > this._capacity) {
      throw this._badIndexes(this._readerIndex, value);
    }
    this._writerIndex = value;
  }

  /**
   * Sets both indexes at once, so that no order of the two assignments can fail on the way.
   * Netty: ByteBuf.setIndex.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= readerIndex <= writerIndex <= capacity`; nothing has
   * changed then
   */
  setIndex(readerIndex: number, writerIndex: number): this {
    if (
      !isCount(readerIndex) ||
      !isCount(writerIndex) ||
      readerIndex > writerIndex ||
      writerIndex > this._capacity
    ) {
      throw this._badIndexes(readerIndex, writerIndex);
    }
    this._readerIndex = readerIndex;
    this._writerIndex = writerIndex;
    return this;
  }

  /**
   * Sets both indexes to 0. The bytes and the marks stay.
   * Netty: ByteBuf.clear.
   */
  clear(): this {
    this._readerIndex = 0;
    this._writerIndex = 0;
    return this;
  }

  /**
   * Remembers the reader index for {@link resetReaderIndex}. Before the first call the mark is 0.
   * Netty: ByteBuf.markReaderIndex.
   */
  markReaderIndex(): this {
    this._markedReaderIndex = this._readerIndex;
    return this;
  }

  /**
   * Moves the reader index back to its mark.
   * Netty: ByteBuf.resetReaderIndex.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if the mark is behind the writer index
   */
  resetReaderIndex(): this {
    this.readerIndex = this._markedReaderIndex;
    return this;
  }

  /**
   * Remembers the writer index for {@link resetWriterIndex}. Before the first call the mark is 0.
   * Netty: ByteBuf.markWriterIndex.
   */
  markWriterIndex(): this {
    this._markedWriterIndex = this._writerIndex;
    return this;
  }

  /**
   * Moves the writer index back to its mark.
   * Netty: ByteBuf.resetWriterIndex.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if the mark is before the reader index, or beyond a capacity
   * reduced since
   */
  resetWriterIndex(): this {
    this.writerIndex = this._markedWriterIndex;
    return this;
  }

  /** Number of bytes between the reader index and the writer index. Netty: ByteBuf.readableBytes. */
  get readableBytes(): number {
    return this._writerIndex - this._readerIndex;
  }

  /**
   * Number of bytes that can be written without growing, `capacity - writerIndex`. As in Netty it does not
   * say whether the buffer is read-only; {@link isWritable} does.
   * Netty: ByteBuf.writableBytes.
   */
  get writableBytes(): number {
    return this._capacity - this._writerIndex;
  }

  /**
   * Number of bytes that can be written at most, growing included, `maxCapacity - writerIndex`. Netty:
   * ByteBuf.maxWritableBytes.
   */
  get maxWritableBytes(): number {
    return this._maxCapacity - this._writerIndex;
  }

  /** Whether at least `numBytes` bytes (default 1) can be read. Netty: ByteBuf.isReadable. */
  isReadable(numBytes: number = 1): boolean {
    return this._writerIndex - this._readerIndex >= numBytes;
  }

  /**
   * Whether at least `numBytes` bytes (default 1) can be written without growing; always false in a read-only
   * buffer.
   * Netty: ByteBuf.isWritable.
   */
  isWritable(numBytes: number = 1): boolean {
    return this._writeLimit >= 0 && this._writeLimit - this._writerIndex >= numBytes;
  }

  /** Whether writes and sets throw {@link ReadOnlyBufferException}. Netty: ByteBuf.isReadOnly. */
  get isReadOnly(): boolean {
    return this._writeLimit < 0;
  }

  /**
   * The capacity up to which writes grow the buffer, in bytes; default 2^31 - 1. Netty: ByteBuf.maxCapacity.
   */
  get maxCapacity(): number {
    return this._maxCapacity;
  }

  /**
   * Number of bytes in the buffer, written or not. Setting it moves the content to other memory: growing adds
   * zeroed bytes, shrinking cuts the content and pulls back indexes that would lie outside. Views made before
   * keep the old memory.
   * Netty: ByteBuf.capacity.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` on setting unless `0 <= value <= maxCapacity`
   * @throws ReadOnlyBufferException on setting in a read-only buffer
   */
  get capacity(): number {
    return this._capacity;
  }

  set capacity(value: number) {
    if (this._writeLimit < 0) throw this._readOnly();
    if (!isCount(value) || value > this._maxCapacity) {
      throw outOfRange(`newCapacity: ${value} (expected: 0-${this._maxCapacity}): ${this}`);
    }
    if (value !== this._capacity) this._reallocate(value);
  }

  /**
   * Makes room for at least `minWritableBytes` bytes after the writer index. Where that takes more capacity,
   * the new capacity is the next power of two, at least 64, at most `maxCapacity`. (Netty goes on in steps of
   * 4 MiB from 4 MiB upwards; doubling keeps the cost per byte constant.)
   * Netty: ByteBuf.ensureWritable.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if the number is negative or `maxCapacity` would be exceeded
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  ensureWritable(minWritableBytes: number): this {
    if (!isCount(minWritableBytes)) throw this._badCount('minWritableBytes', minWritableBytes);
    this._room(minWritableBytes);
    return this;
  }

  /**
   * Moves the readable bytes to index 0, which makes their former place writable. Marks move along. The bytes
   * move in shared memory: a slice made before then shows other bytes.
   * Netty: ByteBuf.discardReadBytes.
   *
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  discardReadBytes(): this {
    if (this._writeLimit < 0) throw this._readOnly();
    if (this._readerIndex > 0) this._discard();
    return this;
  }

  /**
   * Like {@link discardReadBytes}, but only when it is cheap: when nothing is left to read, or when at least
   * half of the capacity has been read.
   * Netty: ByteBuf.discardSomeReadBytes.
   *
   * @throws ReadOnlyBufferException in a read-only buffer, if bytes would move
   */
  discardSomeReadBytes(): this {
    const read = this._readerIndex;
    if (read > 0 && (read === this._writerIndex || read >= this._capacity >>> 1)) this._discard();
    return this;
  }

  /** Checks that `length` bytes at `index` lie inside the capacity. */
  protected _checkIndex(index: number, length: number): void {
    if (index >>> 0 !== index || index + length > this._capacity)
      throw this._badRange('index', index, length);
  }

  /** Checks that `length` bytes at `index` lie inside the capacity and may be changed. */
  protected _checkSet(index: number, length: number): void {
    if (index >>> 0 !== index || index + length > this._writeLimit)
      throw this._notSettable('index', index, length);
  }

  /**
   * The index at which `length` bytes can be written now; grows if need be. Does not move the writer index.
   */
  protected _room(length: number): number {
    const index = this._writerIndex;
    if (index + length > this._writeLimit) this._grow(length);
    return index;
  }

  /**
   * The index of `length` readable bytes, and moves the reader index behind them. `length` must be a count.
   */
  protected _take(length: number): number {
    const index = this._readerIndex;
    const end = index + length;
    if (end > this._writerIndex) throw this._notReadable(length);
    this._readerIndex = end;
    return index;
  }

  /** Checks a length that a caller gave, and that so many bytes are readable. */
  protected _checkReadable(length: number): void {
    if (!isCount(length)) throw this._badCount('minimumReadableBytes', length);
    if (this._readerIndex + length > this._writerIndex) throw this._notReadable(length);
  }

  protected _readOnly(): ReadOnlyBufferException {
    return new ReadOnlyBufferException(`read-only buffer: ${this}`);
  }

  protected _notReadable(length: number): RangeError {
    return outOfRange(
      `readerIndex(${this._readerIndex}) + length(${length}) exceeds ` +
        `writerIndex(${this._writerIndex}): ${this}`,
    );
  }

  protected _notSettable(name: string, index: number, length: number): Error {
    return this._writeLimit < 0 ? this._readOnly() : this._badRange(name, index, length);
  }

  protected _badRange(name: string, index: number, length: number): RangeError | TypeError {
    if (typeof index !== 'number')
      return invalidArgType(`${name} must be a number, but is of type ${typeof index}`);
    return outOfRange(
      `${name}: ${index}, length: ${length} (expected: range(0, ${this._capacity})): ${this}`,
    );
  }

  protected _badCount(name: string, value: number): RangeError | TypeError {
    if (typeof value !== 'number')
      return invalidArgType(`${name} must be a number, but is of type ${typeof value}`);
    return outOfRange(`${name} : ${value} (expected: >= 0): ${this}`);
  }

  private _badIndexes(readerIndex: number, writerIndex: number): RangeError | TypeError {
    if (typeof readerIndex !== 'number' || typeof writerIndex !== 'number') {
      return invalidArgType(
        `an index must be a number, but is of type ${typeof readerIndex}, ${typeof writerIndex}`,
      );
    }
    return outOfRange(
      `readerIndex: ${readerIndex}, writerIndex: ${writerIndex} ` +
        `(expected: 0 <= readerIndex <= writerIndex <= capacity(${this._capacity})): ${this}`,
    );
  }

  private _grow(minWritableBytes: number): void {
    if (this._writeLimit < 0) throw this._readOnly();
    const needed = this._writerIndex + minWritableBytes;
    if (needed > this._maxCapacity) {
      throw outOfRange(
        `writerIndex(${this._writerIndex}) + minWritableBytes(${minWritableBytes}) exceeds ` +
          `maxCapacity(${this._maxCapacity}): ${this}`,
      );
    }
    const doubled = needed <= MIN_GROWN_CAPACITY ? MIN_GROWN_CAPACITY : 2 ** (32 - Math.clz32(needed - 1));
    this._reallocate(Math.min(doubled, this._maxCapacity));
  }

  private _reallocate(capacity: number): void {
    const bytes = allocateZeroed(capacity);
    this._bytes.copy(bytes, 0, 0, Math.min(capacity, this._capacity));
    this._bytes = bytes;
    this._capacity = capacity;
    this._writeLimit = capacity;
    if (this._writerIndex > capacity) {
      this._writerIndex = capacity;
      if (this._readerIndex > capacity) this._readerIndex = capacity;
    }
  }

  private _discard(): void {
    const read = this._readerIndex;
    const left = this._writerIndex - read;
    if (left > 0) {
      if (this._writeLimit < 0) throw this._readOnly();
      this._bytes.copyWithin(0, read, read + left);
    }
    this._readerIndex = 0;
    this._writerIndex = left;
    this._moveMarks(read);
  }

  /** Marks move along with the bytes, but not below 0. Netty: AbstractByteBuf.adjustMarkers. */
  private _moveMarks(decrement: number): void {
    this._markedReaderIndex = Math.max(0, this._markedReaderIndex - decrement);
    this._markedWriterIndex = Math.max(0, this._markedWriterIndex - decrement);
  }
}
