import { Buffer } from 'node:buffer';
import {
  ByteBuf,
  type ChannelHandlerContext,
  ChannelOutboundHandlerAdapter,
  type ChannelPromise,
  type HandlerTypes,
  type MessageMatcher,
  matches,
  type Pass,
  type Select,
  type Untyped,
} from '@sluice/core';
import { asEncoderException } from '../errors.js';
import { refusePromise } from './refusePromise.js';

/** Written for a message without bytes, so that its promise is completed all the same. */
const NOTHING = Buffer.alloc(0);

/**
 * Turns each outgoing message of one kind into bytes; all other messages pass untouched.
 *
 * ```ts
 * class IntEncoder extends MessageToByteEncoder<number> {
 *   constructor() {
 *     super((message) => typeof message === 'number');
 *   }
 *   protected override encode(_ctx: ChannelHandlerContext, message: number, out: ByteBuf): void {
 *     out.writeInt(message);
 *   }
 * }
 * ```
 *
 * The bytes go on as one `Buffer`, an empty one if none were written. What `encode` throws fails the promise with an
 * `EncoderException` that has the original as `cause`. `encode` must be synchronous. Netty: MessageToByteEncoder.
 */
export abstract class MessageToByteEncoder<In = Untyped> extends ChannelOutboundHandlerAdapter<
  In,
  Buffer,
  HandlerTypes<Pass, Select<In, Buffer>, never>
> {
  readonly #matcher: MessageMatcher<In> | undefined;

  /**
   * Without a matcher all messages are encoded.
   *
   * @param matcher which messages to encode: a class or a predicate
   */
  constructor(matcher?: MessageMatcher<In>) {
    super();
    this.#matcher = matcher;
  }

  /** The name of the class in messages. */
  protected get codecName(): string {
    return this.constructor.name;
  }

  /** Whether `encode` takes this message; the matcher decides unless overridden. */
  acceptOutboundMessage(message: unknown): message is In {
    return matches(this.#matcher, message);
  }

  /** Writes the bytes of `message` into `out`. */
  protected abstract encode(ctx: ChannelHandlerContext<never, Buffer>, message: In, out: ByteBuf): void;

  /** The buffer for a message; 256 bytes that grow, unless overridden. It must be a new one each time. */
  protected allocateBuffer(_ctx: ChannelHandlerContext<never, Buffer>, _message: In): ByteBuf {
    return ByteBuf.alloc();
  }

  override write(
    ctx: ChannelHandlerContext<never, Buffer>,
    message: unknown,
    promise: ChannelPromise,
  ): unknown {
    let bytes: Buffer;
    try {
      if (!this.acceptOutboundMessage(message)) {
        (ctx as ChannelHandlerContext).write(message, promise);
        return undefined;
      }
      const out = this.allocateBuffer(ctx, message);
      const result: unknown = this.encode(ctx, message, out);
      if (result !== undefined) refusePromise(this.codecName, 'encode', result);
      bytes = out.readableBytes > 0 ? out.toBuffer() : NOTHING;
    } catch (thrown) {
      throw asEncoderException(thrown);
    }
    ctx.write(bytes, promise);
    return undefined;
  }
}
