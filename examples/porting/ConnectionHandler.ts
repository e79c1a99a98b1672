import { type ChannelHandlerContext, ChannelInboundHandlerAdapter } from '@sluice/core';
import { IdleStateEvent } from '@sluice/handlers';

/** The end of the pipeline: a silent or broken connection is closed. */
export class ConnectionHandler extends ChannelInboundHandlerAdapter {
  override get isSharable(): true {
    return true;
  }

  override channelRead(_ctx: ChannelHandlerContext, _message: unknown): void {}

  override userEventTriggered(ctx: ChannelHandlerContext, event: unknown): void {
    if (event instanceof IdleStateEvent && event.state === 'READER_IDLE') ctx.close();
    else ctx.fireUserEventTriggered(event);
  }

  override exceptionCaught(ctx: ChannelHandlerContext, cause: Error): void {
    console.error(`${ctx.channel}: ${cause}`);
    ctx.close();
  }
}
