import { IllegalStateException, invalidArgType } from '@sluice/core';

/**
 * Where a codec puts what it made. Not an array: the storage is used again for the next bytes, so that a message costs
 * no allocation but itself (an array emptied through `length = 0` gives its storage away), and the order in which
 * messages leave holds even if a handler that gets the first causes more. Netty: CodecOutputList.
 */
export class MessageList<T> {
  readonly #items: (T | undefined)[] = [];
  #taken = 0;
  #size = 0;
  /** @internal Whether a codec is at work with it. */
  isLent = false;

  /**
   * Adds a message; it is handed on when the codec's method has returned.
   *
   * @throws TypeError `ERR_INVALID_ARG_TYPE` for `null` and `undefined`, which no pipeline carries
   * @throws IllegalStateException when that has happened already: the list belongs to another codec by now
   */
  push(message: T): void {
    if (!this.isLent) {
      throw new IllegalStateException(
        'The list of messages is good only until the codec method it was given to returns; to hand on a message ' +
          'later, use ctx.fireChannelRead or ctx.write.',
      );
    }
    if (message === undefined || message === null) {
      throw invalidArgType(`A codec produced ${String(message)}; a pipeline carries no such message.`);
    }
    this.#items[this.#size++] = message;
  }

  /** @internal Whether it has held so many messages that its storage is not worth keeping. */
  get isLarge(): boolean {
    return this.#items.length > 1024;
  }

  /** How many messages are in the list. */
  get size(): number {
    return this.#size - this.#taken;
  }

  /** Takes the first message out; `undefined` when there is none. */
  shift(): T | undefined {
    if (this.#taken === this.#size) return undefined;
    const message = this.#items[this.#taken];
    this.#items[this.#taken++] = undefined;
    if (this.#taken === this.#size) this.#taken = this.#size = 0;
    return message;
  }

  /** Drops all messages. */
  clear(): void {
    while (this.#size > 0) this.#items[--this.#size] = undefined;
    this.#taken = 0;
  }
}

/** Lists are lent for the length of one call, so a process needs as many as codecs nest. */
const idle: MessageList<unknown>[] = [];

/** A list for the length of a call. */
export function acquireList<T>(): MessageList<T> {
  const list = (idle.pop() ?? new MessageList()) as MessageList<T>;
  list.isLent = true;
  return list;
}

/** Gives a list back. */
export function releaseList(list: MessageList<never>): void {
  list.clear();
  list.isLent = false;
  if (idle.length < 64 && !list.isLarge) idle.push(list as MessageList<unknown>);
}
