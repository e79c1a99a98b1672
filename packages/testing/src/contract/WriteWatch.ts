import type { ChannelPromise } from '@sluice/core';
import type { ContractRule } from './rules.js';

/** A write that no flush has followed. */
interface Unflushed {
  readonly promise: ChannelPromise;
  readonly description: string;
}

/** Told of a broken rule, and of what broke it. */
export type Report = (rule: ContractRule, event: string) => void;

/**
 * The promises of the operations that pass one place of a pipeline: each is used once, completed once, and that of a
 * write is followed by a flush.
 */
export class WriteWatch {
  readonly #report: Report;
  readonly #used = new WeakSet<ChannelPromise>();
  #unflushed: Unflushed[] = [];

  constructor(report: Report) {
    this.#report = report;
  }

  /** An operation begins. `what` describes it. */
  begun(promise: ChannelPromise, what: string): void {
    if (this.#used.has(promise)) this.#report('promise-used-once', `${what} with the promise of another one`);
    else if (promise.isDone && !promise.isCancelled) {
      this.#report('promise-used-once', `${what} with a promise that is done`);
    } else {
      this.#used.add(promise);
      this.#watchCompletion(promise, what);
    }
  }

  /** A write has been handed on. */
  written(promise: ChannelPromise, description: string): void {
    // A handler that takes the message, or one that arrives after the end, completes it here and now.
    if (promise.isCancellable) this.#unflushed.push({ promise, description });
  }

  flushed(): void {
    if (this.#unflushed.length > 0) this.#unflushed = [];
  }

  /** The last moment for a flush. One that began nearer to the head has made the promises uncancellable. */
  checkFlushed(when: string): void {
    const left = this.#unflushed.filter(({ promise }) => promise.isCancellable);
    this.#unflushed = [];
    if (left.length === 0) return;
    const first = left.slice(0, 3).map(({ description }) => description);
    const more = left.length > first.length ? ` and ${left.length - first.length} more` : '';
    this.#report('write-flushed', `${when}, ${first.join(', ')}${more} still unflushed`);
  }

  /** Whoever loses a race may try to complete a promise that has failed, not one that has succeeded. */
  #watchCompletion(promise: ChannelPromise, what: string): void {
    const { setSuccess, setFailure, trySuccess } = promise;
    let told = false;
    const check = (wrong: boolean): void => {
      if (!wrong || told) return;
      told = true;
      this.#report('promise-completed-once', `the promise of ${what} was completed again`);
    };
    Object.assign(promise, {
      trySuccess(): boolean {
        check(promise.isSuccess);
        return trySuccess.call(promise);
      },
      setSuccess(): ChannelPromise {
        check(promise.isDone && !promise.isCancelled);
        return setSuccess.call(promise);
      },
      setFailure(cause: Error): ChannelPromise {
        check(promise.isDone && !promise.isCancelled);
        return setFailure.call(promise, cause);
      },
    });
  }
}
