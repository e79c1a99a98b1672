import { CorruptedFrameException } from '@sluice/codec';
import type { ImMessage } from './messages.js';

/**
 * One message as bytes: a byte for its kind, then four bytes of sequence number for heartbeats (which are most of what
 * an idle service sends) or the remaining fields as JSON for everything else.
 */

type Kind = ImMessage['kind'];

/** Longest frame either side accepts, in bytes. */
export const MAX_FRAME: number = 64 * 1024;

const CODES: Readonly<Record<Kind, number>> = {
  ping: 1,
  pong: 2,
  login: 3,
  welcome: 4,
  chat: 5,
  notice: 6,
  roster: 7,
  bye: 8,
};
const KINDS: ReadonlyMap<number, Kind> = new Map(
  Object.entries(CODES).map(([kind, code]) => [code, kind as Kind]),
);

const isText = (value: unknown): boolean => typeof value === 'string';
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
/** A name: short, visible, without spaces, so that it cannot pretend to be two people or an empty one. */
const isName = (value: unknown): boolean =>
  typeof value === 'string' && /^[\p{L}\p{N}_.-]{1,32}$/u.test(value);
const isNames = (value: unknown): boolean => Array.isArray(value) && value.every(isName);
const isRole = (value: unknown): boolean => value === 'user' || value === 'server';

/** The fields of each kind that travels as JSON, and what they must be: nothing from a peer is believed. */
const FIELDS: Readonly<
  Record<Exclude<Kind, 'ping' | 'pong'>, Readonly<Record<string, (v: unknown) => boolean>>>
> = {
  login: { user: isName, role: isRole },
  welcome: { server: isName },
  chat: { from: isName, text: isText },
  notice: { text: isText },
  roster: { users: isNames },
  bye: { reason: isText, comeBack: isBoolean },
};

/** Whether `name` may be a user's name: 1 to 32 letters, digits, `_`, `.` or `-`. */
export function isUserName(name: string): boolean {
  return isName(name);
}

export function encodeMessage(message: ImMessage): Buffer {
  if (message.kind === 'ping' || message.kind === 'pong') {
    const bytes = Buffer.allocUnsafe(5);
    bytes[0] = CODES[message.kind];
    bytes.writeUInt32BE(message.seq, 1);
    return bytes;
  }
  const { kind, ...fields } = message;
  const json = JSON.stringify(fields);
  const bytes = Buffer.allocUnsafe(1 + Buffer.byteLength(json));
  bytes[0] = CODES[kind];
  bytes.write(json, 1);
  return bytes;
}

/** Throws `CorruptedFrameException` for anything that is not a whole message of this protocol. */
export function decodeMessage(bytes: Buffer): ImMessage {
  const kind = KINDS.get(bytes[0] ?? 0);
  if (kind === undefined)
    throw new CorruptedFrameException(`No message starts with byte ${bytes[0] ?? '(none)'}`);
  if (kind === 'ping' || kind === 'pong') {
    if (bytes.length !== 5) throw new CorruptedFrameException(`A ${kind} has 5 bytes, not ${bytes.length}`);
    return { kind, seq: bytes.readUInt32BE(1) };
  }
  const fields = parseFields(kind, bytes);
  const message: Record<string, unknown> = { kind };
  for (const [name, isValid] of Object.entries(FIELDS[kind])) {
    if (!isValid(fields[name])) throw new CorruptedFrameException(`A ${kind} came with an invalid '${name}'`);
    message[name] = fields[name];
  }
  return message as unknown as ImMessage;
}

function parseFields(kind: Kind, bytes: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8', 1));
  } catch (error) {
    throw new CorruptedFrameException(`The body of a ${kind} is not JSON`, { cause: error });
  }
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new CorruptedFrameException(`The body of a ${kind} is not a JSON object`);
}
