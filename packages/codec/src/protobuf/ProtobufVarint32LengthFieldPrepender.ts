import type { Buffer } from 'node:buffer';
import { ByteBuf, type ByteSource, type ChannelHandlerContext, type ChannelPromise } from '@sluice/core';
import { MessageToByteEncoder } from '../base/MessageToByteEncoder.js';
import { asBuffer, isBytes } from '../bytes/asBuffer.js';
import { VarintFramedMessage } from './VarintFramedMessage.js';
import { varint32Length, writeVarint32 } from './varint.js';

/**
 * Puts the length of each outgoing message of bytes (`Uint8Array` or `ByteBuf`) in front of it, as a base 128 varint;
 * other messages pass untouched.
 *
 * ```
 * before               after
 * HELLO, WORLD         0c HELLO, WORLD
 * (300 bytes)          ac02 (300 bytes)
 * ```
 *
 * If no other outbound handler stands between it and the transport the message is not copied. Sharable.
 * Netty: ProtobufVarint32LengthFieldPrepender.
 */
export class ProtobufVarint32LengthFieldPrepender extends MessageToByteEncoder<ByteSource> {
  /** Has no options. */
  constructor() {
    super(isBytes);
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
    (ctx as ChannelHandlerContext).write(new VarintFramedMessage(asBuffer(message) as Buffer), promise);
    return undefined;
  }

  protected override allocateBuffer(
    _ctx: ChannelHandlerContext<never, Buffer>,
    message: ByteSource,
  ): ByteBuf {
    const length = (asBuffer(message) as Buffer).length;
    return ByteBuf.alloc(varint32Length(length) + length);
  }

  protected override encode(
    _ctx: ChannelHandlerContext<never, Buffer>,
    message: ByteSource,
    out: ByteBuf,
  ): void {
    const payload = asBuffer(message) as Buffer;
    const header = new Uint8Array(varint32Length(payload.length));
    writeVarint32(header, 0, payload.length);
    out.writeBytes(header).writeBytes(payload);
  }
}
