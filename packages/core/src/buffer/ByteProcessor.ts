/**
 * Looks at the bytes of a buffer one after the other: gets a byte as a number from 0 to 255 (Netty hands over
 * a signed byte) and returns whether to go on. `ByteBuf.forEachByte` gives the index at which it
 * returned false.
 * Netty: ByteProcessor.
 */
export type ByteProcessor = (value: number) => boolean;

const NUL = 0x00;
const HTAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;

/** Stops at a NUL (0x00). Netty: ByteProcessor.FIND_NUL. */
export const FIND_NUL: ByteProcessor = (value) => value !== NUL;

/** Stops at anything but a NUL (0x00). Netty: ByteProcessor.FIND_NON_NUL. */
export const FIND_NON_NUL: ByteProcessor = (value) => value === NUL;

/** Stops at a CR (`'\r'`). Netty: ByteProcessor.FIND_CR. */
export const FIND_CR: ByteProcessor = (value) => value !== CR;

/** Stops at anything but a CR (`'\r'`). Netty: ByteProcessor.FIND_NON_CR. */
export const FIND_NON_CR: ByteProcessor = (value) => value === CR;

/** Stops at an LF (`'\n'`). Netty: ByteProcessor.FIND_LF. */
export const FIND_LF: ByteProcessor = (value) => value !== LF;

/** Stops at anything but an LF (`'\n'`). Netty: ByteProcessor.FIND_NON_LF. */
export const FIND_NON_LF: ByteProcessor = (value) => value === LF;

/** Stops at a CR or an LF. Netty: ByteProcessor.FIND_CRLF. */
export const FIND_CRLF: ByteProcessor = (value) => value !== CR && value !== LF;

/** Stops at anything but a CR and an LF. Netty: ByteProcessor.FIND_NON_CRLF. */
export const FIND_NON_CRLF: ByteProcessor = (value) => value === CR || value === LF;

/** Stops at a semicolon. Netty: ByteProcessor.FIND_SEMI_COLON. */
export const FIND_SEMI_COLON: ByteProcessor = (value) => value !== SEMICOLON;

/** Stops at a comma. Netty: ByteProcessor.FIND_COMMA. */
export const FIND_COMMA: ByteProcessor = (value) => value !== COMMA;

/** Stops at a space (0x20). Netty: ByteProcessor.FIND_ASCII_SPACE. */
export const FIND_ASCII_SPACE: ByteProcessor = (value) => value !== SPACE;

/** Stops at a space or a tab. Netty: ByteProcessor.FIND_LINEAR_WHITESPACE. */
export const FIND_LINEAR_WHITESPACE: ByteProcessor = (value) => value !== SPACE && value !== HTAB;

/** Stops at anything but a space and a tab. Netty: ByteProcessor.FIND_NON_LINEAR_WHITESPACE. */
export const FIND_NON_LINEAR_WHITESPACE: ByteProcessor = (value) => value === SPACE || value === HTAB;

/**
 * A processor that stops at the byte `value`, of which the low 8 bits count.
 * Netty: ByteProcessor.IndexOfProcessor.
 */
export function findByte(value: number): ByteProcessor {
  const wanted = value & 0xff;
  return (byte) => byte !== wanted;
}

/**
 * A processor that stops at anything but the byte `value`, of which the low 8 bits count.
 * Netty: ByteProcessor.IndexNotOfProcessor.
 */
export function findNonByte(value: number): ByteProcessor {
  const unwanted = value & 0xff;
  return (byte) => byte === unwanted;
}
