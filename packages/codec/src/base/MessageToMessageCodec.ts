import {
  ChannelDuplexHandler,
  type ChannelHandlerAdapter,
  type ChannelHandlerContext,
  type ChannelPromise,
  type HandlerTypes,
  type MessageMatcher,
  type Select,
  type Untyped,
} from '@sluice/core';
import type { MessageList } from './MessageList.js';
import { MessageToMessageDecoder } from './MessageToMessageDecoder.js';
import { MessageToMessageEncoder } from './MessageToMessageEncoder.js';

/**
 * A `MessageToMessageDecoder` from `InIn` to `InOut` and a `MessageToMessageEncoder` from `OutIn` to `OutOut` in one
 * handler, by the rules of both. Netty: MessageToMessageCodec.
 */
export abstract class MessageToMessageCodec<
  InIn = Untyped,
  InOut = Untyped,
  OutIn = Untyped,
  OutOut = Untyped,
> extends ChannelDuplexHandler<
  InIn,
  InOut,
  OutIn,
  OutOut,
  HandlerTypes<Select<InIn, InOut>, Select<OutIn, OutOut>, never>
> {
  readonly #decoder: CodecDecoder<InIn, InOut>;
  readonly #encoder: CodecEncoder<OutIn, OutOut>;

  /**
   * Without a matcher all messages of its direction are taken.
   *
   * @param inboundMatcher which messages to decode: a class or a predicate
   * @param outboundMatcher which messages to encode: a class or a predicate
   */
  constructor(inboundMatcher?: MessageMatcher<InIn>, outboundMatcher?: MessageMatcher<OutIn>) {
    super();
    this.#decoder = new CodecDecoder(this, inboundMatcher, (ctx, message, out) =>
      this.decode(ctx, message, out),
    );
    this.#encoder = new CodecEncoder(this, outboundMatcher, (ctx, message, out) =>
      this.encode(ctx, message, out),
    );
  }

  /** Whether `decode` takes this message; the matcher decides unless overridden. */
  acceptInboundMessage(message: unknown): message is InIn {
    return this.#decoder.matcherAccepts(message);
  }
  /** Whether `encode` takes this message; the matcher decides unless overridden. */
  acceptOutboundMessage(message: unknown): message is OutIn {
    return this.#encoder.matcherAccepts(message);
  }

  /** Puts what is to be handed on instead of `message` into `out`. */
  protected abstract decode(
    ctx: ChannelHandlerContext<InOut, OutOut>,
    message: InIn,
    out: MessageList<InOut>,
  ): void;
  /** Puts what is to be written instead of `message` into `out`. */
  protected abstract encode(
    ctx: ChannelHandlerContext<InOut, OutOut>,
    message: OutIn,
    out: MessageList<OutOut>,
  ): void;

  override channelRead(ctx: ChannelHandlerContext<InOut, OutOut>, message: unknown): unknown {
    return this.#decoder.channelRead(ctx, message);
  }
  override channelReadComplete(ctx: ChannelHandlerContext<InOut, OutOut>): unknown {
    return this.#decoder.channelReadComplete(ctx);
  }
  override write(
    ctx: ChannelHandlerContext<InOut, OutOut>,
    message: unknown,
    promise: ChannelPromise,
  ): unknown {
    return this.#encoder.write(ctx, message, promise);
  }
}

type Coding<In, Ctx, Out> = (ctx: Ctx, message: In, out: MessageList<Out>) => void;

interface Codec extends ChannelHandlerAdapter {
  acceptInboundMessage(message: unknown): boolean;
  acceptOutboundMessage(message: unknown): boolean;
}

class CodecDecoder<In, Out> extends MessageToMessageDecoder<In, Out> {
  readonly #codec: Codec;
  readonly #decoding: Coding<In, ChannelHandlerContext<Out, never>, Out>;

  constructor(
    codec: Codec,
    matcher: MessageMatcher<In> | undefined,
    decoding: Coding<In, ChannelHandlerContext<Out, never>, Out>,
  ) {
    super(matcher);
    this.#codec = codec;
    this.#decoding = decoding;
  }

  override get isSharable(): boolean {
    return this.#codec.isSharable;
  }
  protected override get codecName(): string {
    return this.#codec.constructor.name;
  }
  override acceptInboundMessage(message: unknown): message is In {
    return this.#codec.acceptInboundMessage(message);
  }
  matcherAccepts(message: unknown): message is In {
    return super.acceptInboundMessage(message);
  }
  protected override decode(
    ctx: ChannelHandlerContext<Out, never>,
    message: In,
    out: MessageList<Out>,
  ): void {
    return this.#decoding(ctx, message, out);
  }
}

class CodecEncoder<In, Out> extends MessageToMessageEncoder<In, Out> {
  readonly #codec: Codec;
  readonly #encoding: Coding<In, ChannelHandlerContext<never, Out>, Out>;

  constructor(
    codec: Codec,
    matcher: MessageMatcher<In> | undefined,
    encoding: Coding<In, ChannelHandlerContext<never, Out>, Out>,
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
  matcherAccepts(message: unknown): message is In {
    return super.acceptOutboundMessage(message);
  }
  protected override encode(
    ctx: ChannelHandlerContext<never, Out>,
    message: In,
    out: MessageList<Out>,
  ): void {
    return this.#encoding(ctx, message, out);
  }
}
