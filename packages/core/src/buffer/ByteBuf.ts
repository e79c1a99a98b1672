import { Buffer } from 'node:buffer';
import { isUint8Array } from 'node:util/types';
import { invalidArgType, outOfRange } from '../util/errors.js';
import { allocateZeroed, MAX_BUFFER_CAPACITY } from './ByteBufIndexes.js';
import { ByteBufSearch } from './ByteBufSearch.js';
import { type ByteSource, bytesOf, isByteBuf, isCount } from './byteSource.js';
import { hashBytes } from './compareBytes.js';

/** How many bytes `util.inspect` shows. */
const INSPECTED_BYTES = 50;

/**
 * A cursor over a Node `Buffer`: bytes with an index for reading and an index for writing.
 *
 * ```
 *  +-------------------+------------------+------------------+
 *  | discardable bytes |  readable bytes  |  writable bytes  |
 *  +-------------------+------------------+------------------+
 *  0      <=      readerIndex   <=   writerIndex    <=    capacity    <=    maxCapacity
 * ```
 *
 * `get` and `set` methods take an index and move nothing; `read` and `write` methods work at the reader or
 * writer index and move it. Writes grow the buffer up to `maxCapacity`. Multi-byte numbers are big-endian
 * unless the method ends in `LE`. Any access outside the bounds throws a `RangeError` with the code
 * `ERR_OUT_OF_RANGE` and leaves the indexes where they were. Indexes and lengths are in bytes.
 *
 * Differences from Netty's `ByteBuf`:
 * - There is no reference counting: no `retain`, no `release`. The garbage collector frees the memory.
 * - Views ({@link slice}, {@link duplicate}, {@link asReadOnly}, {@link toBuffer} and so on) share memory
 *   with the buffer until it grows: then the buffer moves to other memory, and a view keeps the old.
 * - 64-bit integers are bigints; the methods with `LongAsNumber` use numbers and refuse what is not a safe
 *   integer.
 * - {@link wrap} copies when given several buffers; there is no composite buffer.
 *
 * Make one with {@link alloc}, {@link wrap} or {@link from}.
 * Netty: ByteBuf, Unpooled.
 */
export class ByteBuf extends ByteBufSearch {
  static {
    // What util.inspect and console.log show. Not a method, as its name would be missing in the declarations.
    Object.defineProperty(ByteBuf.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      value: function (this: ByteBuf): string {
        return preview(this);
      },
    });
  }

  private constructor(
    bytes: Buffer,
    readerIndex: number,
    writerIndex: number,
    maxCapacity: number,
    readOnly: boolean,
  ) {
    // Only here to be private: buffers are made by the functions below.
    super(bytes, readerIndex, writerIndex, maxCapacity, readOnly);
  }

  /**
   * A new empty buffer of `capacity` zero bytes (default 256) that grows up to `maxCapacity` (default
   * 2^31 - 1).
   * Netty: Unpooled.buffer.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= capacity <= maxCapacity <= 2^31 - 1`
   */
  static alloc(capacity: number = 256, maxCapacity: number = MAX_BUFFER_CAPACITY): ByteBuf {
    if (!isCount(maxCapacity) || maxCapacity > MAX_BUFFER_CAPACITY) {
      throw outOfRange(`maxCapacity : ${maxCapacity} (expected: 0-${MAX_BUFFER_CAPACITY})`);
    }
    if (!isCount(capacity)) throw outOfRange(`initialCapacity : ${capacity} (expected: >= 0)`);
    if (capacity > maxCapacity) {
      throw outOfRange(
        `initialCapacity: ${capacity} (expected: not greater than maxCapacity(${maxCapacity}))`,
      );
    }
    return new ByteBuf(allocateZeroed(capacity), 0, 0, maxCapacity, false);
  }

  /**
   * A buffer with the given bytes to read. One source is not copied: the buffer shares its memory, and cannot
   * grow beyond it. Several are copied one after the other into new memory of exactly their size, which
   * cannot grow either. Of a `ByteBuf` the readable bytes count; its indexes do not move, and one that is
   * read-only gives a read-only buffer if it is the only source.
   * Netty: Unpooled.wrappedBuffer.
   *
   * @throws TypeError `ERR_INVALID_ARG_TYPE` if a source is neither a `ByteBuf` nor a `Uint8Array`
   */
  static wrap(...sources: readonly ByteSource[]): ByteBuf {
    const [first] = sources;
    if (first === undefined || sources.length > 1) {
      const bytes = Buffer.concat(sources.map(bytesOf));
      return new ByteBuf(bytes, 0, bytes.length, bytes.length, false);
    }
    if (isByteBuf(first)) return first.slice();
    const bytes = asBuffer(bytesOf(first));
    return new ByteBuf(bytes, 0, bytes.length, bytes.length, false);
  }

  /**
   * A buffer with a copy of the given text (in `encoding`, default `'utf8'`), of the readable bytes of a
   * `ByteBuf`, or of an array of byte values. Its capacity is the size of the content; it can grow.
   * Netty: Unpooled.copiedBuffer.
   *
   * @throws TypeError `ERR_INVALID_ARG_TYPE` if the content is of another type
   */
  static from(content: string | ByteSource | readonly number[], encoding: BufferEncoding = 'utf8'): ByteBuf {
    const bytes = copyOf(content, encoding);
    return new ByteBuf(bytes, 0, bytes.length, MAX_BUFFER_CAPACITY, false);
  }

  /**
   * Whether `value` is a `ByteBuf`, also one made by another copy of the package, where `instanceof` fails.
   */
  static isByteBuf(value: unknown): value is ByteBuf {
    return isByteBuf(value);
  }

  /**
   * A view of the readable bytes, or of `length` bytes (default: up to the writer index) at `index`: same
   * memory, indexes of its own (0 and the length), and no growth beyond the length. A slice of a read-only
   * buffer is read-only.
   * Netty: ByteBuf.slice.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if the bytes lie outside the buffer
   */
  slice(index: number = this._readerIndex, length: number = this._writerIndex - index): ByteBuf {
    this._checkRegion(index, length);
    return new ByteBuf(this._bytes.subarray(index, index + length), 0, length, length, this._writeLimit < 0);
  }

  /**
   * Reads `length` bytes as a view of the same memory; see {@link slice}.
   * Netty: ByteBuf.readSlice.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `length` is negative or fewer bytes are readable
   */
  readSlice(length: number): ByteBuf {
    this._checkReadable(length);
    const start = this._readerIndex;
    this._readerIndex = start + length;
    return new ByteBuf(this._bytes.subarray(start, start + length), 0, length, length, this._writeLimit < 0);
  }

  /**
   * Reads `length` bytes as a Node `Buffer` that shares the memory: the cheapest way to cut a frame. It keeps
   * all of the memory alive and shows later changes of it; `Buffer.from(view)` detaches. It is writable, even
   * if this buffer is read-only, as JavaScript has no read-only arrays.
   * Netty: ByteBuf.readSlice, ByteBuf.nioBuffer.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `length` is negative or fewer bytes are readable
   */
  readBuffer(length: number): Buffer {
    this._checkReadable(length);
    const start = this._readerIndex;
    this._readerIndex = start + length;
    return this._bytes.subarray(start, start + length);
  }

  /**
   * The readable bytes, or `length` bytes at `index`, as a Node `Buffer` that shares the memory. The indexes
   * do not move. It is writable, even if this buffer is read-only; see {@link readBuffer}.
   * Netty: ByteBuf.nioBuffer.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if the bytes lie outside the buffer
   */
  toBuffer(index: number = this._readerIndex, length: number = this._writerIndex - index): Buffer {
    this._checkRegion(index, length);
    return this._bytes.subarray(index, index + length);
  }

  /**
   * A view of the whole buffer: same memory and limits, indexes of its own that start at the present ones,
   * which are its marks too.
   * Netty: ByteBuf.duplicate.
   */
  duplicate(): ByteBuf {
    return this._view(this._writeLimit < 0);
  }

  /**
   * A view of the whole buffer that cannot be written: all that would change bytes or capacity throws
   * {@link ReadOnlyBufferException}. It has indexes of its own, which can move. A buffer that is read-only
   * already is returned as it is.
   * Netty: ByteBuf.asReadOnly.
   */
  asReadOnly(): ByteBuf {
    return this._writeLimit < 0 ? this : this._view(true);
  }

  /**
   * A copy of the readable bytes, or of `length` bytes at `index`, in memory of its own. It is writable, and
   * has the `maxCapacity` of this buffer.
   * Netty: ByteBuf.copy.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if the bytes lie outside the buffer
   */
  copy(index: number = this._readerIndex, length: number = this._writerIndex - index): ByteBuf {
    this._checkRegion(index, length);
    return this._derive(Buffer.from(this._bytes.subarray(index, index + length)));
  }

  /**
   * Whether `that` is a `ByteBuf` with the same readable bytes. Indexes, capacity and what is not readable do
   * not count.
   * Netty: ByteBuf.equals.
   */
  equals(that: unknown): boolean {
    return isByteBuf(that) && that.readableBytes === this.readableBytes && this.compareTo(that) === 0;
  }

  /**
   * Compares the readable bytes, as unsigned numbers from the first on; if one buffer is the beginning of the
   * other, the longer is the greater. Fit for `Array.sort`.
   * Netty: ByteBuf.compareTo.
   *
   * @returns -1, 0 or 1 (Netty: a number of that sign)
   */
  compareTo(that: ByteBuf): -1 | 0 | 1 {
    const { _bytes: bytes, _readerIndex: start, _writerIndex: end } = that;
    return this._bytes.compare(bytes, start, end, this._readerIndex, this._writerIndex);
  }

  /**
   * A 32-bit hash of the readable bytes, the same as Netty's; equal buffers have equal hashes.
   * Netty: ByteBuf.hashCode, ByteBufUtil.hashCode.
   */
  hashCode(): number {
    return hashBytes(this);
  }

  /**
   * With an encoding: the readable bytes as text; the indexes do not move. Without: a description such as
   * `ByteBuf(ridx: 0, widx: 5, cap: 16)`, where the capacity is followed by `/maxCapacity` if that is not the
   * default.
   * Netty: ByteBuf.toString(Charset), ByteBuf.toString.
   *
   * @throws TypeError Node's `ERR_UNKNOWN_ENCODING`
   */
  override toString(encoding?: BufferEncoding): string {
    if (encoding !== undefined) return this._bytes.toString(encoding, this._readerIndex, this._writerIndex);
    const max = this._maxCapacity === MAX_BUFFER_CAPACITY ? '' : `/${this._maxCapacity}`;
    return `ByteBuf(ridx: ${this._readerIndex}, widx: ${this._writerIndex}, cap: ${this._capacity}${max})`;
  }

  protected override _derive(bytes: Buffer): ByteBuf {
    return new ByteBuf(bytes, 0, bytes.length, this._maxCapacity, false);
  }

  private _view(readOnly: boolean): ByteBuf {
    const view = new ByteBuf(this._bytes, this._readerIndex, this._writerIndex, this._maxCapacity, readOnly);
    return view.markReaderIndex().markWriterIndex();
  }
}

/** A buffer without bytes and without room. Netty: Unpooled.EMPTY_BUFFER. */
export const EMPTY_BUFFER: ByteBuf = ByteBuf.alloc(0, 0);

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function copyOf(content: string | ByteSource | readonly number[], encoding: BufferEncoding): Buffer {
  if (typeof content === 'string') return Buffer.from(content, encoding);
  if (isUint8Array(content)) return Buffer.from(content);
  if (Array.isArray(content)) return Buffer.from(content);
  if (isByteBuf(content)) return Buffer.from(content.toBuffer());
  throw invalidArgType(
    `content must be text, bytes or an array of numbers, but is of type ${typeof content}`,
  );
}

/** The description and the first readable bytes. */
function preview(buf: ByteBuf): string {
  const shown = buf.toBuffer(buf.readerIndex, Math.min(buf.readableBytes, INSPECTED_BYTES));
  const hidden = buf.readableBytes - shown.length;
  const hex = shown.toString('hex').replace(/..(?=.)/g, '$& ');
  return `${buf} <${hex}${hidden > 0 ? ` ... ${hidden} more bytes` : ''}>`;
}
