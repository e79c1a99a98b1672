/** Where a {@link StateStream} takes its values from. */
export interface StateSource<T> {
  /** The state now. */
  current(): T;
  /** There will be no other. */
  isOver(): boolean;
  /** The stream is not read any more. */
  left(stream: StateStream<T>): void;
}

/**
 * States as an async iterable: the present one first, then each change. It keeps nothing: a loop that is slower than the
 * changes gets the latest state and never those between. It ends after the last one.
 */
export class StateStream<T> implements AsyncIterableIterator<T> {
  readonly #source: StateSource<T>;
  #readers: ((result: IteratorResult<T>) => void)[] = [];
  #isNew = true;
  #hasEnded = false;

  constructor(source: StateSource<T>) {
    this.#source = source;
  }

  /** The state has changed. */
  changed(): void {
    this.#isNew = true;
    const reader = this.#readers.shift();
    if (reader !== undefined) reader(this.#take());
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#hasEnded) return Promise.resolve({ done: true, value: undefined });
    if (this.#isNew) return Promise.resolve(this.#take());
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  return(): Promise<IteratorResult<T>> {
    this.#finish();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(): IteratorResult<T> {
    this.#isNew = false;
    const value = this.#source.current();
    if (this.#source.isOver()) this.#finish();
    return { done: false, value };
  }

  #finish(): void {
    this.#hasEnded = true;
    this.#source.left(this);
    for (const reader of this.#readers.splice(0)) reader({ done: true, value: undefined });
  }
}
