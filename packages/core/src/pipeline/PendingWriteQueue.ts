import type { Channel, ChannelOutboundInvoker } from '../channel/Channel.js';
import type { ChannelFuture, ChannelPromise } from '../channel/ChannelFuture.js';
import { DefaultChannelPromise } from '../channel/DefaultChannelPromise.js';
import { invalidArgType, toError } from '../util/errors.js';
import { getLogger } from '../util/logger.js';
import type { Context } from './ChannelHandlerContext.js';
import { checkMessage, isUsable } from './validate.js';

/** What a waiting write counts on top of its bytes. Netty: PENDING_WRITE_OVERHEAD. */
const PENDING_WRITE_OVERHEAD = 64;

/** A waiting write is three neighbours in one array, so that it costs no object of its own. */
const STRIDE = 3;

/** Slots taken off at the front that the array may still hold. */
const MAX_FREE_SLOTS = 3072;

/**
 * Writes that a handler holds back until it may send them: until the handshake is over, the other side is connected, or
 * the rate allows more. Their bytes count for the channel's `isWritable` as if they had been written, so that writers
 * slow down. Each method may be called from a listener of a promise that the queue completes; what such a listener adds
 * comes after what was there. After the channel is closed the queue works on, and only counts nothing.
 *
 * The handler that owns the queue calls `removeAndFailAll` in `channelInactive`, and `removeAndWriteAll` or
 * `removeAndFailAll` in `handlerRemoved`: nobody else completes these promises. Netty: PendingWriteQueue.
 */
export class PendingWriteQueue {
  readonly #invoker: ChannelOutboundInvoker;
  readonly #channel: Channel;
  #slots: unknown[] = [];
  /** Index of the first write in `#slots`. */
  #head = 0;
  #bytes = 0;

  /** Writes go on from `invoker`: a context (the handler's own), or a channel for its whole pipeline. */
  constructor(invoker: Context | Channel) {
    this.#invoker = invoker;
    this.#channel = (invoker as Context).channel ?? (invoker as Channel);
  }

  /** Whether no write waits. */
  get isEmpty(): boolean {
    return this.#head === this.#slots.length;
  }
  /** The number of writes that wait. */
  get size(): number {
    return (this.#slots.length - this.#head) / STRIDE;
  }
  /** Bytes of the writes that wait, by the channel's `messageSizeEstimator`, and 64 more for each. An estimate. */
  get bytes(): number {
    return this.#bytes;
  }
  /** The message of the first write, or `null`. */
  get current(): unknown {
    return this.isEmpty ? null : this.#slots[this.#head];
  }

  /**
   * Adds a write. Throws `TypeError` (`ERR_INVALID_ARG_TYPE`) for a message or promise that is not there,
   * (`ERR_INVALID_ARG_VALUE`) for a promise that is done or another channel's, and what the channel's
   * `messageSizeEstimator` throws.
   */
  add(message: unknown, promise: ChannelPromise): void {
    checkMessage(message, 'msg');
    if (promise === undefined || promise === null) throw invalidArgType('promise: a pending write needs one');
    // Now, where the mistake is, rather than when the queue is sent. A cancelled one is passed over then.
    isUsable(promise, this.#channel);
    const size = Math.max(0, this.#channel.config.messageSizeEstimator(message)) + PENDING_WRITE_OVERHEAD;
    this.#slots.push(message, promise, size);
    this.#bytes += size;
    this.#channel.outboundBuffer?.incrementPendingOutboundBytes(size);
  }

  /** Takes the first write off and returns its promise, which is the caller's to complete; `null` when empty. */
  remove(): ChannelPromise | null {
    if (this.isEmpty) return null;
    const promise = this.#slots[this.#head + 1] as ChannelPromise;
    this.#dropFirst();
    return promise;
  }

  /**
   * Takes the first write off and writes it; flushes nothing. Returns its promise; `null` when empty. Throws `TypeError`
   * (`ERR_INVALID_ARG_VALUE`) as `write` does when the promise was completed meanwhile; a cancelled one is passed over.
   */
  removeAndWrite(): ChannelFuture | null {
    if (this.isEmpty) return null;
    const message = this.#slots[this.#head];
    const promise = this.#slots[this.#head + 1] as ChannelPromise;
    this.#dropFirst();
    return this.#invoker.write(message, promise);
  }

  /**
   * Takes all writes off and writes them in order, with those that are added meanwhile; flushes nothing. The future is
   * done when all of them are: it succeeds if all did, else it has the first failure. Ignoring it is fine, each write
   * still tells of its own failure. Returns `null` when empty.
   */
  removeAndWriteAll(): ChannelFuture | null {
    if (this.isEmpty) return null;
    const all = new Outcome(this.#channel);
    while (!this.isEmpty) {
      const batch = this.#takeAll();
      for (let i = batch.first; i < batch.slots.length; i += STRIDE) {
        const promise = batch.slots[i + 1] as ChannelPromise;
        this.#uncount(batch.slots[i + 2] as number);
        all.add(promise);
        try {
          this.#invoker.write(batch.slots[i], promise);
        } catch (error) {
          // The promise was completed by somebody else meanwhile. The writes after it are sent all the same.
          all.failed(toError(error));
        }
      }
    }
    return all.finish();
  }

  /** Takes the first write off and fails it. Does nothing when empty. */
  removeAndFail(cause: Error): void {
    const promise = this.remove();
    if (promise !== null) fail(promise, cause);
  }

  /** Takes all writes off and fails them in order, with those that are added meanwhile. Does nothing when empty. */
  removeAndFailAll(cause: Error): void {
    while (!this.isEmpty) {
      const batch = this.#takeAll();
      for (let i = batch.first; i < batch.slots.length; i += STRIDE) {
        this.#uncount(batch.slots[i + 2] as number);
        fail(batch.slots[i + 1] as ChannelPromise, cause);
      }
    }
  }

  /** The queue changes before anything is told: who hears of it may call back. */
  #dropFirst(): void {
    const slots = this.#slots;
    const size = slots[this.#head + 2] as number;
    slots.fill(undefined, this.#head, this.#head + STRIDE);
    this.#head += STRIDE;
    this.#bytes -= size;
    if (this.#head === slots.length) {
      slots.length = 0;
      this.#head = 0;
    } else if (this.#head >= MAX_FREE_SLOTS && this.#head * 2 >= slots.length) {
      slots.splice(0, this.#head);
      this.#head = 0;
    }
    this.#uncount(size);
  }

  #takeAll(): { readonly slots: unknown[]; readonly first: number } {
    const batch = { slots: this.#slots, first: this.#head };
    this.#slots = [];
    this.#head = 0;
    this.#bytes = 0;
    return batch;
  }

  #uncount(size: number): void {
    this.#channel.outboundBuffer?.decrementPendingOutboundBytes(size);
  }
}

/**
 * Joins the outcomes of many writes. Unlike a `PromiseCombiner` it does not count as having looked at them, and its own
 * failure needs nobody to look: each is reported once, where it happened.
 */
class Outcome {
  readonly #all: DefaultChannelPromise;
  /** Writes that are not done, and one for the adding itself. */
  #open = 1;
  #cause: Error | null = null;

  constructor(channel: Channel) {
    this.#all = new DefaultChannelPromise(channel);
    this.#all.observed = true;
  }

  add(promise: ChannelPromise): void {
    this.#open++;
    promise.addPassiveListener(this.#done);
  }
  failed(cause: Error): void {
    this.#cause ??= cause;
  }
  finish(): ChannelFuture {
    this.#close();
    return this.#all;
  }

  readonly #done = (future: ChannelFuture): void => {
    if (!future.isSuccess && this.#cause === null) this.#cause = peek(future);
    this.#close();
  };

  #close(): void {
    if (--this.#open > 0) return;
    if (this.#cause === null) this.#all.trySuccess();
    else this.#all.tryFailure(this.#cause);
  }
}

/** The cause, without counting as having looked at it. */
function peek(future: ChannelFuture): Error | null {
  const promise = future as DefaultChannelPromise;
  const observed = promise.observed;
  const cause = promise.cause;
  promise.observed = observed;
  return cause;
}

function fail(promise: ChannelPromise, cause: Error): void {
  if (promise.tryFailure(cause) || promise.isCancelled) return;
  getLogger().warn(
    { promise: String(promise), err: cause },
    'Failed to mark a promise as failure because it is done already',
  );
}
