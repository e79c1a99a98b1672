import { randomBytes } from 'node:crypto';

const process_ = randomBytes(4).toString('hex') + process.pid.toString(16).padStart(8, '0');
let sequence = randomBytes(4).readUInt32LE(0);

/** Identifies a channel: unique across processes by its long text, short enough to log by its short one. Netty: ChannelId. */
export class ChannelId {
  #number: number;
  #long: string | undefined;

  /** A new id. */
  constructor() {
    this.#number = sequence;
    sequence = (sequence + 1) >>> 0;
  }

  /** Eight hex digits, for logs. */
  asShortText(): string {
    // Neighbouring numbers are spread over the range so that two ids in one log are told apart at a glance.
    return (Math.imul(this.#number, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  }

  /** Unique across processes. */
  asLongText(): string {
    this.#long ??= `${process_}-${this.#number.toString(16).padStart(8, '0')}-${this.asShortText()}`;
    return this.#long;
  }

  toString(): string {
    return this.asShortText();
  }
}
