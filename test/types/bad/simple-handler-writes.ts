// expect: Argument of type 'string' is not assignable to parameter of type 'Ack'
import { type ChannelHandlerContext, SimpleChannelInboundHandler } from '@sluice/core';
import type * as s from '../support/sample.js';

export class Wrong extends SimpleChannelInboundHandler<s.Ping, s.Ack> {
  protected override channelRead0(ctx: ChannelHandlerContext<never, s.Ack>): void {
    ctx.write('pong');
  }
}
