import { types } from 'node:util';
import { type ChannelHandlerContext, invalidArgType, outOfRange } from '@sluice/core';

/**
 * Milliseconds that count as "now". Clocks are floating-point numbers, so that a deadline and the moment at which its
 * timer runs may differ in their last bits; without this, such a rest would be waited for again and again.
 */
export const A_MOMENT = 1e-3;

/** A time in ms as Netty takes it: 0, negative or endless switches it off (0), anything else is at least 1 ms. */
export function idleTime(name: string, ms: number | undefined): number {
  if (ms === undefined) return 0;
  if (typeof ms !== 'number') throw invalidArgType(`${name} must be a number of ms, but is a ${typeof ms}`);
  if (Number.isNaN(ms)) throw outOfRange(`${name} : NaN (expected: a number of ms, 0 for "off")`);
  return ms <= 0 || ms === Number.POSITIVE_INFINITY ? 0 : Math.max(1, ms);
}

/** Runs what a user may have overridden, from a timer: a throw or a rejection goes to the next `exceptionCaught`. */
export function guarded(ctx: ChannelHandlerContext, run: () => unknown): void {
  try {
    const result = run();
    if (types.isPromise(result)) result.catch((error: Error) => ctx.fireExceptionCaught(error));
  } catch (error) {
    ctx.fireExceptionCaught(error as Error);
  }
}
