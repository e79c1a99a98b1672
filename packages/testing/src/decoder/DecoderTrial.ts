import { isDeepStrictEqual } from 'node:util';
import { type AnyChannelHandler, ByteBuf, EmbeddedChannel } from '@sluice/core';
import {
  type DecoderFault,
  type DecoderVerificationDetails,
  DecoderVerificationException,
} from './DecoderVerificationException.js';
import { type Delivery, describeDelivery } from './Delivery.js';
import { windowOf } from './windows.js';

/** What is decoded, and what should come of it. */
export interface DecoderTask {
  readonly decoder: () => AnyChannelHandler | readonly AnyChannelHandler[];
  /** All bytes. */
  readonly stream: Uint8Array;
  readonly messages: readonly unknown[];
  /** `due[i]` messages are there as soon as `boundaries[i]` bytes are. */
  readonly boundaries: readonly number[];
  readonly due: readonly number[];
  readonly equals: (actual: never, expected: never) => boolean;
  readonly atEnd: 'nothing' | 'error' | 'anything' | undefined;
}

/** Two messages are the same if they are deeply equal; `ByteBuf`s if their readable bytes are. */
export function sameMessage(actual: unknown, expected: unknown): boolean {
  if (ByteBuf.isByteBuf(actual) && ByteBuf.isByteBuf(expected)) return actual.equals(expected);
  return isDeepStrictEqual(actual, expected);
}

/** A new decoder in a new channel gets the bytes in one of many ways. */
export class DecoderTrial {
  readonly #task: DecoderTask;
  readonly #delivery: Delivery;
  readonly #handlers: readonly AnyChannelHandler[];
  readonly #channel: EmbeddedChannel;
  readonly #produced: unknown[] = [];
  readonly #pieces: Uint8Array[] = [];
  /** Bytes delivered. */
  #at = 0;
  /** How often the pipeline asked for input. */
  #reads = 0;
  /** What was wrong with a message, told when the call that made it is over. */
  #failure: DecoderVerificationException | null = null;
  /** Messages made after the last byte was delivered; null before. */
  #late: unknown[] | null = null;

  constructor(task: DecoderTask, delivery: Delivery) {
    this.#task = task;
    this.#delivery = delivery;
    const made = task.decoder();
    this.#handlers = Array.isArray(made) ? made : [made];
    const before: AnyChannelHandler = { read: () => void this.#reads++ };
    const behind: AnyChannelHandler = { channelRead: (_ctx, message) => this.#received(message) };
    this.#channel = new EmbeddedChannel({ handlers: [before, ...this.#handlers, behind], register: false });
    this.#channel.config.autoRead = delivery.autoRead;
    this.#channel.register();
    this.#channel.checkException();
  }

  /** @throws DecoderVerificationException */
  run(): void {
    for (const end of this.#delivery.cuts) this.#deliver(this.#task.stream.subarray(this.#at, end));
    if (this.#delivery.ending === 'remove') this.#remove();
    else this.#close();
    this.#checkAgain();
  }

  #deliver(piece: Uint8Array): void {
    const window = windowOf(this.#delivery.window, piece, this.#task.stream);
    const reads = this.#reads;
    const before = this.#produced.length;
    this.#pieces.push(piece);
    this.#at += piece.length;
    try {
      this.#channel.writeInbound(window.message);
    } catch (error) {
      this.#fail('error', 'the decoder failed', { actual: error, cause: error });
    }
    window.scribble();
    if (this.#failure !== null) throw this.#failure;
    this.#checkDue();
    if (!this.#delivery.autoRead && piece.length > 0) this.#checkReads(before, reads);
  }

  /** Compared at once: a decoder that uses memory again may change the message before its callback returns. */
  #received(message: unknown): void {
    if (this.#late !== null) {
      this.#late.push(message);
      return;
    }
    const { messages } = this.#task;
    const index = this.#produced.push(message) - 1;
    const which = `message ${index + 1} of ${messages.length}`;
    if (index >= messages.length) {
      this.#failure ??= this.#failed('over-production', `${which} came`, { actual: message });
    } else if (!this.#equal(message, messages[index])) {
      this.#failure ??= this.#failed('wrong-production', `${which} is another one`, {
        expected: messages[index],
        actual: message,
      });
    }
  }

  #equal(actual: unknown, expected: unknown): boolean {
    return this.#task.equals(actual as never, expected as never);
  }

  #checkDue(): void {
    const { due, messages } = this.#task;
    const made = this.#produced.length;
    if (made < (due[this.#lastExample] ?? 0)) {
      this.#fail(
        'under-production',
        `message ${made + 1} of ${messages.length} did not come although its bytes are complete`,
        { expected: messages[made] },
      );
    }
  }

  #checkReads(before: number, reads: number): void {
    const quiet = this.#produced.length === before;
    if (quiet && this.#reads === reads) {
      this.#fail('no-read', 'no message was made, and the decoder did not call ctx.read() for more bytes');
    }
    if (!quiet && this.#reads > reads) {
      this.#fail(
        'needless-read',
        'a message was made, and the decoder called ctx.read() although its receiver had not asked',
      );
    }
  }

  /** Index of the last example whose bytes have been delivered, -1 for none. */
  get #lastExample(): number {
    return this.#task.boundaries.findLastIndex((boundary) => boundary <= this.#at);
  }

  #close(): void {
    const { atEnd, boundaries } = this.#task;
    const late = (this.#late = [] as unknown[]);
    let error: unknown;
    try {
      this.#channel.finish();
    } catch (thrown) {
      error = thrown;
    }
    if (atEnd === 'anything') return;
    if (late.length > 0) {
      this.#fail('over-production', 'the end of the input made a message', { actual: late[0] });
    }
    const complete = (boundaries[this.#lastExample] ?? 0) === this.#at;
    if (error !== undefined && (complete || atEnd === 'nothing')) {
      this.#fail('error', 'the end of the input made the decoder fail', { actual: error, cause: error });
    }
    // Of an example with several messages the last that came may have ended here.
    if (error === undefined && !complete && !this.#isPartly && atEnd === 'error') {
      this.#fail('error', 'the input ended in the middle of a message, and no exception was fired');
    }
  }

  /** Whether some messages have come of an example that is not complete. */
  get #isPartly(): boolean {
    return this.#produced.length > (this.#task.due[this.#lastExample] ?? 0);
  }

  #remove(): void {
    const channel = this.#channel;
    const late = (this.#late = [] as unknown[]);
    for (const handler of this.#handlers) channel.pipeline.remove(handler);
    channel.runPendingTasks();
    channel.checkException();
    const { boundaries, stream } = this.#task;
    const unused = stream.subarray(boundaries[this.#lastExample] ?? 0, this.#at);
    const rest = Buffer.concat(late as Uint8Array[]);
    // The messages that have come of an example used up some of its bytes.
    const expected = this.#isPartly ? unused.subarray(Math.max(0, unused.length - rest.length)) : unused;
    if (!rest.equals(expected)) {
      this.#fail('lost-bytes', 'the removed decoder did not hand on the bytes that it had not used', {
        expected: unused,
        actual: rest,
      });
    }
  }

  /** What has been handed on belongs to its receiver for ever. */
  #checkAgain(): void {
    this.#produced.forEach((message, index) => {
      const expected = this.#task.messages[index];
      if (!this.#equal(message, expected)) {
        this.#fail('changed-message', `message ${index + 1} was right when it came, and is another one now`, {
          expected,
          actual: message,
        });
      }
    });
  }

  #fail(
    fault: DecoderFault,
    what: string,
    details: Pick<DecoderVerificationDetails, 'expected' | 'actual' | 'cause'> = {},
  ): never {
    throw this.#failed(fault, what, details);
  }

  #failed(
    fault: DecoderFault,
    what: string,
    details: Pick<DecoderVerificationDetails, 'expected' | 'actual' | 'cause'>,
  ): DecoderVerificationException {
    return new DecoderVerificationException(fault, {
      what,
      delivery: describeDelivery(this.#delivery, this.#task.stream.length),
      pieces: [...this.#pieces],
      ...details,
    });
  }
}
