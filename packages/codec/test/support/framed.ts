import { EmbeddedChannel, type FramedMessage } from '@sluice/core';

/** A channel whose transport takes a payload and its header as one message, as sockets do. */
export class FramedChannel extends EmbeddedChannel {
  override get acceptsFramed(): boolean {
    return true;
  }
}

/** The bytes a transport would send for it. */
export function sent(message: FramedMessage): Buffer {
  const bytes = Buffer.alloc(message.length, 0xee);
  message.writeHeader(bytes, 0);
  bytes.set(message.payload, message.headerLength);
  expect(Buffer.from(message.header()).equals(bytes.subarray(0, message.headerLength))).toBe(true);
  return bytes;
}
