import type { ChannelHandlerContext } from '@sluice/core';
import { guarded } from '../timeout/timing.js';
import { HeartbeatDataException } from './errors.js';
import type { HeartbeatCodec, HeartbeatData, HeartbeatKind } from './HeartbeatOptions.js';

/** The business data on the heartbeats of one channel. */
export class HeartbeatDataPort<Message> {
  readonly #codec: HeartbeatCodec<Message>;
  readonly #hooks: HeartbeatData | undefined;
  readonly #limit: number;
  readonly #refused: (ctx: ChannelHandlerContext, cause: HeartbeatDataException) => void;

  /** `refused` is told of data over the limit. */
  constructor(
    codec: HeartbeatCodec<Message>,
    hooks: HeartbeatData | undefined,
    limit: number,
    refused: (ctx: ChannelHandlerContext, cause: HeartbeatDataException) => void,
  ) {
    this.#codec = codec;
    this.#hooks = hooks;
    this.#limit = limit;
    this.#refused = refused;
  }

  /** The application's data for a heartbeat about to be sent; over the limit there is none. */
  outgoing(ctx: ChannelHandlerContext, kind: HeartbeatKind): Uint8Array | undefined {
    const hooks = this.#hooks;
    if (hooks?.outgoing === undefined) return undefined;
    let data: Uint8Array | undefined;
    // A heartbeat is sent even when the hook fails.
    guarded(ctx, () => {
      data = hooks.outgoing?.(kind, ctx);
    });
    if (data === undefined || data.length <= this.#limit) return data;
    const text =
      `${data.length} bytes of data for a ${kind} to ${String(ctx.channel)} are more than the limit of ${this.#limit}; ` +
      'it goes without. Give less in data.outgoing, or raise data.limit on both sides.';
    this.#refused(ctx, new HeartbeatDataException(text));
    return undefined;
  }

  /** Hands the data of a heartbeat that arrived to the application. Returns what is wrong with it, if anything is. */
  incoming(
    ctx: ChannelHandlerContext,
    kind: HeartbeatKind,
    heartbeat: Message,
  ): HeartbeatDataException | undefined {
    const data = this.#codec.dataOf?.(heartbeat);
    if (data === undefined) return undefined;
    if (data.length <= this.#limit) {
      guarded(ctx, () => this.#hooks?.incoming?.(data, kind, ctx));
      return undefined;
    }
    const text =
      `${data.length} bytes of data in a ${kind} from ${String(ctx.channel)} are more than the limit of ${this.#limit}; ` +
      'the channel is closed. The peer should send less, or data.limit be raised here.';
    const cause = new HeartbeatDataException(text);
    this.#refused(ctx, cause);
    return cause;
  }
}
