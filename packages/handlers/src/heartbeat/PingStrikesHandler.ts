import {
  ChannelHandlerAdapter,
  type ChannelHandlerContext,
  type ChannelPromise,
  ConfigException,
  type HandlerTypes,
  type Pass,
  type Typed,
  type Untyped,
} from '@sluice/core';
import { closeBecause } from '../close/CloseReason.js';
import { A_MOMENT, idleTime } from '../timeout/timing.js';
import { TooManyPingsException } from './errors.js';
import type { HeartbeatCodec } from './HeartbeatOptions.js';

/** What a {@link PingStrikesHandler} permits. Times in ms; the defaults are those of gRPC (proposal A8). */
export interface PingStrikesOptions<Message = Untyped> {
  /** What pings and pongs look like. */
  readonly codec: Pick<HeartbeatCodec<Message>, 'isPing' | 'isPong'>;
  /** The least time between two pings (default 5 min). */
  readonly permit?: number;
  /** The least time between two pings while there are no calls (default 2 h). */
  readonly permitWithoutCalls?: number;
  /** Whether there are calls, or whatever else gives a client reason to ask (default: always). */
  readonly hasCalls?: () => boolean;
  /** Pings too many before the connection is closed (default 2). */
  readonly maxStrikes?: number;
  /** Makes what is sent before the close, to tell the client: gRPC's GOAWAY `too_many_pings`. Default: nothing. */
  readonly goAway?: () => Message;
}

const MINUTE = 60_000;

/**
 * Defends a server against clients that ping too often: a ping that comes sooner after the one before than permitted is a
 * strike; one more than `maxStrikes` closes the channel (`CLOSE_REASON` `'protocol'`, `TooManyPingsException`). Whenever the
 * server sends something that is no heartbeat, the strikes are forgotten and the next ping is free. As in gRPC, the
 * client should then ping half as often (`grpcAfterTooManyPings`).
 *
 * Put it behind the codec and before the `HeartbeatHandler`, which would swallow the pings. It works for one connection.
 */
export class PingStrikesHandler<Message = Untyped>
  extends ChannelHandlerAdapter
  implements Typed<HandlerTypes<Pass, Pass, Message>>
{
  declare readonly '~types': HandlerTypes<Pass, Pass, Message>;
  readonly #options: PingStrikesOptions<Message>;
  readonly #permit: number;
  readonly #permitWithoutCalls: number;
  readonly #maxStrikes: number;
  #strikes = 0;
  #lastPing = -Infinity;
  #isClosing = false;

  /** @throws ConfigException for a count that makes no sense */
  constructor(options: PingStrikesOptions<Message>) {
    super();
    this.#options = options;
    this.#permit = idleTime('permit', options.permit ?? 5 * MINUTE);
    this.#permitWithoutCalls = idleTime('permitWithoutCalls', options.permitWithoutCalls ?? 120 * MINUTE);
    this.#maxStrikes = options.maxStrikes ?? 2;
    if (!Number.isInteger(this.#maxStrikes) || this.#maxStrikes < 0)
      throw new ConfigException(`maxStrikes: ${this.#maxStrikes} (expected: a whole number, 0 or more)`);
  }

  /** Pings that came too soon since the server last sent something. */
  get strikes(): number {
    return this.#strikes;
  }

  channelRead(ctx: ChannelHandlerContext, message: Untyped): unknown {
    if (this.#isClosing) return undefined;
    if (this.#options.codec.isPing(message) && this.#isTooMany(ctx)) this.#refuse(ctx);
    else ctx.fireChannelRead(message);
    return undefined;
  }

  write(ctx: ChannelHandlerContext, message: unknown, promise: ChannelPromise): unknown {
    const { codec } = this.#options;
    if (!codec.isPong(message) && !codec.isPing(message)) {
      this.#strikes = 0;
      this.#lastPing = -Infinity;
    }
    ctx.write(message, promise);
    return undefined;
  }

  #isTooMany(ctx: ChannelHandlerContext): boolean {
    const now = ctx.eventLoop.now;
    const hasCalls = this.#options.hasCalls?.() ?? true;
    const free = this.#lastPing + (hasCalls ? this.#permit : this.#permitWithoutCalls);
    this.#lastPing = now;
    if (now < free - A_MOMENT) this.#strikes++;
    return this.#strikes > this.#maxStrikes;
  }

  #refuse(ctx: ChannelHandlerContext): void {
    this.#isClosing = true;
    const { goAway } = this.#options;
    if (goAway !== undefined) ctx.writeAndFlush(goAway());
    closeBecause(
      ctx,
      'protocol',
      new TooManyPingsException(
        `${this.#strikes} pings of ${String(ctx.channel)} came sooner than permitted (${this.#permit} ms, ` +
          `${this.#permitWithoutCalls} ms without calls); the channel is closed. The client should ask less often.`,
      ),
    );
  }
}
