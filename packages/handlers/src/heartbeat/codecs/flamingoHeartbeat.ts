import { Buffer } from 'node:buffer';
import { deflateSync, inflateSync } from 'node:zlib';
import type { FrameDecoder } from '@sluice/codec';
import { type ByteBuf, ConfigException } from '@sluice/core';
import type { HeartbeatCodec } from '../HeartbeatOptions.js';
import { checkLength, corrupted, HeaderFrameDecoder } from './HeaderFrameDecoder.js';

/** Which side a {@link flamingoHeartbeat} is for, and how it writes. */
export interface FlamingoHeartbeatOptions {
  /** `'client'` takes heartbeats that arrive for answers, `'server'` for questions: they look the same. */
  readonly role: 'client' | 'server';
  /** Compress the body with zlib (default false; both are understood). It does not pay: 15 bytes become more. */
  readonly compress?: boolean;
}

const HEADER = 25;
/** Length, checksum, command, sequence number and an empty string. */
const BODY = 15;
const COMMAND = 1000;
/** A compressed message that is larger is not uncompressed to have a look: it is no heartbeat. */
const MAX_BODY = 64;
/** `MAX_PACKAGE_SIZE` of flamingo's server. */
const MAX_LENGTH = 10 * 1024 * 1024;

/**
 * Heartbeats of flamingo (balloonwj/flamingo), for whole frames: behind {@link flamingoFrameDecoder}. Ping and pong are the
 * command 1000 with an empty text, 40 bytes; the pong has the ping's sequence number.
 *
 * @throws ConfigException for another role
 */
export function flamingoHeartbeat({
  role,
  compress = false,
}: FlamingoHeartbeatOptions): HeartbeatCodec<Buffer> {
  if (role !== 'client' && role !== 'server')
    throw new ConfigException(`role: '${String(role)}' (expected: client, server)`);
  const isBeat = (message: unknown): boolean =>
    Buffer.isBuffer(message) && bodyOf(message)?.readInt32BE(6) === COMMAND;
  return {
    ping: () => beat(0, compress),
    pong: (ping) => beat(bodyOf(ping)?.readInt32BE(10) ?? 0, compress),
    isPing: (message) => role === 'server' && isBeat(message),
    isPong: (message) => role === 'client' && isBeat(message),
  };
}

/**
 * The frames of flamingo, header and all:
 *
 * ```
 * compressed (0 or 1) 1 | original size 4 | compressed size 4 | reserved 16      25 bytes, little-endian
 * body, big-endian: its length 4 | checksum 2, not used | command 4 | sequence 4 | text
 * ```
 *
 * Sizes that are 0, negative or above the limit (default 10 MiB; for the original size too, against zip bombs) and another
 * first byte are a `CorruptedFrameException`; then nothing more is decoded. The body stays compressed: whoever
 * uncompresses it must limit the output to the original size.
 */
export function flamingoFrameDecoder(maxBodyLength: number = MAX_LENGTH): FrameDecoder<Buffer> {
  return new HeaderFrameDecoder((input) => frameLength(input, maxBodyLength), HEADER + maxBodyLength);
}

function frameLength(input: ByteBuf, most: number): number {
  const start = input.readerIndex;
  const arrived = input.readableBytes;
  if (arrived === 0) return 0;
  const compressed = input.getUnsignedByte(start);
  if (compressed > 1) throw corrupted('flamingo', `first byte ${compressed} is neither 0 nor 1`);
  if (arrived < HEADER) return 0;
  const original = checkLength('flamingo', 'original size', input.getIntLE(start + 1), 1);
  if (original > most) throw corrupted('flamingo', `original size ${original} is above ${most}`);
  if (compressed === 0) return HEADER + original;
  return HEADER + checkLength('flamingo', 'compressed size', input.getIntLE(start + 5), 1);
}

function beat(sequence: number, compress: boolean): Buffer {
  const plain = Buffer.alloc(BODY);
  plain.writeInt32BE(BODY, 0);
  plain.writeInt32BE(COMMAND, 6);
  plain.writeInt32BE(sequence, 10);
  const body = compress ? deflateSync(plain) : plain;
  const frame = Buffer.alloc(HEADER + body.length);
  frame[0] = compress ? 1 : 0;
  frame.writeInt32LE(BODY, 1);
  if (compress) frame.writeInt32LE(body.length, 5);
  frame.set(body, HEADER);
  return frame;
}

/** The body of what may be a heartbeat, uncompressed. */
function bodyOf(frame: Buffer): Buffer | undefined {
  if (frame.length < HEADER) return undefined;
  const body = frame.subarray(HEADER);
  const plain = frame[0] !== 1 ? body : frame.readInt32LE(1) <= MAX_BODY ? inflated(body) : undefined;
  return plain !== undefined && plain.length >= BODY ? plain : undefined;
}

function inflated(body: Buffer): Buffer | undefined {
  try {
    return inflateSync(body, { maxOutputLength: MAX_BODY });
  } catch {
    // Malformed, or a bomb: no heartbeat. The business handler that wants its content finds out.
    return undefined;
  }
}
