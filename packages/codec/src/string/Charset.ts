import { Buffer } from 'node:buffer';
import { invalidArgValue } from '@sluice/core';

/** A way to write text as bytes. */
export interface Charset {
  /** Its usual name, such as `'UTF-8'`. */
  readonly name: string;
  /** The text; what is not valid becomes U+FFFD. */
  decode(bytes: Buffer): string;
  /** The bytes, in new memory; a character that cannot be expressed becomes `?`, in UTF-16 U+FFFD. */
  encode(text: string): Buffer;
}

/** The charsets every Java has too, by that name or by Node's. Upper and lower case are the same. */
export type CharsetName =
  | 'UTF-8'
  | 'UTF-16'
  | 'UTF-16BE'
  | 'UTF-16LE'
  | 'ISO-8859-1'
  | 'US-ASCII'
  | 'utf8'
  | 'utf16le'
  | 'latin1'
  | 'ascii';

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** In V8 a look at one flag for text of one byte a character. Part of ES2024, hence not in the library's types. */
const isWellFormed = (text: string): boolean =>
  (text as unknown as { isWellFormed(): boolean }).isWellFormed();

function wellFormed(text: string, replacement: string): string {
  return isWellFormed(text) ? text : text.replace(LONE_SURROGATE, replacement);
}

/** The bytes of half a surrogate pair, each as one character. */
const HALF_IN_UTF8 = /\xed[\xa0-\xbf][\x80-\xbf]?/g;

/** Java takes half a surrogate pair for one error, Node for an error a byte. */
function decodeUtf8(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd')) return text;
  return Buffer.from(bytes.toString('latin1').replace(HALF_IN_UTF8, '\xff'), 'latin1').toString('utf8');
}

const utf8: Charset = {
  name: 'UTF-8',
  decode: decodeUtf8,
  encode: (text) => Buffer.from(wellFormed(text, '?'), 'utf8'),
};

/** A character outside the charset becomes one `?`, also one of two UTF-16 units. */
function singleByte(name: string, limit: number, outside: RegExp, decode: Charset['decode']): Charset {
  return {
    name,
    decode,
    encode(text) {
      for (let i = 0; i < text.length; i++) {
        if (text.charCodeAt(i) >= limit) return Buffer.from(text.replace(outside, '?'), 'latin1');
      }
      return Buffer.from(text, 'latin1');
    },
  };
}

const latin1 = singleByte('ISO-8859-1', 0x100, /[^\0-\xff]/gu, (bytes) => bytes.toString('latin1'));

/** Netty reads bytes above 0x7f as if they were ISO-8859-1. */
const ascii = singleByte('US-ASCII', 0x80, /[^\0-\x7f]/gu, (bytes) => bytes.toString('latin1'));

/** A pair with its second half; what Java takes for a broken one, with the unit behind it; a second half alone. */
const SURROGATES = /[\ud800-\udbff]([\udc00-\udfff])|[\ud800-\udbff].?|[\udc00-\udfff]/gs;

/** As in Java, a first half that is not followed by a second one becomes U+FFFD together with what follows it. */
function decodeUtf16(bytes: Buffer, bigEndian: boolean): string {
  const even = bytes.length & ~1;
  const units = bigEndian ? Buffer.from(bytes.subarray(0, even)).swap16() : bytes.subarray(0, even);
  const text = units.toString('utf16le');
  const isTorn = even !== bytes.length;
  if (!isTorn && isWellFormed(text)) return text;
  let takesTornUnit = false;
  const decoded = text.replace(SURROGATES, (found, second) => {
    if (second !== undefined) return found;
    takesTornUnit = found.length === 1 && found < '\udc00';
    return '\ufffd';
  });
  return isTorn && !takesTornUnit ? `${decoded}\ufffd` : decoded;
}

const utf16le: Charset = {
  name: 'UTF-16LE',
  decode: (bytes) => decodeUtf16(bytes, false),
  encode: (text) => Buffer.from(wellFormed(text, '\ufffd'), 'utf16le'),
};

const utf16be: Charset = {
  name: 'UTF-16BE',
  decode: (bytes) => decodeUtf16(bytes, true),
  encode: (text) => utf16le.encode(text).swap16(),
};

/** Reads a byte order mark, big-endian without one; writes big-endian behind a mark. */
const utf16: Charset = {
  name: 'UTF-16',
  decode(bytes) {
    if (bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === 0xfe)
      return decodeUtf16(bytes.subarray(2), false);
    if (bytes.length >= 2 && bytes[0] === 0xfe && bytes[1] === 0xff)
      return decodeUtf16(bytes.subarray(2), true);
    return decodeUtf16(bytes, true);
  },
  encode: (text) => (text === '' ? Buffer.alloc(0) : utf16be.encode(`\ufeff${text}`)),
};

const CHARSETS: ReadonlyMap<string, Charset> = new Map([
  ['utf-8', utf8],
  ['utf8', utf8],
  ['utf-16', utf16],
  ['utf-16be', utf16be],
  ['utf-16le', utf16le],
  ['utf16le', utf16le],
  ['iso-8859-1', latin1],
  ['latin1', latin1],
  ['us-ascii', ascii],
  ['ascii', ascii],
]);

/**
 * The charset of a name; a charset object (of your own, for instance over a library for other charsets) is returned as
 * it is.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown name
 */
export function charsetOf(charset: CharsetName | Charset): Charset {
  if (typeof charset === 'object') return charset;
  const found = CHARSETS.get(String(charset).toLowerCase());
  if (found === undefined) {
    throw invalidArgValue(
      `Unknown charset '${charset}': there are ${[...CHARSETS.keys()].join(', ')}; for others pass an object with ` +
        'name, decode and encode.',
    );
  }
  return found;
}
