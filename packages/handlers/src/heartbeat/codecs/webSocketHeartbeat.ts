import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { FrameDecoder } from '@sluice/codec';
import { type ByteBuf, ConfigException } from '@sluice/core';
import type { HeartbeatCodec } from '../HeartbeatOptions.js';
import { corrupted, HeaderFrameDecoder, MAX_FRAME_LENGTH } from './HeaderFrameDecoder.js';

/** Which side of a WebSocket. */
export type WebSocketRole = 'client' | 'server';

/** Which side a {@link webSocketHeartbeat} is for. */
export interface WebSocketHeartbeatOptions {
  /** A `'client'` masks its frames, a `'server'` does not. */
  readonly role: WebSocketRole;
  /** Makes the four bytes of a mask (default `crypto.randomBytes`, as RFC 6455 demands: nobody may foresee them). */
  readonly maskingKey?: () => Uint8Array;
}

const FINAL = 0x80;
const RESERVED = 0x70;
const PING = 0x9;
const PONG = 0xa;
const MASKED = 0x80;
const MASK_LENGTH = 4;
/** The longest payload of a control frame. */
const MAX_CONTROL = 125;

/**
 * Heartbeats of WebSocket (RFC 6455, sections 5.5.2 and 5.5.3), for whole frames after the handshake: behind
 * {@link webSocketFrameDecoder}. A ping carries its nonce, four bytes; a pong carries what its ping did, up to 125 bytes.
 * Pongs that nobody asked for count as a sign of life.
 *
 * @throws ConfigException for another role
 */
export function webSocketHeartbeat(options: WebSocketHeartbeatOptions): HeartbeatCodec<Buffer> {
  const isClient = isClientRole(options.role);
  const key = isClient ? (options.maskingKey ?? (() => randomBytes(MASK_LENGTH))) : undefined;
  return {
    ping({ nonce }) {
      const payload = Buffer.alloc(4);
      payload.writeUInt32BE(nonce >>> 0);
      return control(PING, payload, key?.());
    },
    pong: (ping) => control(PONG, payloadOf(ping), key?.()),
    isPing: (message) => isControl(message, PING),
    isPong: (message) => isControl(message, PONG),
    nonceOf(pong) {
      const payload = payloadOf(pong);
      return payload.length === 4 ? payload.readUInt32BE() : undefined;
    },
  };
}

/**
 * The frames of a WebSocket, as they are: header, mask and payload. `role` is ours: a server takes masked frames only, a
 * client only frames without a mask. Reserved bits and opcodes, control frames that are fragmented or longer than 125 bytes and
 * lengths that are not written the shortest way are a `CorruptedFrameException`, a longer frame (default 8 MiB) a
 * `TooLongFrameException`; then nothing more is decoded. Extensions, such as compression, must not have been agreed upon.
 *
 * @throws ConfigException for another role
 */
export function webSocketFrameDecoder(
  role: WebSocketRole,
  maxFrameLength: number = MAX_FRAME_LENGTH,
): FrameDecoder<Buffer> {
  const mask = isClientRole(role) ? 0 : MASKED;
  return new HeaderFrameDecoder((input) => frameLength(input, mask), maxFrameLength);
}

function isClientRole(role: WebSocketRole): boolean {
  if (role !== 'client' && role !== 'server')
    throw new ConfigException(`role: '${String(role)}' (expected: client, server)`);
  return role === 'client';
}

function frameLength(input: ByteBuf, mask: number): number {
  if (input.readableBytes === 0) return 0;
  const start = input.readerIndex;
  const first = input.getUnsignedByte(start);
  checkFirst(first);
  if (input.readableBytes < 2) return 0;
  const second = input.getUnsignedByte(start + 1);
  if ((second & MASKED) !== mask)
    throw corrupted('WebSocket', mask === 0 ? 'a mask from a server' : 'no mask from a client');
  const short = second & 0x7f;
  if (short > MAX_CONTROL && (first & 0x8) !== 0)
    throw corrupted('WebSocket', 'a control frame above 125 bytes');
  const header = 2 + (short < 126 ? 0 : short === 126 ? 2 : 8) + (mask === 0 ? 0 : MASK_LENGTH);
  if (input.readableBytes < header) return 0;
  return header + (short < 126 ? short : longLength(input, start + 2, short === 126));
}

function longLength(input: ByteBuf, at: number, is16: boolean): number {
  if (is16) {
    const length = input.getUnsignedShort(at);
    if (length <= MAX_CONTROL) throw corrupted('WebSocket', `length ${length} written in 2 bytes`);
    return length;
  }
  const high = input.getUnsignedInt(at);
  const length = high * 2 ** 32 + input.getUnsignedInt(at + 4);
  if (high >= 2 ** 31 || length <= 0xffff)
    throw corrupted('WebSocket', `length ${length} written in 8 bytes`);
  return length;
}

function checkFirst(first: number): void {
  const opcode = first & 0xf;
  if ((first & RESERVED) !== 0)
    throw corrupted('WebSocket', `reserved bits 0x${(first & RESERVED).toString(16)}`);
  if ((opcode > 2 && opcode < 8) || opcode > PONG) throw corrupted('WebSocket', `opcode ${opcode}`);
  if (opcode >= 8 && (first & FINAL) === 0) throw corrupted('WebSocket', 'a control frame in fragments');
}

function isControl(message: unknown, opcode: number): boolean {
  return Buffer.isBuffer(message) && message[0] === (FINAL | opcode) && message.length >= 2;
}

/** The payload of a control frame, without its mask. */
function payloadOf(frame: Buffer): Buffer {
  if (((frame[1] as number) & MASKED) === 0) return frame.subarray(2);
  return masked(frame.subarray(2 + MASK_LENGTH), frame.subarray(2));
}

function control(opcode: number, payload: Buffer, key: Uint8Array | undefined): Buffer {
  const length = payload.length;
  if (key === undefined) return Buffer.concat([Buffer.of(FINAL | opcode, length), payload]);
  return Buffer.concat([Buffer.of(FINAL | opcode, MASKED | length), key, masked(payload, key)]);
}

function masked(payload: Buffer, key: Uint8Array): Buffer {
  const result = Buffer.from(payload);
  for (let i = 0; i < result.length; i++)
    result[i] = (payload[i] as number) ^ (key[i % MASK_LENGTH] as number);
  return result;
}
