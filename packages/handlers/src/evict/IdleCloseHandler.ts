import { type ChannelHandlerContext, outOfRange, type Passing } from '@sluice/core';
import type { TimeoutException } from '../timeout/errors.js';
import { DeadlineHandler } from './DeadlineHandler.js';
import { IdleTimeoutException } from './errors.js';
import { checkLimit } from './limits.js';

/** How long a peer may be silent: `idle` times `count`. */
export interface IdleCloseOptions {
  /** Milliseconds without a message; what an `IdleStateHandler` would report once. */
  readonly idle: number;
  /** How many such times in a row. Default 1. */
  readonly count?: number;
}

/**
 * Closes a channel from which nothing arrived for `idle` × `count` ms, as `idle`: exactly then, not at the next check
 * after it (on sockets up to a tick of 10 ms later). Only what arrives counts. A client that logged in and sends no
 * heartbeat goes, however much is written to it.
 *
 * - **Position**: first in the pipeline, raw bytes count; behind the frame decoder only complete messages do, so that a
 *   peer that trickles bytes (slow loris) goes too.
 * - Our own stalls, and the time in which this side does not read, are not held against the peer.
 *
 * It works for one connection: use a new instance for each channel. One timer for each channel, on the shared wheel, that
 * traffic does not move; for one timer in all see `ChannelSweep`.
 */
export class IdleCloseHandler extends DeadlineHandler {
  /** How long the peer may be silent, in ms. */
  readonly limit: number;
  #lastRead = 0;

  /** @throws RangeError (`ERR_OUT_OF_RANGE`) or TypeError for a time that is not above 0, or a count below 1 */
  constructor(options: IdleCloseOptions) {
    const { idle, count = 1 } = options;
    if (!(count >= 1)) throw outOfRange(`count: ${count} (expected: 1 or more)`);
    const limit = checkLimit('idle', idle) * count;
    super(limit);
    this.limit = limit;
  }

  protected override get due(): number {
    return this.#lastRead + this.limit;
  }

  protected override begin(now: number): void {
    this.#lastRead = now;
  }

  protected override overdue(ctx: ChannelHandlerContext): TimeoutException {
    return new IdleTimeoutException(
      `Nothing arrived from ${String(ctx.channel)} for ${Math.round(ctx.eventLoop.now - this.#lastRead)} ms; the channel ` +
        `is closed. The limit is ${this.limit} ms: the peer must send something, a heartbeat for instance, more often.`,
    );
  }

  override channelRead(ctx: ChannelHandlerContext<Passing, Passing>, message: Passing): unknown {
    this.#lastRead = ctx.eventLoop.now;
    return super.channelRead(ctx, message);
  }
}
