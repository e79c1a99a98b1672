// expect: Argument of type 'string' is not assignable to parameter of type 'number'
import { ByteToMessageDecoder, type MessageList } from '@sluice/codec';
import type { ByteBuf, ChannelHandlerContext } from '@sluice/core';

export class Wrong extends ByteToMessageDecoder<number> {
  protected override decode(_ctx: ChannelHandlerContext, input: ByteBuf, out: MessageList<number>): void {
    out.push(input.readBuffer(1).toString());
  }
}
