import { ByteBuf } from '../buffer/ByteBuf.js';
import { IllegalStateException, outOfRange } from '../util/errors.js';
import { getLogger } from '../util/logger.js';
import type { Channel } from './Channel.js';
import type { ChannelPromise } from './ChannelFuture.js';
import { DefaultChannelPromise } from './DefaultChannelPromise.js';

/** What an entry counts on top of its bytes. Netty: CHANNEL_OUTBOUND_BUFFER_ENTRY_OVERHEAD. */
export const ENTRY_OVERHEAD = 96;

/** One pending write; the promise is the entry. */
export type OutboundEntry = DefaultChannelPromise<unknown>;

const NOTHING: Uint8Array = new Uint8Array(0);
/** Bit of `#unwritable` that the water marks own; 1 to 31 are the users'. */
const WATER_MARK_BIT = 1;

/**
 * The pending writes of a channel and the count behind `isWritable`. Entries are added by `write`, marked by `flush`,
 * and taken off in order as the transport gets rid of them; the water marks turn the channel unwritable and writable.
 * Netty: ChannelOutboundBuffer.
 */
export class OutboundBuffer {
  readonly #channel: Channel;
  #flushedEntry: OutboundEntry | null = null;
  #unflushedEntry: OutboundEntry | null = null;
  #tailEntry: OutboundEntry | null = null;
  #flushed = 0;
  #pending = 0;
  #progress = 0;
  #unwritable = 0;
  #inFail = false;
  #quiet = false;
  /** Bytes have left quietly: whether the channel is writable again shows when the next message has been added. */
  #freed = false;
  /** Writable again, and handlers do not know yet. */
  #owed = false;
  /** Written, and not told yet; see `quietly`. */
  readonly #untold: OutboundEntry[] = [];
  /** @internal Called when the buffer turns writable. */
  onWritable: (() => void) | null = null;
  /** @internal Called when the last flushed entry has left. */
  onDrained: (() => void) | null = null;

  /** Made by the channel. */
  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Bytes of all pending writes, 96 more for each entry. Netty: totalPendingWriteBytes. */
  get totalPendingWriteBytes(): number {
    return this.#pending;
  }
  /** Flushed entries. */
  get size(): number {
    return this.#flushed;
  }
  /** Whether nothing flushed is left to write. */
  get isEmpty(): boolean {
    return this.#flushed === 0;
  }
  /** The first flushed message, or `null`. */
  get current(): unknown {
    return this.#flushedEntry === null ? null : this.#flushedEntry.entryMessage;
  }
  /** The first flushed entry; the next ones follow by `entryNext`, `size` of them. */
  get first(): OutboundEntry | null {
    return this.#flushedEntry;
  }
  /** Bytes of the current message that have been written. */
  get currentProgress(): number {
    return this.#flushedEntry === null ? 0 : this.#progress;
  }
  /** Whether neither the water marks nor a user-defined flag forbid writing. */
  get isWritable(): boolean {
    return this.#unwritable === 0;
  }

  /** Bytes until unwritable; 0 if it is. */
  get bytesBeforeUnwritable(): number {
    const bytes = this.#channel.config.writeBufferWaterMark.high - this.#pending + 1;
    return bytes > 0 && this.isWritable ? bytes : 0;
  }
  /** Bytes to be written until writable; 0 if it is. */
  get bytesBeforeWritable(): number {
    const bytes = this.#pending - this.#channel.config.writeBufferWaterMark.low + 1;
    return bytes <= 0 || this.isWritable ? 0 : bytes;
  }

  /** Adds a message of `size` bytes. */
  addMessage(message: unknown, size: number, promise: ChannelPromise<never> | ChannelPromise): void {
    const entry = entryFor(promise as DefaultChannelPromise<unknown>);
    entry.entryMessage = message;
    entry.entryPending = size + ENTRY_OVERHEAD;
    entry.entryNext = null;
    if (this.#tailEntry === null) this.#flushedEntry = null;
    else this.#tailEntry.entryNext = entry;
    this.#tailEntry = entry;
    if (this.#unflushedEntry === null) this.#unflushedEntry = entry;
    this.#increment(entry.entryPending, false);
    if (this.#freed) this.#settleFreed();
  }

  /** Marks everything added so far as flushed; writes cancelled before are skipped. */
  addFlush(): void {
    let cancelled = 0;
    for (let entry = this.#unflushedEntry; entry !== null; entry = entry.entryNext) {
      if (this.#flushedEntry === null) {
        this.#flushedEntry = entry;
        this.#progress = 0;
      }
      this.#flushed++;
      if (!entry.setUncancellable()) {
        cancelled += entry.entryPending;
        entry.entryMessage = NOTHING;
        entry.entryPending = 0;
      }
    }
    this.#unflushedEntry = null;
    // At the end, once for all: who hears that the channel is writable may write and flush.
    if (cancelled > 0) this.#decrement(cancelled, false, true);
  }

  /**
   * Runs `write` without telling anybody: for a flush that a transport forces in the midst of a message, where a listener
   * that writes would put its bytes between two parts of it. What was written is told as a task, or before the next
   * entry that is.
   */
  quietly(write: () => void): void {
    this.#quiet = true;
    try {
      write();
    } finally {
      this.#quiet = false;
      if (this.#untold.length > 0) this.#channel.eventLoop.execute(() => this.#tell());
    }
  }

  #tell(): void {
    for (let entry = this.#untold.shift(); entry !== undefined; entry = this.#untold.shift()) succeed(entry);
  }

  /** Takes off the first flushed message as written. Returns false when there is none. */
  remove(): boolean {
    const entry = this.#flushedEntry;
    if (entry === null) return false;
    const pending = this.#unlinkFirst(entry);
    if (!entry.isCancelled) {
      if (this.#quiet) {
        this.#untold.push(entry);
        this.#freed = true;
      } else {
        if (this.#untold.length > 0) this.#tell();
        succeed(entry);
      }
      this.#decrement(pending, false, !this.#quiet);
    }
    if (this.onDrained !== null && this.#flushed === 0) this.onDrained();
    return true;
  }

  /** Takes off the first flushed message as failed. */
  removeFailed(cause: Error, notify = true): boolean {
    const entry = this.#flushedEntry;
    if (entry === null) return false;
    const pending = this.#unlinkFirst(entry);
    if (this.#untold.length > 0) this.#tell();
    if (!entry.isCancelled) {
      if (!entry.tryFailure(cause)) warnDone(entry, 'failure');
      this.#decrement(pending, false, notify);
    }
    return true;
  }

  #unlinkFirst(entry: OutboundEntry): number {
    const pending = entry.entryPending;
    this.#progress = 0;
    if (--this.#flushed === 0) {
      this.#flushedEntry = null;
      if (entry === this.#tailEntry) {
        this.#tailEntry = null;
        this.#unflushedEntry = null;
      }
    } else {
      this.#flushedEntry = entry.entryNext;
    }
    entry.entryMessage = undefined;
    entry.entryNext = null;
    entry.entryPending = -1;
    return pending;
  }

  /** Takes `written` bytes off the flushed messages; a message written in part stays, shortened. */
  removeBytes(written: number): void {
    let left = written;
    for (;;) {
      const message = this.current;
      const readable =
        message instanceof ByteBuf
          ? message.readableBytes
          : message instanceof Uint8Array
            ? message.length
            : -1;
      if (readable < 0) return;
      if (readable <= left) {
        left -= readable;
        this.remove();
        continue;
      }
      if (left > 0) {
        if (message instanceof ByteBuf) message.skipBytes(left);
        else (this.#flushedEntry as OutboundEntry).entryMessage = (message as Uint8Array).subarray(left);
        this.#progress += left;
      }
      return;
    }
  }

  /** Whether the user-defined flag `index` (1 to 31) allows writing. */
  getUserDefinedWritability(index: number): boolean {
    return (this.#unwritable & userBit(index)) === 0;
  }

  /** Sets a flag of one's own that `isWritable` is and-ed with; the event is fired as a task. Netty: same. */
  setUserDefinedWritability(index: number, writable: boolean): void {
    const bit = userBit(index);
    const before = this.#unwritable;
    this.#unwritable = writable ? before & ~bit : before | bit;
    if ((before === 0) !== (this.#unwritable === 0)) this.#notify(true);
  }

  /** Counts bytes that a handler holds back, so that they show in `isWritable`. */
  incrementPendingOutboundBytes(bytes: number): void {
    this.#increment(bytes, true);
  }
  /** Takes back what `incrementPendingOutboundBytes` counted. */
  decrementPendingOutboundBytes(bytes: number): void {
    this.#decrement(bytes, true, true);
  }

  #increment(bytes: number, later: boolean): void {
    this.#pending += bytes;
    if (this.#pending <= this.#channel.config.writeBufferWaterMark.high) return;
    const before = this.#unwritable;
    this.#unwritable = before | WATER_MARK_BIT;
    if (before !== 0) return;
    // Handlers that were not told that it became writable need not hear of the end of that.
    if (this.#owed) this.#owed = false;
    else this.#notify(later);
  }

  #settleFreed(): void {
    this.#freed = false;
    if (this.#unwritable === 0 || this.#pending >= this.#channel.config.writeBufferWaterMark.low) return;
    this.#unwritable &= ~WATER_MARK_BIT;
    if (this.#unwritable !== 0) return;
    this.#owed = true;
    this.onWritable?.();
    this.#channel.eventLoop.execute(() => {
      if (!this.#owed) return;
      this.#owed = false;
      this.#channel.pipeline.fireChannelWritabilityChanged();
    });
  }

  #decrement(bytes: number, later: boolean, notify: boolean): void {
    if (bytes === 0) return;
    this.#pending -= bytes;
    if (!notify || this.#unwritable === 0) return;
    if (this.#pending >= this.#channel.config.writeBufferWaterMark.low) return;
    this.#unwritable &= ~WATER_MARK_BIT;
    if (this.#unwritable === 0) this.#notify(later);
  }

  #notify(later: boolean): void {
    const channel = this.#channel;
    if (this.#unwritable === 0) this.onWritable?.();
    if (later) channel.eventLoop.execute(() => channel.pipeline.fireChannelWritabilityChanged());
    else channel.pipeline.fireChannelWritabilityChanged();
  }

  /** Fails all flushed messages. A call from within itself (a listener that closes the channel) does nothing. */
  failFlushed(cause: Error, notify: boolean): void {
    if (this.#inFail) return;
    this.#inFail = true;
    while (this.removeFailed(cause, notify));
    this.#inFail = false;
  }

  /** Fails what was never flushed; the channel must be closed unless `allowChannelOpen`. Fires nothing. */
  close(cause: Error, allowChannelOpen = false): void {
    if (this.#inFail) {
      this.#channel.eventLoop.execute(() => this.close(cause, allowChannelOpen));
      return;
    }
    if (!allowChannelOpen && this.#channel.isOpen) {
      throw new IllegalStateException('close() must be invoked after the channel is closed.');
    }
    if (!this.isEmpty)
      throw new IllegalStateException('close() must be invoked after all flushed writes are handled.');
    this.#inFail = true;
    let entry = this.#unflushedEntry;
    while (entry !== null) {
      const next: OutboundEntry | null = entry.entryNext;
      this.#pending -= entry.entryPending;
      entry.entryMessage = undefined;
      entry.entryNext = null;
      if (!entry.isCancelled && !entry.tryFailure(cause)) warnDone(entry, 'failure');
      entry = next;
    }
    this.#unflushedEntry = this.#tailEntry = null;
    this.#inFail = false;
  }
}

/** A promise that is an entry already (one promise given to two writes) gets a stand-in. */
function entryFor(promise: DefaultChannelPromise<unknown>): OutboundEntry {
  return promise.entryPending < 0 ? promise : new StandIn(promise);
}

class StandIn extends DefaultChannelPromise<unknown> {
  readonly #promise: OutboundEntry;

  constructor(promise: OutboundEntry) {
    super(promise.channel);
    this.#promise = promise;
    this.addListener(({ cause, isCancelled }) => {
      if (isCancelled) return;
      if (!(cause === null ? promise.trySuccess(undefined) : promise.tryFailure(cause)))
        warnDone(promise, 'second result');
    });
  }

  /** Who cancelled the promise meant all of its messages. */
  override setUncancellable(): boolean {
    if (!this.#promise.setUncancellable()) this.cancel();
    return super.setUncancellable();
  }
}

function succeed(entry: OutboundEntry): void {
  if (!entry.trySuccess(undefined)) warnDone(entry, 'success');
}

function userBit(index: number): number {
  if (index < 1 || index > 31) throw outOfRange(`index: ${index} (expected: 1~31)`);
  return 1 << index;
}

function warnDone(promise: OutboundEntry, what: string): void {
  getLogger().warn(
    { promise: String(promise) },
    `Failed to mark a promise as ${what} because it is done already`,
  );
}
