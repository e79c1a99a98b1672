import { ByteBufRead } from './ByteBufRead.js';
import { codeUnit, notBigint, notSafe } from './ByteBufSet.js';
import {
  putFloat32BE,
  putFloat32LE,
  putFloat64BE,
  putFloat64LE,
  putInt16BE,
  putInt16LE,
  putInt24BE,
  putInt24LE,
  putInt32BE,
  putInt32LE,
  putInt64BE,
  putInt64LE,
  putSafeInt64BE,
  putSafeInt64LE,
} from './bits.js';

/**
 * The part of {@link ByteBuf} that writes numbers at the writer index, moves it behind them, and grows the
 * buffer where needed. A method that throws leaves the index where it was. There are no unsigned variants:
 * the low bits of a number are the same for both. The class exists only to keep files small; use `ByteBuf`.
 */
export abstract class ByteBufWrite extends ByteBufRead {
  /**
   * Writes a boolean as a byte: 1 for true, 0 for false.
   * Netty: ByteBuf.writeBoolean.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeBoolean(value: boolean): this {
    return this.writeByte(value ? 1 : 0);
  }

  /**
   * Writes the low 8 bits of `value`.
   * Netty: ByteBuf.writeByte.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeByte(value: number): this {
    const index = this._room(1);
    this._bytes[index] = value;
    this._writerIndex = index + 1;
    return this;
  }

  /**
   * Writes the low 16 bits of `value`, big-endian.
   * Netty: ByteBuf.writeShort.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeShort(value: number): this {
    const index = this._room(2);
    putInt16BE(this._bytes, index, value);
    this._writerIndex = index + 2;
    return this;
  }

  /**
   * Writes the low 16 bits of `value`, little-endian.
   * Netty: ByteBuf.writeShortLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeShortLE(value: number): this {
    const index = this._room(2);
    putInt16LE(this._bytes, index, value);
    this._writerIndex = index + 2;
    return this;
  }

  /**
   * Writes the low 24 bits of `value`, big-endian.
   * Netty: ByteBuf.writeMedium.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeMedium(value: number): this {
    const index = this._room(3);
    putInt24BE(this._bytes, index, value);
    this._writerIndex = index + 3;
    return this;
  }

  /**
   * Writes the low 24 bits of `value`, little-endian.
   * Netty: ByteBuf.writeMediumLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeMediumLE(value: number): this {
    const index = this._room(3);
    putInt24LE(this._bytes, index, value);
    this._writerIndex = index + 3;
    return this;
  }

  /**
   * Writes the low 32 bits of `value`, big-endian.
   * Netty: ByteBuf.writeInt.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeInt(value: number): this {
    const index = this._room(4);
    putInt32BE(this._bytes, index, value);
    this._writerIndex = index + 4;
    return this;
  }

  /**
   * Writes the low 32 bits of `value`, little-endian.
   * Netty: ByteBuf.writeIntLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeIntLE(value: number): this {
    const index = this._room(4);
    putInt32LE(this._bytes, index, value);
    this._writerIndex = index + 4;
    return this;
  }

  /**
   * Writes the low 64 bits of the bigint `value`, big-endian.
   * Netty: ByteBuf.writeLong.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded
   * @throws TypeError `ERR_INVALID_ARG_TYPE` if `value` is not a bigint
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeLong(value: bigint): this {
    if (typeof value !== 'bigint') throw notBigint(value);
    const index = this._room(8);
    putInt64BE(this._bytes, index, value);
    this._writerIndex = index + 8;
    return this;
  }

  /**
   * Writes the low 64 bits of the bigint `value`, little-endian.
   * Netty: ByteBuf.writeLongLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded
   * @throws TypeError `ERR_INVALID_ARG_TYPE` if `value` is not a bigint
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeLongLE(value: bigint): this {
    if (typeof value !== 'bigint') throw notBigint(value);
    const index = this._room(8);
    putInt64LE(this._bytes, index, value);
    this._writerIndex = index + 8;
    return this;
  }

  /**
   * Writes the number `value` as a 64-bit integer, big-endian.
   * Netty: ByteBuf.writeLong.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded, or if `value` is not a safe
   * integer
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeLongAsNumber(value: number): this {
    if (!Number.isSafeInteger(value)) throw notSafe(value);
    const index = this._room(8);
    putSafeInt64BE(this._bytes, index, value);
    this._writerIndex = index + 8;
    return this;
  }

  /**
   * Writes the number `value` as a 64-bit integer, little-endian.
   * Netty: ByteBuf.writeLongLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded, or if `value` is not a safe
   * integer
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeLongAsNumberLE(value: number): this {
    if (!Number.isSafeInteger(value)) throw notSafe(value);
    const index = this._room(8);
    putSafeInt64LE(this._bytes, index, value);
    this._writerIndex = index + 8;
    return this;
  }

  /**
   * Writes a UTF-16 code unit, given as a string of length 1 or as a number, whose low 16 bits count,
   * big-endian.
   * Netty: ByteBuf.writeChar.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded
   * @throws TypeError `ERR_INVALID_ARG_TYPE` if `value` is a string of another length
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeChar(value: number | string): this {
    const unit = codeUnit(value);
    const index = this._room(2);
    putInt16BE(this._bytes, index, unit);
    this._writerIndex = index + 2;
    return this;
  }

  /**
   * Writes a UTF-16 code unit, given as a string of length 1 or as a number, whose low 16 bits count,
   * little-endian.
   * Netty: none; its writeChar is big-endian only.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded
   * @throws TypeError `ERR_INVALID_ARG_TYPE` if `value` is a string of another length
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeCharLE(value: number | string): this {
    const unit = codeUnit(value);
    const index = this._room(2);
    putInt16LE(this._bytes, index, unit);
    this._writerIndex = index + 2;
    return this;
  }

  /**
   * Writes `value` rounded to an IEEE 754 32-bit floating point number, big-endian.
   * Netty: ByteBuf.writeFloat.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeFloat(value: number): this {
    const index = this._room(4);
    putFloat32BE(this._bytes, index, value);
    this._writerIndex = index + 4;
    return this;
  }

  /**
   * Writes `value` rounded to an IEEE 754 32-bit floating point number, little-endian.
   * Netty: ByteBuf.writeFloatLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeFloatLE(value: number): this {
    const index = this._room(4);
    putFloat32LE(this._bytes, index, value);
    this._writerIndex = index + 4;
    return this;
  }

  /**
   * Writes `value` as an IEEE 754 64-bit floating point number, big-endian.
   * Netty: ByteBuf.writeDouble.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeDouble(value: number): this {
    const index = this._room(8);
    putFloat64BE(this._bytes, index, value);
    this._writerIndex = index + 8;
    return this;
  }

  /**
   * Writes `value` as an IEEE 754 64-bit floating point number, little-endian.
   * Netty: ByteBuf.writeDoubleLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if `maxCapacity` would be exceeded
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  writeDoubleLE(value: number): this {
    const index = this._room(8);
    putFloat64LE(this._bytes, index, value);
    this._writerIndex = index + 8;
    return this;
  }
}
