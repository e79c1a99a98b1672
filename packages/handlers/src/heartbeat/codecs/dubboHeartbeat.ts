import { Buffer } from 'node:buffer';
import type { FrameDecoder } from '@sluice/codec';
import { type ByteBuf, ConfigException } from '@sluice/core';
import type { HeartbeatCodec } from '../HeartbeatOptions.js';
import { checkLength, checkMagic, HeaderFrameDecoder, MAX_FRAME_LENGTH } from './HeaderFrameDecoder.js';

/** How a {@link dubboHeartbeat} writes its pings. */
export interface DubboHeartbeatOptions {
  /** Id of the serialization: 2 hessian2 (default), 23 fastjson2, the default of Dubbo 3.3 itself. */
  readonly serialization?: number;
}

const HEADER = 16;
const MAGIC = 0xdabb;
const REQUEST = 0x80;
const TWO_WAY = 0x40;
const EVENT = 0x20;
const SERIALIZATION = 0x1f;
const OK = 20;

/** A heartbeat's body: null, as each serialization writes it. */
const NULLS: ReadonlyMap<number, Buffer> = new Map([
  [2, Buffer.from('4e', 'hex')],
  [23, Buffer.from('00000001af', 'hex')],
]);

/**
 * Heartbeats of Dubbo 2 and 3 (protocol `dubbo`), for whole frames: behind {@link dubboFrameDecoder}. A ping is a two-way event
 * request whose body is null, 17 bytes with hessian2; its answer is an event response with the same id, serialization and body,
 * status 20 (OK).
 * One-way heartbeats are not answered. Other events (`R`, read-only) go to the business handlers.
 *
 * The id of a ping is its nonce. Responses to heartbeats are events too, so that business ids may be the same.
 *
 * @throws ConfigException for a serialization whose null is not known
 */
export function dubboHeartbeat({ serialization = 2 }: DubboHeartbeatOptions = {}): HeartbeatCodec<Buffer> {
  const body = NULLS.get(serialization);
  if (body === undefined)
    throw new ConfigException(`serialization: ${serialization} (expected: ${[...NULLS.keys()].join(', ')})`);
  return {
    ping({ nonce }) {
      const frame = Buffer.alloc(HEADER + body.length);
      frame.writeUInt16BE(MAGIC, 0);
      frame[2] = REQUEST | TWO_WAY | EVENT | serialization;
      frame.writeBigUInt64BE(BigInt(nonce), 4);
      frame.writeInt32BE(body.length, 12);
      frame.set(body, HEADER);
      return frame;
    },
    pong(ping) {
      const flags = ping[2] as number;
      if ((flags & TWO_WAY) === 0) return null;
      const frame = Buffer.from(ping);
      frame[2] = EVENT | (flags & SERIALIZATION);
      frame[3] = OK;
      return frame;
    },
    isPing: (message) => isEvent(message, REQUEST | EVENT) && isNull(message),
    isPong: (message) => isEvent(message, EVENT),
    nonceOf: (pong) => pong.readUInt32BE(4) * 2 ** 32 + pong.readUInt32BE(8),
  };
}

/**
 * The frames of Dubbo, header and all: magic `dabb`, body length at 12. The limit, 8 MiB as `payload` in Dubbo, is for the
 * body. Unlike Dubbo it checks requests too, and takes no telnet commands: a wrong magic number or a negative length is a
 * `CorruptedFrameException`, a longer body a `TooLongFrameException`; then nothing more is decoded.
 */
export function dubboFrameDecoder(maxBodyLength: number = MAX_FRAME_LENGTH): FrameDecoder<Buffer> {
  return new HeaderFrameDecoder(frameLength, HEADER + maxBodyLength);
}

function frameLength(input: ByteBuf): number {
  checkMagic('Dubbo', input, MAGIC);
  if (input.readableBytes < HEADER) return 0;
  return HEADER + checkLength('Dubbo', 'body length', input.getInt(input.readerIndex + 12), 0);
}

function isEvent(message: unknown, kind: number): message is Buffer {
  return (
    Buffer.isBuffer(message) &&
    message.length >= HEADER &&
    message.readUInt16BE(0) === MAGIC &&
    ((message[2] as number) & (REQUEST | EVENT)) === kind
  );
}

function isNull(frame: Buffer): boolean {
  return NULLS.get((frame[2] as number) & SERIALIZATION)?.compare(frame, HEADER) === 0;
}
