import { Duplex, type DuplexOptions } from 'node:stream';

/** How the two ends of a pair treat each other. */
export interface DuplexPairOptions extends DuplexOptions {
  /** Take every write at once, however little the other end reads: writes then deliver within the call. */
  readonly eager?: boolean;
}

/** Two streams in memory: what is written to one is read from the other, by reference. */
export class PairedDuplex extends Duplex {
  other!: PairedDuplex;
  /** Chunks and callbacks as `_write` got them, for tests that count. */
  readonly writes: unknown[] = [];
  readonly #eager: boolean;
  #taken: (() => void) | null = null;

  constructor(options: DuplexPairOptions) {
    super(options);
    this.#eager = options.eager ?? false;
  }

  override _read(): void {
    this.other.#release();
  }
  #release(): void {
    const taken = this.#taken;
    this.#taken = null;
    taken?.();
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.writes.push(chunk);
    // Before the push: it may deliver at once, and the reader may ask for more within.
    this.#taken = callback;
    if (this.other.push(chunk) || this.#eager) this.#release();
  }
  override _final(callback: (error?: Error | null) => void): void {
    this.other.push(null);
    callback();
  }
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    callback(error);
    process.nextTick(() => {
      if (this.other.destroyed) return;
      if (error === null) this.other.push(null);
      else
        this.other.destroy(
          Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }),
        );
    });
  }
}

/** Both ends. */
export function duplexPair(options: DuplexPairOptions = {}): [PairedDuplex, PairedDuplex] {
  const a = new PairedDuplex(options);
  const b = new PairedDuplex(options);
  a.other = b;
  b.other = a;
  return [a, b];
}
