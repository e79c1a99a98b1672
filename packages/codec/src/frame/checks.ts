import { invalidArgType, invalidArgValue, outOfRange } from '@sluice/core';

/**
 * Throws unless `value` is a whole number greater than 0.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE`, TypeError `ERR_INVALID_ARG_TYPE`
 */
export function checkPositive(value: number, name: string): number {
  checkInteger(value, name);
  if (value <= 0) throw outOfRange(`${name} : ${value} (expected: > 0)`);
  return value;
}

/** Throws unless `value` is a whole number of at least 0; see {@link checkPositive}. */
export function checkPositiveOrZero(value: number, name: string): number {
  checkInteger(value, name);
  if (value < 0) throw outOfRange(`${name} : ${value} (expected: >= 0)`);
  return value;
}

/** Throws unless `value` is a whole number that a double holds exactly. */
export function checkInteger(value: number, name: string): number {
  if (typeof value !== 'number')
    throw invalidArgType(`${name} must be a number, but is of type ${typeof value}`);
  if (!Number.isSafeInteger(value)) throw outOfRange(`${name} : ${value} (expected: a whole number)`);
  return value;
}

/** Throws unless `order` is `'BE'` or `'LE'`. */
export function checkByteOrder(order: string): void {
  if (order !== 'BE' && order !== 'LE')
    throw invalidArgValue(`byteOrder : ${order} (expected: 'BE' or 'LE')`);
}
