import { Buffer } from 'node:buffer';
import type { FrameDecoder } from '@sluice/codec';
import type { ByteBuf } from '@sluice/core';
import type { HeartbeatCodec } from '../HeartbeatOptions.js';
import { corrupted, HeaderFrameDecoder, MAX_FRAME_LENGTH } from './HeaderFrameDecoder.js';

const PINGREQ = 0xc0;
const PINGRESP = 0xd0;
const PUBLISH = 3;
const PUBREL = 6;
const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;
/** A remaining length has at most so many bytes. */
const MAX_LENGTH_BYTES = 4;

/**
 * Heartbeats of MQTT 3.1.1 and 5.0 (sections 3.12 and 3.13), for whole packets: behind {@link mqttFrameDecoder}. PINGREQ `c0 00` and
 * PINGRESP `d0 00`. Only clients may send pings: a server has `interval: 0` (`profiles.mqtt()`).
 */
export function mqttHeartbeat(): HeartbeatCodec<Buffer> {
  return {
    ping: () => Buffer.of(PINGREQ, 0),
    pong: () => Buffer.of(PINGRESP, 0),
    isPing: (message) => Buffer.isBuffer(message) && message[0] === PINGREQ && message.length === 2,
    isPong: (message) => Buffer.isBuffer(message) && message[0] === PINGRESP && message.length === 2,
  };
}

/**
 * The packets of MQTT, fixed header and all: type and flags, a remaining length of one to four bytes, the rest. Type 0,
 * flags that the type does not allow, a length of more than four bytes and a PINGREQ or PINGRESP that carries something are a
 * `CorruptedFrameException`, a longer packet (default 8 MiB) a `TooLongFrameException`; then nothing more is decoded.
 */
export function mqttFrameDecoder(maxFrameLength: number = MAX_FRAME_LENGTH): FrameDecoder<Buffer> {
  return new HeaderFrameDecoder(frameLength, maxFrameLength);
}

function frameLength(input: ByteBuf): number {
  const start = input.readerIndex;
  const arrived = input.readableBytes;
  if (arrived === 0) return 0;
  const first = input.getUnsignedByte(start);
  checkFirst(first);
  let length = 0;
  for (let i = 0; i < MAX_LENGTH_BYTES && i + 1 < arrived; i++) {
    const byte = input.getUnsignedByte(start + 1 + i);
    length |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      if (length > 0 && (first === PINGREQ || first === PINGRESP))
        throw corrupted('MQTT', `a ping or its answer of ${length} bytes`);
      return 2 + i + length;
    }
  }
  if (arrived > MAX_LENGTH_BYTES) throw corrupted('MQTT', 'the remaining length goes on after four bytes');
  return 0;
}

/** Section 2.1.3: all flags but those of PUBLISH are fixed. */
function checkFirst(first: number): void {
  const type = first >> 4;
  if (type === 0) throw corrupted('MQTT', 'packet type 0');
  const needed = type === PUBREL || type === SUBSCRIBE || type === UNSUBSCRIBE ? 2 : 0;
  if (type !== PUBLISH && (first & 0xf) !== needed)
    throw corrupted('MQTT', `flags ${first & 0xf} of packet type ${type}`);
}
