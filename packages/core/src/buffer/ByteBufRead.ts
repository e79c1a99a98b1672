import { ByteBufSet } from './ByteBufSet.js';
import {
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

/**
 * The part of {@link ByteBuf} that reads numbers at the reader index and moves it behind them. A method that
 * throws leaves the index where it was. The class exists only to keep files small; use `ByteBuf`.
 */
export abstract class ByteBufRead extends ByteBufSet {
  /**
   * Reads a byte as a boolean: false if it is 0, true otherwise.
   * Netty: ByteBuf.readBoolean.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if no byte is readable
   */
  readBoolean(): boolean {
    return this._bytes[this._take(1)] !== 0;
  }

  /**
   * Reads a signed 8-bit integer (-128 to 127).
   * Netty: ByteBuf.readByte.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if no byte is readable
   */
  readByte(): number {
    return int8(this._bytes, this._take(1));
  }

  /**
   * Reads an unsigned 8-bit integer (0 to 255).
   * Netty: ByteBuf.readUnsignedByte.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if no byte is readable
   */
  readUnsignedByte(): number {
    return this._bytes[this._take(1)] as number;
  }

  /**
   * Reads a signed 16-bit integer, big-endian.
   * Netty: ByteBuf.readShort.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 2 bytes are readable
   */
  readShort(): number {
    return int16BE(this._bytes, this._take(2));
  }

  /**
   * Reads a signed 16-bit integer, little-endian.
   * Netty: ByteBuf.readShortLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 2 bytes are readable
   */
  readShortLE(): number {
    return int16LE(this._bytes, this._take(2));
  }

  /**
   * Reads an unsigned 16-bit integer, big-endian.
   * Netty: ByteBuf.readUnsignedShort.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 2 bytes are readable
   */
  readUnsignedShort(): number {
    return uint16BE(this._bytes, this._take(2));
  }

  /**
   * Reads an unsigned 16-bit integer, little-endian.
   * Netty: ByteBuf.readUnsignedShortLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 2 bytes are readable
   */
  readUnsignedShortLE(): number {
    return uint16LE(this._bytes, this._take(2));
  }

  /**
   * Reads a signed 24-bit integer, big-endian.
   * Netty: ByteBuf.readMedium.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 3 bytes are readable
   */
  readMedium(): number {
    return int24BE(this._bytes, this._take(3));
  }

  /**
   * Reads a signed 24-bit integer, little-endian.
   * Netty: ByteBuf.readMediumLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 3 bytes are readable
   */
  readMediumLE(): number {
    return int24LE(this._bytes, this._take(3));
  }

  /**
   * Reads an unsigned 24-bit integer, big-endian.
   * Netty: ByteBuf.readUnsignedMedium.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 3 bytes are readable
   */
  readUnsignedMedium(): number {
    return uint24BE(this._bytes, this._take(3));
  }

  /**
   * Reads an unsigned 24-bit integer, little-endian.
   * Netty: ByteBuf.readUnsignedMediumLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 3 bytes are readable
   */
  readUnsignedMediumLE(): number {
    return uint24LE(this._bytes, this._take(3));
  }

  /**
   * Reads a signed 32-bit integer, big-endian.
   * Netty: ByteBuf.readInt.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 4 bytes are readable
   */
  readInt(): number {
    return int32BE(this._bytes, this._take(4));
  }

  /**
   * Reads a signed 32-bit integer, little-endian.
   * Netty: ByteBuf.readIntLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 4 bytes are readable
   */
  readIntLE(): number {
    return int32LE(this._bytes, this._take(4));
  }

  /**
   * Reads an unsigned 32-bit integer, big-endian.
   * Netty: ByteBuf.readUnsignedInt.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 4 bytes are readable
   */
  readUnsignedInt(): number {
    return uint32BE(this._bytes, this._take(4));
  }

  /**
   * Reads an unsigned 32-bit integer, little-endian.
   * Netty: ByteBuf.readUnsignedIntLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 4 bytes are readable
   */
  readUnsignedIntLE(): number {
    return uint32LE(this._bytes, this._take(4));
  }

  /**
   * Reads a signed 64-bit integer, as a bigint, big-endian.
   * Netty: ByteBuf.readLong.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 8 bytes are readable
   */
  readLong(): bigint {
    return int64BE(this._bytes, this._take(8));
  }

  /**
   * Reads a signed 64-bit integer, as a bigint, little-endian.
   * Netty: ByteBuf.readLongLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 8 bytes are readable
   */
  readLongLE(): bigint {
    return int64LE(this._bytes, this._take(8));
  }

  /**
   * Reads an unsigned 64-bit integer, as a bigint, big-endian.
   * Netty: none; Java has no unsigned long.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 8 bytes are readable
   */
  readUnsignedLong(): bigint {
    return uint64BE(this._bytes, this._take(8));
  }

  /**
   * Reads an unsigned 64-bit integer, as a bigint, little-endian.
   * Netty: none; Java has no unsigned long.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 8 bytes are readable
   */
  readUnsignedLongLE(): bigint {
    return uint64LE(this._bytes, this._take(8));
  }

  /**
   * Reads a signed 64-bit integer, as a number, big-endian.
   * Netty: ByteBuf.readLong.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 8 bytes are readable, or if the value is not a safe
   * integer (beyond 2^53 - 1 either way); the reader index stays then
   */
  readLongAsNumber(): number {
    this._checkReadable(8);
    const value = this.getLongAsNumber(this._readerIndex);
    this._readerIndex += 8;
    return value;
  }

  /**
   * Reads a signed 64-bit integer, as a number, little-endian.
   * Netty: ByteBuf.readLongLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 8 bytes are readable, or if the value is not a safe
   * integer (beyond 2^53 - 1 either way); the reader index stays then
   */
  readLongAsNumberLE(): number {
    this._checkReadable(8);
    const value = this.getLongAsNumberLE(this._readerIndex);
    this._readerIndex += 8;
    return value;
  }

  /**
   * Reads an unsigned 64-bit integer, as a number, big-endian.
   * Netty: none; Java has no unsigned long.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 8 bytes are readable, or if the value is above
   * 2^53 - 1; the reader index stays then
   */
  readUnsignedLongAsNumber(): number {
    this._checkReadable(8);
    const value = this.getUnsignedLongAsNumber(this._readerIndex);
    this._readerIndex += 8;
    return value;
  }

  /**
   * Reads an unsigned 64-bit integer, as a number, little-endian.
   * Netty: none; Java has no unsigned long.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 8 bytes are readable, or if the value is above
   * 2^53 - 1; the reader index stays then
   */
  readUnsignedLongAsNumberLE(): number {
    this._checkReadable(8);
    const value = this.getUnsignedLongAsNumberLE(this._readerIndex);
    this._readerIndex += 8;
    return value;
  }

  /**
   * Reads a UTF-16 code unit, as a string of length 1, big-endian.
   * Netty: ByteBuf.readChar.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 2 bytes are readable
   */
  readChar(): string {
    return String.fromCharCode(uint16BE(this._bytes, this._take(2)));
  }

  /**
   * Reads a UTF-16 code unit, as a string of length 1, little-endian.
   * Netty: none; its readChar is big-endian only.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 2 bytes are readable
   */
  readCharLE(): string {
    return String.fromCharCode(uint16LE(this._bytes, this._take(2)));
  }

  /**
   * Reads an IEEE 754 32-bit floating point number, big-endian.
   * Netty: ByteBuf.readFloat.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 4 bytes are readable
   */
  readFloat(): number {
    return float32BE(this._bytes, this._take(4));
  }

  /**
   * Reads an IEEE 754 32-bit floating point number, little-endian.
   * Netty: ByteBuf.readFloatLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 4 bytes are readable
   */
  readFloatLE(): number {
    return float32LE(this._bytes, this._take(4));
  }

  /**
   * Reads an IEEE 754 64-bit floating point number, big-endian.
   * Netty: ByteBuf.readDouble.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 8 bytes are readable
   */
  readDouble(): number {
    return float64BE(this._bytes, this._take(8));
  }

  /**
   * Reads an IEEE 754 64-bit floating point number, little-endian.
   * Netty: ByteBuf.readDoubleLE.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE` if fewer than 8 bytes are readable
   */
  readDoubleLE(): number {
    return float64LE(this._bytes, this._take(8));
  }
}
