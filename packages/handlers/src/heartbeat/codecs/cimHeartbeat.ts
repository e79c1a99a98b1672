import { Buffer } from 'node:buffer';
import { ProtobufVarint32FrameDecoder } from '@sluice/codec';
import type { HeartbeatCodec } from '../HeartbeatOptions.js';
import { MAX_FRAME_LENGTH } from './HeaderFrameDecoder.js';

/** Who a {@link cimHeartbeat} speaks for. */
export interface CimHeartbeatOptions {
  /** The `requestId` of pings: cim puts the user's id there (default 0). A server sends no pings and needs none. */
  readonly userId?: number | bigint;
}

/** `BaseCommand.PING` of cim.proto. */
const PING = 2;
/** Fields of `Request` and `Response`, which have the same numbers. */
const TEXT = 1;
const COMMAND = 3;

const NEITHER = 0;
const IS_PING = 1;
const IS_PONG = 2;

const PONG = Buffer.from('0a04706f6e671802', 'hex');

/**
 * Heartbeats of cim (crossoverJie/cim, proto3 `Request` and `Response`), for `Buffer`s that each hold one encoded message:
 * behind {@link cimFrameDecoder} and `ProtobufVarint32LengthFieldPrepender`, in front of the handlers that decode them.
 * A ping is `{ reqMsg: "ping", requestId: userId, cmd: PING }`, its answer `{ resMsg: "pong", cmd: PING }`; a beat takes 9 to 20
 * bytes with its length. What has the command PING and another text counts as a ping.
 */
export function cimHeartbeat({ userId = 0 }: CimHeartbeatOptions = {}): HeartbeatCodec<Buffer> {
  const ping = pingOf(BigInt(userId));
  return {
    ping: () => Buffer.from(ping),
    pong: () => Buffer.from(PONG),
    isPing: (message) => Buffer.isBuffer(message) && kindOf(message) === IS_PING,
    isPong: (message) => Buffer.isBuffer(message) && kindOf(message) === IS_PONG,
  };
}

/** The frames of cim: a varint32 with the length, which is stripped. cim itself has no limit; here it is 8 MiB. */
export function cimFrameDecoder(maxFrameLength: number = MAX_FRAME_LENGTH): ProtobufVarint32FrameDecoder {
  return new ProtobufVarint32FrameDecoder({ maxFrameLength });
}

function pingOf(userId: bigint): Buffer {
  const id: number[] = [];
  for (let rest = BigInt.asUintN(64, userId); rest > 0n; rest >>= 7n)
    id.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
  if (id.length > 0) id.unshift(0x10);
  return Buffer.from([0x0a, 4, ...Buffer.from('ping'), ...id, 0x18, PING]);
}

/** Walks over the fields of a message. One that is malformed is left to the business decoder. */
function kindOf(frame: Buffer): number {
  let command = 0;
  let isPongText = false;
  let at = 0;
  while (at < frame.length) {
    const tag = varint(frame, at);
    at = afterVarint(frame, at);
    switch (tag & 7) {
      case 0:
        if (tag >>> 3 === COMMAND) command = varint(frame, at);
        at = afterVarint(frame, at);
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const length = varint(frame, at);
        at = afterVarint(frame, at);
        if (tag >>> 3 === TEXT) isPongText = length === 4 && frame.compare(PONG, 2, 6, at, at + 4) === 0;
        at += length >>> 0;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        return NEITHER;
    }
  }
  if (command !== PING || at !== frame.length) return NEITHER;
  return isPongText ? IS_PONG : IS_PING;
}

/** The low 32 bits of the varint at `start`. */
function varint(frame: Buffer, start: number): number {
  let value = 0;
  for (let at = start, shift = 0; at < frame.length; at++, shift += 7) {
    const byte = frame[at] as number;
    if (shift < 32) value |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return value;
}

function afterVarint(frame: Buffer, start: number): number {
  let at = start;
  while (at < frame.length && (frame[at] as number) >= 0x80) at++;
  return at + 1;
}
