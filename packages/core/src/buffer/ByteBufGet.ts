import { outOfRange } from '../util/errors.js';
import { ByteBufIndexes } from './ByteBufIndexes.js';
import {
  approximateInt64BE,
  approximateInt64LE,
  approximateUint64BE,
  approximateUint64LE,
  float32BE,
  float32LE,
  float64BE,
  float64LE,
  int8,
  int16BE,
  int16LE,
  int24BE,
  int24LE,
  int32BE,
  int32LE,
  int64BE,
  int64LE,
  uint16BE,
  uint16LE,
  uint24BE,
  uint24LE,
  uint32BE,
  uint32LE,
  uint64BE,
  uint64LE,
} from './bits.js';

/** The error for a 64-bit integer that a number cannot hold exactly. */
function unsafeLong(value: bigint): RangeError {
  return outOfRange(
    `${value} is no safe integer (expected: -(2^53 - 1) to 2^53 - 1); methods without AsNumber give bigints`,
  );
}

/**
 * The part of {@link ByteBuf} that reads numbers at a given index. No method here moves an index. The class
 * exists only to keep files small; use `ByteBuf`.
 */
export abstract class ByteBufGet extends ByteBufIndexes {
  /**
   * The byte at `index` as a boolean: false if it is 0, true otherwise.
   * Netty: ByteBuf.getBoolean.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index < capacity`
   */
  getBoolean(index: number): boolean {
    this._checkIndex(index, 1);
    return this._bytes[index] !== 0;
  }

  /**
   * A signed 8-bit integer (-128 to 127), at `index`.
   * Netty: ByteBuf.getByte.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 1`
   */
  getByte(index: number): number {
    this._checkIndex(index, 1);
    return int8(this._bytes, index);
  }

  /**
   * An unsigned 8-bit integer (0 to 255), at `index`.
   * Netty: ByteBuf.getUnsignedByte.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 1`
   */
  getUnsignedByte(index: number): number {
    this._checkIndex(index, 1);
    return this._bytes[index] as number;
  }

  /**
   * A signed 16-bit integer, big-endian, at `index`.
   * Netty: ByteBuf.getShort.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 2`
   */
  getShort(index: number): number {
    this._checkIndex(index, 2);
    return int16BE(this._bytes, index);
  }

  /**
   * A signed 16-bit integer, little-endian, at `index`.
   * Netty: ByteBuf.getShortLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 2`
   */
  getShortLE(index: number): number {
    this._checkIndex(index, 2);
    return int16LE(this._bytes, index);
  }

  /**
   * An unsigned 16-bit integer, big-endian, at `index`.
   * Netty: ByteBuf.getUnsignedShort.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 2`
   */
  getUnsignedShort(index: number): number {
    this._checkIndex(index, 2);
    return uint16BE(this._bytes, index);
  }

  /**
   * An unsigned 16-bit integer, little-endian, at `index`.
   * Netty: ByteBuf.getUnsignedShortLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 2`
   */
  getUnsignedShortLE(index: number): number {
    this._checkIndex(index, 2);
    return uint16LE(this._bytes, index);
  }

  /**
   * A signed 24-bit integer, big-endian, at `index`.
   * Netty: ByteBuf.getMedium.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 3`
   */
  getMedium(index: number): number {
    this._checkIndex(index, 3);
    return int24BE(this._bytes, index);
  }

  /**
   * A signed 24-bit integer, little-endian, at `index`.
   * Netty: ByteBuf.getMediumLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 3`
   */
  getMediumLE(index: number): number {
    this._checkIndex(index, 3);
    return int24LE(this._bytes, index);
  }

  /**
   * An unsigned 24-bit integer, big-endian, at `index`.
   * Netty: ByteBuf.getUnsignedMedium.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 3`
   */
  getUnsignedMedium(index: number): number {
    this._checkIndex(index, 3);
    return uint24BE(this._bytes, index);
  }

  /**
   * An unsigned 24-bit integer, little-endian, at `index`.
   * Netty: ByteBuf.getUnsignedMediumLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 3`
   */
  getUnsignedMediumLE(index: number): number {
    this._checkIndex(index, 3);
    return uint24LE(this._bytes, index);
  }

  /**
   * A signed 32-bit integer, big-endian, at `index`.
   * Netty: ByteBuf.getInt.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 4`
   */
  getInt(index: number): number {
    this._checkIndex(index, 4);
    return int32BE(this._bytes, index);
  }

  /**
   * A signed 32-bit integer, little-endian, at `index`.
   * Netty: ByteBuf.getIntLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 4`
   */
  getIntLE(index: number): number {
    this._checkIndex(index, 4);
    return int32LE(this._bytes, index);
  }

  /**
   * An unsigned 32-bit integer, big-endian, at `index`.
   * Netty: ByteBuf.getUnsignedInt.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 4`
   */
  getUnsignedInt(index: number): number {
    this._checkIndex(index, 4);
    return uint32BE(this._bytes, index);
  }

  /**
   * An unsigned 32-bit integer, little-endian, at `index`.
   * Netty: ByteBuf.getUnsignedIntLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 4`
   */
  getUnsignedIntLE(index: number): number {
    this._checkIndex(index, 4);
    return uint32LE(this._bytes, index);
  }

  /**
   * A signed 64-bit integer, as a bigint, big-endian, at `index`.
   * Netty: ByteBuf.getLong.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 8`
   */
  getLong(index: number): bigint {
    this._checkIndex(index, 8);
    return int64BE(this._bytes, index);
  }

  /**
   * A signed 64-bit integer, as a bigint, little-endian, at `index`.
   * Netty: ByteBuf.getLongLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 8`
   */
  getLongLE(index: number): bigint {
    this._checkIndex(index, 8);
    return int64LE(this._bytes, index);
  }

  /**
   * An unsigned 64-bit integer, as a bigint, big-endian, at `index`.
   * Netty: none; Java has no unsigned long.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 8`
   */
  getUnsignedLong(index: number): bigint {
    this._checkIndex(index, 8);
    return uint64BE(this._bytes, index);
  }

  /**
   * An unsigned 64-bit integer, as a bigint, little-endian, at `index`.
   * Netty: none; Java has no unsigned long.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 8`
   */
  getUnsignedLongLE(index: number): bigint {
    this._checkIndex(index, 8);
    return uint64LE(this._bytes, index);
  }

  /**
   * A signed 64-bit integer, as a number, big-endian, at `index`.
   * Netty: ByteBuf.getLong.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 8`, or if the value is not a safe
   * integer (beyond 2^53 - 1 either way)
   */
  getLongAsNumber(index: number): number {
    this._checkIndex(index, 8);
    const value = approximateInt64BE(this._bytes, index);
    if (!Number.isSafeInteger(value)) throw unsafeLong(int64BE(this._bytes, index));
    return value;
  }

  /**
   * A signed 64-bit integer, as a number, little-endian, at `index`.
   * Netty: ByteBuf.getLongLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 8`, or if the value is not a safe
   * integer (beyond 2^53 - 1 either way)
   */
  getLongAsNumberLE(index: number): number {
    this._checkIndex(index, 8);
    const value = approximateInt64LE(this._bytes, index);
    if (!Number.isSafeInteger(value)) throw unsafeLong(int64LE(this._bytes, index));
    return value;
  }

  /**
   * An unsigned 64-bit integer, as a number, big-endian, at `index`.
   * Netty: none; Java has no unsigned long.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 8`, or if the value is above
   * 2^53 - 1
   */
  getUnsignedLongAsNumber(index: number): number {
    this._checkIndex(index, 8);
    const value = approximateUint64BE(this._bytes, index);
    if (!Number.isSafeInteger(value)) throw unsafeLong(uint64BE(this._bytes, index));
    return value;
  }

  /**
   * An unsigned 64-bit integer, as a number, little-endian, at `index`.
   * Netty: none; Java has no unsigned long.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 8`, or if the value is above
   * 2^53 - 1
   */
  getUnsignedLongAsNumberLE(index: number): number {
    this._checkIndex(index, 8);
    const value = approximateUint64LE(this._bytes, index);
    if (!Number.isSafeInteger(value)) throw unsafeLong(uint64LE(this._bytes, index));
    return value;
  }

  /**
   * A UTF-16 code unit, as a string of length 1, big-endian, at `index`.
   * Netty: ByteBuf.getChar.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 2`
   */
  getChar(index: number): string {
    this._checkIndex(index, 2);
    return String.fromCharCode(uint16BE(this._bytes, index));
  }

  /**
   * A UTF-16 code unit, as a string of length 1, little-endian, at `index`.
   * Netty: none; its getChar is big-endian only.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 2`
   */
  getCharLE(index: number): string {
    this._checkIndex(index, 2);
    return String.fromCharCode(uint16LE(this._bytes, index));
  }

  /**
   * An IEEE 754 32-bit floating point number, big-endian, at `index`.
   * Netty: ByteBuf.getFloat.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 4`
   */
  getFloat(index: number): number {
    this._checkIndex(index, 4);
    return float32BE(this._bytes, index);
  }

  /**
   * An IEEE 754 32-bit floating point number, little-endian, at `index`.
   * Netty: ByteBuf.getFloatLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 4`
   */
  getFloatLE(index: number): number {
    this._checkIndex(index, 4);
    return float32LE(this._bytes, index);
  }

  /**
   * An IEEE 754 64-bit floating point number, big-endian, at `index`.
   * Netty: ByteBuf.getDouble.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 8`
   */
  getDouble(index: number): number {
    this._checkIndex(index, 8);
    return float64BE(this._bytes, index);
  }

  /**
   * An IEEE 754 64-bit floating point number, little-endian, at `index`.
   * Netty: ByteBuf.getDoubleLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` unless `0 <= index <= capacity - 8`
   */
  getDoubleLE(index: number): number {
    this._checkIndex(index, 8);
    return float64LE(this._bytes, index);
  }
}
