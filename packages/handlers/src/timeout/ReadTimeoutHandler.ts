import type { ChannelHandlerContext } from '@sluice/core';
import { ReadTimeoutException } from './errors.js';
import type { IdleStateEvent } from './IdleStateEvent.js';
import { IdleStateHandler } from './IdleStateHandler.js';

/**
 * Fires a {@link ReadTimeoutException} through the pipeline and closes the channel when nothing was read for a time.
 * Position and exactness: as for `IdleStateHandler`. Netty: ReadTimeoutHandler.
 */
export class ReadTimeoutHandler extends IdleStateHandler {
  #fired = false;

  /** `timeout` in ms; 0 or less switches it off. */
  constructor(timeout: number) {
    super({ readerIdle: timeout });
  }

  protected override channelIdle(ctx: ChannelHandlerContext, _event: IdleStateEvent): unknown {
    return this.readTimedOut(ctx);
  }

  /** The time is up: fires the exception and closes, once. Override to do something else. */
  protected readTimedOut(ctx: ChannelHandlerContext): unknown {
    if (this.#fired) return undefined;
    this.#fired = true;
    ctx.fireExceptionCaught(
      new ReadTimeoutException(
        `Nothing was read from ${String(ctx.channel)} for ${this.readerIdle} ms; the channel is closed.`,
      ),
    );
    ctx.close();
    return undefined;
  }
}
