import { Xorshift } from './Xorshift.js';

/** Sizes are spread evenly over the powers of two up to this one: 256 KiB. */
const MAX_EXPONENT = 18;
/** The same while the total is ahead of its pace: up to 8 KiB. */
const SMALL_EXPONENT = 13;

const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;

/** What the messages of one direction depend on. */
export interface MessagesOptions {
  readonly seed: number;
  readonly count: number;
  /** What `count` messages have together at most, in bytes. */
  readonly maxBytes: number;
  /** Whether to leave out what ends a line: LF, and a CR at the end. */
  readonly lines: boolean;
}

/**
 * The messages of one direction, a function of the seed: the receiver makes them again and compares. The same algorithm
 * is in ../java/Messages.java.
 *
 * Sizes are log-uniform from 0 B to 256 KiB: any power of two is as likely as the next. 10,000 of them would have some
 * 200 MiB, so while the total is ahead of an even pace towards `maxBytes`, they are log-uniform up to 8 KiB.
 */
export class Messages {
  readonly #options: MessagesOptions;
  readonly #random: Xorshift;
  #made = 0;
  #total = 0;

  constructor(options: MessagesOptions) {
    this.#options = options;
    this.#random = new Xorshift(options.seed);
  }

  /** Bytes of all messages made so far. */
  get total(): number {
    return this.#total;
  }

  next(): Buffer {
    const random = this.#random;
    const message = Buffer.allocUnsafe(this.#nextSize());
    const size = message.length;
    let i = 0;
    for (; i + 4 <= size; i += 4) {
      const word = random.next();
      message[i] = word;
      message[i + 1] = word >>> 8;
      message[i + 2] = word >>> 16;
      message[i + 3] = word >>> 24;
    }
    for (; i < size; i++) message[i] = random.next();
    if (this.#options.lines) makeLine(message);
    this.#made++;
    this.#total += size;
    return message;
  }

  #nextSize(): number {
    const { count, maxBytes } = this.#options;
    const ahead = this.#total * count > maxBytes * this.#made;
    const exponent = this.#random.below((ahead ? SMALL_EXPONENT : MAX_EXPONENT) + 2);
    let size = 0;
    if (exponent === 1) size = 1;
    // In (2^(exponent-2), 2^(exponent-1)].
    else if (exponent > 1) size = (1 << (exponent - 1)) - (this.#random.next() & ((1 << (exponent - 2)) - 1));
    return Math.min(size, maxBytes - this.#total);
  }
}

function makeLine(message: Buffer): void {
  for (let at = message.indexOf(LF); at >= 0; at = message.indexOf(LF, at + 1)) message[at] = TAB;
  if (message.at(-1) === CR) message[message.length - 1] = TAB;
}
