import type { ChannelHandlerContext, Passing } from '@sluice/core';
import type { TimeoutException } from '../timeout/errors.js';
import { DeadlineHandler } from './DeadlineHandler.js';
import { FrameTimeoutException } from './errors.js';
import { checkLimit } from './limits.js';

/**
 * Closes a channel, as `idle`, whose peer began a message and does not end it within `timeout` ms: a slow loris, or a
 * length that its data never fills. A connection that is silent between messages is left alone.
 *
 * It must stand right behind the frame decoder: it knows that a message has begun by a batch of reads from which the decoder
 * made none. The beginning of a message that came in one batch with the end of another counts from the next batch on; a
 * peer that then falls silent is for an `IdleCloseHandler`. The limit holds however large the message is: choose it for the
 * largest one over the slowest line.
 */
export class FrameTimeoutHandler extends DeadlineHandler {
  /** How long a message may take, in ms. */
  readonly timeout: number;
  #since = Infinity;
  #gotMessage = false;

  /** @throws RangeError (`ERR_OUT_OF_RANGE`) or TypeError for a time that is not above 0 */
  constructor(timeout: number) {
    super(checkLimit('timeout', timeout));
    this.timeout = timeout;
  }

  protected override get due(): number {
    return this.#since + this.timeout;
  }

  protected override begin(now: number): void {
    if (this.#since !== Infinity) this.#since = now;
  }

  protected override overdue(ctx: ChannelHandlerContext): TimeoutException {
    return new FrameTimeoutException(
      `${String(ctx.channel)} began a message and did not end it within ${this.timeout} ms; the channel is closed.`,
    );
  }

  override channelRead(ctx: ChannelHandlerContext<Passing, Passing>, message: Passing): unknown {
    this.#gotMessage = true;
    this.#since = Infinity;
    return super.channelRead(ctx, message);
  }

  override channelReadComplete(ctx: ChannelHandlerContext<Passing, Passing>): unknown {
    if (!this.#gotMessage && this.#since === Infinity) {
      this.#since = ctx.eventLoop.now;
      this.arm(ctx.eventLoop);
    }
    this.#gotMessage = false;
    return super.channelReadComplete(ctx);
  }
}
