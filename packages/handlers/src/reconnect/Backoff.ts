import { ConfigException } from '@sluice/core';

/**
 * How much chance there is in a delay `d`:
 * - `'full'`: 0 to d, which spreads a crowd best;
 * - `'equal'`: d/2 to d;
 * - `'decorrelated'`: `base` to three times the delay before, whatever `factor` says;
 * - a number j above 0 and up to 1: d·(1 − j) to d·(1 + j), as gRPC does with 0.2;
 * - `'none'`: always d.
 */
export type Jitter = 'full' | 'equal' | 'decorrelated' | 'none' | number;

/** How long to wait between attempts. Times in ms. */
export interface BackoffOptions {
  /** The delay before the first retry, before jitter (default 200). */
  readonly base?: number;
  /** No delay is longer, jitter included (default 30000). */
  readonly cap?: number;
  /** Each further delay is so many times longer (default 2). */
  readonly factor?: number;
  /** Default `'full'`. */
  readonly jitter?: Jitter;
  /**
   * From when a delay after a failed attempt counts: its `'end'` (default), or its `'start'` as in gRPC, so that an attempt
   * that timed out late is followed by the next one at once. After a lost connection it always counts from the loss.
   */
  readonly from?: 'end' | 'start';
  /** Numbers from 0 (included) to 1 (excluded); default `Math.random`. See `seededRandom`. */
  readonly random?: () => number;
}

/** gRPC's connection backoff: 1 s, 1.6 times longer each time, up to 2 min, ±20 %, counted from the attempt's start. */
export const GRPC_BACKOFF: BackoffOptions = Object.freeze({
  base: 1_000,
  cap: 120_000,
  factor: 1.6,
  jitter: 0.2,
  from: 'start',
});

/**
 * Delays that grow from `base` to `cap`. Chance applies below the cap, never above, and at the cap too: delays are drawn
 * from a range that ends at the cap, not cut off there, so that after a long outage not all clients wait exactly as long.
 *
 * With `'decorrelated'` jitter an instance remembers its last delay: use one for each client.
 */
export class Backoff {
  /** Whether a delay counts from the start of the failed attempt. */
  readonly fromStart: boolean;
  readonly #base: number;
  readonly #cap: number;
  readonly #factor: number;
  readonly #jitter: Jitter;
  readonly #random: () => number;
  /** For `'decorrelated'`: the last retry, its longest delay and the delay that was drawn. */
  #retry = 0;
  #longest: number;
  #drawn: number;

  /** @throws ConfigException for unusable options */
  constructor(options: BackoffOptions = {}) {
    const { base = 200, cap = 30_000, factor = 2, jitter = 'full', from = 'end' } = options;
    if (!(base > 0)) throw new ConfigException(`backoff.base: ${base} ms (expected: more than 0)`);
    if (!(cap >= base))
      throw new ConfigException(`backoff.cap: ${cap} ms (expected: at least base, ${base} ms)`);
    if (!(factor >= 1)) throw new ConfigException(`backoff.factor: ${factor} (expected: 1 or more)`);
    if (typeof jitter === 'number' ? !(jitter > 0 && jitter <= 1) : !JITTERS.includes(jitter))
      throw new ConfigException(
        `backoff.jitter: '${jitter}' (expected: ${JITTERS.join(', ')}, 0 < number <= 1)`,
      );
    if (from !== 'end' && from !== 'start')
      throw new ConfigException(`backoff.from: '${String(from)}' (expected: end, start)`);
    this.#base = this.#drawn = base;
    this.#longest = Math.min(cap, 3 * base);
    this.#cap = cap;
    this.#factor = factor;
    this.#jitter = jitter;
    this.#random = options.random ?? Math.random;
    this.fromStart = from === 'start';
  }

  /** The delay in ms before retry number `retry`, the first being 0. */
  delay(retry: number): number {
    const jitter = this.#jitter;
    if (jitter === 'decorrelated') return this.#decorrelated(retry);
    const grown = this.#base * this.#factor ** retry;
    if (typeof jitter === 'number') {
      const middle = Math.min(this.#cap / (1 + jitter), grown);
      return this.#between(middle * (1 - jitter), middle * (1 + jitter));
    }
    const full = Math.min(this.#cap, grown);
    if (jitter === 'none') return full;
    return this.#between(jitter === 'full' ? 0 : full / 2, full);
  }

  #decorrelated(retry: number): number {
    if (retry === 0) this.#longest = Math.min(this.#cap, 3 * this.#base);
    else if (retry !== this.#retry) this.#longest = Math.min(this.#cap, 3 * this.#drawn);
    this.#retry = retry;
    this.#drawn = this.#between(this.#base, this.#longest);
    return this.#drawn;
  }

  #between(least: number, most: number): number {
    return least + (most - least) * this.#random();
  }
}

const JITTERS: readonly Jitter[] = ['full', 'equal', 'decorrelated', 'none'];

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
