import type { Buffer } from 'node:buffer';
import type { ChannelHandlerContext, MessageMatcher } from '@sluice/core';
import type { MessageList } from '../base/MessageList.js';
import { MessageToMessageEncoder } from '../base/MessageToMessageEncoder.js';
import { asBuffer, isBytes } from '../bytes/asBuffer.js';
import { EncoderException } from '../errors.js';

/** What makes bytes of a message: a class that protobufjs or ts-proto generated has it. */
export interface ProtobufWriter<T> {
  /** The bytes, or a writer that gives them. */
  encode(message: T): Uint8Array | { finish(): Uint8Array };
}

/**
 * Turns each outgoing message into bytes by a type of your Protocol Buffers library, of which this package has none:
 *
 * ```ts
 * new ProtobufEncoder(Order);                                                // protobufjs, ts-proto
 * new ProtobufEncoder({ encode: (order: Order) => toBinary(OrderSchema, order) }); // @bufbuild/protobuf
 * ```
 *
 * Put it behind a `ProtobufVarint32LengthFieldPrepender`. Without a matcher it takes every object that is not made of
 * bytes; other messages pass untouched. Sharable. Netty: ProtobufEncoder.
 */
export class ProtobufEncoder<T> extends MessageToMessageEncoder<T, Buffer> {
  readonly #type: ProtobufWriter<T>;

  /**
   * `type` makes bytes of a message.
   *
   * @param matcher which messages are of this type: a class or a predicate
   */
  constructor(type: ProtobufWriter<T>, matcher: MessageMatcher<T> = isMessage) {
    super(matcher);
    this.#type = type;
  }

  override get isSharable(): true {
    return true;
  }

  protected override encode(
    _ctx: ChannelHandlerContext<never, Buffer>,
    message: T,
    out: MessageList<Buffer>,
  ): void {
    const encoded = this.#type.encode(message);
    const bytes = asBuffer('finish' in encoded ? encoded.finish() : encoded);
    if (bytes === undefined) throw new EncoderException('The encode() of a ProtobufEncoder gave no bytes.');
    out.push(bytes);
  }
}

function isMessage(message: unknown): boolean {
  return typeof message === 'object' && message !== null && !isBytes(message);
}
