import { Buffer } from 'node:buffer';
import { type ByteSource, type ChannelHandlerContext, type ChannelPromise, outOfRange } from '@sluice/core';
import type { MessageList } from '../base/MessageList.js';
import { MessageToMessageEncoder } from '../base/MessageToMessageEncoder.js';
import { asBuffer, isBytes } from '../bytes/asBuffer.js';
import { asEncoderException } from '../errors.js';
import { checkByteOrder, checkInteger } from './checks.js';
import { LengthFramedMessage } from './LengthFramedMessage.js';
import { type ByteOrder, type LengthFieldWidth, writeLengthField } from './lengthField.js';

/** What a {@link LengthFieldPrepender} writes. All numbers are in bytes. */
export interface LengthFieldPrependerOptions {
  /** Width of the length field: 1, 2, 3, 4 or 8. */
  readonly lengthFieldLength: LengthFieldWidth;
  /** Added to the length of the message. Default 0. */
  readonly lengthAdjustment?: number;
  /** Whether the length counts the field itself. Default false. */
  readonly lengthIncludesLengthFieldLength?: boolean;
  /** Default big-endian. */
  readonly byteOrder?: ByteOrder;
}

const LIMITS: Readonly<Record<LengthFieldWidth, readonly [limit: number, name: string]>> = {
  1: [0x100, 'a byte'],
  2: [0x1_0000, 'a short integer'],
  3: [0x100_0000, 'a medium integer'],
  4: [0x1_0000_0000, 'an integer'],
  8: [Number.POSITIVE_INFINITY, 'a long'],
};

/**
 * Puts the length of each outgoing message of bytes (`Uint8Array` or `ByteBuf`) in front of it; other messages pass
 * untouched.
 *
 * ```
 * lengthFieldLength 2                                           HELLO, WORLD    000c HELLO, WORLD
 * lengthFieldLength 2, lengthIncludesLengthFieldLength          HELLO, WORLD    000e HELLO, WORLD
 * lengthFieldLength 2, lengthAdjustment -4                      HELLO, WORLD    0008 HELLO, WORLD
 * lengthFieldLength 3, byteOrder 'LE'                           HELLO, WORLD    0c0000 HELLO, WORLD
 * ```
 *
 * If no other outbound handler stands between it and the transport, length and message go there as one message, else
 * as two, whose outcomes the promise joins. A length that is negative or does not fit into the field fails the promise
 * with an `EncoderException` whose `cause` is a `RangeError`. Sharable. Netty: LengthFieldPrepender.
 */
export class LengthFieldPrepender extends MessageToMessageEncoder<ByteSource, Buffer> {
  readonly #width: LengthFieldWidth;
  readonly #byteOrder: ByteOrder;
  /** What the length is greater by than the payload. */
  readonly #extra: number;
  readonly #limit: number;

  /** @throws RangeError `ERR_OUT_OF_RANGE` if `lengthFieldLength` is not 1, 2, 3, 4 or 8 */
  constructor(options: LengthFieldPrependerOptions) {
    super(isBytes);
    const width = options.lengthFieldLength;
    checkInteger(width, 'lengthFieldLength');
    if (!Object.hasOwn(LIMITS, width)) {
      throw outOfRange(`lengthFieldLength must be either 1, 2, 3, 4, or 8: ${width}`);
    }
    this.#byteOrder = options.byteOrder ?? 'BE';
    checkByteOrder(this.#byteOrder);
    this.#width = width;
    this.#limit = LIMITS[width][0];
    this.#extra =
      checkInteger(options.lengthAdjustment ?? 0, 'lengthAdjustment') +
      (options.lengthIncludesLengthFieldLength === true ? width : 0);
  }

  override get isSharable(): true {
    return true;
  }

  override write(
    ctx: ChannelHandlerContext<never, Buffer>,
    message: unknown,
    promise: ChannelPromise,
  ): unknown {
    if (!ctx.channel.acceptsFramed || !ctx.writesToTransport || !this.acceptOutboundMessage(message)) {
      return super.write(ctx, message, promise);
    }
    let framed: LengthFramedMessage;
    try {
      const payload = asBuffer(message) as Buffer;
      framed = new LengthFramedMessage(payload, this.#lengthOf(payload), this.#width, this.#byteOrder);
    } catch (thrown) {
      throw asEncoderException(thrown);
    }
    (ctx as ChannelHandlerContext).write(framed, promise);
    return undefined;
  }

  protected override encode(
    _ctx: ChannelHandlerContext<never, Buffer>,
    message: ByteSource,
    out: MessageList<Buffer>,
  ): void {
    const payload = asBuffer(message) as Buffer;
    const header = Buffer.allocUnsafe(this.#width);
    writeLengthField(header, 0, this.#lengthOf(payload), this.#width, this.#byteOrder);
    out.push(header);
    out.push(payload);
  }

  #lengthOf(payload: Buffer): number {
    const length = payload.length + this.#extra;
    if (length >= 0 && length < this.#limit) return length;
    if (length < 0) throw outOfRange(`length : ${length} (expected: >= 0)`);
    throw outOfRange(`length does not fit into ${LIMITS[this.#width][1]}: ${length}`);
  }
}
