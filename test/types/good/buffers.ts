/** Bytes: the cursor, and the functions around it. */
import {
  ByteBuf,
  type ByteProcessor,
  type ByteSource,
  byteLength,
  type bytesEqual,
  type compareBytes,
  decodeHexDump,
  defaultMessageSizeEstimator,
  EMPTY_BUFFER,
  FIND_ASCII_SPACE,
  FIND_COMMA,
  FIND_CR,
  FIND_CRLF,
  FIND_LF,
  FIND_LINEAR_WHITESPACE,
  FIND_NON_CR,
  FIND_NON_CRLF,
  FIND_NON_LF,
  FIND_NON_LINEAR_WHITESPACE,
  FIND_NON_NUL,
  FIND_NUL,
  FIND_SEMI_COLON,
  FramedMessage,
  findByte,
  findNonByte,
  type hashBytes,
  hexDump,
  MAX_BUFFER_CAPACITY,
  type MessageSizeEstimator,
  prettyHexDump,
} from '@sluice/core';
import { assertType, type Equal } from '../support/assertType.js';

assertType<Equal<ByteSource, ByteBuf | Uint8Array>>();
const buf = ByteBuf.alloc(16, MAX_BUFFER_CAPACITY).writeInt(1).writeLong(2n).writeLongAsNumber(3);
assertType<Equal<typeof buf, ByteBuf>>();
assertType<Equal<ReturnType<typeof buf.readLong>, bigint>>();
assertType<Equal<ReturnType<typeof buf.readLongAsNumber>, number>>();
assertType<Equal<ReturnType<typeof buf.readBuffer>, Buffer>>();
assertType<Equal<ReturnType<typeof buf.slice>, ByteBuf>>();
assertType<Equal<ReturnType<typeof buf.compareTo>, -1 | 0 | 1>>();

// Several pieces become one; text, numbers and bytes are copied.
export const joined: ByteBuf = ByteBuf.wrap(
  Buffer.of(1),
  new Uint8Array(2),
  ByteBuf.from('three'),
  EMPTY_BUFFER,
);
export const copied: ByteBuf = ByteBuf.from([1, 2, 3]);
export function isBuf(value: unknown): ByteBuf | undefined {
  return ByteBuf.isByteBuf(value) ? value : undefined;
}

export const processors: readonly ByteProcessor[] = [
  FIND_ASCII_SPACE,
  FIND_COMMA,
  FIND_CR,
  FIND_CRLF,
  FIND_LF,
  FIND_LINEAR_WHITESPACE,
  FIND_NON_CR,
  FIND_NON_CRLF,
  FIND_NON_LF,
  FIND_NON_LINEAR_WHITESPACE,
  FIND_NON_NUL,
  FIND_NUL,
  FIND_SEMI_COLON,
  findByte(1),
  findNonByte(1),
  (value) => value < 128,
];
export const found: number = buf.forEachByte(0, 4, FIND_NUL);

assertType<Equal<ReturnType<typeof compareBytes>, -1 | 0 | 1>>();
assertType<Equal<ReturnType<typeof bytesEqual>, boolean>>();
assertType<Equal<ReturnType<typeof hashBytes>, number>>();
export const dumps: readonly string[] = [
  hexDump(buf),
  prettyHexDump(Buffer.of(1)),
  hexDump(decodeHexDump('00')),
];

/** A message that says how long it is, and brings a header along. */
class Headed extends FramedMessage {
  readonly headerLength = 1;
  writeHeader(target: Uint8Array, offset: number): void {
    target[offset] = this.payload.length;
  }
}
export const size: number = byteLength(new Headed(Buffer.of(1)));
export const estimator: MessageSizeEstimator = (message) => defaultMessageSizeEstimator(message) + 1;
