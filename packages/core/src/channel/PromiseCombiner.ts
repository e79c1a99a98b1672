import { IllegalStateException } from '../util/errors.js';
import type { ChannelFuture, ChannelPromise } from './ChannelFuture.js';

/**
 * Joins the outcomes of several futures in one promise: it succeeds when all have, and fails with the first failure,
 * but only once all are done. Netty: PromiseCombiner.
 */
export class PromiseCombiner {
  #expected = 0;
  #done = 0;
  #cause: Error | null = null;
  #aggregate: ChannelPromise | undefined;

  /** Adds a future. Throws `IllegalStateException` after `finish`. */
  add(future: ChannelFuture<unknown>): this {
    if (this.#aggregate !== undefined)
      throw new IllegalStateException('Adding promises is not allowed after finished adding');
    this.#expected++;
    future.addListener(this.#onDone);
    return this;
  }

  /** Adds several futures. */
  addAll(...futures: ChannelFuture<unknown>[]): this {
    for (const future of futures) this.add(future);
    return this;
  }

  /** Ends the adding; `aggregate` is completed when all futures are. Throws `IllegalStateException` when called twice. */
  finish(aggregate: ChannelPromise): void {
    if (this.#aggregate !== undefined) throw new IllegalStateException('Already finished');
    this.#aggregate = aggregate;
    this.#complete();
  }

  readonly #onDone = (future: ChannelFuture<unknown>): void => {
    this.#done++;
    if (!future.isSuccess && this.#cause === null) this.#cause = future.cause;
    this.#complete();
  };

  #complete(): void {
    if (this.#aggregate === undefined || this.#done < this.#expected) return;
    if (this.#cause === null) this.#aggregate.trySuccess();
    else this.#aggregate.tryFailure(this.#cause);
  }
}
