/**
 * @internal One `acquire` until its promise is settled: by a channel, a failure, the caller's signal or the pool's end,
 * whichever comes first. Those who come later are told so, and must find another use for the channel they bring.
 */
export class PendingAcquire<C> {
  readonly promise: Promise<C>;
  /** Called once, when settled. */
  onSettled: (() => void) | null = null;
  #settled = false;
  readonly #signal: AbortSignal | undefined;
  #connecting: AbortController | undefined;
  #resolve: (channel: C) => void = () => {};
  #reject: (cause: unknown) => void = () => {};

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    this.promise = new Promise<C>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Who does not look at the promise is not told by an unhandledRejection.
    this.promise.catch(() => {});
    if (signal?.aborted) this.fail(signal.reason);
    else signal?.addEventListener('abort', this.#aborted);
  }

  get isSettled(): boolean {
    return this.#settled;
  }

  /** Aborted when the acquire fails: for the connect that serves it. */
  connectSignal(): AbortSignal {
    this.#connecting ??= new AbortController();
    return this.#connecting.signal;
  }

  /** Gives the channel to the caller. Returns false if nobody waits for it any more. */
  succeed(channel: C): boolean {
    if (this.#settled) return false;
    this.#resolve(channel);
    this.#settle();
    return true;
  }

  /** Returns false if it was settled before. */
  fail(cause: unknown): boolean {
    if (this.#settled) return false;
    this.#reject(cause);
    this.#settle();
    this.#connecting?.abort(cause);
    return true;
  }

  #settle(): void {
    this.#settled = true;
    this.#signal?.removeEventListener('abort', this.#aborted);
    this.onSettled?.();
  }

  readonly #aborted = (): void => {
    this.fail(this.#signal?.reason);
  };
}
