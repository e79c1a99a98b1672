import type { Duplex } from 'node:stream';
import { FramedMessage } from '../channel/FramedMessage.js';
import type { OutboundBuffer, OutboundEntry } from '../channel/OutboundBuffer.js';

/** Messages up to this size are copied side by side; larger ones go by reference (measured: no gain from 4 to 32 KiB). */
const COPY_LIMIT = 16 * 1024;
const SCRATCH_SIZE = 256 * 1024;
/** Bytes handed to the runtime in one go: a bound on how long no promise completes. */
const BATCH_LIMIT = 1024 * 1024;
const NOTHING: Uint8Array = new Uint8Array(0);

/** Writes what a channel has flushed to its stream, and completes the promises of what has left. */
export interface StreamWriter {
  write(buffer: OutboundBuffer): void;
}

/** Shared by all channels of the thread, as long as the system takes everything at once; see `#pieces`. */
let scratch: Buffer | null = null;

/** Whether the batch being written points into the scratch. */
let scratchUsed = false;

/** The pieces of the batch being written; reused, never kept. */
const pieces: Uint8Array[] = [];

/**
 * Writes the flushed messages of a channel to a Node stream with as few system calls as possible. Small messages are
 * gathered in a scratch buffer, large ones are passed by reference between cork and uncork. When the stream has taken
 * everything at once (`writableLength` 0), promises are completed right away and the scratch can be used again;
 * otherwise the runtime keeps pointing into it, so it is given up, and what follows waits until the data has left.
 * Only for sockets: another stream may keep what it is given even then.
 */
export class GatheringWriter implements StreamWriter {
  readonly #stream: Duplex;
  readonly #resume: () => void;
  /** Entries that the runtime holds. */
  #inFlight = 0;

  /** `resume` is called when data has left and more may be written. */
  constructor(stream: Duplex, resume: () => void) {
    this.#stream = stream;
    this.#resume = resume;
  }

  /**
   * Writes what is flushed now, until the stream holds data back. What listeners flush meanwhile has asked for a flush of
   * its own: without end, they would keep the thread to themselves as long as the peer keeps up.
   */
  write(buffer: OutboundBuffer): void {
    let left = buffer.size;
    while (this.#inFlight === 0 && left > 0 && !buffer.isEmpty) left -= this.#writeBatch(buffer);
  }

  /** Returns how many entries it dealt with. */
  #writeBatch(buffer: OutboundBuffer): number {
    const stream = this.#stream;
    let entries: number;
    try {
      entries = gather(buffer);
    } catch (error) {
      // A user's FramedMessage threw: its channel ends, and what was gathered must not leave by the next one.
      pieces.length = 0;
      throw error;
    }
    // Now: the write may make another channel gather.
    const usesScratch = scratchUsed;
    handOver(stream);
    if (stream.writable && stream.writableLength === 0) {
      complete(buffer, entries);
      return entries;
    }
    this.#inFlight = entries;
    // The write failed, or the stream had failed before: its error or close comes, and fails what is in flight.
    if (!stream.writable) return entries;
    if (usesScratch) scratch = null;
    // An empty write behind the data: its callback comes when the data has left (or failed: then the channel closes).
    stream.write(NOTHING, (error) => {
      // After destroy() the runtime may report success for data that never left; the channel knows better.
      if (error || stream.destroyed) return;
      // Still in flight meanwhile: a listener that flushes must not send what is about to be taken off again.
      complete(buffer, entries);
      this.#inFlight = 0;
      this.#resume();
    });
    return entries;
  }
}

/** Empties `pieces` before anything leaves: a TLS socket over a stream in memory may make another channel write. */
function handOver(stream: Duplex): void {
  const first = pieces[0];
  const single = pieces.length === 1;
  if (!single) {
    stream.cork();
    for (const piece of pieces) stream.write(piece);
  }
  pieces.length = 0;
  if (single) stream.write(first);
  else stream.uncork();
}

function complete(buffer: OutboundBuffer, entries: number): void {
  for (let i = 0; i < entries; i++) buffer.remove();
}

/** Takes a single message by reference where that needs no scratch: bytes, or a frame too large to copy. */
function alone(message: unknown): boolean {
  if (!(message instanceof FramedMessage)) pieces.push(message as Uint8Array);
  else if (message.payload.length > COPY_LIMIT) pieces.push(message.header(), message.payload);
  else return false;
  return true;
}

/** Fills `pieces` from the front of the buffer; returns how many entries they hold. */
function gather(buffer: OutboundBuffer): number {
  const first = buffer.first as OutboundEntry;
  scratchUsed = false;
  if (buffer.size === 1 && alone(first.entryMessage)) return 1;
  scratchUsed = true;
  if (scratch === null) scratch = Buffer.allocUnsafeSlow(SCRATCH_SIZE);
  const target = scratch;
  let start = 0;
  let end = 0;
  let bytes = 0;
  let entries = 0;
  let entry: OutboundEntry | null = first;
  for (let left = buffer.size; left > 0 && bytes < BATCH_LIMIT; left--) {
    const message: unknown = (entry as OutboundEntry).entryMessage;
    let payload: Uint8Array;
    if (message instanceof FramedMessage) {
      const headerLength = message.headerLength;
      payload = message.payload;
      if (end + headerLength + Math.min(payload.length, COPY_LIMIT) > SCRATCH_SIZE) break;
      message.writeHeader(target, end);
      end += headerLength;
      bytes += headerLength;
    } else {
      payload = message as Uint8Array;
      if (end + Math.min(payload.length, COPY_LIMIT) > SCRATCH_SIZE) break;
    }
    if (payload.length <= COPY_LIMIT) {
      target.set(payload, end);
      end += payload.length;
    } else {
      if (end > start) pieces.push(target.subarray(start, end));
      start = end;
      pieces.push(payload);
    }
    bytes += payload.length;
    entries++;
    entry = (entry as OutboundEntry).entryNext;
  }
  if (end > start || pieces.length === 0) pieces.push(target.subarray(start, end));
  return entries;
}
