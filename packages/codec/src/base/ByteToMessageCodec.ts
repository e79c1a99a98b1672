import type { Buffer } from 'node:buffer';
import {
  type ByteBuf,
  type ByteSource,
  ChannelDuplexHandler,
  type ChannelHandlerAdapter,
  type ChannelHandlerContext,
  type ChannelPromise,
  type Flow,
  type HandlerTypes,
  IllegalStateException,
  type MessageMatcher,
  type Select,
  type Untyped,
} from '@sluice/core';
import { ByteToMessageDecoder } from './ByteToMessageDecoder.js';
import type { MessageList } from './MessageList.js';
import { MessageToByteEncoder } from './MessageToByteEncoder.js';

/**
 * A decoder of bytes and an encoder to bytes in one handler. `decode` and `decodeLast` are those of
 * `ByteToMessageDecoder`, `encode` is that of `MessageToByteEncoder`; all their rules hold. One instance serves one
 * pipeline. Netty: ByteToMessageCodec.
 */
export abstract class ByteToMessageCodec<OutIn = Untyped, InOut = Untyped> extends ChannelDuplexHandler<
  ByteSource,
  InOut,
  OutIn,
  Buffer,
  HandlerTypes<Flow<ByteSource, InOut>, Select<OutIn, Buffer>, never>
> {
  readonly #decoder: CodecDecoder<InOut>;
  readonly #encoder: CodecEncoder<OutIn>;

  /**
   * @param matcher which outgoing messages to encode: a class or a predicate; all, if it is missing
   * @throws IllegalStateException for a subclass that calls itself sharable
   */
  constructor(matcher?: MessageMatcher<OutIn>) {
    super();
    if (this.isSharable) {
      throw new IllegalStateException(
        `${this.constructor.name} is not allowed to be shared: it keeps the unused bytes of one channel.`,
      );
    }
    this.#decoder = new CodecDecoder<InOut>(this, {
      decode: (ctx, input, out) => this.decode(ctx, input, out),
      decodeLast: (ctx, input, out) => this.decodeLast(ctx, input, out),
    });
    this.#encoder = new CodecEncoder<OutIn>(this, matcher, (ctx, message, out) =>
      this.encode(ctx, message, out),
    );
  }

  /** Decode at most one message per read (default false); see `ByteToMessageDecoder`. */
  get singleDecode(): boolean {
    return this.#decoder.singleDecode;
  }
  set singleDecode(value: boolean) {
    this.#decoder.singleDecode = value;
  }

  /** Whether `encode` takes this message; the matcher decides unless overridden. */
  acceptOutboundMessage(message: unknown): message is OutIn {
    return this.#encoder.matcherAccepts(message);
  }

  /** Writes the bytes of `message` into `out`. */
  protected abstract encode(ctx: ChannelHandlerContext<InOut, Buffer>, message: OutIn, out: ByteBuf): void;

  /** Takes bytes from `input` and puts messages into `out`. */
  protected abstract decode(
    ctx: ChannelHandlerContext<InOut, Buffer>,
    input: ByteBuf,
    out: MessageList<InOut>,
  ): void;

  /** The input has ended. Calls `decode` if bytes are left, unless overridden. */
  protected decodeLast(
    ctx: ChannelHandlerContext<InOut, Buffer>,
    input: ByteBuf,
    out: MessageList<InOut>,
  ): void {
    if (input.readableBytes > 0) return this.decode(ctx, input, out);
  }

  override channelRead(ctx: ChannelHandlerContext<InOut, Buffer>, message: unknown): unknown {
    return this.#decoder.channelRead(ctx, message);
  }
  override channelReadComplete(ctx: ChannelHandlerContext<InOut, Buffer>): unknown {
    return this.#decoder.channelReadComplete(ctx);
  }
  override channelInactive(ctx: ChannelHandlerContext<InOut, Buffer>): unknown {
    return this.#decoder.channelInactive(ctx);
  }
  override userEventTriggered(ctx: ChannelHandlerContext<InOut, Buffer>, event: unknown): unknown {
    return this.#decoder.userEventTriggered(ctx, event);
  }
  override handlerRemoved(ctx: ChannelHandlerContext): unknown {
    return this.#decoder.handlerRemoved(ctx);
  }
  override write(
    ctx: ChannelHandlerContext<InOut, Buffer>,
    message: unknown,
    promise: ChannelPromise,
  ): unknown {
    return this.#encoder.write(ctx, message, promise);
  }
}

interface Decoding<T> {
  decode(ctx: ChannelHandlerContext<T, Buffer>, input: ByteBuf, out: MessageList<T>): void;
  decodeLast(ctx: ChannelHandlerContext<T, Buffer>, input: ByteBuf, out: MessageList<T>): void;
}

class CodecDecoder<T> extends ByteToMessageDecoder<T, Buffer> {
  readonly #codec: ChannelHandlerAdapter;
  readonly #decoding: Decoding<T>;

  constructor(codec: ChannelHandlerAdapter, decoding: Decoding<T>) {
    super();
    this.#codec = codec;
    this.#decoding = decoding;
  }

  protected override get codecName(): string {
    return this.#codec.constructor.name;
  }
  protected override decode(
    ctx: ChannelHandlerContext<T, Buffer>,
    input: ByteBuf,
    out: MessageList<T>,
  ): void {
    return this.#decoding.decode(ctx, input, out);
  }
  protected override decodeLast(
    ctx: ChannelHandlerContext<T, Buffer>,
    input: ByteBuf,
    out: MessageList<T>,
  ): void {
    return this.#decoding.decodeLast(ctx, input, out);
  }
  override exceptionCaught(ctx: ChannelHandlerContext, cause: Error): unknown {
    return this.#codec.exceptionCaught(ctx, cause);
  }
}

type Encoding<In> = (ctx: ChannelHandlerContext<never, Buffer>, message: In, out: ByteBuf) => void;

class CodecEncoder<In> extends MessageToByteEncoder<In> {
  readonly #codec: ChannelHandlerAdapter & { acceptOutboundMessage(message: unknown): boolean };
  readonly #encoding: Encoding<In>;

  constructor(
    codec: ChannelHandlerAdapter & { acceptOutboundMessage(message: unknown): boolean },
    matcher: MessageMatcher<In> | undefined,
    encoding: Encoding<In>,
  ) {
    super(matcher);
    this.#codec = codec;
    this.#encoding = encoding;
  }

  protected override get codecName(): string {
    return this.#codec.constructor.name;
  }
  override acceptOutboundMessage(message: unknown): message is In {
    return this.#codec.acceptOutboundMessage(message);
  }
  /** What the matcher says, which the codec may override. */
  matcherAccepts(message: unknown): message is In {
    return super.acceptOutboundMessage(message);
  }
  protected override encode(ctx: ChannelHandlerContext<never, Buffer>, message: In, out: ByteBuf): void {
    return this.#encoding(ctx, message, out);
  }
}
