import {
  ByteToMessageDecoder,
  CorruptedFrameException,
  MessageToByteEncoder,
  TooLongFrameException,
} from '@sluice/codec';
import type { ByteBuf, ChannelHandlerContext } from '@sluice/core';

/** Numbers up to this many bytes: 10000! has 14,808. */
const MAX_LENGTH = 64 * 1024;

/**
 * A non-negative `bigint` on the wire:
 *
 * ```
 * +--------+------------------+----------------------+
 * | 'F'    | length (4 bytes) | number (big endian)  |
 * +--------+------------------+----------------------+
 * ```
 */
export class BigIntegerDecoder extends ByteToMessageDecoder<bigint> {
  protected override decode(
    _ctx: ChannelHandlerContext,
    input: ByteBuf,
    out: { push(number: bigint): unknown },
  ): void {
    if (input.readableBytes < 5) return;
    const start = input.readerIndex;
    const magic = input.getUnsignedByte(start);
    if (magic !== 0x46) {
      input.skipBytes(input.readableBytes);
      throw new CorruptedFrameException(`Invalid magic number: ${magic} (expected: 70, the letter F)`);
    }
    const length = input.getUnsignedInt(start + 1);
    if (length > MAX_LENGTH) {
      input.skipBytes(input.readableBytes);
      throw new TooLongFrameException(`A number of ${length} bytes exceeds ${MAX_LENGTH}`);
    }
    if (input.readableBytes < 5 + length) return;
    input.skipBytes(5);
    const digits = input.readBuffer(length).toString('hex');
    out.push(digits === '' ? 0n : BigInt(`0x${digits}`));
  }
}

export class BigIntegerEncoder extends MessageToByteEncoder<bigint> {
  override acceptOutboundMessage(message: unknown): message is bigint {
    return typeof message === 'bigint';
  }
  protected override encode(_ctx: ChannelHandlerContext, number: bigint, out: ByteBuf): void {
    const hex = number.toString(16);
    const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
    out.writeByte(0x46).writeInt(bytes.length).writeBytes(bytes);
  }
}
