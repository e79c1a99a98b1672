import type { Buffer } from 'node:buffer';
import type { ByteBuf } from '@sluice/core';
import { CorruptedFrameException, TooLongFrameException } from '../errors.js';
import { checkPositive } from './checks.js';
import { FrameDecoder } from './FrameDecoder.js';

/** What a {@link GeneratorDecoder} accepts. */
export interface GeneratorDecoderOptions {
  /** Bytes that one `yield` may wait for. Default 1 MiB. */
  readonly maxBytes?: number;
}

/**
 * A decoder written as if all bytes were there: `message` is a generator that reads one message, and `yield n` waits
 * until `n` bytes can be read.
 *
 * ```ts
 * class Blocks extends GeneratorDecoder<Buffer> {
 *   protected override *message(): Generator<number, Buffer, ByteBuf> {
 *     const header = yield 4;
 *     const length = header.readInt();
 *     const body = yield length;
 *     return body.readBuffer(length);
 *   }
 * }
 * ```
 *
 * Where it waits is where it goes on, with its variables: there is no state to keep and nothing is decoded twice. The
 * next message begins a new generator, so what has to be remembered between messages is in fields. A generator that
 * returns `undefined` makes no message (a filler); one that throws ends with the bytes it has read gone, and the next
 * message begins behind them.
 *
 * The `ByteBuf` that `yield` gives is good until the next `yield`. Read at least one byte of what the last `yield` has
 * waited for before returning a message. A length that comes from the peer is checked: below 0 it is a
 * `CorruptedFrameException`, above `maxBytes` that many bytes are discarded with a `TooLongFrameException`.
 *
 * A message costs a generator; where that counts, write a `FrameDecoder`. Bytes that an unfinished message has read are
 * not handed on when the decoder is removed. Netty: ReplayingDecoder, whose `checkpoint` and `state` this makes
 * superfluous.
 */
export abstract class GeneratorDecoder<T = Buffer> extends FrameDecoder<T> {
  readonly #maxBytes: number;
  #running: Generator<number, T | undefined, ByteBuf> | null = null;
  /** Bytes the generator waits for. */
  #needed = 0;
  #missing = 0;
  #bytesToDiscard = 0;

  /** @throws RangeError `ERR_OUT_OF_RANGE` if `maxBytes` is not positive */
  constructor(options: GeneratorDecoderOptions = {}) {
    super();
    this.#maxBytes = checkPositive(options.maxBytes ?? 1024 * 1024, 'maxBytes');
  }

  /** Reads one message: `yield n` gives the input as soon as it holds `n` bytes. */
  protected abstract message(): Generator<number, T | undefined, ByteBuf>;

  override step(input: ByteBuf): T | undefined {
    if (this.#bytesToDiscard > 0) this.#discard(input);
    while (this.#bytesToDiscard === 0) {
      this.#missing = this.#needed - input.readableBytes;
      if (this.#missing > 0) return undefined;
      const { done, value } = this.#resume(input);
      if (done) return value;
      this.#needed = this.#check(value, input);
    }
    return undefined;
  }

  #resume(input: ByteBuf): IteratorResult<number, T | undefined> {
    this.#running ??= this.message();
    let result: IteratorResult<number, T | undefined> | undefined;
    try {
      result = this.#running.next(input);
      return result;
    } finally {
      if (result === undefined || result.done) this.#reset();
    }
  }

  #reset(): void {
    this.#running = null;
    this.#needed = 0;
    this.#missing = 0;
  }

  #check(needed: number, input: ByteBuf): number {
    if (Number.isSafeInteger(needed) && needed >= 0 && needed <= this.#maxBytes) return needed;
    const abandoned = this.#running;
    this.#reset();
    // Lets its `finally` blocks run.
    abandoned?.return(undefined);
    if (!(needed > this.#maxBytes)) {
      throw new CorruptedFrameException(
        `negative length: ${needed}. ${this.codecName} yielded it as the number of bytes to wait for.`,
      );
    }
    this.#bytesToDiscard = needed;
    this.#discard(input);
    throw new TooLongFrameException(
      `frame length exceeds ${this.#maxBytes}: ${needed} - discarded. ${this.codecName} waits for no more than ` +
        'maxBytes at a time.',
    );
  }

  #discard(input: ByteBuf): void {
    const present = Math.min(this.#bytesToDiscard, input.readableBytes);
    input.skipBytes(present);
    this.#bytesToDiscard -= present;
  }

  protected override missingBytes(): number {
    return Math.max(0, this.#missing);
  }
}
