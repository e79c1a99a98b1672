import { Buffer } from 'node:buffer';
import {
  ByteBuf,
  type ByteSource,
  type ChannelFuture,
  type ChannelHandlerContext,
  CLOSE,
  type MessageMatcher,
} from '@sluice/core';
import { asBuffer } from '../bytes/asBuffer.js';
import {
  MessageAggregationException,
  PrematureChannelClosureException,
  TooLongFrameException,
} from '../errors.js';
import { checkPositiveOrZero } from '../frame/checks.js';
import { DecoderResult, type DecoderResultProvider, decodingFailure } from './DecoderResult.js';
import type { MessageList } from './MessageList.js';
import { MessageToMessageDecoder } from './MessageToMessageDecoder.js';

const NOTHING = Buffer.alloc(0);

/** How a {@link MessageAggregator} is made. */
export interface MessageAggregatorOptions<In> {
  /** Bytes of content that a whole message may have. */
  readonly maxContentLength: number;
  /** Which messages are looked at: a class or a predicate; all, if it is missing. */
  readonly matcher?: MessageMatcher<In>;
}

/**
 * Puts messages that come in parts together: one that begins it, any number with content, and a last one with content
 * become one whole message. All else passes untouched. Subclasses say what is what, and make the whole message.
 *
 * - Content over `maxContentLength` goes to `handleOversizedMessage` (default: a `TooLongFrameException` in
 *   `exceptionCaught`); the rest of that message is dropped.
 * - A message that begins before the last one is whole is a `MessageAggregationException`.
 * - If the channel closes in the middle of a message, `exceptionCaught` gets a `PrematureChannelClosureException`.
 * - A part whose `decoderResult` is a failure ends its message, which gets that result.
 * - With `AUTO_READ` off, a read that completed no message asks for another one.
 *
 * One instance serves one pipeline. Netty: MessageAggregator.
 *
 * @typeParam Start what begins a message
 * @typeParam Content what brings content, the last part included
 * @typeParam Full a whole message
 * @typeParam Write what `newContinueResponse` answers
 */
export abstract class MessageAggregator<Start, Content, Full, Write = never> extends MessageToMessageDecoder<
  Start | Content,
  Full,
  Write
> {
  /** Bytes of content that a whole message may have. */
  readonly maxContentLength: number;
  #current: Full | null = null;
  /** The content so far: the only part as it came, several in memory of our own, which keeps no chunk alive. */
  #content: Buffer | ByteBuf | null = null;
  /** Between the beginning of a message and its last part, also when it is dropped. */
  #aggregating = false;
  #closingIsExpected = false;
  /** Since the last `channelReadComplete`: was a part dropped, was a whole message made. */
  #dropped = false;
  #made = false;

  /** @throws RangeError `ERR_OUT_OF_RANGE` if `maxContentLength` is negative */
  constructor(options: MessageAggregatorOptions<Start | Content>) {
    super(options.matcher);
    this.maxContentLength = checkPositiveOrZero(options.maxContentLength, 'maxContentLength');
  }

  // ---- what a subclass says ----------------------------------------------------------------------------------------

  /** Whether this begins a message. */
  protected abstract isStartMessage(message: Start | Content): boolean;
  /** Whether this brings content. */
  protected abstract isContentMessage(message: Start | Content): boolean;
  /** Whether this is the last part of its message. */
  protected abstract isLastContentMessage(content: Content): boolean;
  /** Whether this is whole already; it is passed on as it is. */
  protected abstract isAggregated(message: Start | Content): boolean;
  /** Makes the whole message, still without content. */
  protected abstract beginAggregation(start: Start): Full;
  /** Takes over what a part brings beside its content, such as trailing headers. Does nothing unless overridden. */
  protected aggregate(_full: Full, _content: Content): void {}
  /** Gives the whole message its content; it is handed on then. */
  protected abstract finishAggregation(full: Full, content: Buffer): void;

  /** The bytes of a part; its `content` unless overridden, none if it has none. */
  protected contentOf(message: Start | Content): ByteSource | undefined {
    return (message as { readonly content?: ByteSource }).content;
  }
  /** Whether the message announces more content than `maxContentLength`. False unless overridden. */
  protected isContentLengthInvalid(_start: Start, _maxContentLength: number): boolean {
    return false;
  }
  /** What to answer before the content comes (`100 Continue`), `undefined` for nothing (the default). */
  protected newContinueResponse(_start: Start, _maxContentLength: number): Write | undefined {
    return undefined;
  }
  /** Whether the channel is closed when that answer has been written. False unless overridden. */
  protected closeAfterContinueResponse(_response: Write): boolean {
    return false;
  }
  /** Whether that answer is a refusal: the content, should it come, is dropped. False unless overridden. */
  protected ignoreContentAfterContinueResponse(_response: Write): boolean {
    return false;
  }
  /** There is too much content. `oversized` is the beginning of the message, or the whole message so far. */
  protected handleOversizedMessage(ctx: ChannelHandlerContext<Full, Write>, _oversized: Start | Full): void {
    ctx.fireExceptionCaught(
      new TooLongFrameException(`content length exceeded ${this.maxContentLength} bytes.`),
    );
  }

  // ---- messages ----------------------------------------------------------------------------------------------------

  override acceptInboundMessage(message: unknown): message is Start | Content {
    if (!super.acceptInboundMessage(message) || this.isAggregated(message)) return false;
    return this.isStartMessage(message) || (this.#aggregating && this.isContentMessage(message));
  }

  protected override decode(
    ctx: ChannelHandlerContext<Full, Write>,
    message: Start | Content,
    out: MessageList<Full>,
  ): void {
    if (this.isStartMessage(message)) this.#begin(ctx, message as Start, out);
    else if (this.#current !== null) this.#add(ctx, this.#current, message as Content, out);
    if (this.#current === null && out.size === 0) this.#dropped = true;
  }

  #begin(ctx: ChannelHandlerContext<Full, Write>, start: Start, out: MessageList<Full>): void {
    this.#aggregating = true;
    this.#closingIsExpected = false;
    if (this.#current !== null) {
      this.#drop();
      throw new MessageAggregationException(
        'A message began before the last part of the one before had come; both are dropped.',
      );
    }
    const response = this.newContinueResponse(start, this.maxContentLength);
    if (response !== undefined) {
      if (this.#respond(ctx, response)) return;
    } else if (this.isContentLengthInvalid(start, this.maxContentLength)) {
      this.#oversized(ctx, start);
      return;
    }
    const full = this.beginAggregation(start);
    this.#current = full;
    this.#append(start as Start | Content);
    // The message was bad from the beginning: no content follows.
    if (decodingFailure(start) !== null) this.#finish(full, out);
  }

  /** Answers; returns whether that is the end of the message. */
  #respond(ctx: ChannelHandlerContext<Full, Write>, response: Write): boolean {
    const closes = this.closeAfterContinueResponse(response);
    const ignores = this.ignoreContentAfterContinueResponse(response);
    const written = ctx.writeAndFlush(response).addListener((future: ChannelFuture) => {
      if (future.cause !== null) ctx.fireExceptionCaught(future.cause);
    });
    if (closes) {
      this.#closingIsExpected = true;
      written.addListener(CLOSE);
    }
    return closes || ignores;
  }

  #add(ctx: ChannelHandlerContext<Full, Write>, full: Full, content: Content, out: MessageList<Full>): void {
    if (!this.#append(content as Start | Content)) {
      this.#drop();
      this.#oversized(ctx, full);
      return;
    }
    this.aggregate(full, content);
    const failure = decodingFailure(content);
    if (failure !== null && decoderResultOf(full)) full.decoderResult = DecoderResult.failure(failure);
    if (failure !== null || this.isLastContentMessage(content)) this.#finish(full, out);
  }

  /** Returns false when there is no room for it. */
  #append(part: Start | Content): boolean {
    const bytes = asBuffer(this.contentOf(part));
    const held = this.#content;
    const length = held === null ? 0 : asLength(held);
    if (bytes === undefined || bytes.length === 0) return length <= this.maxContentLength;
    if (held === null) this.#content = bytes;
    else if (length + bytes.length > this.maxContentLength) return false;
    else if (held instanceof ByteBuf) held.writeBytes(bytes);
    else
      this.#content = ByteBuf.alloc(2 * (length + bytes.length))
        .writeBytes(held)
        .writeBytes(bytes);
    return asLength(this.#content as Buffer | ByteBuf) <= this.maxContentLength;
  }

  #finish(full: Full, out: MessageList<Full>): void {
    const content = this.#content ?? NOTHING;
    this.#current = null;
    this.#content = null;
    this.#aggregating = false;
    this.#made = true;
    this.finishAggregation(full, asBuffer(content) as Buffer);
    out.push(full);
  }

  #oversized(ctx: ChannelHandlerContext<Full, Write>, oversized: Start | Full): void {
    // Whoever is told usually closes the channel; that the message is incomplete then is known.
    this.#closingIsExpected = true;
    this.handleOversizedMessage(ctx, oversized);
  }

  #drop(): void {
    this.#current = null;
    this.#content = null;
  }

  // ---- events ------------------------------------------------------------------------------------------------------

  override channelReadComplete(ctx: ChannelHandlerContext<Full, Write>): unknown {
    const needsMore = this.#current !== null || (this.#dropped && !this.#made);
    this.#dropped = false;
    this.#made = false;
    if (needsMore && !ctx.channel.config.autoRead) ctx.read();
    ctx.fireChannelReadComplete();
    return undefined;
  }

  override channelInactive(ctx: ChannelHandlerContext<Full, Write>): unknown {
    const isPremature = this.#aggregating && !this.#closingIsExpected;
    this.#drop();
    this.#aggregating = false;
    if (isPremature) {
      ctx.fireExceptionCaught(
        new PrematureChannelClosureException('Channel closed while still aggregating message'),
      );
    }
    ctx.fireChannelInactive();
    return undefined;
  }

  override handlerRemoved(_ctx: ChannelHandlerContext): unknown {
    this.#drop();
    this.#aggregating = false;
    return undefined;
  }
}

function asLength(content: Buffer | ByteBuf): number {
  return content instanceof ByteBuf ? content.readableBytes : content.length;
}

function decoderResultOf(message: unknown): message is DecoderResultProvider {
  return typeof message === 'object' && message !== null && 'decoderResult' in message;
}
