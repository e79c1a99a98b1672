import { ByteBuf } from '../buffer/ByteBuf.js';
import { FramedMessage } from './FramedMessage.js';

/** How many bytes a message counts for the write-buffer water marks. Netty: MessageSizeEstimator. */
export type MessageSizeEstimator = (message: unknown) => number;

/** Bytes count as they are, everything else counts 8. Netty: DefaultMessageSizeEstimator. */
export const defaultMessageSizeEstimator: MessageSizeEstimator = (message) => {
  const bytes = byteLength(message);
  return bytes < 0 ? 8 : bytes;
};

/** The number of bytes in a message that consists of bytes, else -1. */
export function byteLength(message: unknown): number {
  if (message instanceof Uint8Array) return message.length;
  if (message instanceof FramedMessage) return message.length;
  if (message instanceof ByteBuf) return message.readableBytes;
  const content = (message as { content?: unknown } | null)?.content;
  if (content instanceof Uint8Array) return content.length;
  if (content instanceof ByteBuf) return content.readableBytes;
  return -1;
}
