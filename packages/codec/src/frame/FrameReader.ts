import type { ByteSource } from '@sluice/core';
import { invalidArgType } from '@sluice/core';
import { Cumulation } from '../base/Cumulation.js';
import { asBuffer } from '../bytes/asBuffer.js';
import type { FrameStep } from './FrameStep.js';

/**
 * Decodes a stream of bytes without a channel, with any decoder that has a `step`.
 *
 * ```ts
 * const reader = new FrameReader(new LineBasedFrameDecoder({ maxLength: 1024 }));
 * reader.push(Buffer.from('one\ntwo\nthr'));
 * reader.next(); // 'one', as a Buffer
 * reader.next(); // 'two'
 * reader.next(); // undefined: the third line is not complete
 * ```
 */
export class FrameReader<T> {
  readonly #step: FrameStep<T>;
  readonly #held: Cumulation = new Cumulation();

  /**
   * A reader without bytes.
   *
   * @param step a decoder of its own for this stream, as it remembers where it is
   */
  constructor(step: FrameStep<T>) {
    this.#step = step;
  }

  /**
   * Adds bytes. They are not copied unless they have to be joined to others, so they must not be changed afterwards.
   *
   * @throws TypeError `ERR_INVALID_ARG_TYPE` for what is not made of bytes
   */
  push(chunk: ByteSource): void {
    const bytes = asBuffer(chunk);
    if (bytes === undefined) {
      throw invalidArgType(`chunk must be a ByteBuf or a Uint8Array, but is of type ${typeof chunk}`);
    }
    this.#held.add(bytes);
  }

  /**
   * The next message, or `undefined` when more bytes are needed.
   *
   * @throws DecoderException what the decoder throws for bad bytes; call again to go on behind them
   */
  next(): T | undefined {
    const held = this.#held;
    const buf = held.buf;
    for (;;) {
      const before = buf.readableBytes;
      if (before > 0) {
        const message = this.#step.step(buf);
        if (message !== undefined) return message;
        if (buf.readableBytes !== before) continue;
      }
      if (!held.isPartlyHidden) break;
      held.join(0);
    }
    held.settle(0);
    return undefined;
  }

  /** Bytes that no message has used yet. */
  get pendingBytes(): number {
    return this.#held.length;
  }
}

/**
 * The messages in a stream of bytes: `for await (const line of frames(decoder, process.stdin))`. Bytes that are left
 * when the stream ends are dropped. Throws what the decoder throws.
 */
export async function* frames<T>(
  step: FrameStep<T>,
  chunks: AsyncIterable<ByteSource> | Iterable<ByteSource>,
): AsyncGenerator<T, void, undefined> {
  const reader = new FrameReader(step);
  for await (const chunk of chunks) {
    reader.push(chunk);
    for (let message = reader.next(); message !== undefined; message = reader.next()) yield message;
  }
}
