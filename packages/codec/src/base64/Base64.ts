import { Buffer } from 'node:buffer';
import { invalidArgValue } from '@sluice/core';
import { Base64Dialect, PADDING, WHITE_SPACE } from './Base64Dialect.js';

const MAX_LINE_LENGTH = 76;
const LINE_FEED = 0x0a;
const EQUALS = 0x3d;

/** How {@link encodeBase64} writes. */
export interface Base64EncodeOptions {
  /** Default `Base64Dialect.STANDARD`. */
  readonly dialect?: Base64Dialect;
  /** End lines with `\n` after 76 digits, except the last. Default: what the dialect says, so true for `STANDARD`. */
  readonly breakLines?: boolean;
  /** Fill the last four digits up with `=`. Default true. */
  readonly addPadding?: boolean;
}

/** The Base64 text of some bytes, as ASCII bytes. Netty: Base64.encode. */
export function encodeBase64(bytes: Uint8Array, options: Base64EncodeOptions = {}): Buffer {
  const dialect = options.dialect ?? Base64Dialect.STANDARD;
  const breakLines = options.breakLines ?? dialect.breakLinesByDefault;
  const digits = digitsOf(bytes, dialect.alphabet, options.addPadding ?? true);
  return breakLines && digits.length > MAX_LINE_LENGTH ? inLines(digits) : digits;
}

function digitsOf(bytes: Uint8Array, alphabet: Uint8Array, addPadding: boolean): Buffer {
  const whole = bytes.length - (bytes.length % 3);
  const rest = bytes.length - whole;
  const out = Buffer.allocUnsafe((whole / 3) * 4 + (rest === 0 ? 0 : addPadding ? 4 : rest + 1));
  let at = 0;
  for (let i = 0; i < whole; i += 3) {
    const bits = ((bytes[i] as number) << 16) | ((bytes[i + 1] as number) << 8) | (bytes[i + 2] as number);
    out[at++] = alphabet[bits >> 18] as number;
    out[at++] = alphabet[(bits >> 12) & 63] as number;
    out[at++] = alphabet[(bits >> 6) & 63] as number;
    out[at++] = alphabet[bits & 63] as number;
  }
  if (rest === 0) return out;
  const bits = ((bytes[whole] as number) << 16) | (rest === 2 ? (bytes[whole + 1] as number) << 8 : 0);
  out[at++] = alphabet[bits >> 18] as number;
  out[at++] = alphabet[(bits >> 12) & 63] as number;
  if (rest === 2) out[at++] = alphabet[(bits >> 6) & 63] as number;
  return out.fill(EQUALS, at);
}

function inLines(digits: Buffer): Buffer {
  const breaks = Math.ceil(digits.length / MAX_LINE_LENGTH) - 1;
  const out = Buffer.allocUnsafe(digits.length + breaks);
  for (let line = 0; line <= breaks; line++) {
    const start = line * MAX_LINE_LENGTH;
    digits.copy(out, start + line, start, start + MAX_LINE_LENGTH);
    if (line < breaks) out[start + line + MAX_LINE_LENGTH] = LINE_FEED;
  }
  return out;
}

/**
 * The bytes of a Base64 text. White space (tab, line feed, carriage return, space) is skipped, padding may be missing,
 * and what comes after padding is ignored, as in Netty. Netty: Base64.decode.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for a byte that is no digit of the dialect, or a single digit at the end
 */
export function decodeBase64(text: Uint8Array, dialect: Base64Dialect = Base64Dialect.STANDARD): Buffer {
  const out = Buffer.allocUnsafe(Math.ceil((text.length * 3) / 4) + 3);
  const values = dialect.values;
  const four = [0, 0, 0, 0] as [number, number, number, number];
  let have = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const byte = text[i] as number;
    const value = values[byte] as number;
    if (value === WHITE_SPACE) continue;
    if (value < PADDING) throw invalidArgValue(`invalid Base64 input character: ${byte} (decimal)`);
    four[have++] = value;
    if (have < 4) continue;
    have = 0;
    at = writeThree(four, out, at);
    if (value === PADDING) break;
  }
  if (have === 1) {
    throw invalidArgValue(
      'Invalid Base64 input, single remaining character implies incorrect length or padding',
    );
  }
  if (have > 1) {
    four.fill(PADDING, have);
    at = writeThree(four, out, at);
  }
  return out.subarray(0, at);
}

/** Padding in the first two places, which makes no sense, counts as all bits set. */
function writeThree(four: readonly [number, number, number, number], out: Buffer, at: number): number {
  const [a, b, c, d] = four;
  out[at] = (a << 2) | ((b & 0xff) >> 4);
  if (c === PADDING) return at + 1;
  out[at + 1] = (b << 4) | (c >> 2);
  if (d === PADDING) return at + 2;
  out[at + 2] = (c << 6) | d;
  return at + 3;
}
