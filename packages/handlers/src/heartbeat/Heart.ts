import type { ChannelFuture, ChannelHandlerContext, EventLoop } from '@sluice/core';
import { type CloseKind, closeBecause, setCloseReason } from '../close/CloseReason.js';
import { A_MOMENT, guarded } from '../timeout/timing.js';
import { Alarm, type Sleeper } from './Alarm.js';
import { Deadlines } from './Deadlines.js';
import { isDebugged } from './debugging.js';
import { HeartbeatDataPort } from './HeartbeatDataPort.js';
import { HeartbeatEvent, type HeartbeatEventType } from './HeartbeatEvent.js';
import { HeartbeatLog } from './HeartbeatLog.js';
import type {
  HeartbeatCodec,
  HeartbeatKind,
  HeartbeatOptions,
  HeartbeatTiming,
  PongInfo,
} from './HeartbeatOptions.js';
import { type HeartbeatSettings, heartbeatSettings } from './HeartbeatSettings.js';
import { IntervalTest } from './IntervalTest.js';
import { PingsInFlight } from './PingsInFlight.js';
import { ReadDemand } from './ReadDemand.js';
import { noSignOfLife, notWritten } from './verdicts.js';

const CREATED = 0;
const STARTED = 1;
const STOPPED = 2;

const NO_DATA: PongInfo = Object.freeze({ data: undefined });

/**
 * What beats in a `HeartbeatHandler`: it sends pings and pongs, and passes the verdicts, with one timer. What passes in the
 * pipeline the handler writes into `life`.
 */
export class Heart<Message> implements Sleeper {
  readonly life: Deadlines;
  readonly demand: ReadDemand = new ReadDemand();
  /** Only of an interval that a policy chooses. */
  readonly test: IntervalTest | undefined;
  readonly log: HeartbeatLog;
  /** A ping or pong is being written just now. */
  isSending = false;
  readonly #codec: HeartbeatCodec<Message>;
  #options: HeartbeatOptions<Message>;
  readonly #data: HeartbeatDataPort<Message> | undefined;

  #state: typeof CREATED | typeof STARTED | typeof STOPPED = CREATED;
  #enabled: boolean;
  #ctx: ChannelHandlerContext | undefined;
  #loop: EventLoop | undefined;
  readonly #alarm = new Alarm(this);

  #failedPings = 0;
  #nonce = 0;
  #inFlight: PingsInFlight | undefined;

  constructor(options: HeartbeatOptions<Message>) {
    const settings = heartbeatSettings(options);
    this.#codec = options.codec;
    this.#options = options;
    this.life = new Deadlines(settings, options.detector?.());
    const { interval } = options;
    this.test = typeof interval === 'object' ? new IntervalTest(interval) : undefined;
    this.log = new HeartbeatLog(options.log ?? false, options.logger);
    this.#enabled = options.enabled ?? true;
    if (options.data !== undefined || options.codec.dataOf !== undefined)
      this.#data = new HeartbeatDataPort(options.codec, options.data, settings.dataLimit, (ctx, cause) =>
        this.#fire(ctx, 'data-refused', undefined, cause),
      );
  }

  /** Milliseconds since the last message arrived. */
  get silence(): number {
    return this.#loop === undefined ? 0 : this.#loop.now - this.life.lastRead;
  }

  get enabled(): boolean {
    return this.#enabled;
  }
  set enabled(enabled: boolean) {
    if (enabled === this.#enabled) return;
    this.#enabled = enabled;
    if (this.#state !== STARTED) return;
    const loop = this.#loop as EventLoop;
    this.life.start(loop.now);
    if (enabled) this.#arm(loop);
    else this.#alarm.stop();
  }

  renegotiate(timing: HeartbeatTiming): void {
    const options = { ...this.#options, ...timing };
    this.life.use(heartbeatSettings(options));
    this.#options = options;
    if (this.#state === STARTED && this.#enabled) this.#arm(this.#loop as EventLoop);
  }

  /** The channel is active; only the first time counts. */
  start(ctx: ChannelHandlerContext): void {
    if (this.#state !== CREATED) return;
    this.#state = STARTED;
    this.#ctx = ctx;
    this.#loop = ctx.eventLoop;
    this.demand.ask(ctx.channel, false);
    this.test?.connected();
    this.#followPolicy();
    this.life.start(this.#loop.now);
    if (this.#enabled) this.#arm(this.#loop);
  }

  /** For good. */
  stop(): void {
    this.#state = STOPPED;
    this.#alarm.stop();
  }

  /** The channel is inactive, or about to be closed as dead. */
  connectionLost(): void {
    this.life.settle();
    if (this.life.isAsking) this.test?.end(false);
    this.stop();
  }

  // ---- pings and pongs -------------------------------------------------------------------------------------------

  pingArrived(ctx: ChannelHandlerContext, ping: Message): void {
    this.#heartbeatArrived(ctx.eventLoop);
    if (!this.#takeData(ctx, 'ping', ping)) return;
    // A peer that sends pings and does not read gets no answers piled up for it.
    if (!this.#settings.respond || !ctx.channel.isWritable) {
      this.log.tell(ctx, 'a ping arrived');
      return;
    }
    const data = this.#data?.outgoing(ctx, 'pong');
    const pong = this.#codec.pong?.(ping, data === undefined ? NO_DATA : { data }) ?? null;
    if (pong === null) return;
    this.life.lastWrite = ctx.eventLoop.now;
    this.#send(ctx, pong);
    this.log.tell(ctx, 'answered a ping');
  }

  pongArrived(ctx: ChannelHandlerContext, pong: Message): void {
    this.test?.end(true);
    this.#heartbeatArrived(ctx.eventLoop);
    if (!this.#takeData(ctx, 'pong', pong)) return;
    const sent = this.#inFlight?.answered(this.#codec.nonceOf?.(pong));
    const rtt = sent === undefined ? undefined : ctx.eventLoop.now - sent;
    if (rtt !== undefined) this.life.rtt.sample(rtt);
    this.log.tell(ctx, 'a ping was answered', rtt);
    this.#fire(ctx, 'pong', rtt);
  }

  #heartbeatArrived(loop: EventLoop): void {
    this.life.heartbeat(loop.now);
    this.#followPolicy();
    // What it taught may bring a deadline forward.
    this.#alarm.bringForward(loop, this.#due);
  }

  #ping(ctx: ChannelHandlerContext, loop: EventLoop): void {
    this.#followPolicy();
    const now = loop.now;
    const life = this.life;
    const nonce = ++this.#nonce;
    // The clocks move first: an exception below must not make it try again at once.
    const isFirst = !life.isAsking;
    const isIdle = life.pinged(now);
    if (this.#settings.asks) {
      if (isFirst) this.test?.begin(isIdle ? this.#settings.interval : 0);
      this.#inFlight ??= new PingsInFlight();
      this.#inFlight.sent(nonce, now);
    } else this.log.tell(ctx, 'a ping was sent');
    guarded(ctx, () => {
      const codec = this.#codec as Required<HeartbeatCodec<Message>>;
      const data = this.#data?.outgoing(ctx, 'ping');
      const ping = codec.ping({ nonce, time: now, rtt: life.rtt.latest, missed: life.missed, data });
      this.#send(ctx, ping).addListener((future) => this.#pingWritten(future.cause));
      this.#fire(ctx, 'ping-sent');
    });
  }

  #send(ctx: ChannelHandlerContext, heartbeat: Message): ChannelFuture {
    this.isSending = true;
    try {
      return ctx.writeAndFlush(heartbeat);
    } finally {
      this.isSending = false;
    }
  }

  #pingWritten(cause: Error | null): void {
    const ctx = this.#ctx as ChannelHandlerContext;
    if (cause === null) this.#failedPings = 0;
    // What closed the channel is known already.
    if (cause === null || !this.#isRunning(ctx)) return;
    const loop = ctx.eventLoop;
    if (++this.#failedPings <= this.#settings.retries) {
      loop.execute(() => {
        if (this.#isRunning(ctx)) this.#ping(ctx, loop);
      });
      return;
    }
    this.#failedPings = 0;
    if (!this.#settings.forgiving) {
      this.#giveUp(ctx, 'error', notWritten(ctx.channel, cause));
      return;
    }
    if (!this.life.countPing()) return;
    this.#fire(ctx, 'missed');
    if (this.#isRunning(ctx) && this.life.isOver(loop.now))
      this.#giveUp(ctx, 'dead', noSignOfLife(ctx.channel, this.life, loop.now));
  }

  #followPolicy(): void {
    if (this.test?.wantsOther(this.#settings.interval) === true)
      this.life.use(heartbeatSettings(this.#options));
  }

  get #settings(): HeartbeatSettings {
    return this.life.settings;
  }

  /** Returns false if the heartbeat carries too much; the channel is being closed then. */
  #takeData(ctx: ChannelHandlerContext, kind: HeartbeatKind, heartbeat: Message): boolean {
    const cause = this.#data?.incoming(ctx, kind, heartbeat);
    if (cause === undefined) return true;
    this.test?.forget();
    closeBecause(ctx, 'protocol', cause);
    return false;
  }

  #fire(ctx: ChannelHandlerContext, type: HeartbeatEventType, rtt?: number, cause?: Error): void {
    ctx.fireUserEventTriggered(new HeartbeatEvent(type, this.life.missed, rtt, cause));
  }

  // ---- time ------------------------------------------------------------------------------------------------------

  #isRunning(ctx: ChannelHandlerContext): boolean {
    return this.#state === STARTED && this.#enabled && ctx.channel.isOpen;
  }

  get #due(): number {
    return Math.min(this.life.pingDue, this.life.judgeDue);
  }

  #arm(loop: EventLoop): void {
    this.#alarm.set(loop, this.#due);
  }

  /** A deadline may have come. */
  wake(): void {
    const ctx = this.#ctx as ChannelHandlerContext;
    const loop = this.#loop as EventLoop;
    if (!this.#isRunning(ctx)) return;
    const life = this.life;
    const now = loop.now;
    if (now - this.#alarm.due > life.stall) life.beginAnew(now);
    life.settle();
    if (life.judgeDue <= now + A_MOMENT) {
      // What the peer sent while this process was busy lies in the socket: read it first.
      loop.afterPoll(() => this.#judge());
      return;
    }
    if (life.pingDue <= now + A_MOMENT) this.#ping(ctx, loop);
    if (this.#isRunning(ctx)) this.#arm(loop);
  }

  #judge(): void {
    const ctx = this.#ctx as ChannelHandlerContext;
    const loop = this.#loop as EventLoop;
    if (!this.#isRunning(ctx)) return;
    const life = this.life;
    const now = loop.now;
    life.settle();
    if (!this.demand.isReading(ctx.channel) || (isDebugged() && this.#options.whileDebugging !== true))
      life.excuse(now);
    if (life.countMiss(now)) {
      this.log.tell(ctx, `no sign of life (${life.missed})`);
      this.#fire(ctx, 'missed');
      if (!this.#isRunning(ctx)) return;
    }
    if (life.isOver(now)) {
      this.#giveUp(ctx, 'dead', noSignOfLife(ctx.channel, life, now));
      return;
    }
    if (life.pingDue <= now + A_MOMENT) this.#ping(ctx, loop);
    if (this.#isRunning(ctx)) this.#arm(loop);
  }

  #giveUp(ctx: ChannelHandlerContext, kind: CloseKind, cause: Error): void {
    this.connectionLost();
    setCloseReason(ctx.channel, kind, cause);
    this.#fire(ctx, 'dead', undefined, cause);
    ctx.close();
  }
}
