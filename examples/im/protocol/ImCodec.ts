import { type MessageList, MessageToMessageCodec } from '@sluice/codec';
import type { ChannelHandlerContext } from '@sluice/core';
import type { ImMessage } from './messages.js';
import { decodeMessage, encodeMessage } from './wire.js';

/** Frames to messages and back. */
export class ImCodec extends MessageToMessageCodec<Buffer, ImMessage, ImMessage, Buffer> {
  protected override decode(
    _ctx: ChannelHandlerContext<ImMessage, Buffer>,
    frame: Buffer,
    out: MessageList<ImMessage>,
  ): void {
    out.push(decodeMessage(frame));
  }

  protected override encode(
    _ctx: ChannelHandlerContext<ImMessage, Buffer>,
    message: ImMessage,
    out: MessageList<Buffer>,
  ): void {
    out.push(encodeMessage(message));
  }
}
