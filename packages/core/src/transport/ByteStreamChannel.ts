import type { Duplex } from 'node:stream';
import { ByteBuf } from '../buffer/ByteBuf.js';
import type { DuplexChannel } from '../channel/Channel.js';
import type { ChannelFuture, ChannelPromise } from '../channel/ChannelFuture.js';
import {
  ClosedChannelException,
  NotYetConnectedException,
  UnsupportedMessageTypeException,
} from '../channel/errors.js';
import { ChannelInputShutdownEvent, ChannelInputShutdownReadComplete } from '../channel/events.js';
import { FramedMessage } from '../channel/FramedMessage.js';
import type { OutboundBuffer } from '../channel/OutboundBuffer.js';
import { BatchingChannel } from './BatchingChannel.js';
import { GatheringWriter, type StreamWriter } from './GatheringWriter.js';

/** A stream knows its channel, so that one set of listeners serves all of them. */
const CHANNEL = Symbol('sluice.channel');
type Attached = Duplex & { [CHANNEL]?: ByteStreamChannel };

function channelOf(stream: Duplex): ByteStreamChannel {
  return (stream as Attached)[CHANNEL] as ByteStreamChannel;
}
function onEnd(this: Duplex): void {
  channelOf(this).inputEnded();
}
function onError(this: Duplex, error: Error): void {
  channelOf(this).streamFailed(error);
}
function onClose(this: Duplex): void {
  channelOf(this).streamClosed();
}
function onData(this: Duplex, chunk: Uint8Array): void {
  channelOf(this).received(chunk);
}

/** @internal The channel of a stream, for runtimes that report reads in another way than by events. */
export { channelOf };

/**
 * A channel over a Node stream of bytes: half-closure, errors, closing and writing. Who reads, and how the stream comes
 * to be, is up to the subclass.
 */
export abstract class ByteStreamChannel extends BatchingChannel implements DuplexChannel {
  #stream: Duplex | null = null;
  #writer: StreamWriter | null = null;
  #open = true;
  #active = false;
  #closed: (() => void) | null = null;
  #streamClosed = false;
  #inputShutdown = false;
  #inputShutdownSeen = false;
  #outputShutdown = false;
  /** The pipeline asked for (more) input. */
  #readRequested = false;
  #reading = false;
  /** A chunk that came although reading was stopped: a runtime that was just told to resume may still do so once. */
  #early: Uint8Array | null = null;
  /** The end of the input came although nobody read: most streams tell it as soon as they know. */
  #endWaiting = false;

  /** Takes a stream over; it must be paused. With `events`, input comes by `'data'`. */
  protected attach(
    stream: Duplex,
    events: boolean,
    writer: StreamWriter = new GatheringWriter(stream, () => this.flushBatch()),
  ): void {
    this.#stream = stream;
    (stream as Attached)[CHANNEL] = this;
    this.#writer = writer;
    if (events) stream.on('data', onData).pause();
    stream.on('end', onEnd).on('error', onError).on('close', onClose);
  }

  /** The stream; `null` before `attach`. */
  protected get stream(): Duplex | null {
    return this.#stream;
  }

  /** The stream is connected. */
  protected activate(): void {
    this.#active = true;
    // Asked for before there was a connection.
    if (this.#readRequested) this.doBeginRead();
  }

  get isOpen(): boolean {
    return this.#open;
  }
  get isActive(): boolean {
    return this.#active;
  }
  get isInputShutdown(): boolean {
    return this.#inputShutdown || !this.#open;
  }
  get isOutputShutdown(): boolean {
    return this.#outputShutdown || !this.#open;
  }
  get isShutdown(): boolean {
    return this.isInputShutdown && this.isOutputShutdown;
  }
  override get acceptsFramed(): boolean {
    return true;
  }

  // ---- input -----------------------------------------------------------------------------------------------------

  protected override doBeginRead(): void {
    this.#readRequested = true;
    if (this.#inputShutdown) {
      this.#readOfNothing();
      return;
    }
    if (!this.#active) return;
    if (this.#endWaiting && this.#early === null) {
      this.#endWaiting = false;
      this.eventLoop.execute(() => this.inputEnded());
    }
    if (this.#reading) return;
    this.#reading = true;
    if (this.#early === null) this.#stream?.resume();
    else this.eventLoop.execute(this.#deliverEarly);
  }

  /** A read of an input that has ended: told once, and only where handlers know about half-closure. */
  #readOfNothing(): void {
    if (this.#inputShutdownSeen || !this.config.allowHalfClosure) return;
    this.#inputShutdownSeen = true;
    this.eventLoop.execute(() =>
      this.pipeline.fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE),
    );
  }

  readonly #deliverEarly = (): void => {
    const chunk = this.#early;
    this.#early = null;
    if (chunk !== null && this.received(chunk)) this.#stream?.resume();
  };

  /** @internal A chunk arrived. Returns whether to go on reading. */
  received(chunk: Uint8Array): boolean {
    if (!this.#open || this.#inputShutdown) return true;
    if (!this.#reading) {
      this.#early = chunk;
      return false;
    }
    this.#readRequested = false;
    this.dispatch(chunk);
    if (!this.#readRequested && this.#open) this.#stopReading();
    return this.#reading;
  }

  /** Whether input is wanted and comes as soon as there is any. */
  protected get isReading(): boolean {
    return this.#reading;
  }

  #stopReading(): void {
    this.#reading = false;
    this.#stream?.pause();
  }

  protected override doStopRead(): void {
    this.#readRequested = false;
    // After shutdownInput what comes is still taken, and dropped.
    if (this.#reading && !this.#inputShutdown) this.#stopReading();
  }

  /** @internal The peer ended its side: told to those who read, after all that it has sent. */
  inputEnded(): void {
    if (!this.#open) return;
    if (!this.#inputShutdown && (!this.#reading || this.#early !== null)) {
      this.#endWaiting = true;
      return;
    }
    if (this.#inputShutdown) {
      // Both directions have ended: nobody would close the socket any more.
      if (!this.config.allowHalfClosure) this.doCloseOperation(this.newPromise());
      return;
    }
    // The end is what the read brought; with autoRead the next line asks for more.
    this.#readRequested = false;
    this.pipeline.fireChannelReadComplete();
    if (!this.#open) return;
    if (this.config.allowHalfClosure) {
      this.#inputShutdown = true;
      this.pipeline.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
      if (this.#readRequested) this.doBeginRead();
    } else this.doCloseOperation(this.newPromise());
  }

  shutdownInput(promise: ChannelPromise = this.newPromise()): ChannelFuture {
    if (!promise.setUncancellable()) return promise;
    if (!this.#active) return promise.setFailure(this.#inactive());
    this.#inputShutdown = true;
    this.#early = null;
    // What still comes is read and dropped: the system has no way to refuse it that Node offers.
    this.#stream?.resume();
    promise.setSuccess();
    // The read under way has found the end.
    if (this.#reading) this.#readOfNothing();
    if (this.#endWaiting) this.inputEnded();
    return promise;
  }

  // ---- output ----------------------------------------------------------------------------------------------------

  protected override filterOutboundMessage(message: unknown): unknown {
    if (message instanceof Uint8Array || message instanceof FramedMessage) return message;
    if (message instanceof ByteBuf) return message.toBuffer();
    throw new UnsupportedMessageTypeException(
      `unsupported message type: ${typeName(message)} (expected: Buffer, Uint8Array, ByteBuf, FramedMessage). ` +
        `${String(this)} writes bytes: add an encoder for it (a StringEncoder for strings) nearer to the head than ` +
        `the handler that writes. Handlers: [${this.pipeline.names().join(', ')}]`,
    );
  }

  protected override doWrite(buffer: OutboundBuffer): void {
    this.#writer?.write(buffer);
  }

  shutdownOutput(promise: ChannelPromise = this.newPromise()): ChannelFuture {
    if (!this.#active) return promise.setUncancellable() ? promise.setFailure(this.#inactive()) : promise;
    this.beforeClose();
    this.shutDownOutputWith(promise);
    return promise;
  }
  shutdown(promise: ChannelPromise = this.newPromise()): ChannelFuture {
    this.shutdownInput();
    return this.shutdownOutput(promise);
  }
  protected override doShutdownOutput(): void {
    this.#outputShutdown = true;
    this.#stream?.end();
  }
  #inactive(): Error {
    return this.#open
      ? new NotYetConnectedException(
          `The channel ${String(this)} is not connected yet: nothing to shut down.`,
        )
      : new ClosedChannelException(`The channel ${String(this)} is closed`);
  }

  // ---- end -------------------------------------------------------------------------------------------------------

  protected override doClose(closed: () => void): void {
    this.#open = false;
    this.#active = false;
    if (this.#stream === null || this.#streamClosed) {
      closed();
      return;
    }
    this.#closed = closed;
    this.destroyStream(this.#stream);
  }

  /** Ends the stream at once; may be overridden for another way. */
  protected destroyStream(stream: Duplex): void {
    stream.destroy();
  }

  /** @internal The stream reported an error; it destroys itself. */
  streamFailed(error: Error): void {
    if (!this.#open) return;
    // A failed write is told by its future; everything else ends the read under way and is told by the pipeline.
    if ((error as { syscall?: string }).syscall !== 'write') {
      this.#readRequested = false;
      if (this.#active) this.pipeline.fireChannelReadComplete();
      this.pipeline.fireExceptionCaught(error);
    }
    this.closeOnError(error);
  }

  /** @internal The stream is gone. */
  streamClosed(): void {
    this.#streamClosed = true;
    if (this.#open) this.doCloseOperation(this.newPromise());
    const closed = this.#closed;
    this.#closed = null;
    closed?.();
  }
}

/** The kind of a message as people call it: `String`, `Object`, a class name. */
export function typeName(message: unknown): string {
  if (typeof message !== 'object' || message === null) {
    const name = typeof message;
    return name.charAt(0).toUpperCase() + name.slice(1);
  }
  return message.constructor?.name ?? 'Object';
}
