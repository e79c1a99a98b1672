import type { Buffer } from 'node:buffer';
import type { ByteBuf } from '@sluice/core';

/**
 * Looks for the first of several delimiters in bytes that come piece by piece. What it has found out about each of them
 * is kept, counted from the reader index, so that no byte is searched twice for the same delimiter, but for those at the
 * end that may be the beginning of one.
 */
export class DelimiterSearch {
  readonly #delimiters: readonly Buffer[];
  /** Where each delimiter was found, or -1. */
  readonly #found: number[];
  /** From where on each has to be looked for, if it was not found. */
  readonly #from: number[];
  readonly #borders: Uint32Array[] = [];
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
    let longest = 0;
    for (let i = 0; i < this.#delimiters.length; i++) {
      longest = Math.max(longest, this.#partialOf(i, input));
    }
    return longest;
  }

  /** The same for one delimiter, by the algorithm of Knuth, Morris and Pratt: its time is the delimiter's length. */
  #partialOf(i: number, input: ByteBuf): number {
    const delimiter = this.#delimiters[i] as Buffer;
    const borders = (this.#borders[i] ??= bordersOf(delimiter));
    const end = input.writerIndex;
    let matched = 0;
    for (let at = Math.max(input.readerIndex, end - delimiter.length + 1); at < end; at++) {
      matched = extended(delimiter, borders, matched, input.getUnsignedByte(at));
    }
    return matched;
  }
}

/** For each beginning of the delimiter, by its length: how much of its end is a shorter beginning. */
function bordersOf(delimiter: Buffer): Uint32Array {
  const borders = new Uint32Array(delimiter.length + 1);
  for (let length = 1; length < delimiter.length; length++) {
    borders[length + 1] = extended(
      delimiter,
      borders,
      borders[length] as number,
      delimiter[length] as number,
    );
  }
  return borders;
}

/** How much of the delimiter matches with one more byte, when `matched` bytes of it did. */
function extended(delimiter: Buffer, borders: Uint32Array, matched: number, byte: number): number {
  let length = matched;
  while (length > 0 && delimiter[length] !== byte) length = borders[length] as number;
  return delimiter[length] === byte ? length + 1 : 0;
}
