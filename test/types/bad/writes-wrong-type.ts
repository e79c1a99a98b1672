// expect: Argument of type 'string' is not assignable to parameter of type 'Ack'
import { type ChannelHandlerContext, ChannelInboundHandlerAdapter } from '@sluice/core';
import type * as s from '../support/sample.js';

export class Wrong extends ChannelInboundHandlerAdapter<string, never, s.Ack> {
  override channelRead(ctx: ChannelHandlerContext<never, s.Ack>, text: string): void {
    ctx.writeAndFlush(text);
  }
}
