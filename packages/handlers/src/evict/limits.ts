import { invalidArgType, outOfRange } from '@sluice/core';

/** A timer that runs this late, or a quarter of the limit, means that our own process stood still. */
const LONGEST_STALL = 5_000;
const SHORTEST_STALL = 50;

/** How many ms late a timer for a limit must be to mean that this process stood still, so that silence proves nothing. */
export function stallOf(limit: number): number {
  return Math.min(LONGEST_STALL, Math.max(SHORTEST_STALL, limit / 4));
}

/** A limit in ms. Throws unless it is a number above 0; `Infinity` switches off. */
export function checkLimit(name: string, ms: number): number {
  if (typeof ms !== 'number') throw invalidArgType(`${name} must be a number of ms, but is a ${typeof ms}`);
  if (!(ms > 0)) throw outOfRange(`${name}: ${ms} (expected: a number of ms above 0)`);
  return ms;
}
