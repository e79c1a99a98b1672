import type { Duplex } from 'node:stream';
import { FramedMessage } from '../../channel/FramedMessage.js';
import type { OutboundBuffer, OutboundEntry } from '../../channel/OutboundBuffer.js';
import type { StreamWriter } from '../GatheringWriter.js';

/** Bytes handed to the stream in one go: a bound on how long no promise completes. */
const BATCH_BYTES = 1024 * 1024;
/** The same for streams of objects, and a bound on the pieces of one cork. */
const BATCH_ENTRIES = 1024;

/**
 * Writes to a stream that may keep what it is given (a pair of streams in memory passes it on as it is): each message
 * by reference, all of one flush between cork and uncork. One batch is with the stream at a time; its promises are done
 * when the stream says that it has dealt with it.
 */
export class ReferenceWriter implements StreamWriter {
  readonly #stream: Duplex;
  readonly #objects: boolean;
  readonly #resume: () => void;
  /** What is being handed over. One's own: a stream in memory may make its reader write within our `write`. */
  readonly #pieces: unknown[] = [];
  #buffer: OutboundBuffer | null = null;
  /** Entries that the stream holds. */
  #inFlight = 0;
  /** Callbacks to come for batches that were done when `write` returned. */
  #settled = 0;

  /** `resume` is called when data has left and more may be written. */
  constructor(stream: Duplex, resume: () => void) {
    this.#stream = stream;
    this.#objects = stream.writableObjectMode;
    this.#resume = resume;
  }

  write(buffer: OutboundBuffer): void {
    this.#buffer = buffer;
    // What listeners flush meanwhile has asked for a flush of its own, as on sockets.
    let left = buffer.size;
    while (this.#inFlight === 0 && left > 0 && !buffer.isEmpty) left -= this.#writeBatch(buffer);
  }

  /** Returns how many entries it dealt with. */
  #writeBatch(buffer: OutboundBuffer): number {
    const stream = this.#stream;
    const pieces = this.#pieces;
    const entries = collect(buffer, pieces, this.#objects);
    const last = pieces.length - 1;
    if (last >= 0) {
      if (last > 0) stream.cork();
      for (let i = 0; i < last; i++) stream.write(pieces[i]);
      stream.write(pieces[last], this.#written);
      pieces.length = 0;
      if (last > 0) stream.uncork();
      if (stream.writableLength !== 0 || stream.errored !== null || stream.destroyed) {
        this.#inFlight = entries;
        return entries;
      }
      this.#settled++;
    }
    complete(buffer, entries);
    return entries;
  }

  /** One function for all batches: streams call back in order. */
  readonly #written = (error?: Error | null): void => {
    if (this.#settled > 0) {
      this.#settled--;
      return;
    }
    // After destroy() a stream may report success for data that never left; the channel, which is closing, fails it.
    if (error || this.#stream.destroyed) return;
    // In flight until all are off: a listener that flushes must not send what has been sent.
    complete(this.#buffer as OutboundBuffer, this.#inFlight);
    this.#inFlight = 0;
    this.#resume();
  };
}

function complete(buffer: OutboundBuffer, entries: number): void {
  for (let i = 0; i < entries; i++) buffer.remove();
}

/** Fills `pieces` from the front of the buffer; returns how many entries they stand for. */
function collect(buffer: OutboundBuffer, pieces: unknown[], objects: boolean): number {
  let bytes = 0;
  let entries = 0;
  let entry = buffer.first;
  while (entry !== null && entries < buffer.size && entries < BATCH_ENTRIES && bytes < BATCH_BYTES) {
    const current: OutboundEntry = entry;
    // A cancelled write leaves an empty entry; many streams take an empty chunk for something special.
    if (objects) {
      if (!current.isCancelled) pieces.push(current.entryMessage);
    } else bytes += collectBytes(current.entryMessage as Uint8Array | FramedMessage, pieces);
    entries++;
    entry = current.entryNext;
  }
  return entries;
}

function collectBytes(message: Uint8Array | FramedMessage, pieces: unknown[]): number {
  const payload = message instanceof FramedMessage ? message.payload : message;
  if (message instanceof FramedMessage) pieces.push(message.header());
  if (payload.length > 0) pieces.push(payload);
  return message.length;
}
