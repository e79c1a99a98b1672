import {
  ByteToMessageDecoder,
  CorruptedFrameException,
  type MessageList,
  TooLongFrameException,
} from '@sluice/codec';
import type { ByteBuf, ChannelHandlerContext } from '@sluice/core';
import { ImMessage } from './ImMessage.js';

export const MAGIC = 0x494d;
export const VERSION = 1;
const HEADER = 8;
const MAX_BODY = 64 * 1024;

/** magic (2 bytes) | version (1) | type (1) | length of the body (4) | body, UTF-8 */
export class ImMessageDecoder extends ByteToMessageDecoder<ImMessage> {
  protected override decode(_ctx: ChannelHandlerContext, input: ByteBuf, out: MessageList<ImMessage>): void {
    if (input.readableBytes < HEADER) return;
    input.markReaderIndex();
    const magic = input.readUnsignedShort();
    const version = input.readUnsignedByte();
    if (magic !== MAGIC || version !== VERSION) {
      input.skipBytes(input.readableBytes);
      throw new CorruptedFrameException(`magic ${magic}, version ${version}`);
    }
    const type = input.readUnsignedByte();
    const length = input.readUnsignedInt();
    if (length > MAX_BODY) {
      input.skipBytes(input.readableBytes);
      throw new TooLongFrameException(`body of ${length} bytes`);
    }
    if (input.readableBytes < length) {
      input.resetReaderIndex();
      return;
    }
    out.push(new ImMessage(type, input.readCharSequence(length)));
  }
}
