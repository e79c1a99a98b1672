import { ConfigException } from '@sluice/core';

/**
 * How much chance there is in a delay `d`: `'full'`: 0 to d, which spreads a crowd best; `'equal'`: d/2 to d;
 * `'none'`: always d.
 */
export type Jitter = 'full' | 'equal' | 'none';

/** How long to wait between attempts. Times in ms. */
export interface BackoffOptions {
  /** The delay before the first retry, before jitter (default 200). */
  readonly base?: number;
  /** No delay is longer (default 30000). */
  readonly cap?: number;
  /** Each further delay is so many times longer (default 2). */
  readonly factor?: number;
  /** Default `'full'`. */
  readonly jitter?: Jitter;
  /** Numbers from 0 (included) to 1 (excluded); default `Math.random`. See `seededRandom`. */
  readonly random?: () => number;
}

/**
 * Delays that grow from `base` to `cap`. The jitter applies below the cap too: at the cap not all clients wait for
 * exactly the same time.
 */
export class Backoff {
  readonly #base: number;
  readonly #cap: number;
  readonly #factor: number;
  readonly #jitter: Jitter;
  readonly #random: () => number;

  /** @throws ConfigException for unusable options */
  constructor(options: BackoffOptions = {}) {
    const { base = 200, cap = 30_000, factor = 2, jitter = 'full', random = Math.random } = options;
    if (!(base > 0)) throw new ConfigException(`backoff.base: ${base} ms (expected: more than 0)`);
    if (!(cap >= base))
      throw new ConfigException(`backoff.cap: ${cap} ms (expected: at least base, ${base} ms)`);
    if (!(factor >= 1)) throw new ConfigException(`backoff.factor: ${factor} (expected: 1 or more)`);
    if (!['full', 'equal', 'none'].includes(jitter))
      throw new ConfigException(`backoff.jitter: '${jitter}' (expected: full, equal, none)`);
    this.#base = base;
    this.#cap = cap;
    this.#factor = factor;
    this.#jitter = jitter;
    this.#random = random;
  }

  /** The delay in ms before retry number `retry`, the first being 0. */
  delay(retry: number): number {
    const full = Math.min(this.#cap, this.#base * this.#factor ** retry);
    if (this.#jitter === 'none') return full;
    return this.#jitter === 'full' ? full * this.#random() : full / 2 + (full / 2) * this.#random();
  }
}

/** Random numbers that a seed repeats: for tests and for simulations. Not for secrets. The generator is mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
