// expect: UntypedHandler<"Write is any">
import { type ChannelHandlerContext, ChannelInboundHandlerAdapter, pipeline } from '@sluice/core';

class Reader extends ChannelInboundHandlerAdapter<Uint8Array, string> {
  override channelRead(ctx: ChannelHandlerContext<string>, bytes: Uint8Array): void {
    ctx.fireChannelRead(String(bytes));
  }
}
pipeline().addLast(() => new Reader());
