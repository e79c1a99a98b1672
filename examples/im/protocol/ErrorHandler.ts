import { type ChannelHandlerContext, isPlainDisconnect, PassThroughHandler } from '@sluice/core';

/**
 * Last in a pipeline: an error ends the connection, without an answer, because a peer that breaks the protocol is not
 * one to talk to. That the connection was lost is no error here: `channelInactive` tells.
 */
export class ErrorHandler extends PassThroughHandler {
  readonly #trace: ((text: string) => void) | undefined;

  constructor(trace?: (text: string) => void) {
    super();
    this.#trace = trace;
  }

  override exceptionCaught(ctx: ChannelHandlerContext, cause: Error): void {
    if (!isPlainDisconnect(cause)) this.#trace?.(`closes ${String(ctx.channel)}: ${cause.message}`);
    ctx.close();
  }
}
