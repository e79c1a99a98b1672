import { types } from 'node:util';
import {
  ByteBuf,
  ChannelHandlerAdapter,
  type ChannelHandlerContext,
  type ChannelPromise,
  formatAddress,
  type HandlerTypes,
  invalidArgType,
  type Logger,
  type Pass,
  prettyHexDump,
  type SocketAddress,
  type Typed,
} from '@sluice/core';
import { HeartbeatEvent } from '../heartbeat/HeartbeatEvent.js';
import type { HeartbeatHandler } from '../heartbeat/HeartbeatHandler.js';
import { HEARTBEAT } from '../heartbeat/marker.js';
import { describeValue } from './describeValue.js';
import { pinoLogger } from './pinoLogger.js';

/** The levels that every {@link Logger} has. Netty: LogLevel (its TRACE is left out, since not every logger has it). */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** How bytes are logged: as a table of all of them, or by their number only. Netty: ByteBufFormat. */
export type ByteBufFormat = 'HEX_DUMP' | 'SIMPLE';

/** How a {@link LoggingHandler} logs. */
export interface LoggingOptions {
  /** Default `'debug'`. */
  readonly level?: LogLevel;
  /** Default `'HEX_DUMP'`. */
  readonly format?: ByteBufFormat;
  /**
   * Where to; any logger in pino's shape. Default: a pino logger that writes JSON lines of this `level` and above to the
   * standard output.
   */
  readonly logger?: Logger;
  /** Names the default logger (default `'LoggingHandler'`); no effect on a `logger` of your own. */
  readonly name?: string;
}

/** pino's question whether a level is on; other loggers may lack it. */
interface LevelAware {
  isLevelEnabled?(level: LogLevel): boolean;
}

const NO_FIELDS: object = Object.freeze({});

/**
 * Logs every event that passes, in the form `channel EVENT: data`, and passes it on. Where it stands decides what it
 * sees: first, raw bytes; behind a codec, messages. While its level is off nothing is formatted. One instance may serve
 * many channels. Netty: LoggingHandler.
 *
 * Heartbeats are left out, as long as it stands where they can be told (behind the codec) and the `log` of the channel's
 * `HeartbeatHandler` is off; what that one finds missed or dead is not.
 */
export class LoggingHandler extends ChannelHandlerAdapter implements Typed<HandlerTypes<Pass, Pass, never>> {
  declare readonly '~types': HandlerTypes<Pass, Pass, never>;
  /** The level it logs at. */
  readonly level: LogLevel;
  /** How it logs bytes. */
  readonly byteBufFormat: ByteBufFormat;
  readonly #logger: Logger & LevelAware;

  /** @throws TypeError when the logger has no method for the level */
  constructor(options: LoggingOptions = {}) {
    super();
    this.level = options.level ?? 'debug';
    this.byteBufFormat = options.format ?? 'HEX_DUMP';
    this.#logger = options.logger ?? pinoLogger(options.name ?? 'LoggingHandler', this.level);
    if (typeof this.#logger[this.level] !== 'function')
      throw invalidArgType(`logger has no method '${this.level}' (expected: debug, info, warn and error)`);
  }

  /** It keeps no state of a channel. */
  override get isSharable(): true {
    return true;
  }

  /** The line for an event with its arguments, those that are not there left out. Override to write it otherwise. */
  protected format(ctx: ChannelHandlerContext, event: string, ...args: readonly unknown[]): string {
    const head = `${String(ctx.channel)} ${event}`;
    if (args.length === 0) return head;
    return `${head}: ${args.map((argument) => this.#text(argument)).join(', ')}`;
  }

  #text(argument: unknown): string {
    if (!types.isUint8Array(argument) && !ByteBuf.isByteBuf(argument)) return describeValue(argument);
    const size = types.isUint8Array(argument) ? argument.length : argument.readableBytes;
    if (size === 0 || this.byteBufFormat === 'SIMPLE') return `${size}B`;
    return `${size}B\n${prettyHexDump(argument)}`;
  }

  #log(ctx: ChannelHandlerContext, event: string, ...args: readonly unknown[]): void {
    if (this.#isOn()) this.#logger[this.level](NO_FIELDS, this.format(ctx, event, ...args));
  }

  #isOn(): boolean {
    return this.#logger.isLevelEnabled?.(this.level) ?? true;
  }

  /** The channel's heartbeat, if it is not to be logged. */
  #unlogged(ctx: ChannelHandlerContext): HeartbeatHandler | undefined {
    const heartbeat = ctx.channel.attr(HEARTBEAT).get();
    return heartbeat?.log === false ? heartbeat : undefined;
  }

  #logMessage(ctx: ChannelHandlerContext, event: string, message: unknown): void {
    if (this.#isOn() && this.#unlogged(ctx)?.isHeartbeat(message) !== true) this.#log(ctx, event, message);
  }

  #logUnlessHeartbeat(ctx: ChannelHandlerContext, event: string): void {
    if (this.#unlogged(ctx)?.isOnlyHeartbeat !== true) this.#log(ctx, event);
  }

  // ---- inbound -----------------------------------------------------------------------------------------------------

  channelRegistered(ctx: ChannelHandlerContext): unknown {
    this.#log(ctx, 'REGISTERED');
    ctx.fireChannelRegistered();
    return undefined;
  }
  channelUnregistered(ctx: ChannelHandlerContext): unknown {
    this.#log(ctx, 'UNREGISTERED');
    ctx.fireChannelUnregistered();
    return undefined;
  }
  channelActive(ctx: ChannelHandlerContext): unknown {
    this.#log(ctx, 'ACTIVE');
    ctx.fireChannelActive();
    return undefined;
  }
  channelInactive(ctx: ChannelHandlerContext): unknown {
    this.#log(ctx, 'INACTIVE');
    ctx.fireChannelInactive();
    return undefined;
  }
  /** The error itself is the field `err` of the entry, with its stack. */
  override exceptionCaught(ctx: ChannelHandlerContext, cause: Error): unknown {
    if (this.#isOn()) this.#logger[this.level]({ err: cause }, this.format(ctx, 'EXCEPTION', cause));
    ctx.fireExceptionCaught(cause);
    return undefined;
  }
  userEventTriggered(ctx: ChannelHandlerContext, event: unknown): unknown {
    const isRoutine =
      event instanceof HeartbeatEvent && (event.type === 'ping-sent' || event.type === 'pong');
    if (!isRoutine || this.#unlogged(ctx) === undefined) this.#log(ctx, 'USER_EVENT', event);
    ctx.fireUserEventTriggered(event);
    return undefined;
  }
  channelRead(ctx: ChannelHandlerContext, message: unknown): unknown {
    this.#logMessage(ctx, 'READ', message);
    ctx.fireChannelRead(message);
    return undefined;
  }
  channelReadComplete(ctx: ChannelHandlerContext): unknown {
    this.#logUnlessHeartbeat(ctx, 'READ COMPLETE');
    ctx.fireChannelReadComplete();
    return undefined;
  }
  channelWritabilityChanged(ctx: ChannelHandlerContext): unknown {
    this.#log(ctx, 'WRITABILITY CHANGED');
    ctx.fireChannelWritabilityChanged();
    return undefined;
  }

  // ---- outbound ----------------------------------------------------------------------------------------------------

  bind(ctx: ChannelHandlerContext, localAddress: SocketAddress, promise: ChannelPromise): unknown {
    this.#log(ctx, 'BIND', formatAddress(localAddress));
    ctx.bind(localAddress, promise);
    return undefined;
  }
  connect(
    ctx: ChannelHandlerContext,
    remoteAddress: SocketAddress,
    localAddress: SocketAddress | null,
    promise: ChannelPromise,
  ): unknown {
    const local = localAddress === null ? [] : [formatAddress(localAddress)];
    this.#log(ctx, 'CONNECT', formatAddress(remoteAddress), ...local);
    ctx.connect(remoteAddress, localAddress, promise);
    return undefined;
  }
  disconnect(ctx: ChannelHandlerContext, promise: ChannelPromise): unknown {
    this.#log(ctx, 'DISCONNECT');
    ctx.disconnect(promise);
    return undefined;
  }
  close(ctx: ChannelHandlerContext, promise: ChannelPromise): unknown {
    this.#log(ctx, 'CLOSE');
    ctx.close(promise);
    return undefined;
  }
  deregister(ctx: ChannelHandlerContext, promise: ChannelPromise): unknown {
    this.#log(ctx, 'DEREGISTER');
    ctx.deregister(promise);
    return undefined;
  }
  write(ctx: ChannelHandlerContext, message: unknown, promise: ChannelPromise): unknown {
    this.#logMessage(ctx, 'WRITE', message);
    ctx.write(message, promise);
    return undefined;
  }
  flush(ctx: ChannelHandlerContext): unknown {
    this.#logUnlessHeartbeat(ctx, 'FLUSH');
    ctx.flush();
    return undefined;
  }
}
