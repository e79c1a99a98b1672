import { type Channel, type EventLoop, getLogger } from '@sluice/core';
import { setCloseReason } from '../close/CloseReason.js';

/** Connections that another one has replaced: each finishes the work that it has begun, and is closed then. */
export class RetiredChannels {
  readonly #loop: EventLoop;
  readonly #finish: (channel: Channel) => PromiseLike<unknown> | undefined;
  readonly #timeout: number;
  readonly #channels = new Set<Channel>();

  /** `finish` tells when the work is done; after `timeout` ms the channel is closed all the same. */
  constructor(
    loop: EventLoop,
    finish: (channel: Channel) => PromiseLike<unknown> | undefined,
    timeout: number,
  ) {
    this.#loop = loop;
    this.#finish = finish;
    this.#timeout = timeout;
  }

  /** How many are still at work. */
  get size(): number {
    return this.#channels.size;
  }

  /** Lets it finish. */
  add(channel: Channel): void {
    this.#channels.add(channel);
    const limit = this.#loop.schedule(() => channel.close(), this.#timeout);
    channel.closeFuture.addListener(() => {
      this.#channels.delete(channel);
      limit.cancel();
    });
    setCloseReason(channel, 'draining');
    void this.#close(channel);
  }

  async #close(channel: Channel): Promise<void> {
    try {
      await this.#finish(channel);
    } catch (error) {
      getLogger().warn(
        { err: error },
        'finish() of a ReconnectingClient failed; the old connection is closed',
      );
    }
    if (channel.isOpen) await channel.closeGracefully({ timeout: this.#timeout });
  }

  /** Closes them now. Resolves when they are gone. */
  async close(): Promise<void> {
    const channels = [...this.#channels];
    for (const channel of channels) channel.close();
    await Promise.all(channels.map((channel) => channel.closeFuture));
  }
}
