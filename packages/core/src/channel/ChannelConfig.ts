import { invalidArgType, outOfRange } from '../util/errors.js';
import { warnOnce } from '../util/logger.js';
import type { Channel } from './Channel.js';
import { ChannelOption } from './ChannelOption.js';
import { defaultMessageSizeEstimator, type MessageSizeEstimator } from './MessageSizeEstimator.js';
import { WriteBufferWaterMark } from './WriteBufferWaterMark.js';

/** What a transport needs to be told when a setting changes. */
export interface ConfigHost {
  /** The channel whose settings these are. */
  readonly channel: Channel;
  /** `AUTO_READ` changed. */
  autoReadChanged(autoRead: boolean): void;
  /** Applies an option of the transport's own; returns false if it cannot honour it. */
  applyOption(option: ChannelOption<unknown>, value: unknown): boolean;
  /** What an option of the transport's own is while nobody has set it. */
  defaultOption?(option: ChannelOption<unknown>): unknown;
}

/** The settings of a channel. Netty: ChannelConfig, DefaultChannelConfig. */
export class ChannelConfig {
  readonly #host: ConfigHost;
  #autoRead = true;
  #extra: Map<ChannelOption<unknown>, unknown> | undefined;

  /** Close when writing fails (default true). */
  autoClose = true;
  /** Stay open when the peer ends its side (default false). */
  allowHalfClosure = false;
  /** Milliseconds a connect may take; 0 for no limit of ours (default 30000). */
  connectTimeoutMillis = 30_000;
  /** Bytes of pending writes at which `isWritable` changes (default 32 KiB and 64 KiB). */
  writeBufferWaterMark: WriteBufferWaterMark = WriteBufferWaterMark.DEFAULT;
  /** How many bytes a message counts for the water marks. */
  messageSizeEstimator: MessageSizeEstimator = defaultMessageSizeEstimator;

  constructor(host: ConfigHost) {
    this.#host = host;
  }

  /** Whether the channel reads by itself (default true). Turning it on reads at once. */
  get autoRead(): boolean {
    return this.#autoRead;
  }
  set autoRead(value: boolean) {
    if (this.#autoRead === value) return;
    this.#autoRead = value;
    this.#host.autoReadChanged(value);
  }

  /** The option's value; `undefined` when it was never set and has no default of ours. */
  getOption<T>(option: ChannelOption<T>): T | undefined {
    switch (option as ChannelOption<unknown>) {
      case ChannelOption.AUTO_READ:
        return this.autoRead as T;
      case ChannelOption.AUTO_CLOSE:
        return this.autoClose as T;
      case ChannelOption.ALLOW_HALF_CLOSURE:
        return this.allowHalfClosure as T;
      case ChannelOption.CONNECT_TIMEOUT_MILLIS:
        return this.connectTimeoutMillis as T;
      case ChannelOption.WRITE_BUFFER_WATER_MARK:
        return this.writeBufferWaterMark as T;
      case ChannelOption.WRITE_BUFFER_HIGH_WATER_MARK:
        return this.writeBufferWaterMark.high as T;
      case ChannelOption.WRITE_BUFFER_LOW_WATER_MARK:
        return this.writeBufferWaterMark.low as T;
      case ChannelOption.MESSAGE_SIZE_ESTIMATOR:
        return this.messageSizeEstimator as T;
      case ChannelOption.UNHANDLED:
        return this.#host.channel.pipeline.unhandled as T;
      default:
        return (this.#extra?.get(option as ChannelOption<unknown>) ??
          this.#host.defaultOption?.(option as ChannelOption<unknown>)) as T | undefined;
    }
  }

  /**
   * Sets an option. Returns false, after one warning by name, if this transport cannot honour it. Throws `RangeError`
   * (`ERR_OUT_OF_RANGE`) for an unusable value.
   */
  setOption<T>(option: ChannelOption<T>, value: T): boolean {
    switch (option as ChannelOption<unknown>) {
      case ChannelOption.AUTO_READ:
        this.autoRead = value as boolean;
        return true;
      case ChannelOption.AUTO_CLOSE:
        this.autoClose = value as boolean;
        return true;
      case ChannelOption.ALLOW_HALF_CLOSURE:
        this.allowHalfClosure = value as boolean;
        return true;
      case ChannelOption.CONNECT_TIMEOUT_MILLIS:
        if (!((value as number) >= 0)) throw outOfRange(`connectTimeoutMillis : ${value} (expected: >= 0)`);
        this.connectTimeoutMillis = value as number;
        return true;
      case ChannelOption.WRITE_BUFFER_WATER_MARK:
        if (!(value instanceof WriteBufferWaterMark)) throw invalidArgType('Expected a WriteBufferWaterMark');
        this.writeBufferWaterMark = value;
        return true;
      case ChannelOption.WRITE_BUFFER_HIGH_WATER_MARK:
        this.writeBufferWaterMark = new WriteBufferWaterMark(this.writeBufferWaterMark.low, value as number);
        return true;
      case ChannelOption.WRITE_BUFFER_LOW_WATER_MARK:
        this.writeBufferWaterMark = new WriteBufferWaterMark(value as number, this.writeBufferWaterMark.high);
        return true;
      case ChannelOption.MESSAGE_SIZE_ESTIMATOR:
        this.messageSizeEstimator = value as MessageSizeEstimator;
        return true;
      case ChannelOption.UNHANDLED:
        if (typeof value !== 'object' || value === null)
          throw invalidArgType('Expected an object of UnhandledHooks');
        this.#host.channel.pipeline.unhandled = value;
        return true;
      default:
        return this.#setExtra(option as ChannelOption<unknown>, value);
    }
  }

  #setExtra(option: ChannelOption<unknown>, value: unknown): boolean {
    if (!this.#host.applyOption(option, value)) {
      const channel = this.#host.channel;
      warnOnce(
        `option:${option.name}:${channel.constructor.name}`,
        `Unknown channel option '${option.name}' for ${channel.constructor.name} ${String(channel)}: ` +
          'this transport or version of Node cannot honour it; the setting is ignored.',
      );
      return false;
    }
    this.#extra ??= new Map();
    this.#extra.set(option, value);
    return true;
  }
}
