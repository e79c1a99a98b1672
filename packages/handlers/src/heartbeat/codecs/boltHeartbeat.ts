import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import type { FrameDecoder } from '@sluice/codec';
import { type ByteBuf, ConfigException } from '@sluice/core';
import type { HeartbeatCodec } from '../HeartbeatOptions.js';
import { checkLength, corrupted, HeaderFrameDecoder, MAX_FRAME_LENGTH } from './HeaderFrameDecoder.js';

/** Which protocol a {@link boltHeartbeat} asks in; it answers in the ping's. */
export interface BoltHeartbeatOptions {
  /** 1 for `RpcProtocol`, 2 for `RpcProtocolV2` (default), bolt's own default. */
  readonly protocol?: 1 | 2;
  /** Add a checksum, as version 2 of `RpcProtocolV2` may (default false). */
  readonly crc?: boolean;
}

const V2 = 2;
const VERSION_WITH_CRC = 2;
const RESPONSE = 0;
const REQUEST = 1;
const ONE_WAY = 2;
const HEARTBEAT = 0;
/** Serializer of bolt: hessian. */
const HESSIAN = 1;
const CRC_SWITCH = 1;
const CRC_LENGTH = 4;
/** Class, header and content length. */
const LENGTHS = 8;

/**
 * Heartbeats of sofa-bolt, for whole frames: behind {@link boltFrameDecoder}. A ping is a request with the command code 0 and
 * its nonce as the request id, 24 bytes in `RpcProtocolV2` (22 in `RpcProtocol`); its answer a response with the same id,
 * status 0, 22 (20) bytes. A checksum takes 4 more and is answered with one.
 *
 * @throws ConfigException for a checksum in protocol 1
 */
export function boltHeartbeat(options: BoltHeartbeatOptions = {}): HeartbeatCodec<Buffer> {
  const { protocol = V2, crc = false } = options;
  if (protocol !== 1 && protocol !== V2) throw new ConfigException(`protocol: ${protocol} (expected: 1, 2)`);
  if (crc && protocol === 1)
    throw new ConfigException('crc is true, but protocol 1 has no checksum (expected: 2)');
  return {
    ping({ nonce }) {
      const version = crc ? VERSION_WITH_CRC : 1;
      const frame = command(protocol, version, REQUEST, nonce, HESSIAN, crc ? CRC_SWITCH : 0);
      // The timeout of a request that has none.
      frame.writeInt32BE(-1, fieldsAt(protocol));
      return sealed(frame);
    },
    pong(ping) {
      const protocol = ping[0] as number;
      const at = typeAt(protocol);
      const switches = protocol === V2 ? (ping[at + 9] as number) : 0;
      const id = ping.readUInt32BE(at + 4);
      return sealed(command(protocol, ping[1] as number, RESPONSE, id, ping[at + 8] as number, switches));
    },
    isPing: (message) => isHeartbeat(message) && typeOf(message) !== RESPONSE,
    isPong: (message) => isHeartbeat(message) && typeOf(message) === RESPONSE,
    nonceOf: (pong) => pong.readUInt32BE(typeAt(pong[0] as number) + 4),
  };
}

/**
 * The frames of sofa-bolt, header and all, of both protocols:
 *
 * ```
 * RpcProtocol    protocol 1                        | type 1 | command 2 | version 1 | id 4 | codec 1
 * RpcProtocolV2  protocol 1 | protocol's version 1 | type 1 | command 2 | version 1 | id 4 | codec 1 | switches 1
 * both           timeout 4 (requests) or status 2 (responses) | class length 2 | header length 2 | content length 4 | …
 * RpcProtocolV2  … | CRC32 4 (version 2 with switch 1)
 * ```
 *
 * Another protocol, type, or a negative length is a `CorruptedFrameException`, a longer frame (default 8 MiB) a
 * `TooLongFrameException`; then nothing more is decoded. Checksums are not verified.
 */
export function boltFrameDecoder(maxFrameLength: number = MAX_FRAME_LENGTH): FrameDecoder<Buffer> {
  return new HeaderFrameDecoder(frameLength, maxFrameLength);
}

function frameLength(input: ByteBuf): number {
  const start = input.readerIndex;
  const arrived = input.readableBytes;
  if (arrived === 0) return 0;
  const protocol = input.getUnsignedByte(start);
  if (protocol !== 1 && protocol !== V2) throw corrupted('bolt', `protocol ${protocol} is neither 1 nor 2`);
  const at = typeAt(protocol);
  if (arrived <= at) return 0;
  const type = input.getUnsignedByte(start + at);
  if (type > ONE_WAY)
    throw corrupted('bolt', `type ${type} is neither response, request nor one-way request`);
  const lengths = lengthsAt(protocol, type);
  if (arrived < lengths + LENGTHS) return 0;
  const header = checkLength('bolt', 'class length', input.getShort(start + lengths), 0);
  const names = header + checkLength('bolt', 'header length', input.getShort(start + lengths + 2), 0);
  const content = checkLength('bolt', 'content length', input.getInt(start + lengths + 4), 0);
  const isSealed =
    protocol === V2 &&
    input.getUnsignedByte(start + 1) === VERSION_WITH_CRC &&
    (input.getUnsignedByte(start + at + 9) & CRC_SWITCH) !== 0;
  return lengths + LENGTHS + names + content + (isSealed ? CRC_LENGTH : 0);
}

function typeAt(protocol: number): number {
  return protocol === V2 ? 2 : 1;
}

/** Where the timeout or the status is. */
function fieldsAt(protocol: number): number {
  return protocol === V2 ? 12 : 10;
}

function lengthsAt(protocol: number, type: number): number {
  return fieldsAt(protocol) + (type === RESPONSE ? 2 : 4);
}

function typeOf(frame: Buffer): number {
  return frame[typeAt(frame[0] as number)] as number;
}

function isHeartbeat(message: unknown): message is Buffer {
  if (!Buffer.isBuffer(message)) return false;
  const protocol = message[0];
  if (protocol !== 1 && protocol !== V2) return false;
  return message.length >= 20 && message.readUInt16BE(typeAt(protocol) + 1) === HEARTBEAT;
}

/** A command with no class, header and content, and no checksum yet. */
function command(
  protocol: number,
  version: number,
  type: number,
  id: number,
  codec: number,
  switches: number,
): Buffer {
  const at = typeAt(protocol);
  const isSealed = protocol === V2 && version === VERSION_WITH_CRC && (switches & CRC_SWITCH) !== 0;
  const frame = Buffer.alloc(lengthsAt(protocol, type) + LENGTHS + (isSealed ? CRC_LENGTH : 0));
  frame[0] = protocol;
  if (protocol === V2) {
    frame[1] = version;
    frame[at + 9] = switches;
  }
  frame[at] = type;
  frame.writeUInt16BE(HEARTBEAT, at + 1);
  frame[at + 3] = 1;
  frame.writeUInt32BE(id >>> 0, at + 4);
  frame[at + 8] = codec;
  return frame;
}

/** Fills the checksum in, if there is room for one. */
function sealed(frame: Buffer): Buffer {
  const end = lengthsAt(frame[0] as number, typeOf(frame)) + LENGTHS;
  if (frame.length > end) frame.writeUInt32BE(crc32(frame.subarray(0, end)), end);
  return frame;
}
