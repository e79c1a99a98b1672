// expect: Argument of type 'string' is not assignable to parameter of type 'Order'
import { type ChannelHandlerContext, ChannelInboundHandlerAdapter } from '@sluice/core';
import type * as s from '../support/sample.js';

export class Wrong extends ChannelInboundHandlerAdapter<string, s.Order, never> {
  override channelRead(ctx: ChannelHandlerContext<s.Order, never>, text: string): void {
    ctx.fireChannelRead(text);
  }
}
