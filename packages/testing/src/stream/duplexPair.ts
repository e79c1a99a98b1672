import { Duplex, type DuplexOptions } from 'node:stream';
import { outOfRange } from '@sluice/core';

/** How the streams of a {@link duplexPair} behave: options of `Duplex`, for both ends, and some of its own. */
export interface DuplexPairOptions
  extends Pick<DuplexOptions, 'allowHalfOpen' | 'highWaterMark' | 'objectMode'> {
  /**
   * Cuts what is written into chunks of this many bytes at most; 1 feeds the reader byte by byte. Default: each write is
   * one chunk. Has no effect on streams of objects.
   */
  readonly chunkSize?: number;
  /** Take every write at once, however little the other end reads. Default false: a slow reader holds its writer up. */
  readonly eager?: boolean;
}

/** An error as the system reports it. */
function systemError(syscall: 'read' | 'write', code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}

/** One end of a {@link duplexPair}. */
class PairedDuplex extends Duplex {
  other!: PairedDuplex;
  readonly #chunkSize: number;
  readonly #eager: boolean;
  /** What was written and not delivered yet, and who waits for that. */
  #rest: Uint8Array | null = null;
  #taken: ((error?: Error | null) => void) | null = null;
  #delivering = false;

  constructor({ chunkSize = Number.POSITIVE_INFINITY, eager = false, ...options }: DuplexPairOptions) {
    super(options);
    this.#chunkSize = options.objectMode === true ? Number.POSITIVE_INFINITY : chunkSize;
    this.#eager = eager;
    if (!(chunkSize >= 1)) throw outOfRange(`chunkSize: ${chunkSize} (expected: at least 1)`);
  }

  override _read(): void {
    this.other.#goOn();
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (this.other.destroyed) {
      callback(systemError('write', 'EPIPE'));
      return;
    }
    // Before the push: it may deliver at once, and the reader may ask for more within.
    this.#taken = callback;
    if (Number.isFinite(this.#chunkSize)) {
      this.#rest = chunk as Uint8Array;
      this.#deliver();
    } else if (this.other.push(chunk) || this.#eager) this.#release();
  }

  /** The reader wants more. */
  #goOn(): void {
    if (this.#rest !== null) this.#deliver();
    else this.#release();
  }

  /** Pushes chunks until the reader has enough. */
  #deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    let wanted = true;
    for (let rest = this.#rest; rest !== null && wanted; rest = this.#rest) {
      const chunk = rest.subarray(0, this.#chunkSize);
      this.#rest = chunk.length < rest.length ? rest.subarray(chunk.length) : null;
      wanted = this.other.push(chunk) || this.#eager;
    }
    this.#delivering = false;
    if (this.#rest === null && wanted) this.#release();
  }

  #release(error?: Error): void {
    const taken = this.#taken;
    this.#taken = null;
    taken?.(error);
  }

  override _final(callback: (error?: Error | null) => void): void {
    if (!this.other.destroyed) this.other.push(null);
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    callback(error);
    process.nextTick(() => this.other.#peerDestroyed(error));
  }

  /** As on a socket: an end if the peer was closed in peace, else a reset; what it did not take is lost. */
  #peerDestroyed(error: Error | null): void {
    if (this.destroyed) return;
    if (error !== null) this.destroy(systemError('read', 'ECONNRESET'));
    else {
      if (!this.readableEnded) this.push(null);
      this.#rest = null;
      if (this.#taken !== null) this.#release(systemError('write', 'EPIPE'));
    }
  }
}

/**
 * Two streams in memory: what is written to one is read from the other, by reference, within the call if the reader
 * flows. For `StreamChannel`, and for any library that works on Node's streams.
 *
 * - Back-pressure: a write is done when the other end has room; `eager` takes all at once.
 * - `end()` ends the other's input; it can still write back (`allowHalfOpen`, default true).
 * - `destroy()` ends the other's input, and its writes fail with `EPIPE`; `destroy(error)` destroys the other with
 *   `ECONNRESET`. Both ends then emit `'close'`.
 *
 * No timer and no randomness: the same calls give the same chunks in the same order.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` if `chunkSize` is less than 1
 */
export function duplexPair(options: DuplexPairOptions = {}): [Duplex, Duplex] {
  const a = new PairedDuplex(options);
  const b = new PairedDuplex(options);
  a.other = b;
  b.other = a;
  return [a, b];
}
