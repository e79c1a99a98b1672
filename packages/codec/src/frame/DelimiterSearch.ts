import type { Buffer } from 'node:buffer';
import type { ByteBuf } from '@sluice/core';

/**
 * Looks for the first of several delimiters in bytes that come piece by piece. What it has found out about each of them
 * is kept, counted from the reader index, so that no byte is searched twice for the same delimiter.
 */
export class DelimiterSearch {
  readonly #delimiters: readonly Buffer[];
  /** Where each delimiter was found, or -1. */
  readonly #found: number[];
  /** From where on each has to be looked for, if it was not found. */
  readonly #from: number[];
  /** After a successful {@link find}: the bytes in front of the delimiter, and its own. */
  frameLength = 0;
  delimiterLength = 0;

  constructor(delimiters: readonly Buffer[]) {
    this.#delimiters = delimiters;
    this.#found = delimiters.map(() => -1);
    this.#from = delimiters.map(() => 0);
  }

  /** Finds the delimiter with the fewest bytes in front of it; of equals the first in the list. */
  find(input: ByteBuf): boolean {
    let best = -1;
    for (let i = 0; i < this.#delimiters.length; i++) {
      const at = this.#positionOf(i, input);
      if (at >= 0 && (best < 0 || at < this.frameLength)) {
        best = i;
        this.frameLength = at;
      }
    }
    if (best >= 0) this.delimiterLength = (this.#delimiters[best] as Buffer).length;
    return best >= 0;
  }

  #positionOf(i: number, input: ByteBuf): number {
    const known = this.#found[i] as number;
    if (known >= 0) return known;
    const delimiter = this.#delimiters[i] as Buffer;
    const start = input.readerIndex;
    const end = input.writerIndex;
    const from = start + (this.#from[i] as number);
    const index =
      delimiter.length === 1
        ? input.indexOf(from, end, delimiter[0] as number)
        : from < end
          ? input.indexOfSequence(delimiter, from, end)
          : -1;
    this.#found[i] = index < 0 ? -1 : index - start;
    // The last bytes may be the beginning of the delimiter.
    if (index < 0) this.#from[i] = Math.max(0, end - start - delimiter.length + 1);
    return this.#found[i] as number;
  }

  /** The reader index has moved on by `length`. */
  consumed(length: number): void {
    for (let i = 0; i < this.#delimiters.length; i++) {
      const found = this.#found[i] as number;
      if (found >= 0) {
        this.#found[i] = found >= length ? found - length : -1;
        this.#from[i] = 0;
      } else this.#from[i] = Math.max(0, (this.#from[i] as number) - length);
    }
  }

  /** How many bytes at the end are the beginning of a delimiter. */
  partialAtEnd(input: ByteBuf): number {
    const end = input.writerIndex;
    const readable = input.readableBytes;
    let longest = 0;
    for (const delimiter of this.#delimiters) {
      for (let length = Math.min(delimiter.length - 1, readable); length > longest; length--) {
        if (input.toBuffer(end - length, length).equals(delimiter.subarray(0, length))) longest = length;
      }
    }
    return longest;
  }
}
