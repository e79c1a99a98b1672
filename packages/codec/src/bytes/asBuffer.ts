import { Buffer } from 'node:buffer';
import { isUint8Array } from 'node:util/types';
import { ByteBuf, type ByteSource } from '@sluice/core';

/** The bytes of a message as a `Buffer` over the same memory, or `undefined` if the message is not made of bytes. */
export function asBuffer(message: unknown): Buffer | undefined {
  if (message instanceof Buffer) return message;
  if (isUint8Array(message)) return Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  if (ByteBuf.isByteBuf(message)) return message.toBuffer();
  return undefined;
}

/** Whether a message is made of bytes: a `Uint8Array` (such as a `Buffer`) or a `ByteBuf`. */
export function isBytes(message: unknown): message is ByteSource {
  return isUint8Array(message) || ByteBuf.isByteBuf(message);
}
