/** Marsaglia's xorshift with 32 bits: the same numbers in Java and here. */
export class Xorshift {
  #state: number;

  /** @param seed any integer of 32 bits but 0 */
  constructor(seed: number) {
    this.#state = seed | 0;
    if (this.#state === 0) throw new RangeError('xorshift never leaves the state 0: give it another seed');
  }

  /** The next 32 bits, as a signed integer. */
  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x;
  }

  /** A number from 0 to `bound - 1`. */
  below(bound: number): number {
    return (this.next() >>> 0) % bound;
  }
}
