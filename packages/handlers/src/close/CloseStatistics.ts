import type { Channel } from '@sluice/core';
import { onceActive, type WatchingHandler } from '../registry/onceActive.js';
import { CLOSE_REASON, type CloseKind } from './CloseReason.js';
import { whenInactive } from './whenInactive.js';

/**
 * Counts why channels ended. Each needs a `CloseReasonHandler`; one that ended for a reason nobody told counts as `local`.
 *
 * ```ts
 * const closed = new CloseStatistics();
 * bootstrap.childHandler((channel) => channel.pipeline.addLast(new CloseReasonHandler(), closed.handler(), …));
 * closed.of('reset');
 * ```
 */
export class CloseStatistics {
  readonly #counts = new Map<CloseKind, number>();
  readonly #handler = onceActive((channel) => this.#watch(channel));
  readonly #watched = new WeakSet<Channel>();
  #opened = 0;

  /** Channels seen so far. */
  get opened(): number {
    return this.#opened;
  }

  /** Channels that ended. */
  get closed(): number {
    let sum = 0;
    for (const count of this.#counts.values()) sum += count;
    return sum;
  }

  /** How many ended for this reason. */
  of(kind: CloseKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  /** The reasons that occurred, with their counts. */
  [Symbol.iterator](): IterableIterator<[CloseKind, number]> {
    return this.#counts.entries();
  }

  /** A sharable handler that has its channel counted. Any place in the pipeline will do. */
  handler(): WatchingHandler {
    return this.#handler;
  }

  #watch(channel: Channel): void {
    if (this.#watched.has(channel)) return;
    this.#watched.add(channel);
    this.#opened++;
    channel.closeFuture.addListener(this.#closed);
  }

  readonly #closed = ({ channel }: { readonly channel: Channel }): void => {
    whenInactive(channel, () => {
      const kind = channel.attr(CLOSE_REASON).get()?.kind ?? 'local';
      this.#counts.set(kind, this.of(kind) + 1);
    });
  };
}
