import { isUint8Array } from 'node:util/types';
import { invalidArgType } from '../util/errors.js';
import type { ByteBuf } from './ByteBuf.js';

/** Something to read bytes from: the readable bytes of a {@link ByteBuf}, or all bytes of a `Uint8Array`. */
export type ByteSource = ByteBuf | Uint8Array;

/**
 * Marks the prototype of `ByteBuf`. A registered symbol, so that it is the same in two copies of the package.
 */
export const BYTE_BUF_BRAND: unique symbol = Symbol.for('sluice.ByteBuf');

/** Whether `value` is a `ByteBuf`, also one made by another copy of the package. */
export function isByteBuf(value: unknown): value is ByteBuf {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { [BYTE_BUF_BRAND]?: boolean })[BYTE_BUF_BRAND] === true
  );
}

/**
 * The bytes of a source, without copying.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE` if it is neither a `ByteBuf` nor a `Uint8Array`
 */
export function bytesOf(source: ByteSource): Uint8Array {
  if (isUint8Array(source)) return source;
  if (isByteBuf(source)) return source.toBuffer();
  throw notBytes('source', source);
}

/** The error for an argument that had to hold bytes and does not. */
export function notBytes(name: string, value: unknown): TypeError {
  const hint = typeof value === 'string' ? ' (for text there are the CharSequence methods)' : '';
  return invalidArgType(`${name} must be a ByteBuf or a Uint8Array, but is of type ${typeof value}${hint}`);
}

/** Whether `n` is a whole number from 0 to 2^32 - 1; also false for what is not a number. */
export function isCount(n: number): boolean {
  return n >>> 0 === n;
}
