/** A wait until nothing is under way; those who wait share one promise. */
export class Idle {
  #promise: Promise<void> | undefined;
  #resolve: (() => void) | undefined;

  /** Resolves now if nothing is, else with the next `reached`. */
  wait(underWay: number): Promise<void> {
    if (underWay === 0) return Promise.resolve();
    return (this.#promise ??= new Promise((resolve) => (this.#resolve = resolve)));
  }

  /** Nothing is under way any more. */
  reached(): void {
    this.#resolve?.();
    this.#promise = this.#resolve = undefined;
  }
}
