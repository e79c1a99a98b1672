import {
  type AnyChannelHandler,
  ChannelDuplexHandler,
  type ChannelHandlerContext,
  type ChannelPromise,
} from '@sluice/core';
import { Xorshift } from './Xorshift.js';

const MAX_PIECE_EXPONENT = 15;

/** What happened next to the socket; see `PeerResult`. */
export interface WireCounts {
  piecesSent: number;
  piecesRead: number;
  reads: number;
}

/**
 * Next to the socket: cuts both streams of bytes into pieces of random size, whose borders have nothing to do with those
 * of the messages. What goes out is flushed piece by piece; what comes in reaches the decoder piece by piece.
 */
export class RandomPieces extends ChannelDuplexHandler {
  readonly #counts: WireCounts;
  readonly #random: Xorshift;
  #leftToWrite: number;

  constructor(seed: number, counts: WireCounts) {
    super();
    this.#counts = counts;
    this.#random = new Xorshift(seed);
    this.#leftToWrite = this.#nextPiece();
  }

  /** 1 B to 32 KiB, small ones as often as large ones. */
  #nextPiece(): number {
    return 1 + this.#random.below(1 << this.#random.below(MAX_PIECE_EXPONENT + 1));
  }

  override write(ctx: ChannelHandlerContext, message: Buffer, promise: ChannelPromise): unknown {
    let rest = message;
    while (rest.length > this.#leftToWrite) {
      ctx.write(rest.subarray(0, this.#leftToWrite));
      rest = rest.subarray(this.#leftToWrite);
      this.#endPiece(ctx);
    }
    this.#leftToWrite -= rest.length;
    ctx.write(rest, promise);
    if (this.#leftToWrite === 0) this.#endPiece(ctx);
    return undefined;
  }

  #endPiece(ctx: ChannelHandlerContext): void {
    // At once: an ordinary flush would wait for the end of the tick and send many pieces as one.
    ctx.channel.flushNow();
    this.#counts.piecesSent++;
    this.#leftToWrite = this.#nextPiece();
  }

  override channelRead(ctx: ChannelHandlerContext, message: Buffer): unknown {
    this.#counts.reads++;
    for (let at = 0; at < message.length; ) {
      const end = Math.min(at + this.#nextPiece(), message.length);
      this.#counts.piecesRead++;
      ctx.fireChannelRead(message.subarray(at, end));
      at = end;
    }
    return undefined;
  }
}

/** Leaves the bytes as the framework moves them, and nothing between the encoder and the socket. */
export function asTheyCome(counts: WireCounts): AnyChannelHandler {
  return {
    channelRead(ctx, message) {
      counts.reads++;
      counts.piecesRead++;
      ctx.fireChannelRead(message);
    },
  };
}
