// expect: Argument of type 'string' is not assignable to parameter of type 'Frame'
import { type ChannelHandlerContext, ChannelOutboundHandlerAdapter, type ChannelPromise } from '@sluice/core';
import type * as s from '../support/sample.js';

export class Wrong extends ChannelOutboundHandlerAdapter<string, s.Frame> {
  override write(ctx: ChannelHandlerContext<never, s.Frame>, text: string, promise: ChannelPromise): unknown {
    return ctx.write(text, promise);
  }
}
