import {
  type ChannelFutureListener,
  ChannelHandlerAdapter,
  type ChannelHandlerContext,
  type ChannelPromise,
  type EventLoop,
  type HandlerTypes,
  type Pass,
  type ScheduledTask,
  type Typed,
  type Untyped,
} from '@sluice/core';
import { A_MOMENT, guarded } from '../timeout/timing.js';
import { CLOSE_REASON } from './closeReason.js';
import { HeartbeatTimeoutException, HeartbeatWriteException } from './errors.js';
import { HeartbeatEvent, type HeartbeatEventType } from './HeartbeatEvent.js';
import {
  type HeartbeatCodec,
  type HeartbeatOptions,
  type HeartbeatSettings,
  heartbeatSettings,
} from './HeartbeatOptions.js';
import { PingsInFlight } from './PingsInFlight.js';

const CREATED = 0;
const STARTED = 1;
const STOPPED = 2;

const NOBODY = 0;
const AUTO_READ = 1;
const SOMEBODY = 2;

/** A timer that runs this many ms late, or a quarter of the limit, means that our own process stood still. */
const LONGEST_STALL = 5_000;
const SHORTEST_STALL = 50;

/**
 * Keeps a connection alive and finds out when its peer is gone. It sends a ping when there was nothing to send, answers
 * the peer's pings, measures the round-trip time, and gives up a peer that gives no sign of life: it sets the channel's
 * `CLOSE_REASON`, fires a `HeartbeatEvent`, and closes. Heartbeats do not reach later handlers.
 *
 * - **Any message counts as life**, not only pongs. That a write succeeded never does: it only means that the system took
 *   the bytes, which it does for a frozen peer too.
 * - **Position**: right behind the codec that makes the messages its `codec` option speaks of, before all business
 *   handlers. Only complete messages count, so that a peer that trickles bytes is not alive. Writes of handlers before
 *   it (nearer the socket) are not seen and do not put a ping off.
 * - **Our own stalls** are not held against the peer: before a verdict the sockets are polled once, and after a long
 *   stall of this process (blocked, stopped, suspended) the peer's time begins anew. While this side does not read
 *   (back-pressure), silence proves nothing, and there is no verdict.
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
  readonly #settings: HeartbeatSettings;
  /** Whether answers to our pings are expected. */
  readonly #asks: boolean;
  readonly #stall: number;

  #state: typeof CREATED | typeof STARTED | typeof STOPPED = CREATED;
  #ctx: ChannelHandlerContext | undefined;
  #loop: EventLoop | undefined;
  #timer: ScheduledTask | undefined;
  #timerDue = 0;

  #lastRead = 0;
  #lastWrite = 0;
  /** Something was written and not flushed yet. */
  #unflushed = false;
  #lastPing = 0;
  /** A ping was sent and nothing has arrived since; when the first of these was sent. */
  #asking = false;
  #askedSince = 0;
  #missed = 0;
  #failedPings = 0;
  #nonce = 0;
  #rtt: number | undefined;
  readonly #inFlight = new PingsInFlight();

  /** By whom the transport was asked to read, if it was. */
  #reader: typeof NOBODY | typeof AUTO_READ | typeof SOMEBODY = SOMEBODY;
  /** In the present batch of reads: something was passed on; a heartbeat was swallowed. */
  #passed = false;
  #swallowed = false;

  /** @throws ConfigException when options contradict each other, TypeError or RangeError for unusable ones */
  constructor(options: HeartbeatOptions<Message>) {
    super();
    this.#codec = options.codec;
    this.#settings = heartbeatSettings(options);
    const { interval, missed, oneWay, timeout } = this.#settings;
    this.#asks = interval > 0 && !oneWay;
    const limit = timeout > 0 ? timeout : (missed + 1) * interval;
    this.#stall = Math.min(LONGEST_STALL, Math.max(SHORTEST_STALL, limit / 4));
  }

  /** The latest round-trip time in ms; `undefined` before the first pong that told it. */
  get rtt(): number | undefined {
    return this.#rtt;
  }
  /** Pings in a row without an answer. */
  get missed(): number {
    return this.#missed;
  }
  /** Milliseconds since the last message arrived (or the channel became active). */
  get silence(): number {
    return this.#loop === undefined ? 0 : this.#loop.now - this.#lastRead;
  }

  // ---- events ----------------------------------------------------------------------------------------------------

  override handlerAdded(ctx: ChannelHandlerContext): unknown {
    if (ctx.channel.isActive && ctx.channel.isRegistered) this.#start(ctx);
    return undefined;
  }

  override handlerRemoved(_ctx: ChannelHandlerContext): unknown {
    this.#stop();
    return undefined;
  }

  channelActive(ctx: ChannelHandlerContext): unknown {
    this.#start(ctx);
    ctx.fireChannelActive();
    return undefined;
  }

  channelInactive(ctx: ChannelHandlerContext): unknown {
    this.#stop();
    ctx.fireChannelInactive();
    return undefined;
  }

  channelRead(ctx: ChannelHandlerContext, message: Untyped): unknown {
    this.#lastRead = ctx.eventLoop.now;
    this.#asking = false;
    this.#missed = 0;
    if (this.#codec.isPing(message)) {
      this.#swallowed = true;
      this.#answer(ctx, message);
    } else if (this.#codec.isPong(message)) {
      this.#swallowed = true;
      this.#pong(ctx, message);
    } else {
      this.#passed = true;
      ctx.fireChannelRead(message);
    }
    return undefined;
  }

  channelReadComplete(ctx: ChannelHandlerContext): unknown {
    // Whoever got a message asks for the next; nobody does for a heartbeat that was swallowed, so it is asked for here.
    if (this.#passed) this.#reader = NOBODY;
    else if (this.#swallowed && !ctx.channel.config.autoRead) ctx.read();
    this.#passed = this.#swallowed = false;
    ctx.fireChannelReadComplete();
    return undefined;
  }

  read(ctx: ChannelHandlerContext): unknown {
    this.#reader = ctx.channel.config.autoRead ? AUTO_READ : SOMEBODY;
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
      this.#lastWrite = ctx.eventLoop.now;
    }
    ctx.flush();
    return undefined;
  }

  // ---- pings and pongs -------------------------------------------------------------------------------------------

  #answer(ctx: ChannelHandlerContext, ping: Message): void {
    // A peer that sends pings and does not read gets no answers piled up for it.
    if (!this.#settings.respond || !ctx.channel.isWritable) return;
    const pong = this.#codec.pong?.(ping) ?? null;
    if (pong === null) return;
    this.#lastWrite = ctx.eventLoop.now;
    ctx.writeAndFlush(pong);
  }

  #pong(ctx: ChannelHandlerContext, pong: Message): void {
    const sent = this.#inFlight.answered(this.#codec.nonceOf?.(pong));
    const rtt = sent === undefined ? undefined : this.#lastRead - sent;
    if (rtt !== undefined) this.#rtt = rtt;
    this.#fire(ctx, 'pong', rtt);
  }

  #ping(ctx: ChannelHandlerContext, loop: EventLoop): void {
    const now = loop.now;
    const nonce = ++this.#nonce;
    // The clocks move first: an exception below must not make it try again at once.
    this.#lastPing = this.#lastWrite = now;
    if (this.#asks) {
      if (!this.#asking) this.#askedSince = now;
      this.#asking = true;
      this.#inFlight.sent(nonce, now);
    }
    guarded(ctx, () => {
      const codec = this.#codec as Required<HeartbeatCodec<Message>>;
      const ping = codec.ping({ nonce, time: now, rtt: this.#rtt, missed: this.#missed });
      ctx.writeAndFlush(ping).addListener(this.#pingWritten);
      this.#fire(ctx, 'ping-sent');
    });
  }

  readonly #pingWritten: ChannelFutureListener = (future) => {
    const cause = future.cause;
    const ctx = this.#ctx as ChannelHandlerContext;
    if (cause === null) this.#failedPings = 0;
    // What closed the channel is known already.
    if (cause === null || !this.#isRunning(ctx)) return;
    if (++this.#failedPings > this.#settings.retries) {
      const text = `A ping could not be written to ${String(ctx.channel)}: ${cause.message}; the channel is closed.`;
      this.#giveUp(ctx, new HeartbeatWriteException(text, { cause }));
      return;
    }
    const loop = ctx.eventLoop;
    loop.execute(() => {
      if (this.#isRunning(ctx)) this.#ping(ctx, loop);
    });
  };

  #fire(ctx: ChannelHandlerContext, type: HeartbeatEventType, rtt?: number, cause?: Error): void {
    ctx.fireUserEventTriggered(new HeartbeatEvent(type, this.#missed, rtt, cause));
  }

  // ---- time ------------------------------------------------------------------------------------------------------

  #start(ctx: ChannelHandlerContext): void {
    if (this.#state !== CREATED) return;
    this.#state = STARTED;
    this.#ctx = ctx;
    this.#loop = ctx.eventLoop;
    this.#reader = ctx.channel.config.autoRead ? AUTO_READ : SOMEBODY;
    this.#lastRead = this.#lastWrite = this.#lastPing = this.#loop.now;
    this.#arm(this.#loop);
  }

  #stop(): void {
    this.#state = STOPPED;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #isRunning(ctx: ChannelHandlerContext): boolean {
    return this.#state === STARTED && ctx.channel.isOpen;
  }

  /** Whether input would be read: automatic reading may have been turned off since it last asked. */
  #isReading(ctx: ChannelHandlerContext): boolean {
    return this.#reader === SOMEBODY || (this.#reader === AUTO_READ && ctx.channel.config.autoRead);
  }

  /** When the next ping is due, if none is waiting for its answer. */
  get #pingDue(): number {
    const { interval, mode, timeout } = this.#settings;
    if (interval === 0 || this.#asking) return Infinity;
    const traffic =
      mode === 'write-idle'
        ? this.#lastWrite
        : mode === 'read-idle'
          ? this.#lastRead
          : Math.max(this.#lastRead, this.#lastWrite);
    const due = Math.max(traffic, this.#lastPing) + interval;
    // The question before the verdict.
    return this.#asks && timeout > 0 ? Math.min(due, this.#lastRead + timeout - interval) : due;
  }

  /** When the ping that waits for its answer counts as missed. */
  get #missDue(): number {
    return this.#asking ? this.#lastPing + this.#settings.interval : Infinity;
  }

  /** When the silence is too long. */
  get #deadline(): number {
    const { interval, timeout } = this.#settings;
    if (timeout === 0) return Infinity;
    if (!this.#asks) return this.#lastRead + timeout;
    return this.#asking ? Math.max(this.#lastRead + timeout, this.#askedSince + interval / 2) : Infinity;
  }

  #arm(loop: EventLoop): void {
    const due = Math.min(this.#pingDue, this.#missDue, this.#deadline);
    if (due === Infinity) return;
    this.#timerDue = due;
    this.#timer = loop.scheduleCoarse(this.#wake, due - loop.now);
  }

  readonly #wake = (): void => {
    this.#timer = undefined;
    const ctx = this.#ctx as ChannelHandlerContext;
    const loop = this.#loop as EventLoop;
    if (!this.#isRunning(ctx)) return;
    const now = loop.now;
    if (now - this.#timerDue > this.#stall) this.#beginAnew(now);
    if (Math.min(this.#missDue, this.#deadline) <= now + A_MOMENT) {
      // What the peer sent while this process was busy lies in the socket: read it first.
      loop.afterPoll(this.#judge);
      return;
    }
    if (this.#pingDue <= now + A_MOMENT) this.#ping(ctx, loop);
    if (this.#isRunning(ctx)) this.#arm(loop);
  };

  readonly #judge = (): void => {
    const ctx = this.#ctx as ChannelHandlerContext;
    const loop = this.#loop as EventLoop;
    if (!this.#isRunning(ctx)) return;
    const now = loop.now;
    if (!this.#isReading(ctx)) this.#beginAnew(now);
    if (this.#missDue <= now + A_MOMENT) {
      this.#missed++;
      this.#fire(ctx, 'missed');
      if (!this.#isRunning(ctx)) return;
    }
    const limit = this.#settings.missed;
    if (this.#deadline <= now + A_MOMENT || (limit > 0 && this.#missed >= limit)) {
      this.#giveUp(ctx, this.#timeoutException(ctx, now));
      return;
    }
    if (this.#missDue <= now + A_MOMENT) this.#ping(ctx, loop);
    if (this.#isRunning(ctx)) this.#arm(loop);
  };

  /** The silence so far proves nothing: this side did not run, or did not read. */
  #beginAnew(now: number): void {
    this.#lastRead = now;
    this.#missed = 0;
    if (this.#asking) this.#lastPing = this.#askedSince = now;
  }

  #timeoutException(ctx: ChannelHandlerContext, now: number): HeartbeatTimeoutException {
    const pings = this.#asks ? `, and ${this.#missed} pings had no answer` : '';
    return new HeartbeatTimeoutException(
      `No sign of life from ${String(ctx.channel)} for ${Math.round(now - this.#lastRead)} ms${pings}; the channel ` +
        'is closed. The peer is frozen or unreachable, or it does not send or answer heartbeats.',
    );
  }

  #giveUp(ctx: ChannelHandlerContext, cause: Error): void {
    this.#stop();
    ctx.attr(CLOSE_REASON).setIfAbsent(cause);
    this.#fire(ctx, 'dead', undefined, cause);
    ctx.close();
  }
}
