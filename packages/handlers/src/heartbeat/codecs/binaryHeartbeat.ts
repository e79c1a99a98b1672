import { Buffer } from 'node:buffer';
import { ConfigException } from '@sluice/core';
import type { HeartbeatCodec } from '../HeartbeatOptions.js';

/** How a {@link binaryHeartbeat} looks. */
export interface BinaryHeartbeatOptions {
  /** First byte of a ping (default 0). No business frame may begin with it. */
  readonly ping?: number;
  /** First byte of a pong (default 1). No business frame may begin with it. */
  readonly pong?: number;
  /** Give pings without data a number too, to have round trips told apart (default false): four bytes more. */
  readonly nonce?: boolean;
}

const NONCE_END = 5;

/**
 * The smallest heartbeats, for frames with a length in front of them (`ProtobufVarint32FrameDecoder`, or a
 * `LengthFieldBasedFrameDecoder` with a field of one byte that strips it): one byte that tells the kind, so that a beat takes
 * two on the wire. With `nonce`, or with business data (`HeartbeatOptions.data`), five bytes and the data:
 *
 * ```
 * type 1 | nonce, u32 big-endian | data
 * ```
 *
 * A pong carries the nonce of its ping and data of its own. Empty frames are business messages.
 *
 * @throws ConfigException unless the types are two different bytes
 */
export function binaryHeartbeat(options: BinaryHeartbeatOptions = {}): HeartbeatCodec<Buffer> {
  const { ping = 0, pong = 1, nonce: withNonce = false } = options;
  for (const [name, type] of [['ping', ping] as const, ['pong', pong] as const]) {
    if (!Number.isInteger(type) || type < 0 || type > 0xff)
      throw new ConfigException(`${name}: ${type} (expected: a byte, 0 to 255)`);
  }
  if (ping === pong) throw new ConfigException(`ping and pong are both ${ping} (expected: different bytes)`);
  return {
    ping: ({ nonce, data }) => beat(ping, withNonce || data !== undefined ? nonce : undefined, data),
    pong: (asked, { data }) => beat(pong, nonceOf(asked) ?? (data === undefined ? undefined : 0), data),
    isPing: (message) => Buffer.isBuffer(message) && message[0] === ping,
    isPong: (message) => Buffer.isBuffer(message) && message[0] === pong,
    nonceOf,
    dataOf: (frame) => (frame.length > NONCE_END ? frame.subarray(NONCE_END) : undefined),
  };
}

function beat(type: number, nonce: number | undefined, data: Uint8Array | undefined): Buffer {
  if (nonce === undefined) return Buffer.of(type);
  const frame = Buffer.alloc(NONCE_END + (data?.length ?? 0));
  frame[0] = type;
  frame.writeUInt32BE(nonce >>> 0, 1);
  if (data !== undefined) frame.set(data, NONCE_END);
  return frame;
}

function nonceOf(frame: Buffer): number | undefined {
  return frame.length >= NONCE_END ? frame.readUInt32BE(1) : undefined;
}
