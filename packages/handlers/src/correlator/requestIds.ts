import { ConfigException } from '@sluice/core';

/** Which numbers `requestIds` gives. */
export interface RequestIdOptions {
  /** The first (default `min`). A random one tells the requests of a restarted client from those before. */
  readonly first?: number;
  /** The least, after the greatest (default 1). */
  readonly min?: number;
  /** The greatest (default 2³¹ − 1, which fits a signed 32-bit field). */
  readonly max?: number;
}

/** Counts from `first` to `max`, then again from `min`. Throws `ConfigException` for numbers that are no such range. */
export function requestIds(options: RequestIdOptions = {}): () => number {
  const { min = 1, max = 2 ** 31 - 1 } = options;
  const { first = min } = options;
  if (![min, max, first].every(Number.isSafeInteger) || min > first || first > max)
    throw new ConfigException(
      `requestIds: min ${min}, first ${first}, max ${max} (expected: whole numbers, min <= first <= max)`,
    );
  let next = first;
  return () => {
    const id = next;
    next = id === max ? min : id + 1;
    return id;
  };
}
