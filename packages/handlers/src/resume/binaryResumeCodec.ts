import { Buffer } from 'node:buffer';
import { CorruptedFrameException } from '@sluice/codec';
import type { ResumeFailure } from './errors.js';
import type { ResumeCodec, ResumeControl } from './ResumeCodec.js';

const DATA = 1;
const ACK = 2;
const OPEN = 3;
const OPENED = 4;
const FAILED = 5;
const END = 6;

/** Bytes of a number, and where the second one and the payload begin. */
const NUMBER = 6;
const SECOND = 1 + NUMBER;
const PAYLOAD = SECOND + NUMBER;
/** On the wire a reason is its place here. */
const REASONS: readonly ResumeFailure[] = [
  'expired',
  'unknown',
  'token',
  'overflow',
  'mismatch',
  'unsendable',
  'destroyed',
];
const MAX_NUMBER = 2 ** (8 * NUMBER) - 1;

/**
 * Sessions over frames of bytes, behind a `LengthFieldBasedFrameDecoder` and a `LengthFieldPrepender` for instance.
 * A frame begins with its type, numbers are big-endian:
 *
 * ```
 * 01 data     seq (6)  received (6)  payload
 * 02 ack      received (6)
 * 03 open     received (6)  length (1) id  length (1) token  length (1) server
 * 04 opened   received (6)  expiry (6)  length (1) server
 * 05 failed   reason (1)
 * 06 end      received (6)
 * ```
 *
 * A message costs 13 bytes more. It is copied once when sent; when received it is a part of the frame. Frames that begin
 * otherwise (or are empty) are free for heartbeats, which a `HeartbeatHandler` before the session takes out.
 */
export const binaryResumeCodec: ResumeCodec<Buffer, Buffer> = {
  data(seq, received, message) {
    const frame = Buffer.allocUnsafe(PAYLOAD + message.length);
    frame[0] = DATA;
    frame.writeUIntBE(seq, 1, NUMBER);
    frame.writeUIntBE(received, SECOND, NUMBER);
    frame.set(message, PAYLOAD);
    return frame;
  },
  control,
  read(frame, into) {
    switch (frame[0]) {
      case DATA:
        into.data(number(frame, 1), number(frame, SECOND), frame.subarray(PAYLOAD));
        break;
      case ACK:
        into.control({ type: 'ack', received: number(frame, 1) });
        break;
      case OPEN:
        into.control(readOpen(frame));
        break;
      case OPENED: {
        const expiry = number(frame, SECOND);
        const [server] = text(frame, PAYLOAD);
        into.control({
          type: 'opened',
          received: number(frame, 1),
          expiry: expiry === MAX_NUMBER ? Number.POSITIVE_INFINITY : expiry,
          server,
        });
        break;
      }
      case FAILED: {
        const reason = REASONS[frame[1] ?? -1];
        if (reason === undefined) throw corrupted(`unknown reason ${frame[1]}`);
        into.control({ type: 'failed', reason });
        break;
      }
      case END:
        into.control({ type: 'end', received: number(frame, 1) });
        break;
      default:
        throw corrupted(`unknown type ${frame[0]}`);
    }
  },
};

function control(message: ResumeControl): Buffer {
  switch (message.type) {
    case 'open':
      return Buffer.concat([
        head(OPEN, message.received),
        ...[message.id, message.token, message.server].map(sized),
      ]);
    case 'opened':
      return Buffer.concat([
        head(OPENED, message.received),
        head(0, Math.min(message.expiry, MAX_NUMBER)).subarray(1),
        sized(message.server),
      ]);
    case 'failed':
      return Buffer.from([FAILED, REASONS.indexOf(message.reason)]);
    case 'ack':
      return head(ACK, message.received);
    case 'end':
      return head(END, message.received);
  }
}

function head(type: number, value: number): Buffer {
  const bytes = Buffer.allocUnsafe(SECOND);
  bytes[0] = type;
  bytes.writeUIntBE(value, 1, NUMBER);
  return bytes;
}

function sized(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function readOpen(frame: Buffer): ResumeControl {
  const [id, afterId] = text(frame, SECOND);
  const [token, afterToken] = text(frame, afterId);
  const [server] = text(frame, afterToken);
  return { type: 'open', received: number(frame, 1), id, token, server };
}

function number(frame: Buffer, at: number): number {
  if (frame.length < at + NUMBER) throw corrupted(`${frame.length} bytes are too few`);
  return frame.readUIntBE(at, NUMBER);
}

/** A text with its length before it, and the place behind it. */
function text(frame: Buffer, at: number): [value: string, end: number] {
  const end = at + 1 + (frame[at] ?? 0);
  if (frame.length <= at || frame.length < end) throw corrupted(`${frame.length} bytes are too few`);
  return [frame.toString('latin1', at + 1, end), end];
}

function corrupted(what: string): CorruptedFrameException {
  return new CorruptedFrameException(`Not a frame of a resumable session: ${what}`);
}
