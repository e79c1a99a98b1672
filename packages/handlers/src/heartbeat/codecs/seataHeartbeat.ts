import { Buffer } from 'node:buffer';
import type { FrameDecoder } from '@sluice/codec';
import type { ByteBuf } from '@sluice/core';
import type { HeartbeatCodec } from '../HeartbeatOptions.js';
import {
  checkLength,
  checkMagic,
  corrupted,
  HeaderFrameDecoder,
  MAX_FRAME_LENGTH,
} from './HeaderFrameDecoder.js';

const HEADER = 16;
const MAGIC = 0xdada;
const VERSION = 1;
const PING = 3;
const PONG = 4;
/** Serializer of Seata: its own. */
const SEATA = 1;

/**
 * Heartbeats of Seata (protocol version 1), for whole frames: behind {@link seataFrameDecoder}. A ping is a bare header of 16
 * bytes, message type 3, with its nonce as the request id; its answer is the same with type 4, head map included.
 */
export function seataHeartbeat(): HeartbeatCodec<Buffer> {
  return {
    ping({ nonce }) {
      const frame = Buffer.alloc(HEADER);
      frame.writeUInt16BE(MAGIC, 0);
      frame[2] = VERSION;
      frame.writeInt32BE(HEADER, 3);
      frame.writeUInt16BE(HEADER, 7);
      frame[9] = PING;
      frame[10] = SEATA;
      frame.writeUInt32BE(nonce >>> 0, 12);
      return frame;
    },
    pong(ping) {
      const length = Math.min(ping.length, Math.max(HEADER, ping.readUInt16BE(7)));
      const frame = Buffer.from(ping.subarray(0, length));
      frame.writeInt32BE(length, 3);
      frame.writeUInt16BE(length, 7);
      frame[9] = PONG;
      return frame;
    },
    isPing: (message) => isType(message, PING),
    isPong: (message) => isType(message, PONG),
    nonceOf: (pong) => pong.readUInt32BE(12),
  };
}

/**
 * The frames of Seata, header and all:
 *
 * ```
 * magic dada 2 | version 1 | full length 4 | head length 2 | type 1 | codec 1 | compressor 1 | id 4 | head map | body
 * ```
 *
 * A wrong magic number, version 0 (which has another header), or lengths that contradict each other are a
 * `CorruptedFrameException`, a longer frame (default 8 MiB) a `TooLongFrameException`; then nothing more is decoded.
 */
export function seataFrameDecoder(maxFrameLength: number = MAX_FRAME_LENGTH): FrameDecoder<Buffer> {
  return new HeaderFrameDecoder(frameLength, maxFrameLength);
}

function frameLength(input: ByteBuf): number {
  checkMagic('Seata', input, MAGIC);
  if (input.readableBytes < 9) return 0;
  const start = input.readerIndex;
  if (input.getUnsignedByte(start + 2) === 0) throw corrupted('Seata', 'version 0 is older than 1');
  const head = checkLength('Seata', 'head length', input.getUnsignedShort(start + 7), HEADER);
  return checkLength('Seata', 'full length', input.getInt(start + 3), head);
}

function isType(message: unknown, type: number): boolean {
  return (
    Buffer.isBuffer(message) &&
    message.length >= HEADER &&
    message[9] === type &&
    message.readUInt16BE(0) === MAGIC
  );
}
