import type { Buffer } from 'node:buffer';
import {
  type ByteBuf,
  type ByteSource,
  type ChannelHandlerContext,
  ChannelInboundHandlerAdapter,
  ChannelInputShutdownEvent,
  EMPTY_BUFFER,
  IllegalStateException,
  type Untyped,
} from '@sluice/core';
import { asBuffer } from '../bytes/asBuffer.js';
import { asDecoderException, DecoderException } from '../errors.js';
import { Cumulation } from './Cumulation.js';
import { acquireList, type MessageList, releaseList } from './MessageList.js';
import { refusePromise } from './refusePromise.js';

/** Bytes behind bad ones that may wait for the next read. */
const MAX_WAITING = 65_536;

/** Stands in the queue for the end of the input. */
const INACTIVE = Symbol('inactive');

/**
 * Turns a stream of bytes into messages: collects what arrives and calls `decode` as long as that makes progress.
 *
 * ```ts
 * class IntDecoder extends ByteToMessageDecoder<number> {
 *   protected override decode(_ctx: ChannelHandlerContext, input: ByteBuf, out: MessageList<number>): void {
 *     if (input.readableBytes >= 4) out.push(input.readInt());
 *   }
 * }
 * ```
 *
 * What is guaranteed, as in Netty 4.2:
 * - Messages are handed on before the next `decode`, and those made before an error before the error.
 * - `decode` is called again while it makes messages or uses bytes up. To make a message without using bytes is an
 *   error (`DecoderException`). What `decode` throws arrives in `exceptionCaught` as a `DecoderException`, with the
 *   original as `cause`; bytes that are left wait for the next read, so skip bad bytes before throwing. If more than
 *   64 KiB are left (Netty has no such limit), decoding goes on at once, unless the channel was closed.
 * - When the input ends (`channelInactive` or `ChannelInputShutdownEvent`), `decode` is called for the rest, then
 *   `decodeLast`, also with no bytes left. What remains is dropped. `channelReadComplete` follows if the last of these
 *   calls made a message. An error follows `channelInactive`, and takes the place of a `ChannelInputShutdownEvent`.
 * - A read that comes in while `decode` runs waits until it has returned. So does the handler's own removal.
 * - A removed decoder hands on messages already made, then the unused bytes (as one `Buffer`), then
 *   `channelReadComplete`.
 * - With `AUTO_READ` off, a read that made no message asks for another one.
 * - Messages that are not bytes (`Uint8Array` or `ByteBuf`) pass untouched.
 *
 * `input` is read-only and good only during the call. `input.readBuffer(n)` cuts a `Buffer` without copying; it may be
 * kept for ever, and keeps alive the memory it was cut from (up to one read of the transport); `Buffer.from` detaches.
 * `decode` must be synchronous. One instance serves one pipeline. Netty: ByteToMessageDecoder.
 */
export abstract class ByteToMessageDecoder<T = Untyped, Write = never> extends ChannelInboundHandlerAdapter<
  ByteSource,
  T,
  Write
> {
  #held: Cumulation | null = null;
  /** What came in while `decode` ran: messages, {@link INACTIVE}, the input shutdown event. */
  #queue: unknown[] | null = null;
  #out: MessageList<T> | null = null;
  #decoding = false;
  #removePending = false;
  /** Since the last `channelReadComplete`: were there bytes, was there a message. */
  #gotBytes = false;
  #gotMessage = false;

  /**
   * Decode at most one message per read (default false): for a protocol that switches to another one after its first
   * message. The rest waits for the next read, or is handed on when the decoder is removed. Netty: setSingleDecode.
   */
  singleDecode = false;

  /** @throws IllegalStateException for a subclass that calls itself sharable */
  constructor() {
    super();
    if (this.isSharable) {
      throw new IllegalStateException(
        `${this.constructor.name} is not allowed to be shared: it keeps the unused bytes of one channel.`,
      );
    }
  }

  /**
   * Takes bytes from `input` and puts messages into `out`. Called while there are bytes. If they are not enough, take
   * none and return. Throwing fires `exceptionCaught`.
   */
  protected abstract decode(ctx: ChannelHandlerContext<T, Write>, input: ByteBuf, out: MessageList<T>): void;

  /** The input has ended; `input` may be empty. Calls `decode` if it is not, unless overridden. */
  protected decodeLast(ctx: ChannelHandlerContext<T, Write>, input: ByteBuf, out: MessageList<T>): void {
    if (input.readableBytes > 0) refusePromise(this.codecName, 'decode', this.decode(ctx, input, out));
  }

  /** The decoder has been removed and its bytes have been handed on. Does nothing unless overridden. */
  protected handlerRemoved0(_ctx: ChannelHandlerContext<T, Write>): void {}

  /**
   * How many bytes are missing until `decode` can go on, if it is known from its last call; 0 (default) if it is not.
   * With it, exactly this much of the next chunk is joined to the rest, and memory of the right size is taken.
   */
  protected missingBytes(): number {
    return 0;
  }

  /** The name of the class in messages. */
  protected get codecName(): string {
    return this.constructor.name;
  }

  /** Number of bytes that have not been used yet, including those that `decode` has not been shown yet. */
  protected actualReadableBytes(): number {
    return this.#held?.length ?? 0;
  }

  // ---- reading ---------------------------------------------------------------------------------------------------

  override channelRead(ctx: ChannelHandlerContext<T, Write>, message: unknown): unknown {
    if (this.#decoding) {
      this.#enqueue(message);
      return undefined;
    }
    const bytes = asBuffer(message);
    if (bytes === undefined) {
      ctx.fireChannelRead(message as T);
      return undefined;
    }
    const error = this.#read(ctx, bytes);
    if (error !== undefined || this.#queue !== null) this.#drainQueue(ctx, error);
    return undefined;
  }

  /** Decodes what a chunk completes; returns what went wrong. */
  #read(ctx: ChannelHandlerContext<T, Write>, bytes: Buffer): Error | undefined {
    const held = (this.#held ??= new Cumulation());
    // First of all, for what is handed on below may cause more reads.
    held.add(bytes);
    this.#gotBytes = true;
    const outer = this.#begin(ctx);
    let error: Error | undefined;
    for (;;) {
      const before = held.length;
      error = this.#decodeHeld(ctx, held);
      if (error === undefined || this.singleDecode || held.length <= MAX_WAITING || held.length === before)
        break;
      // Were each read to end at its first error, a sender of nothing but bad frames would fill the memory.
      this.#report(ctx, error);
      error = undefined;
      if (ctx.isRemoved || !ctx.channel.isOpen) break;
    }
    held.settle(this.missingBytes());
    this.#end(outer);
    return error;
  }

  /** Decodes until more bytes are needed, or until an error, which it returns. */
  #decodeHeld(ctx: ChannelHandlerContext<T, Write>, held: Cumulation): Error | undefined {
    const out = this.#out as MessageList<T>;
    let error: Error | undefined;
    try {
      if (held.isPartlyHidden) this.#join(held);
      this.#decodeAll(ctx, held, out);
    } catch (thrown) {
      error = asDecoderException(thrown);
    }
    this.#fire(ctx, out);
    return error;
  }

  /** Decodes the shown bytes, and then those that the joining of chunks still hides. */
  #decodeAll(ctx: ChannelHandlerContext<T, Write>, held: Cumulation, out: MessageList<T>): void {
    while (this.#decodeShown(ctx, held.buf, out) && held.isPartlyHidden) this.#join(held);
  }

  #join(held: Cumulation): void {
    if (this.singleDecode) held.joinAll();
    else held.join(this.missingBytes());
  }

  /** Decodes while there is progress. False if it has to stop, whatever else there is to decode. */
  #decodeShown(ctx: ChannelHandlerContext<T, Write>, buf: ByteBuf, out: MessageList<T>): boolean {
    while (buf.readableBytes > 0) {
      if (out.size > 0) {
        this.#fire(ctx, out);
        if (ctx.isRemoved) return false;
      }
      const before = buf.readableBytes;
      this.#callDecode(ctx, buf, out, false);
      if (ctx.isRemoved) return false;
      const progress = buf.readableBytes !== before;
      if (out.size > 0) {
        if (!progress) {
          throw new DecoderException(
            `${this.codecName}.decode() did not read anything but decoded a message.`,
          );
        }
        if (this.singleDecode) return false;
      } else if (!progress) return true;
    }
    return true;
  }

  /** Calls the subclass; what happens to this handler meanwhile is made up for afterwards. */
  #callDecode(ctx: ChannelHandlerContext<T, Write>, buf: ByteBuf, out: MessageList<T>, last: boolean): void {
    this.#decoding = true;
    try {
      const result: unknown = last ? this.decodeLast(ctx, buf, out) : this.decode(ctx, buf, out);
      if (result !== undefined) refusePromise(this.codecName, last ? 'decodeLast' : 'decode', result);
    } finally {
      this.#decoding = false;
      // Reads that came in before the removal belong to this decoder.
      if (this.#removePending && this.#queue === null) this.#completeRemoval(ctx);
    }
  }

  #fire(ctx: ChannelHandlerContext<T, Write>, out: MessageList<T>): void {
    if (out.size === 0) return;
    this.#gotMessage = true;
    do ctx.fireChannelRead(out.shift() as T);
    while (out.size > 0);
  }

  /** A read caused by a message that is being handed on comes after the messages made along with that one. */
  #begin(ctx: ChannelHandlerContext<T, Write>): MessageList<T> | null {
    const outer = this.#out;
    if (outer !== null) this.#fire(ctx, outer);
    this.#out = acquireList<T>();
    return outer;
  }

  #end(outer: MessageList<T> | null): void {
    releaseList(this.#out as MessageList<never>);
    this.#out = outer;
  }

  // ---- what came in during decode --------------------------------------------------------------------------------

  #enqueue(item: unknown): void {
    if (this.#queue === null) this.#queue = [item];
    else this.#queue.push(item);
  }

  /** Processes the queue. Throws the last error; those before are reported when what follows them is at hand. */
  #drainQueue(ctx: ChannelHandlerContext<T, Write>, error: Error | undefined): void {
    let failure = error;
    while (this.#queue !== null) {
      if (failure !== undefined) this.#report(ctx, failure);
      const item = this.#queue.shift();
      if (this.#queue.length === 0) this.#queue = null;
      failure = this.#process(ctx, item);
    }
    if (this.#removePending) this.#completeRemoval(ctx);
    if (failure !== undefined) throw failure;
  }

  #process(ctx: ChannelHandlerContext<T, Write>, item: unknown): Error | undefined {
    if (item === INACTIVE) return this.#closeInput(ctx, true);
    if (item instanceof ChannelInputShutdownEvent) return this.#inputShutdown(ctx, item);
    const bytes = asBuffer(item);
    if (bytes !== undefined) return this.#read(ctx, bytes);
    ctx.fireChannelRead(item as T);
    return undefined;
  }

  #report(ctx: ChannelHandlerContext<T, Write>, error: Error): void {
    try {
      this.exceptionCaught(ctx, error);
    } catch (thrown) {
      ctx.fireExceptionCaught(asDecoderException(thrown));
    }
  }

  // ---- the end of a read, of the input, of the handler -----------------------------------------------------------

  override channelReadComplete(ctx: ChannelHandlerContext<T, Write>): unknown {
    const needsMore = this.#gotBytes && !this.#gotMessage;
    this.#gotBytes = false;
    this.#gotMessage = false;
    if (needsMore && !ctx.channel.config.autoRead) ctx.read();
    ctx.fireChannelReadComplete();
    return undefined;
  }

  override channelInactive(ctx: ChannelHandlerContext<T, Write>): unknown {
    if (this.#decoding) this.#enqueue(INACTIVE);
    else this.#drainQueue(ctx, this.#closeInput(ctx, true));
    return undefined;
  }

  override userEventTriggered(ctx: ChannelHandlerContext<T, Write>, event: unknown): unknown {
    if (!(event instanceof ChannelInputShutdownEvent)) {
      ctx.fireUserEventTriggered(event);
      return undefined;
    }
    if (this.#decoding) this.#enqueue(event);
    else this.#drainQueue(ctx, this.#inputShutdown(ctx, event));
    return undefined;
  }

  /** Passes the event on behind the last messages; an error takes its place, as in Netty. */
  #inputShutdown(ctx: ChannelHandlerContext<T, Write>, event: unknown): Error | undefined {
    const error = this.#closeInput(ctx, false);
    if (error === undefined) ctx.fireUserEventTriggered(event);
    return error;
  }

  #closeInput(ctx: ChannelHandlerContext<T, Write>, inactive: boolean): Error | undefined {
    const outer = this.#begin(ctx);
    const out = this.#out as MessageList<T>;
    const held = this.#held;
    const hadMessage = this.#gotMessage;
    let error: Error | undefined;
    try {
      if (held !== null) {
        held.joinAll();
        this.#decodeAll(ctx, held, out);
      }
      if (!ctx.isRemoved) this.#callDecode(ctx, held === null ? EMPTY_BUFFER : held.buf, out, true);
    } catch (thrown) {
      error = asDecoderException(thrown);
    }
    if (!this.#removePending) held?.clear();
    // As in Netty, what came out before the last call of `decode` does not count.
    const completes = out.size > 0;
    this.#fire(ctx, out);
    this.#gotMessage = hadMessage;
    this.#end(outer);
    if (completes) ctx.fireChannelReadComplete();
    if (inactive) ctx.fireChannelInactive();
    return error;
  }

  override handlerRemoved(ctx: ChannelHandlerContext<T, Write>): unknown {
    if (this.#decoding) this.#removePending = true;
    else this.#completeRemoval(ctx);
    return undefined;
  }

  #completeRemoval(ctx: ChannelHandlerContext<T, Write>): void {
    this.#removePending = false;
    if (this.#out !== null) this.#fire(ctx, this.#out);
    const rest = this.#held?.takeAll() ?? null;
    if (rest !== null) {
      (ctx as ChannelHandlerContext).fireChannelRead(rest);
      ctx.fireChannelReadComplete();
    }
    this.handlerRemoved0(ctx);
  }
}
