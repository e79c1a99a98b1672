import { IllegalStateException } from '@sluice/core';
import { ResumeBufferFullException } from './errors.js';

/** Numbers of messages are 1 to this: what fits into 6 bytes. At a million a second it lasts for nine years. */
export const MAX_SEQ: number = 2 ** 48 - 1;

/** What a message counts on top of its bytes, as in an `OutboundBuffer`. */
const OVERHEAD = 96;
/** Message, receipt, size. */
const STRIDE = 3;
/** Slots that may be free at the front before the rest moves up. */
const MAX_FREE_SLOTS = 1024 * STRIDE;

/** Bytes that several buffers may take together. */
export interface Budget {
  used: number;
  readonly limit: number;
}

/** The limits of one buffer. */
export interface ReplayLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly budget: Budget;
}

/** A promise that its owner settles. */
export class Receipt {
  readonly promise: Promise<void>;
  resolve!: () => void;
  #reject!: (cause: Error) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Rejects; if nobody waits, that is no unhandled rejection: the same error is told by the session's event. */
  reject(cause: Error): void {
    this.promise.catch(() => {});
    this.#reject(cause);
  }
}

/** What a buffer held. */
export interface TakenMessages<Message> {
  readonly messages: Message[];
  readonly receipts: Receipt[];
}

/** The messages that were sent or are to be sent, until the peer confirms them. They are numbered without gaps. */
export class ReplayBuffer<Message> {
  readonly #limits: ReplayLimits;
  #slots: unknown[] = [];
  #head = 0;
  #bytes = 0;
  /** The number of the first message, or of the next one to come if there is none. */
  #first: number;

  constructor(limits: ReplayLimits, first = 1) {
    this.#limits = limits;
    this.#first = first;
  }

  /** Messages held. */
  get count(): number {
    return (this.#slots.length - this.#head) / STRIDE;
  }
  /** Bytes held, 96 more for each message. */
  get bytes(): number {
    return this.#bytes;
  }
  /** The number of the first message held, or of the next one. */
  get first(): number {
    return this.#first;
  }
  /** The number that the next message gets. */
  get next(): number {
    return this.#first + this.count;
  }
  /** How full it is: 1 when a limit of its own is reached. */
  get fill(): number {
    return Math.max(this.count / this.#limits.maxMessages, this.#bytes / this.#limits.maxBytes);
  }

  /** Adds a message. Returns the error if it may not be: nothing has changed then. */
  push(message: Message, size: number, receipt: Receipt | undefined): Error | undefined {
    const { maxMessages, maxBytes, budget } = this.#limits;
    const cost = size + OVERHEAD;
    if (this.next > MAX_SEQ)
      return new IllegalStateException(
        'The session has used up its 2^48 numbers: end it and begin a new one',
      );
    if (this.count >= maxMessages || this.#bytes + cost > maxBytes || budget.used + cost > budget.limit) {
      return new ResumeBufferFullException(
        `A message of ${size} bytes does not fit: ${this.count} messages (limit ${maxMessages}) with ` +
          `${this.#bytes} bytes (limit ${maxBytes}) wait for the peer's acknowledgement, in all sessions ` +
          `${budget.used} bytes (limit ${budget.limit}). Wait until the session is writable, or raise the limit.`,
      );
    }
    this.#slots.push(message, receipt, cost);
    this.#bytes += cost;
    budget.used += cost;
    return undefined;
  }

  /** The message with this number, which must be held. */
  at(seq: number): Message {
    return this.#slots[this.#head + (seq - this.#first) * STRIDE] as Message;
  }

  /** Drops the messages up to `seq`; they have arrived. */
  acknowledge(seq: number): void {
    let released = 0;
    while (this.#first <= seq) {
      const head = this.#head;
      released += this.#slots[head + 2] as number;
      (this.#slots[head + 1] as Receipt | undefined)?.resolve();
      this.#slots[head] = this.#slots[head + 1] = undefined;
      this.#head = head + STRIDE;
      this.#first++;
    }
    this.#uncount(released);
    if (this.#head === this.#slots.length) {
      this.#slots.length = 0;
      this.#head = 0;
    } else if (this.#head >= MAX_FREE_SLOTS && this.#head * 2 >= this.#slots.length) {
      this.#slots.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /** Resolves when all that is held now has arrived. */
  drained(): Promise<void> {
    if (this.count === 0) return Promise.resolve();
    const last = this.#slots.length - STRIDE;
    const receipt = (this.#slots[last + 1] ??= new Receipt()) as Receipt;
    return receipt.promise;
  }

  /** Empties it, and gives what it held. */
  takeAll(): TakenMessages<Message> {
    const taken: TakenMessages<Message> = { messages: [], receipts: [] };
    for (let i = this.#head; i < this.#slots.length; i += STRIDE) {
      taken.messages.push(this.#slots[i] as Message);
      const receipt = this.#slots[i + 1] as Receipt | undefined;
      if (receipt !== undefined) taken.receipts.push(receipt);
    }
    this.#first = this.next;
    this.#slots = [];
    this.#head = 0;
    this.#uncount(this.#bytes);
    return taken;
  }

  #uncount(bytes: number): void {
    this.#bytes -= bytes;
    this.#limits.budget.used -= bytes;
  }
}
