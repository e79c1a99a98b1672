import { ConfigException, defaultMessageSizeEstimator, type EventLoop, nodeEventLoop } from '@sluice/core';
import type { ResumeCodec } from './ResumeCodec.js';

/** How sessions behave, on either side. Times in ms. */
export interface ResumeOptions<Message, Frame> {
  /** What sessions look like on the wire. Both ends use the same. */
  readonly codec: ResumeCodec<Message, Frame>;
  /**
   * How long a session waits for another connection (default 120000; a client takes the server's if that is shorter).
   * 0: a session ends with its connection.
   */
  readonly expiry?: number;
  /** Messages of one session that may wait for the peer's acknowledgement (default 10000). */
  readonly maxMessages?: number;
  /** Their bytes, 96 more for each message (default 4 MiB). */
  readonly maxBytes?: number;
  /** An acknowledgement is sent after so many messages (default 64), unless our own messages carried it before … */
  readonly ackEvery?: number;
  /** … or so long after a message (default 50). */
  readonly ackDelay?: number;
  /** A peer that has not said which session it is about after so long is closed (default 10000). */
  readonly handshakeTimeout?: number;
  /** Where the timers for expiry run (default: the loop of all sockets). For tests with virtual time. */
  readonly eventLoop?: EventLoop;
}

/** The options, checked and with their defaults. */
export interface ResumeSettings<Message, Frame> {
  readonly codec: ResumeCodec<Message, Frame>;
  readonly expiry: number;
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly ackEvery: number;
  readonly ackDelay: number;
  readonly handshakeTimeout: number;
  readonly loop: EventLoop;
  readonly sizeOf: (message: Message) => number;
}

/** Throws `ConfigException` for unusable options. */
export function resumeSettings<Message, Frame>(
  options: ResumeOptions<Message, Frame>,
): ResumeSettings<Message, Frame> {
  const { codec, expiry = 120_000, maxMessages = 10_000, maxBytes = 4 * 1024 * 1024 } = options;
  const { ackEvery = 64, ackDelay = 50, handshakeTimeout = 10_000 } = options;
  if (!(expiry >= 0)) throw new ConfigException(`expiry: ${expiry} (expected: ms, 0 or more)`);
  checkCount('maxMessages', maxMessages);
  checkCount('maxBytes', maxBytes);
  checkCount('ackEvery', ackEvery);
  if (!(ackDelay >= 0)) throw new ConfigException(`ackDelay: ${ackDelay} (expected: ms, 0 or more)`);
  if (!(handshakeTimeout > 0))
    throw new ConfigException(`handshakeTimeout: ${handshakeTimeout} (expected: ms, more than 0)`);
  return {
    codec,
    expiry,
    maxMessages,
    maxBytes,
    ackEvery,
    ackDelay,
    handshakeTimeout,
    loop: options.eventLoop ?? nodeEventLoop,
    sizeOf: codec.sizeOf?.bind(codec) ?? defaultMessageSizeEstimator,
  };
}

/** Throws `ConfigException` unless the limit is a whole number (or without end). */
export function checkCount(name: string, value: number): void {
  if ((Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && value >= 1) return;
  throw new ConfigException(`${name}: ${value} (expected: a whole number, 1 or more)`);
}
