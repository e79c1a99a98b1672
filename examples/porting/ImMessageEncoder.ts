import { MessageToByteEncoder } from '@sluice/codec';
import type { ByteBuf, ChannelHandlerContext } from '@sluice/core';
import { ImMessage } from './ImMessage.js';
import { MAGIC, VERSION } from './ImMessageDecoder.js';

export class ImMessageEncoder extends MessageToByteEncoder<ImMessage> {
  constructor() {
    super(ImMessage); // which messages it takes: Java reads this from the type argument
  }

  override get isSharable(): true {
    return true;
  }

  protected override encode(_ctx: ChannelHandlerContext, message: ImMessage, out: ByteBuf): void {
    out.writeShort(MAGIC);
    out.writeByte(VERSION);
    out.writeByte(message.type);
    out.writeInt(Buffer.byteLength(message.body));
    out.writeCharSequence(message.body);
  }
}
