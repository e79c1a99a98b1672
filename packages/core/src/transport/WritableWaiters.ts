import type { Channel } from '../channel/Channel.js';
import type { ChannelFuture } from '../channel/ChannelFuture.js';
import { ChannelOutputShutdownException, ClosedChannelException } from '../channel/errors.js';

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

/** Those who await `channel.whenWritable()` or `channel.send()`. Made when the first one does. */
export class WritableWaiters {
  readonly #channel: Channel;
  readonly #waiting = new Set<Waiter>();

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  async wait(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const buffer = this.#channel.outboundBuffer;
    if (buffer === null) throw endOf(this.#channel);
    if (buffer.isWritable) return;
    buffer.onWritable = this.#writable;
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => waiter.reject(signal?.reason);
      const end = (): void => {
        this.#waiting.delete(waiter);
        signal?.removeEventListener('abort', abort);
      };
      const waiter: Waiter = {
        resolve: () => {
          end();
          resolve();
        },
        reject: (error) => {
          end();
          reject(error);
        },
      };
      signal?.addEventListener('abort', abort);
      this.#waiting.add(waiter);
    });
  }

  /**
   * A write that is done tells its outcome. One that is pending within the water marks resolves now; if it fails later
   * the channel's unobserved-failure hook hears of it. Above the marks it resolves when the channel is writable again.
   */
  async sent(written: ChannelFuture): Promise<void> {
    if (written.isDone) return await written;
    if (this.#channel.isWritable) return;
    const failed = new Promise<never>((_, reject) => {
      written.addListener((done) => {
        if (done.cause !== null) reject(done.cause);
      });
    });
    await Promise.race([this.wait(), failed]);
  }

  /** The channel is closed or its output is. */
  closed(cause: Error): void {
    for (const waiter of [...this.#waiting]) waiter.reject(cause);
  }

  readonly #writable = (): void => {
    for (const waiter of [...this.#waiting]) waiter.resolve();
  };
}

function endOf(channel: Channel): Error {
  return channel.isOpen
    ? new ChannelOutputShutdownException('Channel output shutdown')
    : new ClosedChannelException(`The channel ${String(channel)} is closed`);
}
