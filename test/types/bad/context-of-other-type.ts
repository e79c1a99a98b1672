// expect: Property 'channelRead' in type 'Wrong' is not assignable to the same property in base type
import { type ChannelHandlerContext, ChannelInboundHandlerAdapter } from '@sluice/core';
import type * as s from '../support/sample.js';

// The context is declared with another type than the class emits.
export class Wrong extends ChannelInboundHandlerAdapter<string, s.Order, never> {
  override channelRead(ctx: ChannelHandlerContext<string, never>, text: string): void {
    ctx.fireChannelRead(text);
  }
}
