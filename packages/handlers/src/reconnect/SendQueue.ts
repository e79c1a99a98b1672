import { type Channel, ConfigException, defaultMessageSizeEstimator } from '@sluice/core';
import { MessageDroppedException, SendQueueFullException } from './errors.js';

/**
 * What `ReconnectingClient.send` does when the queue is full:
 * - `'fail'`: refuses the message with `SendQueueFullException`;
 * - `'drop-oldest'`: fails the oldest messages with `MessageDroppedException` to make room;
 * - `'wait'`: up to `maxWaiting` senders more wait in line with their message, for producers that await each `send`.
 */
export type SendQueuePolicy = 'fail' | 'drop-oldest' | 'wait';

/** Limits for the messages that wait until a `ReconnectingClient` is connected and its channel writable. */
export interface SendQueueOptions {
  /** Default `'fail'`. */
  readonly policy?: SendQueuePolicy;
  /** Messages that may wait (default 1000). 0: none, `send` fails unless it can write at once. */
  readonly maxMessages?: number;
  /** Bytes that may wait (default 8 MiB), by `sizeOf`. */
  readonly maxBytes?: number;
  /** With `'wait'`: senders that may wait for room besides (default 1000). */
  readonly maxWaiting?: number;
  /** Bytes that a message counts. Default: the bytes of what consists of bytes, 8 for anything else. */
  readonly sizeOf?: (message: unknown) => number;
}

/** The options, checked and with their defaults. */
export type SendQueueSettings = Required<SendQueueOptions>;

/** Throws `ConfigException` for unusable options. */
export function sendQueueSettings(options: SendQueueOptions = {}): SendQueueSettings {
  const { policy = 'fail', maxMessages = 1000, maxBytes = 8 * 2 ** 20, maxWaiting = 1000 } = options;
  if (!['fail', 'drop-oldest', 'wait'].includes(policy))
    throw new ConfigException(`queue.policy: '${policy}' (expected: fail, drop-oldest, wait)`);
  for (const [name, value] of Object.entries({ maxMessages, maxBytes, maxWaiting })) {
    if (!(value >= 0)) throw new ConfigException(`queue.${name}: ${value} (expected: 0 or more)`);
  }
  return { policy, maxMessages, maxBytes, maxWaiting, sizeOf: options.sizeOf ?? defaultMessageSizeEstimator };
}

/** Told of a queued message that will not be written. */
type UnsentListener = (message: unknown, cause: Error) => void;

class QueuedMessage {
  readonly message: unknown;
  readonly size: number;
  readonly resolve: () => void;
  readonly reject: (cause: Error) => void;
  readonly signal: AbortSignal | undefined;
  abort: (() => void) | undefined;

  constructor(
    message: unknown,
    size: number,
    signal: AbortSignal | undefined,
    resolve: () => void,
    reject: (cause: Error) => void,
  ) {
    this.message = message;
    this.size = size;
    this.signal = signal;
    this.resolve = resolve;
    this.reject = reject;
  }
}

/** Messages that wait for a connection, and on it for room, in the order in which they were sent. */
export class SendQueue {
  readonly #settings: SendQueueSettings;
  readonly #unsent: UnsentListener;
  readonly #messages = new Set<QueuedMessage>();
  #bytes = 0;
  #channel: Channel | null = null;
  /** The channel whose writability is awaited. */
  #awaited: Channel | undefined;

  constructor(settings: SendQueueSettings, unsent: UnsentListener) {
    this.#settings = settings;
    this.#unsent = unsent;
  }

  /** How many messages wait. */
  get size(): number {
    return this.#messages.size;
  }

  /** Writes it, or keeps it. `absence` tells why there is no connection. */
  send(message: unknown, signal: AbortSignal | undefined, absence: Error | undefined): PromiseLike<void> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const channel = this.#channel;
    if (channel?.isWritable && this.#messages.size === 0) return channel.writeAndFlush(message);
    const size = this.#settings.sizeOf(message);
    if (!this.#hasRoomFor(size)) {
      const { maxMessages, maxBytes, policy } = this.#settings;
      return Promise.reject(
        new SendQueueFullException(
          `${this.#messages.size} messages (${this.#bytes} bytes) wait to be sent already; one of ${size} bytes does ` +
            `not fit (maxMessages ${maxMessages}, maxBytes ${maxBytes}, policy ${policy})`,
          { cause: absence },
        ),
      );
    }
    return this.#keep(message, size, signal);
  }

  #hasRoomFor(size: number): boolean {
    const { policy, maxMessages, maxBytes, maxWaiting } = this.#settings;
    const fits = (): boolean => this.#messages.size < maxMessages && this.#bytes + size <= maxBytes;
    if (fits()) return true;
    if (policy === 'wait') return this.#messages.size < maxMessages + maxWaiting;
    if (policy === 'fail' || maxMessages < 1 || size > maxBytes) return false;
    for (const oldest of this.#messages) {
      this.#fail(
        oldest,
        new MessageDroppedException('The message made room for a newer one before it was sent'),
      );
      if (fits()) break;
    }
    return true;
  }

  #keep(message: unknown, size: number, signal: AbortSignal | undefined): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      const queued = new QueuedMessage(message, size, signal, resolve, reject);
      if (signal !== undefined) {
        queued.abort = () => this.#fail(queued, signal.reason as Error);
        signal.addEventListener('abort', queued.abort, { once: true });
      }
      this.#messages.add(queued);
      this.#bytes += size;
    });
    // Whoever awaits it hears of the failure; for those who do not there is the listener.
    promise.catch(() => {});
    return promise;
  }

  /** There is a connection: what waits is written, as far as its channel takes it. */
  use(channel: Channel): void {
    this.#channel = channel;
    this.#drain();
  }

  /** The connection is gone. */
  pause(): void {
    this.#channel = null;
  }

  /** There will be no connection any more. */
  close(cause: Error): void {
    this.#channel = null;
    for (const queued of [...this.#messages]) this.#fail(queued, cause);
  }

  #drain(): void {
    const channel = this.#channel;
    if (channel === null) return;
    let written = false;
    for (const queued of this.#messages) {
      // A write can end the connection.
      if (this.#channel !== channel || !channel.isWritable) break;
      this.#remove(queued);
      written = true;
      channel.write(queued.message).addListener((done) => {
        if (done.cause === null) queued.resolve();
        else this.#reject(queued, done.cause);
      });
    }
    if (written) channel.flush();
    if (this.#messages.size > 0 && this.#channel === channel) void this.#drainLater(channel);
  }

  async #drainLater(channel: Channel): Promise<void> {
    if (this.#awaited === channel) return;
    this.#awaited = channel;
    try {
      await channel.whenWritable();
    } catch {
      return; // It is closed: the next connection goes on.
    } finally {
      if (this.#awaited === channel) this.#awaited = undefined;
    }
    if (this.#channel === channel) this.#drain();
  }

  #fail(queued: QueuedMessage, cause: Error): void {
    this.#remove(queued);
    this.#reject(queued, cause);
  }

  #reject(queued: QueuedMessage, cause: Error): void {
    queued.reject(cause);
    this.#unsent(queued.message, cause);
  }

  #remove(queued: QueuedMessage): void {
    this.#messages.delete(queued);
    this.#bytes -= queued.size;
    if (queued.abort !== undefined) queued.signal?.removeEventListener('abort', queued.abort);
  }
}
