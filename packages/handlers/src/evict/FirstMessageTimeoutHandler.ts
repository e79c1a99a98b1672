import type { ChannelHandlerContext, Passing } from '@sluice/core';
import type { TimeoutException } from '../timeout/errors.js';
import { DeadlineHandler } from './DeadlineHandler.js';
import { FirstMessageTimeoutException } from './errors.js';
import { checkLimit } from './limits.js';

/** What a peer must begin with. */
export interface FirstMessageOptions {
  /** Milliseconds from the connect until it must be there. */
  readonly timeout: number;
  /** Whether a message is the one, a login for instance. Default: any message. */
  readonly isFirst?: (message: unknown) => boolean;
}

/**
 * Closes a channel, as `idle`, whose peer does not begin as it must in time: connects and says nothing, or sends heartbeats
 * and never logs in. When the message has come, the handler leaves the pipeline. Stands right behind the codec.
 */
export class FirstMessageTimeoutHandler extends DeadlineHandler {
  readonly #options: FirstMessageOptions;
  #since = 0;

  /** @throws RangeError (`ERR_OUT_OF_RANGE`) or TypeError for a time that is not above 0 */
  constructor(options: FirstMessageOptions) {
    super(checkLimit('timeout', options.timeout));
    this.#options = options;
  }

  protected override get due(): number {
    return this.#since + this.#options.timeout;
  }

  protected override begin(now: number): void {
    this.#since = now;
  }

  protected override overdue(ctx: ChannelHandlerContext): TimeoutException {
    return new FirstMessageTimeoutException(
      `${String(ctx.channel)} did not send its first message, a login for instance, within ${this.#options.timeout} ms; ` +
        'the channel is closed.',
    );
  }

  override channelRead(ctx: ChannelHandlerContext<Passing, Passing>, message: Passing): unknown {
    // Before it is handed on: whoever gets it may change the pipeline.
    const isFirst = this.#options.isFirst?.(message) ?? true;
    super.channelRead(ctx, message);
    if (isFirst && !ctx.isRemoved) ctx.pipeline.remove(this);
    return undefined;
  }
}
