import { Buffer } from 'node:buffer';
import type { ByteBuf } from '@sluice/core';
import { emptyCursor, moveCursor, newCursor } from './cursor.js';

/** Memory taken at once for a frame whose length is known; it doubles as bytes really arrive. */
const MAX_FIRST_ROOM = 65_536;
/** Bytes joined to a rest whose frame has no known length, before the decoder is asked again. */
const MIN_JOIN = 4096;

/**
 * The bytes a decoder has not used yet. A chunk that arrives when nothing is left is read where it lies. Otherwise its
 * beginning is joined to the rest in memory of our own, and as soon as the decoder has used the rest up it goes on in
 * the chunk: what is copied is one frame, not the chunk. Frames may be cut from any of this memory without a copy, for
 * bytes that have become readable are never changed or moved.
 */
export class Cumulation {
  /** What the decoder reads. Good only while it decodes: the same object is put over the next memory. */
  readonly buf: ByteBuf = newCursor();
  /** Our memory, when `buf` is over it; else `buf` is over a chunk, or empty. */
  #own: Buffer | null = null;
  /** A chunk that is partly joined, and how much of it. */
  #chunk: Buffer | null = null;
  #joined = 0;

  /** Takes a chunk. What it holds becomes readable at once, or through {@link join}. */
  add(chunk: Buffer): void {
    if (this.#chunk !== null) this.joinAll();
    if (this.buf.readableBytes === 0) {
      this.#own = null;
      moveCursor(this.buf, chunk, 0, chunk.length);
    } else if (chunk.length > 0) {
      this.#chunk = chunk;
      this.#joined = 0;
    }
  }

  /** Whether there are bytes that `buf` does not show yet. */
  get isPartlyHidden(): boolean {
    return this.#chunk !== null;
  }

  /** All bytes that are not used yet, shown or not. */
  get length(): number {
    return this.buf.readableBytes + (this.#chunk === null ? 0 : this.#chunk.length - this.#joined);
  }

  /**
   * Shows more of the chunk: all of it, if the rest has been used up; else the `missing` bytes that complete the frame,
   * and where that is unknown (0) as much again as there is.
   */
  join(missing: number): void {
    const chunk = this.#chunk as Buffer;
    const readable = this.buf.readableBytes;
    if (readable <= this.#joined) {
      // What is left lies in the chunk too.
      this.#own = null;
      this.#chunk = null;
      moveCursor(this.buf, chunk, this.#joined - readable, chunk.length);
      return;
    }
    this.#append(
      Math.min(missing > 0 ? missing : Math.max(MIN_JOIN, readable), chunk.length - this.#joined),
      missing,
    );
  }

  /** Shows all of the chunk. */
  joinAll(): void {
    const chunk = this.#chunk;
    if (chunk === null) return;
    if (this.buf.readableBytes <= this.#joined) this.join(0);
    else this.#append(chunk.length - this.#joined, 0);
  }

  /**
   * The reading is over. Lets go of memory that was used up, and moves a small rest out of large memory, which it would
   * keep alive as a whole. `missing` as for {@link join}.
   */
  settle(missing: number): void {
    this.joinAll();
    const buf = this.buf;
    const readable = buf.readableBytes;
    if (readable === 0) this.clear();
    else if (this.#wastes(readable)) this.#move(this.#room(readable, missing), readable);
  }

  /** Whether a rest keeps alive much more memory than it needs: that of its chunk, or of a long frame in front of it. */
  #wastes(readable: number): boolean {
    const { buf } = this;
    if (this.#own === null) return readable < buf.toBuffer().buffer.byteLength >>> 1;
    return buf.readerIndex > MAX_FIRST_ROOM && readable < buf.readerIndex >>> 1;
  }

  /** Forgets everything. */
  clear(): void {
    this.#own = null;
    this.#chunk = null;
    emptyCursor(this.buf);
  }

  /** Takes all bytes out; `null` when there are none. */
  takeAll(): Buffer | null {
    this.joinAll();
    const rest = this.buf.readableBytes > 0 ? this.buf.toBuffer() : null;
    this.clear();
    return rest;
  }

  /** Copies `count` bytes of the chunk behind what is readable. */
  #append(count: number, missing: number): void {
    const chunk = this.#chunk as Buffer;
    const buf = this.buf;
    const readable = buf.readableBytes;
    if (this.#own === null || buf.capacity - buf.writerIndex < count) {
      this.#move(this.#room(readable + count, Math.max(0, missing - count)), readable);
    }
    const end = buf.writerIndex;
    chunk.copy(this.#own as unknown as Buffer, end, this.#joined, this.#joined + count);
    // Not through setIndex alone: a mark the decoder made stays good, as the bytes in front stay where they are.
    buf.writerIndex = end + count;
    this.#joined += count;
    if (this.#joined === chunk.length) this.#chunk = null;
  }

  /**
   * How much memory to take for `length` bytes with `missing` more expected: what a header announced is trusted up to
   * 64 KiB, and beyond that as far as bytes have come.
   */
  #room(length: number, missing: number): number {
    if (missing > 0) return Math.min(length + missing, Math.max(MAX_FIRST_ROOM, 2 * length));
    return Math.max(64, this.#own === null ? length : 2 * length);
  }

  /** Copies the readable bytes to new memory. */
  #move(room: number, readable: number): void {
    const own = Buffer.allocUnsafe(room);
    this.buf.toBuffer().copy(own);
    this.#own = own;
    moveCursor(this.buf, own, 0, readable);
  }
}
