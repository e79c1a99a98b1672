import {
  ChannelHandlerAdapter,
  type ChannelHandlerContext,
  type ChannelPromise,
  type HandlerTypes,
  type Pass,
  type Typed,
  type Untyped,
} from '@sluice/core';
import { BUSINESS, type Deadlines, HEARTBEAT as HEARTBEATS, NOTHING } from './Deadlines.js';
import { Heart } from './Heart.js';
import type { HeartbeatCodec, HeartbeatOptions, HeartbeatTiming } from './HeartbeatOptions.js';
import { HEARTBEAT } from './marker.js';

/**
 * Keeps a connection alive and finds out when its peer is gone. It sends a ping when there was nothing to send, answers
 * the peer's pings, measures the round-trip time, and gives up a peer that gives no sign of life: it sets the channel's
 * `CLOSE_REASON`, fires a `HeartbeatEvent`, and closes. Heartbeats do not reach later handlers.
 *
 * When a silent peer is given up, counted from the last message that arrived (I = `interval`, R = `repeat`, by default I):
 *
 * | limit                      | the connection ends                                                        |
 * | -------------------------- | -------------------------------------------------------------------------- |
 * | `timeout: D`               | at D                                                                       |
 * | `missed: N`                | N·R after the first ping without an answer, at I + N·R at the latest       |
 * | `missed: N`, `ack: A`      | the same; a ping counts as missed A after it, instead of R                 |
 * | `budget: B`, `ack: A`      | with the k-th wait, k = ⌊B / A⌋ + 1: (k − 1)·R + A after the first such ping, at I + k·R at the latest |
 * | `missed: N`, `window: W`   | at N·W                                                                     |
 * | `detector`                 | at its `limit`, which follows from the peer's heartbeats so far            |
 *
 * - **Any message counts as life**, not only pongs: it resets each of these. That a write succeeded never does: it only
 *   means that the system took the bytes, which it does for a frozen peer too.
 * - **Position**: right behind the codec that makes the messages its `codec` option speaks of, before all business
 *   handlers. Only complete messages count, so that a peer that trickles bytes is not alive. Writes of handlers before
 *   it (nearer the socket) are not seen and do not put a ping off.
 * - **Our own stalls** are not held against the peer: before a verdict the sockets are polled once, and after a long
 *   stall of this process (blocked, stopped, suspended: a timer late by a quarter of the limit, 50 ms at least, 5 s at
 *   most) the peer's time begins anew. While this side does not read (back-pressure), silence proves nothing, and there
 *   is no verdict; nor is there one while this process can be debugged.
 * - Traffic moves no timer: it stores the time. The channel has one timer, exact where time is virtual, up to one tick
 *   (10 ms) late on sockets; it does not keep the process alive.
 *
 * It works for one connection: use a new instance for each channel.
 */
export class HeartbeatHandler<Message = Untyped>
  extends ChannelHandlerAdapter
  implements Typed<HandlerTypes<Pass, Pass, Message>>
{
  declare readonly '~types': HandlerTypes<Pass, Pass, Message>;
  readonly #codec: HeartbeatCodec<Message>;
  readonly #heart: Heart<Message>;
  readonly #life: Deadlines;
  /** Something was written and not flushed yet. */
  #unflushed = false;
  /** A batch of reads ends that held heartbeats and nothing else. */
  #endsHeartbeats = false;

  /** @throws ConfigException when options contradict each other, TypeError or RangeError for unusable ones */
  constructor(options: HeartbeatOptions<Message>) {
    super();
    this.#codec = options.codec;
    this.#heart = new Heart(options);
    this.#life = this.#heart.life;
  }

  /** The latest round-trip time in ms; `undefined` before the first pong that told it. */
  get rtt(): number | undefined {
    return this.#life.rtt.latest;
  }
  /** The mean of the round-trip times in ms, smoothed as TCP does (RFC 6298 SRTT). */
  get smoothedRtt(): number | undefined {
    return this.#life.rtt.smoothed;
  }
  /** How far round-trip times lie from their mean, in ms (RFC 6298 RTTVAR). */
  get jitter(): number | undefined {
    return this.#life.rtt.jitter;
  }
  /** Pings (or windows of silence) in a row without an answer. */
  get missed(): number {
    return this.#life.heard === NOTHING ? this.#life.missed : 0;
  }
  /** Milliseconds since the last message arrived (or the channel became active). */
  get silence(): number {
    return this.#heart.silence;
  }
  /** The ms without traffic after which a ping is sent at present; 0: none is. */
  get interval(): number {
    return this.#life.settings.interval;
  }

  /** Whether pings are sent and verdicts passed. While it is false, pings are still answered, and no timer runs. */
  get enabled(): boolean {
    return this.#heart.enabled;
  }
  set enabled(enabled: boolean) {
    this.#heart.enabled = enabled;
  }

  /** Whether a line is written for each ping with its pong, and whether a `LoggingHandler` shows heartbeats. */
  get log(): boolean {
    return this.#heart.log.isOn;
  }
  set log(log: boolean) {
    this.#heart.log.isOn = log;
  }

  /** Whether a message is a ping or pong, in either direction. */
  isHeartbeat(message: unknown): boolean {
    return this.#codec.isPing(message) || this.#codec.isPong(message);
  }

  /**
   * Whether what passes just now belongs to heartbeats only: the flush of one, or the end of a batch of reads that held
   * nothing else. For a log that leaves heartbeats out.
   */
  get isOnlyHeartbeat(): boolean {
    return this.#heart.isSending || this.#endsHeartbeats || this.#life.heard === HEARTBEATS;
  }

  /**
   * Changes the timing of a live connection, when a handshake has settled it for instance; what is not given stays as it
   * was. Silence so far counts.
   * @throws ConfigException when the whole would contradict itself; then nothing is changed
   */
  renegotiate(timing: HeartbeatTiming): void {
    this.#heart.renegotiate(timing);
  }

  // ---- events ----------------------------------------------------------------------------------------------------

  override handlerAdded(ctx: ChannelHandlerContext): unknown {
    ctx.attr(HEARTBEAT).setIfAbsent(this as HeartbeatHandler);
    if (ctx.channel.isActive && ctx.channel.isRegistered) this.#heart.start(ctx);
    return undefined;
  }

  override handlerRemoved(ctx: ChannelHandlerContext): unknown {
    ctx.attr(HEARTBEAT).compareAndSet(this as HeartbeatHandler, undefined);
    this.#heart.stop();
    return undefined;
  }

  channelActive(ctx: ChannelHandlerContext): unknown {
    this.#heart.start(ctx);
    ctx.fireChannelActive();
    return undefined;
  }

  channelInactive(ctx: ChannelHandlerContext): unknown {
    this.#heart.connectionLost();
    ctx.fireChannelInactive();
    return undefined;
  }

  channelRead(ctx: ChannelHandlerContext, message: Untyped): unknown {
    if (this.#codec.isPing(message)) this.#heart.pingArrived(ctx, message);
    else if (this.#codec.isPong(message)) this.#heart.pongArrived(ctx, message);
    else {
      this.#life.lastRead = ctx.eventLoop.now;
      this.#life.heard = BUSINESS;
      ctx.fireChannelRead(message);
    }
    return undefined;
  }

  channelReadComplete(ctx: ChannelHandlerContext): unknown {
    // Whoever got a message asks for the next; nobody does for a heartbeat that was swallowed, so it is asked for here.
    const { heard } = this.#life;
    if (heard === HEARTBEATS && !ctx.channel.config.autoRead) ctx.read();
    this.#heart.demand.endOfBatch(heard === BUSINESS);
    this.#life.settle();
    this.#endsHeartbeats = heard === HEARTBEATS;
    ctx.fireChannelReadComplete();
    this.#endsHeartbeats = false;
    return undefined;
  }

  read(ctx: ChannelHandlerContext): unknown {
    this.#heart.demand.ask(ctx.channel, this.#life.heard !== NOTHING);
    ctx.read();
    return undefined;
  }

  write(ctx: ChannelHandlerContext, message: unknown, promise: ChannelPromise): unknown {
    this.#unflushed = true;
    ctx.write(message, promise);
    return undefined;
  }

  flush(ctx: ChannelHandlerContext): unknown {
    if (this.#unflushed) {
      this.#unflushed = false;
      this.#life.lastWrite = ctx.eventLoop.now;
    }
    ctx.flush();
    return undefined;
  }

  close(ctx: ChannelHandlerContext, promise: ChannelPromise): unknown {
    // Whoever closes it here, the idle connection was not lost.
    this.#heart.test?.forget();
    ctx.close(promise);
    return undefined;
  }
}
