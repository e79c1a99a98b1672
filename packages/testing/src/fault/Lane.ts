import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** Bytes that may wait here: as many as a socket's own buffer, and enough for what is under way when there is a delay. */
const WAITING = 65_536;
const WAITING_DELAYED = 1_048_576;

/** How a throttled lane cuts: pieces of about 20 ms each, of this many bytes at most. */
const PIECES_PER_SECOND = 50;
const MAX_PIECE = 16_384;

/** Bytes under way, or how the source came to its end. */
interface Item {
  what: Buffer | 'end' | 'reset';
  /** When it may be forwarded, by the monotonic clock. */
  due: number;
}

/** Who runs the lane. */
interface LaneEvents {
  /** The source was reset, and everything before that was forwarded. */
  reset(): void;
  /** This many bytes were handed to the target's system. */
  forwarded(bytes: number): void;
}

/**
 * One direction of a connection: reads from one socket and writes to the other, one write at a time, so that a slow
 * reader holds the writer up and a count of bytes is exact.
 */
export class Lane {
  readonly #source: Socket;
  readonly #target: Socket;
  readonly #events: LaneEvents;
  readonly #queue: Item[] = [];
  #waiting = 0;
  #forwarded = 0;
  #writing = false;
  /** The size of the write that is under way. */
  #size = 0;
  #closed = false;
  /** The target was told that nothing more comes. */
  #shut = false;
  #held = false;
  #dropping = false;
  #delay = 0;
  #rate = Number.POSITIVE_INFINITY;
  #transform: ((chunk: Buffer) => Buffer | null) | null = null;
  #triggers: { readonly at: number; readonly run: () => void }[] = [];
  /** A throttled lane writes again from this time on. */
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(source: Socket, target: Socket, events: LaneEvents) {
    this.#source = source;
    this.#target = target;
    this.#events = events;
    source.on('readable', () => this.#pump());
    source.once('end', () => this.#add('end'));
    source.on('error', () => this.#add('reset'));
  }

  get forwarded(): number {
    return this.#forwarded;
  }

  hold(): void {
    this.#held = true;
  }

  drop(): void {
    this.#held = false;
    this.#dropping = true;
    this.#pump();
  }

  delay(ms: number): void {
    this.#delay = ms;
  }

  throttle(bytesPerSecond: number): void {
    this.#rate = bytesPerSecond;
  }

  transform(transform: (chunk: Buffer) => Buffer | null): void {
    this.#transform = transform;
  }

  after(bytes: number, run: () => void): void {
    // What is being written cannot be cut any more.
    this.#triggers.push({ at: this.#forwarded + this.#size + bytes, run });
  }

  restore(): void {
    this.#held = false;
    this.#dropping = false;
    this.#delay = 0;
    this.#rate = Number.POSITIVE_INFINITY;
    this.#next = 0;
    this.#transform = null;
    this.#triggers = [];
    for (const item of this.#queue) item.due = 0;
    this.#pump();
  }

  /** Ends the target's input now; everything else is discarded. */
  shut(): void {
    if (this.#shut) return;
    this.#shut = true;
    this.#target.end();
    this.#pump();
  }

  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
    this.#triggers = [];
    clearTimeout(this.#timer);
  }

  #add(what: Item['what']): void {
    if (this.#closed) return;
    this.#queue.push({ what, due: this.#delay === 0 ? 0 : performance.now() + this.#delay });
    if (typeof what === 'string') this.#pump();
    else this.#waiting += what.length;
  }

  #pump(): void {
    this.#take();
    while (!this.#closed && !this.#held && !this.#writing) {
      const item = this.#queue[0];
      if (item === undefined) return;
      if (typeof item.what !== 'string' && (this.#dropping || this.#shut)) {
        this.#waiting -= item.what.length;
        this.#queue.shift();
      } else if (this.#dropping || this.#isEarly(item)) return;
      else if (typeof item.what !== 'string') this.#write(item, item.what);
      else {
        this.#queue.shift();
        if (item.what === 'end') this.shut();
        else this.#events.reset();
      }
    }
  }

  /** Reads what there is room for. */
  #take(): void {
    const room = this.#delay === 0 ? WAITING : WAITING_DELAYED;
    while (!this.#closed && !this.#held && (this.#waiting < room || this.#dropping || this.#shut)) {
      const read = this.#source.read() as Buffer | null;
      if (read === null) return;
      if (this.#dropping || this.#shut) continue;
      const chunk = this.#transform === null ? read : this.#transform(read);
      if (chunk !== null && chunk.length > 0) this.#add(chunk);
    }
  }

  /** Whether it has to wait still; if so, for a timer. */
  #isEarly(item: Item): boolean {
    const wait = Math.max(item.due, this.#next) - performance.now();
    if (wait <= 0) return false;
    clearTimeout(this.#timer);
    // A timer may come a little early: then it waits once more.
    this.#timer = setTimeout(() => this.#pump(), Math.ceil(wait));
    return true;
  }

  #write(item: Item, bytes: Buffer): void {
    let size = bytes.length;
    if (this.#rate !== Number.POSITIVE_INFINITY) {
      size = Math.min(size, MAX_PIECE, Math.ceil(this.#rate / PIECES_PER_SECOND));
    }
    for (const { at } of this.#triggers) size = Math.min(size, at - this.#forwarded);
    if (size < bytes.length) item.what = bytes.subarray(size);
    else this.#queue.shift();
    this.#waiting -= size;
    this.#writing = true;
    this.#size = size;
    this.#target.write(bytes.subarray(0, size), (error) => {
      // The target is gone; the other lane, which reads from it, tells how.
      if (!error) this.#written(size);
    });
  }

  #written(size: number): void {
    this.#writing = false;
    this.#size = 0;
    this.#forwarded += size;
    if (this.#rate !== Number.POSITIVE_INFINITY) this.#next = performance.now() + (size / this.#rate) * 1000;
    this.#events.forwarded(size);
    const due = this.#triggers.filter(({ at }) => at <= this.#forwarded);
    if (due.length > 0) {
      this.#triggers = this.#triggers.filter(({ at }) => at > this.#forwarded);
      for (const { run } of due) run();
    }
    this.#pump();
  }
}
