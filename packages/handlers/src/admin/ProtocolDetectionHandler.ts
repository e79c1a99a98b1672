import { ByteToMessageDecoder, type MessageList } from '@sluice/codec';
import {
  type ByteBuf,
  type Channel,
  type ChannelHandlerContext,
  ChannelInitializer,
  type HandlerOrInit,
  type ScheduledTask,
} from '@sluice/core';
import { closeBecause } from '../close/CloseReason.js';
import { FirstMessageTimeoutException } from '../evict/errors.js';
import { checkLimit } from '../evict/limits.js';
import type { ProtocolDetector } from './detectPrefix.js';
import { ProtocolDetectionException } from './errors.js';

/** One of the protocols that share a port. */
export interface DetectableProtocol {
  /** Whether the first bytes are of it. Called with all bytes so far, until it says `DETECTED` or `INVALID`. */
  readonly detect: ProtocolDetector;
  /** Its handlers: an initializer, or the function of one. They come to the end of the pipeline. */
  readonly install: HandlerOrInit;
}

/** How a {@link ProtocolDetectionHandler} decides. */
export interface ProtocolDetectionOptions {
  /** In order: a later one is only taken when those before it are out of the question. */
  readonly protocols: readonly DetectableProtocol[];
  /** The protocol of connections that are of no other one, and of those that say nothing. Default: they are closed. */
  readonly fallback?: HandlerOrInit;
  /** How many bytes may be looked at. Default 64. */
  readonly limit?: number;
  /** Milliseconds until it must be clear. Default 10000. */
  readonly timeout?: number;
}

/**
 * Finds out by the first bytes which of several protocols a connection speaks, puts that one's handlers into the pipeline and
 * leaves; they get all bytes from the first one on. Several protocols can so share a port: the real one and administration,
 * or plain and TLS. A connection of none is closed at once without an answer, as `protocol`; one that says too
 * little in time, as `idle`. Handlers behind it hear `channelActive` when the protocol is known.
 * Netty: the port unification example.
 */
export class ProtocolDetectionHandler extends ByteToMessageDecoder<Buffer> {
  readonly #options: ProtocolDetectionOptions;
  readonly #limit: number;
  readonly #timeout: number;
  #candidates: readonly DetectableProtocol[];
  #isActive = false;
  #isDecided = false;
  #timer: ScheduledTask | undefined;

  /** @throws RangeError (`ERR_OUT_OF_RANGE`) or TypeError for a limit or time that is not above 0 */
  constructor(options: ProtocolDetectionOptions) {
    super();
    this.#options = options;
    this.#candidates = options.protocols;
    this.#limit = checkLimit('limit', options.limit ?? 64);
    this.#timeout = checkLimit('timeout', options.timeout ?? 10_000);
  }

  override handlerAdded(ctx: ChannelHandlerContext<Buffer, never>): unknown {
    if (ctx.channel.isActive) this.#startTimer(ctx as ChannelHandlerContext);
    return super.handlerAdded(ctx);
  }

  /** Whoever stands behind it hears of it when the protocol is known. */
  override channelActive(ctx: ChannelHandlerContext<Buffer, never>): unknown {
    this.#isActive = true;
    this.#startTimer(ctx as ChannelHandlerContext);
    return undefined;
  }

  override channelInactive(ctx: ChannelHandlerContext<Buffer, never>): unknown {
    this.#decided();
    return super.channelInactive(ctx);
  }

  protected override handlerRemoved0(_ctx: ChannelHandlerContext<Buffer, never>): void {
    this.#decided();
  }

  protected override decode(ctx: ChannelHandlerContext, input: ByteBuf, _out: MessageList<Buffer>): void {
    if (this.#isDecided) {
      input.skipBytes(input.readableBytes);
      return;
    }
    const bytes = input.toBuffer();
    const isAll = bytes.length >= this.#limit;
    while (this.#candidates.length > 0) {
      const [first, ...others] = this.#candidates as [DetectableProtocol, ...DetectableProtocol[]];
      const { state } = first.detect(bytes);
      if (state === 'DETECTED') {
        this.#install(ctx, first.install);
        return;
      }
      if (state === 'NEEDS_MORE_DATA' && !isAll) return;
      this.#candidates = others;
    }
    if (this.#options.fallback !== undefined) {
      this.#install(ctx, this.#options.fallback);
      return;
    }
    this.#decided();
    const shown = bytes.subarray(0, 16).toString('hex');
    const text = `${String(ctx.channel)} speaks no protocol that this port knows: it began with ${shown}; it is closed.`;
    closeBecause(ctx, 'protocol', new ProtocolDetectionException(text));
  }

  /** The rest of a connection that ended undecided is of no use. */
  protected override decodeLast(): void {}

  #install(ctx: ChannelHandlerContext, install: HandlerOrInit): void {
    this.#decided();
    const { pipeline } = ctx;
    pipeline.addLast(typeof install === 'function' ? ChannelInitializer.of<Channel>(install) : install);
    if (this.#isActive) ctx.fireChannelActive();
    // It hands on the bytes that it has.
    if (!ctx.isRemoved) pipeline.remove(this);
  }

  #decided(): void {
    this.#isDecided = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #startTimer(ctx: ChannelHandlerContext): void {
    const { eventLoop } = ctx;
    this.#timer?.cancel();
    this.#timer = eventLoop.scheduleCoarse(() => {
      // What came while this process was busy is read first.
      eventLoop.afterPoll(() => this.#timedOut(ctx));
    }, this.#timeout);
  }

  #timedOut(ctx: ChannelHandlerContext): void {
    if (this.#isDecided || !ctx.channel.isOpen) return;
    if (this.#options.fallback !== undefined) {
      this.#install(ctx, this.#options.fallback);
      return;
    }
    this.#decided();
    const text = `${String(ctx.channel)} did not show its protocol within ${this.#timeout} ms; the channel is closed.`;
    closeBecause(ctx, 'idle', new FirstMessageTimeoutException(text));
  }
}
