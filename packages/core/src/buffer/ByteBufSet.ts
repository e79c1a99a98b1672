import { invalidArgType, outOfRange } from '../util/errors.js';
import { ByteBufGet } from './ByteBufGet.js';
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

/** The number of a UTF-16 code unit given as a number or as a string of length 1. */
export function codeUnit(value: number | string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && value.length === 1) return value.charCodeAt(0);
  throw invalidArgType(`value must be a number or a string of length 1: ${value}`);
}

/** The error for a 64-bit integer that is not a bigint. */
export function notBigint(value: unknown): TypeError {
  return invalidArgType(
    `value must be a bigint, but is of type ${typeof value}; the methods with LongAsNumber take a number`,
  );
}

/** The error for a number that is not a whole number, or too large to be exact. */
export function notSafe(value: number): RangeError {
  return outOfRange(`value: ${value} (expected: a safe integer, -(2^53 - 1) to 2^53 - 1)`);
}

/**
 * The part of {@link ByteBuf} that stores numbers at a given index. No method here moves an index or grows
 * the buffer, and there are no unsigned variants: the low bits of a number are the same for both. The class
 * exists only to keep files small; use `ByteBuf`.
 */
export abstract class ByteBufSet extends ByteBufGet {
  /**
   * Sets a boolean as a byte: 1 for true, 0 for false, at `index`.
   * Netty: ByteBuf.setBoolean.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index < capacity`
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setBoolean(index: number, value: boolean): this {
    return this.setByte(index, value ? 1 : 0);
  }

  /**
   * Sets the low 8 bits of `value`, at `index`.
   * Netty: ByteBuf.setByte.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index < capacity`
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setByte(index: number, value: number): this {
    this._checkSet(index, 1);
    this._bytes[index] = value;
    return this;
  }

  /**
   * Sets the low 16 bits of `value`, big-endian, at `index`.
   * Netty: ByteBuf.setShort.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 2`
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setShort(index: number, value: number): this {
    this._checkSet(index, 2);
    putInt16BE(this._bytes, index, value);
    return this;
  }

  /**
   * Sets the low 16 bits of `value`, little-endian, at `index`.
   * Netty: ByteBuf.setShortLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 2`
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setShortLE(index: number, value: number): this {
    this._checkSet(index, 2);
    putInt16LE(this._bytes, index, value);
    return this;
  }

  /**
   * Sets the low 24 bits of `value`, big-endian, at `index`.
   * Netty: ByteBuf.setMedium.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 3`
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setMedium(index: number, value: number): this {
    this._checkSet(index, 3);
    putInt24BE(this._bytes, index, value);
    return this;
  }

  /**
   * Sets the low 24 bits of `value`, little-endian, at `index`.
   * Netty: ByteBuf.setMediumLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 3`
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setMediumLE(index: number, value: number): this {
    this._checkSet(index, 3);
    putInt24LE(this._bytes, index, value);
    return this;
  }

  /**
   * Sets the low 32 bits of `value`, big-endian, at `index`.
   * Netty: ByteBuf.setInt.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 4`
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setInt(index: number, value: number): this {
    this._checkSet(index, 4);
    putInt32BE(this._bytes, index, value);
    return this;
  }

  /**
   * Sets the low 32 bits of `value`, little-endian, at `index`.
   * Netty: ByteBuf.setIntLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 4`
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setIntLE(index: number, value: number): this {
    this._checkSet(index, 4);
    putInt32LE(this._bytes, index, value);
    return this;
  }

  /**
   * Sets the low 64 bits of the bigint `value`, big-endian, at `index`.
   * Netty: ByteBuf.setLong.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 8`
   * @throws TypeError `ERR_INVALID_ARG_TYPE` if `value` is not a bigint
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setLong(index: number, value: bigint): this {
    if (typeof value !== 'bigint') throw notBigint(value);
    this._checkSet(index, 8);
    putInt64BE(this._bytes, index, value);
    return this;
  }

  /**
   * Sets the low 64 bits of the bigint `value`, little-endian, at `index`.
   * Netty: ByteBuf.setLongLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 8`
   * @throws TypeError `ERR_INVALID_ARG_TYPE` if `value` is not a bigint
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setLongLE(index: number, value: bigint): this {
    if (typeof value !== 'bigint') throw notBigint(value);
    this._checkSet(index, 8);
    putInt64LE(this._bytes, index, value);
    return this;
  }

  /**
   * Sets the number `value` as a 64-bit integer, big-endian, at `index`.
   * Netty: ByteBuf.setLong.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 8`, or if `value` is not a safe
   * integer
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setLongAsNumber(index: number, value: number): this {
    if (!Number.isSafeInteger(value)) throw notSafe(value);
    this._checkSet(index, 8);
    putSafeInt64BE(this._bytes, index, value);
    return this;
  }

  /**
   * Sets the number `value` as a 64-bit integer, little-endian, at `index`.
   * Netty: ByteBuf.setLongLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 8`, or if `value` is not a safe
   * integer
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setLongAsNumberLE(index: number, value: number): this {
    if (!Number.isSafeInteger(value)) throw notSafe(value);
    this._checkSet(index, 8);
    putSafeInt64LE(this._bytes, index, value);
    return this;
  }

  /**
   * Sets a UTF-16 code unit, given as a string of length 1 or as a number, whose low 16 bits count,
   * big-endian, at `index`.
   * Netty: ByteBuf.setChar.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 2`
   * @throws TypeError `ERR_INVALID_ARG_TYPE` if `value` is a string of another length
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setChar(index: number, value: number | string): this {
    const unit = codeUnit(value);
    this._checkSet(index, 2);
    putInt16BE(this._bytes, index, unit);
    return this;
  }

  /**
   * Sets a UTF-16 code unit, given as a string of length 1 or as a number, whose low 16 bits count,
   * little-endian, at `index`.
   * Netty: none; its setChar is big-endian only.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 2`
   * @throws TypeError `ERR_INVALID_ARG_TYPE` if `value` is a string of another length
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setCharLE(index: number, value: number | string): this {
    const unit = codeUnit(value);
    this._checkSet(index, 2);
    putInt16LE(this._bytes, index, unit);
    return this;
  }

  /**
   * Sets `value` rounded to an IEEE 754 32-bit floating point number, big-endian, at `index`.
   * Netty: ByteBuf.setFloat.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 4`
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setFloat(index: number, value: number): this {
    this._checkSet(index, 4);
    putFloat32BE(this._bytes, index, value);
    return this;
  }

  /**
   * Sets `value` rounded to an IEEE 754 32-bit floating point number, little-endian, at `index`.
   * Netty: ByteBuf.setFloatLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 4`
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setFloatLE(index: number, value: number): this {
    this._checkSet(index, 4);
    putFloat32LE(this._bytes, index, value);
    return this;
  }

  /**
   * Sets `value` as an IEEE 754 64-bit floating point number, big-endian, at `index`.
   * Netty: ByteBuf.setDouble.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 8`
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setDouble(index: number, value: number): this {
    this._checkSet(index, 8);
    putFloat64BE(this._bytes, index, value);
    return this;
  }

  /**
   * Sets `value` as an IEEE 754 64-bit floating point number, little-endian, at `index`.
   * Netty: ByteBuf.setDoubleLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 8`
   * @throws ReadOnlyBufferException in a read-only buffer
   */
  setDoubleLE(index: number, value: number): this {
    this._checkSet(index, 8);
    putFloat64LE(this._bytes, index, value);
    return this;
  }
}
