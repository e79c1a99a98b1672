import { Buffer } from 'node:buffer';

/*
 * What frame decoders make of a whole stream, written for clarity: they see all bytes at once, so that nothing depends
 * on how a stream was cut. A result is a frame, as latin1 text, or the code of an error behind `✗`, a sign no frame can have.
 */

const TOO_LONG = '✗ ERR_TOO_LONG_FRAME';
const CORRUPTED = '✗ ERR_CORRUPTED_FRAME';

export interface LineModel {
  readonly maxLength: number;
  readonly stripDelimiter: boolean;
  readonly failFast: boolean;
  readonly strictCrlf: boolean;
}

/** Lines that end in `\n` or `\r\n`. */
export function linesIn(stream: Uint8Array, options: LineModel): string[] {
  const parts = text(stream).split(options.strictCrlf ? /(?<=\r\n)/ : /(?<=\n)/);
  return parts.flatMap((part) => {
    const isWhole = part.endsWith(options.strictCrlf ? '\r\n' : '\n');
    const content = part.replace(isWhole ? /\r?\n$/ : /\r$/, '');
    const isTooLong = content.length > options.maxLength;
    if (!isWhole) return isTooLong && options.failFast ? [TOO_LONG] : [];
    return [isTooLong ? TOO_LONG : options.stripDelimiter ? content : part];
  });
}

export interface DelimiterModel {
  readonly maxFrameLength: number;
  readonly delimiters: readonly string[];
  readonly stripDelimiter: boolean;
  readonly failFast: boolean;
}

/** Frames that end in a delimiter: the one that begins first; of those that begin at the same place the first listed. */
export function delimitedIn(stream: Uint8Array, options: DelimiterModel): string[] {
  const results: string[] = [];
  let rest = text(stream);
  for (;;) {
    const found = options.delimiters
      .map((delimiter) => ({ at: rest.indexOf(delimiter), length: delimiter.length }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at)[0];
    if (found === undefined) break;
    const { at, length } = found;
    if (at > options.maxFrameLength) results.push(TOO_LONG);
    else results.push(rest.slice(0, options.stripDelimiter ? at : at + length));
    rest = rest.slice(at + length);
  }
  const certain = rest.length - longestBeginning(rest, options.delimiters);
  if (certain > options.maxFrameLength && options.failFast) results.push(TOO_LONG);
  return results;
}

/** How many characters at the end of a text are the beginning of a delimiter. */
function longestBeginning(end: string, delimiters: readonly string[]): number {
  let longest = 0;
  for (const delimiter of delimiters) {
    for (let length = 1; length < delimiter.length; length++) {
      if (end.endsWith(delimiter.slice(0, length))) longest = Math.max(longest, length);
    }
  }
  return longest;
}

/**
 * Whether what delimiters find depends on how much has arrived: one is complete within another, before the end of that.
 * Then the decoder, which never waits for more than it needs, may take the inner one.
 */
export function areAmbiguous(delimiters: readonly string[]): boolean {
  return delimiters.some((outer, i) =>
    delimiters.some((inner, j) => {
      const at = outer.slice(0, -1).indexOf(inner);
      return at > 0 || (at === 0 && i < j);
    }),
  );
}

export interface LengthFieldModel {
  readonly maxFrameLength: number;
  readonly lengthFieldOffset: number;
  readonly lengthFieldLength: 1 | 2 | 3 | 4 | 8;
  readonly lengthAdjustment: number;
  readonly initialBytesToStrip: number;
  readonly failFast: boolean;
  readonly byteOrder: 'BE' | 'LE';
}

/** Frames with their length in a field of their header. */
export function lengthFieldFramesIn(stream: Uint8Array, options: LengthFieldModel): string[] {
  const results: string[] = [];
  const headerLength = options.lengthFieldOffset + options.lengthFieldLength;
  let rest = Buffer.from(stream);
  while (rest.length >= headerLength) {
    const field = Buffer.from(rest.subarray(options.lengthFieldOffset, headerLength));
    if (options.byteOrder === 'LE') field.reverse();
    const unsigned = BigInt(`0x${field.toString('hex')}`);
    const value = field.length === 8 ? BigInt.asIntN(64, unsigned) : unsigned;
    const length = BigInt.asIntN(64, value + BigInt(options.lengthAdjustment + headerLength));
    if (value < 0n || length < headerLength) {
      results.push(CORRUPTED);
      rest = rest.subarray(headerLength);
      continue;
    }
    if (length > options.maxFrameLength) {
      if (options.failFast || length <= rest.length) results.push(TOO_LONG);
      rest = rest.subarray(length > rest.length ? rest.length : Number(length));
      continue;
    }
    if (length > rest.length) break;
    const frame = rest.subarray(0, Number(length));
    if (options.initialBytesToStrip > frame.length) results.push(CORRUPTED);
    else results.push(text(frame.subarray(options.initialBytesToStrip)));
    rest = rest.subarray(frame.length);
  }
  return results;
}

/** Frames of equal length. */
export function fixedFramesIn(stream: Uint8Array, frameLength: number): string[] {
  const count = Math.floor(stream.length / frameLength);
  return Array.from({ length: count }, (_, i) =>
    text(stream.subarray(i * frameLength, (i + 1) * frameLength)),
  );
}

/** Messages behind their length as a varint of 32 bits. */
export function varintFramesIn(stream: Uint8Array, maxFrameLength: number): string[] {
  const results: string[] = [];
  let rest = stream;
  for (;;) {
    const headerLength = rest.subarray(0, 5).findIndex((byte) => byte < 0x80) + 1;
    if (headerLength === 0 && rest.length < 5) return results;
    const length = rest.subarray(0, headerLength).reduceRight((sum, byte) => sum * 128 + (byte & 0x7f), 0);
    // The 32 bits that count are those of a signed number.
    const isBad = headerLength === 0 || (length | 0) < 0;
    const skipped = headerLength === 0 ? 5 : headerLength;
    rest = rest.subarray(skipped);
    if (isBad) results.push(CORRUPTED);
    else if ((length | 0) > maxFrameLength) {
      results.push(TOO_LONG);
      rest = rest.subarray(length | 0);
    } else {
      if (rest.length < (length | 0)) return results;
      results.push(text(rest.subarray(0, length | 0)));
      rest = rest.subarray(length | 0);
    }
  }
}

export interface JsonModel {
  readonly maxObjectLength: number;
  readonly streamArrayElements: boolean;
}

/** JSON objects and arrays, or the elements of arrays. */
export function jsonIn(stream: Uint8Array, options: JsonModel): string[] {
  const results: string[] = [];
  let rest = text(stream);
  let isInArray = false;
  for (;;) {
    rest = rest.slice(spacesIn(rest));
    if (rest === '') return results;
    if (!isInArray && !/^[{[]/.test(rest)) return [...results, CORRUPTED];
    if (!isInArray && options.streamArrayElements && rest.startsWith('[')) {
      isInArray = true;
      rest = rest.slice(1);
      continue;
    }
    const end = isInArray ? elementEnd(rest) : objectEnd(rest);
    const length = end < 0 ? rest.length : end;
    if (length > options.maxObjectLength) results.push(TOO_LONG);
    else if (end >= 0) {
      const frame = [...rest.slice(0, end)];
      if (isInArray) frame.splice(frame.length - spacesIn(frame.toReversed()));
      results.push(frame.join(''));
    }
    if (end < 0) return results;
    const ended = rest[end];
    // What ends an element is no part of it.
    rest = rest.slice(isInArray ? end + 1 : end);
    if (isInArray && ended !== ',') isInArray = false;
  }
}

/** How many characters in front are white space, as Java sees single bytes. */
function spacesIn(characters: Iterable<string>): number {
  let count = 0;
  for (const character of characters) {
    if (!'\t\n\v\f\r\x1c\x1d\x1e\x1f '.includes(character)) break;
    count++;
  }
  return count;
}

/** Index behind the brace or bracket that closes the object at the start; -1 if it is missing. */
function objectEnd(json: string): number {
  return endOf(json, (depth) => depth === 0, 1);
}

/** Index of the comma or bracket behind the element at the start; -1 if it is missing. */
function elementEnd(json: string): number {
  return endOf(json, (depth, character) => depth < 0 || (depth === 0 && character === ','), 0);
}

function endOf(json: string, isEnd: (depth: number, character: string) => boolean, behind: number): number {
  let depth = 0;
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\.)*"|".*|[^"]/gs)) {
    if (token.startsWith('"')) continue;
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    if (isEnd(depth, token)) return index + behind;
  }
  return -1;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
