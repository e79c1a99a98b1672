import type { AnyChannelHandler, ChannelHandlerContext } from '@sluice/core';
import { IdleStateEvent, IdleStateHandler } from '@sluice/handlers';
import type { Framing } from './framings.js';
import type { Messages } from './Messages.js';
import type { PeerResult } from './PeerResult.js';
import type { WireCounts } from './wire.js';

const QUIET_IDLE = 300;
const QUIET_EVENTS = 2;
const ALL_KINDS = ['READER_IDLE', 'WRITER_IDLE', 'ALL_IDLE'];

/** What an {@link Exchange} sends and expects. */
export interface ExchangeOptions {
  readonly client: boolean;
  readonly framing: Framing;
  readonly own: Messages;
  readonly expected: Messages;
  readonly count: number;
}

/**
 * One side of a conversation: sends its messages while the channel is writable and compares what comes in. When both
 * are done it falls silent until each kind of idle event has come twice. The server then says goodbye with an empty
 * message, upon which the client, once it has its idle events too, closes. The same is in ../java/Exchange.java.
 *
 * It expects an `IdleStateHandler` named `idle` in front of it.
 */
export class Exchange implements AnyChannelHandler {
  /** Resolves when the channel is inactive. */
  readonly finished: Promise<void>;
  readonly #options: ExchangeOptions;
  readonly #errors: string[] = [];
  readonly #idleEvents: string[] = [];
  readonly #start = performance.now();
  #finish: () => void = () => {};
  #begun = 0;
  #sent = 0;
  #received = 0;
  #mismatches = 0;
  #stalls = 0;
  #idleInRun = 0;
  #pumping = false;
  #quiet = false;
  #quietOver = false;
  #goodbye = false;
  #runMillis = 0;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  channelActive(ctx: ChannelHandlerContext): void {
    this.#pump(ctx);
  }

  channelWritabilityChanged(ctx: ChannelHandlerContext): void {
    if (ctx.channel.isWritable) this.#pump(ctx);
    else this.#stalls++;
  }

  #pump(ctx: ChannelHandlerContext): void {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#begun < this.#options.count && ctx.channel.isWritable) {
      this.#writeWhileWritable(ctx);
      // It may be writable again right away; the event of that found us pumping.
      ctx.flush();
    }
    this.#pumping = false;
  }

  #writeWhileWritable(ctx: ChannelHandlerContext): void {
    const { framing, own, count } = this.#options;
    while (this.#begun < count && ctx.channel.isWritable) {
      this.#begun++;
      ctx.write(framing.toMessage(own.next())).addListener((written) => {
        if (written.isSuccess) {
          this.#sent++;
          this.#fallSilentWhenDone(ctx);
        } else this.#errors.push(`write: ${String(written.cause)}`);
      });
    }
  }

  channelRead(ctx: ChannelHandlerContext, message: Buffer | string): void {
    const { client, framing, expected, count } = this.#options;
    const bytes = framing.toBytes(message);
    if (this.#received === count) {
      if (!client || this.#goodbye || bytes.length > 0) this.#errors.push('a message too many');
      this.#goodbye = true;
      this.#closeWhenDone(ctx);
      return;
    }
    this.#received++;
    if (!bytes.equals(expected.next())) this.#mismatches++;
    this.#fallSilentWhenDone(ctx);
  }

  #fallSilentWhenDone(ctx: ChannelHandlerContext): void {
    const { count } = this.#options;
    if (this.#quiet || this.#sent < count || this.#received < count) return;
    this.#quiet = true;
    this.#runMillis = Math.round(performance.now() - this.#start);
    const idle = new IdleStateHandler({
      readerIdle: QUIET_IDLE,
      writerIdle: QUIET_IDLE,
      allIdle: QUIET_IDLE,
    });
    ctx.pipeline.replace('idle', 'idle', idle);
  }

  userEventTriggered(ctx: ChannelHandlerContext, event: unknown): void {
    if (!(event instanceof IdleStateEvent)) return;
    if (!this.#quiet) this.#idleInRun++;
    else if (!this.#quietOver) {
      this.#idleEvents.push(event.isFirst ? `${event.state} first` : event.state);
      if (ALL_KINDS.every((kind) => this.#heard(kind) >= QUIET_EVENTS)) this.#endSilence(ctx);
    }
  }

  #heard(kind: string): number {
    return this.#idleEvents.filter((event) => event.startsWith(kind)).length;
  }

  #endSilence(ctx: ChannelHandlerContext): void {
    const { client, framing } = this.#options;
    this.#quietOver = true;
    if (client) this.#closeWhenDone(ctx);
    else ctx.writeAndFlush(framing.toMessage(Buffer.alloc(0)));
  }

  #closeWhenDone(ctx: ChannelHandlerContext): void {
    if (this.#goodbye && this.#quietOver) ctx.close();
  }

  exceptionCaught(ctx: ChannelHandlerContext, cause: Error): void {
    this.#errors.push(String(cause));
    ctx.close();
  }

  channelInactive(): void {
    this.#finish();
  }

  /** What happened; to be asked for when `finished`. */
  result(wire: WireCounts): PeerResult {
    const { client, own, expected } = this.#options;
    const orderly = this.#quietOver && this.#errors.length === 0 && this.#goodbye === client;
    return {
      received: this.#received,
      sent: this.#sent,
      bytesReceived: expected.total,
      bytesSent: own.total,
      mismatches: this.#mismatches,
      ...wire,
      stalls: this.#stalls,
      idleInRun: this.#idleInRun,
      idleEvents: this.#idleEvents,
      runMillis: this.#runMillis,
      closed: orderly ? 'orderly' : 'early',
      errors: this.#errors,
    };
  }
}
