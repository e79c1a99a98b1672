import { Buffer } from 'node:buffer';
import { isUint8Array } from 'node:util/types';
import type { ChannelHandlerContext } from '@sluice/core';
import type { MessageList } from '../base/MessageList.js';
import { MessageToMessageEncoder } from '../base/MessageToMessageEncoder.js';
import { asBuffer } from './asBuffer.js';

/**
 * Turns each plain `Uint8Array` that is written into a `Buffer` over the same memory; other messages, `Buffer`s among
 * them, pass untouched. Only needed in front of handlers that ask for a `Buffer`: all codecs and transports here take
 * any `Uint8Array`. Sharable. Netty: ByteArrayEncoder.
 */
export class ByteArrayEncoder extends MessageToMessageEncoder<Uint8Array, Buffer> {
  /** Has no options. */
  constructor() {
    super((message: unknown) => isUint8Array(message) && !Buffer.isBuffer(message));
  }

  override get isSharable(): true {
    return true;
  }

  protected override encode(
    _ctx: ChannelHandlerContext<never, Buffer>,
    message: Uint8Array,
    out: MessageList<Buffer>,
  ): void {
    out.push(asBuffer(message) as Buffer);
  }
}
