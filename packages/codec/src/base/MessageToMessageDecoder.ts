import {
  type ChannelHandlerContext,
  ChannelInboundHandlerAdapter,
  type HandlerTypes,
  type MessageMatcher,
  matches,
  type Pass,
  type Select,
  type Untyped,
} from '@sluice/core';
import { asDecoderException } from '../errors.js';
import { acquireList, type MessageList, releaseList } from './MessageList.js';
import { refusePromise } from './refusePromise.js';

/**
 * Turns each incoming message of one kind into any number of others; all other messages pass untouched.
 *
 * `decode` must be synchronous. What it throws arrives in `exceptionCaught` as a `DecoderException` with the original
 * as `cause`, after the messages it had made. With `AUTO_READ` off, a read that made no message asks for another one,
 * unless the decoder is sharable. Netty: MessageToMessageDecoder.
 */
export abstract class MessageToMessageDecoder<
  In = Untyped,
  Out = Untyped,
  Write = never,
> extends ChannelInboundHandlerAdapter<In, Out, Write, HandlerTypes<Select<In, Out>, Pass, Write>> {
  readonly #matcher: MessageMatcher<In> | undefined;
  /** Since the last `channelReadComplete`: was there a message, was one made. Of one channel, so not if shared. */
  #gotMessage = false;
  #madeMessage = false;

  /**
   * Without a matcher all messages are decoded.
   *
   * @param matcher which messages to decode: a class or a predicate
   */
  constructor(matcher?: MessageMatcher<In>) {
    super();
    this.#matcher = matcher;
  }

  /** The name of the class in messages. */
  protected get codecName(): string {
    return this.constructor.name;
  }

  /** Whether `decode` takes this message; the matcher decides unless overridden. */
  acceptInboundMessage(message: unknown): message is In {
    return matches(this.#matcher, message);
  }

  /** Puts what is to be handed on instead of `message` into `out`. */
  protected abstract decode(ctx: ChannelHandlerContext<Out, Write>, message: In, out: MessageList<Out>): void;

  override channelRead(ctx: ChannelHandlerContext<Out, Write>, message: unknown): unknown {
    this.#gotMessage = true;
    const out = acquireList<Out>();
    let error: Error | undefined;
    try {
      if (this.acceptInboundMessage(message)) {
        const result: unknown = this.decode(ctx, message, out);
        if (result !== undefined) refusePromise(this.codecName, 'decode', result);
      } else out.push(message as never);
    } catch (thrown) {
      error = asDecoderException(thrown);
    }
    if (out.size > 0) this.#madeMessage = true;
    while (out.size > 0) ctx.fireChannelRead(out.shift() as Out);
    releaseList(out as MessageList<never>);
    if (error !== undefined) throw error;
    return undefined;
  }

  override channelReadComplete(ctx: ChannelHandlerContext<Out, Write>): unknown {
    if (!this.isSharable) {
      const needsMore = this.#gotMessage && !this.#madeMessage;
      this.#gotMessage = false;
      this.#madeMessage = false;
      if (needsMore && !ctx.channel.config.autoRead) ctx.read();
    }
    ctx.fireChannelReadComplete();
    return undefined;
  }
}
