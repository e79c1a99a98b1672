import { inspect, types } from 'node:util';
import { ByteBuf, prettyHexDump, registerError, SluiceError } from '@sluice/core';

/** What a decoder did wrong. */
export type DecoderFault =
  /** A message did not come although all its bytes were there. */
  | 'under-production'
  /** A message came that no bytes stand for. */
  | 'over-production'
  /** A message came that is not the expected one. */
  | 'wrong-production'
  /** A message that had been right was another one later: it shares memory with something that is used again. */
  | 'changed-message'
  /** An exception was fired, or a missing one was not. */
  | 'error'
  /** With `autoRead` off: made no message of what it got, and did not ask for more. */
  | 'no-read'
  /** With `autoRead` off: made a message, and asked for more all the same. */
  | 'needless-read'
  /** Removed, it did not hand on the bytes that it had not used. */
  | 'lost-bytes';

/** How a {@link DecoderVerificationException} came to be. */
export interface DecoderVerificationDetails {
  /** What happened, in a sentence. */
  readonly what: string;
  /** How the bytes were delivered, in words. */
  readonly delivery: string;
  /** What had been delivered, cut into its pieces. */
  readonly pieces: readonly Uint8Array[];
  /** The message or exception that was due; absent if there should have been none. */
  readonly expected?: unknown;
  /** What came; absent if nothing did. */
  readonly actual?: unknown;
  /** What the decoder threw. */
  readonly cause?: unknown;
}

/** `verifyDecoder` found a way to deliver the bytes that the decoder does not stand. */
export class DecoderVerificationException extends SluiceError {
  /** What kind of fault it is. */
  readonly fault: DecoderFault;
  /** How the bytes were delivered, in words. */
  readonly delivery: string;
  /** What had been delivered when it went wrong, cut into its pieces. */
  readonly pieces: readonly Uint8Array[];
  /** The message that was due; `undefined` if there should have been none. */
  readonly expected: unknown;
  /** What came; `undefined` if nothing did. */
  readonly actual: unknown;

  /** Made by `verifyDecoder`. */
  constructor(fault: DecoderFault, details: DecoderVerificationDetails) {
    const { what, delivery, pieces, cause } = details;
    const lines = [`${fault}: ${what}`, `Delivered: ${delivery}`];
    if ('expected' in details) lines.push(`Expected: ${shown(details.expected)}`);
    if ('actual' in details) lines.push(`Got: ${shown(details.actual)}`);
    lines.push(`Bytes so far, | ends a piece: ${cutBytes(pieces)}`);
    super(lines.join('\n'), cause === undefined ? undefined : { cause });
    this.fault = fault;
    this.delivery = delivery;
    this.pieces = pieces;
    this.expected = details.expected;
    this.actual = details.actual;
  }

  static {
    registerError(this, 'DecoderVerificationException', 'ERR_DECODER_VERIFICATION');
  }
}

const SHOWN_BYTES = 256;

function shown(value: unknown): string {
  // Its stack can be had from `cause`.
  if (types.isNativeError(value)) return `${value.name}: ${value.message}`;
  if (!types.isUint8Array(value) && !ByteBuf.isByteBuf(value)) return inspect(value, { depth: 4 });
  const bytes = ByteBuf.isByteBuf(value) ? value.toBuffer() : value;
  const rest = bytes.length > SHOWN_BYTES ? `\n… ${bytes.length - SHOWN_BYTES} more bytes` : '';
  return `${bytes.length} bytes\n${prettyHexDump(bytes.subarray(0, SHOWN_BYTES))}${rest}`;
}

/** The last bytes that were delivered: what went wrong has to do with them. */
function cutBytes(pieces: readonly Uint8Array[]): string {
  let room = SHOWN_BYTES;
  const texts: string[] = [];
  for (let i = pieces.length - 1; i >= 0 && room > 0; i--) {
    const piece = pieces[i] as Uint8Array;
    const part = piece.subarray(Math.max(0, piece.length - room));
    texts.unshift(`${part.length < piece.length ? '… ' : ''}${hex(part)}`);
    room -= part.length + 1;
    if (room <= 0 && i > 0) texts.unshift('…');
  }
  return texts.join(' | ');
}

function hex(bytes: Uint8Array): string {
  return bytes.length === 0
    ? '(empty)'
    : Buffer.from(bytes)
        .toString('hex')
        .replace(/..(?=.)/g, '$& ');
}
