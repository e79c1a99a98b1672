import {
  type ChannelHandlerContext,
  ChannelOutboundHandlerAdapter,
  type ChannelPromise,
  type HandlerTypes,
  type MessageMatcher,
  matches,
  type Pass,
  PromiseCombiner,
  type Select,
  type Untyped,
} from '@sluice/core';
import { asEncoderException, EncoderException } from '../errors.js';
import { acquireList, type MessageList, releaseList } from './MessageList.js';
import { refusePromise } from './refusePromise.js';

/**
 * Turns each outgoing message of one kind into one or more others; all other messages pass untouched.
 *
 * `encode` must be synchronous and put at least one message into `out`. The promise of the write is done when those of
 * all messages are, and fails with the first failure. What `encode` throws fails the promise with an
 * `EncoderException` (the original is its `cause`); what it had put into `out` before is written all the same.
 * Netty: MessageToMessageEncoder.
 */
export abstract class MessageToMessageEncoder<
  In = Untyped,
  Out = Untyped,
> extends ChannelOutboundHandlerAdapter<In, Out, HandlerTypes<Pass, Select<In, Out>, never>> {
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

  /** Puts what is to be written instead of `message` into `out`. */
  protected abstract encode(ctx: ChannelHandlerContext<never, Out>, message: In, out: MessageList<Out>): void;

  override write(ctx: ChannelHandlerContext<never, Out>, message: unknown, promise: ChannelPromise): unknown {
    const out = acquireList<Out>();
    let error: Error | undefined;
    try {
      if (!this.acceptOutboundMessage(message)) {
        (ctx as ChannelHandlerContext).write(message, promise);
        return undefined;
      }
      const result: unknown = this.encode(ctx, message, out);
      if (result !== undefined) refusePromise(this.codecName, 'encode', result);
      if (out.size === 0) {
        throw new EncoderException(
          `${this.codecName} must produce at least one message. It made none of a message of type ` +
            `${typeof message}, so nothing was written.`,
        );
      }
    } catch (thrown) {
      error = asEncoderException(thrown);
    } finally {
      try {
        writeAll(ctx, out, promise);
      } finally {
        releaseList(out as MessageList<never>);
      }
    }
    if (error !== undefined) throw error;
    return undefined;
  }
}

function writeAll<Out>(
  ctx: ChannelHandlerContext<never, Out>,
  out: MessageList<Out>,
  promise: ChannelPromise,
): void {
  if (out.size <= 1) {
    if (out.size === 1) ctx.write(out.shift() as Out, promise);
    return;
  }
  const combiner = new PromiseCombiner();
  while (out.size > 0) combiner.add(ctx.write(out.shift() as Out));
  combiner.finish(promise);
}
