import type { ChannelHandler } from '@sluice/core';

type Callbacks = Record<string, ((...args: unknown[]) => unknown) | undefined>;

/**
 * Lets `inner` hear what `outer` hears of these callbacks, as far as it implements them itself and does not have them from
 * `base`: what only passes on need not be visited.
 */
export function forward(
  outer: ChannelHandler,
  inner: ChannelHandler,
  base: ChannelHandler,
  names: readonly string[],
): void {
  for (const name of names) {
    const callback = (inner as Callbacks)[name];
    if (callback === undefined || callback === (base as Callbacks)[name]) continue;
    (outer as Callbacks)[name] = (...args) => callback.apply(inner, args);
  }
}
