import { randomBytes } from 'node:crypto';

const process_ = randomBytes(4).toString('hex') + process.pid.toString(16).padStart(8, '0');
let sequence = randomBytes(4).readUInt32LE(0);

/** Identifies a channel: unique across processes by its long text, short enough to log by its short one. Netty: ChannelId. */
export class ChannelId {
  #number: number;
  readonly #text: string | undefined;
  #long: string | undefined;

  /** A new id. With a `text` it is shown as that: for tests whose output is compared. */
  constructor(text?: string) {
    this.#text = text;
    this.#number = sequence;
    sequence = (sequence + 1) >>> 0;
  }

  /** Eight hex digits, for logs. */
  asShortText(): string {
    if (this.#text !== undefined) return this.#text;
    // Neighbouring numbers are spread over the range so that two ids in one log are told apart at a glance.
    return (Math.imul(this.#number, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  }

  /** Unique across processes. */
  asLongText(): string {
    this.#long ??= `${process_}-${this.#number.toString(16).padStart(8, '0')}-${this.asShortText()}`;
    return this.#long;
  }

  /** The short text. */
  toString(): string {
    return this.asShortText();
  }
}
