// expect: Argument of type 'string' is not assignable to parameter of type 'Passing'
import { type ChannelHandlerContext, type Passing, PassThroughHandler } from '@sluice/core';

export class Cheat extends PassThroughHandler {
  override channelRead(ctx: ChannelHandlerContext<Passing, Passing>): void {
    ctx.fireChannelRead('changed');
  }
}
