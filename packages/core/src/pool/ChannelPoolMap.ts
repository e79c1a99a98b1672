import type { ChannelPool } from './ChannelPool.js';

/** How a map of pools is made. */
export interface ChannelPoolMapOptions<K> {
  /**
   * What tells keys apart, compared as a `Map` does. Default: the key itself, so that two objects with the same content
   * are two keys. For addresses: `formatAddress`.
   */
  readonly keyOf?: (key: K) => unknown;
}

/**
 * Pools by key, made when first asked for: one for each server, say. Iterating gives the keys with their pools.
 * Netty: ChannelPoolMap, AbstractChannelPoolMap.
 */
export class ChannelPoolMap<K, P extends ChannelPool = ChannelPool>
  implements Iterable<readonly [key: K, pool: P]>, AsyncDisposable
{
  readonly #newPool: (key: K) => P;
  readonly #keyOf: (key: K) => unknown;
  readonly #pools = new Map<unknown, readonly [key: K, pool: P]>();

  /** `newPool` makes the pool of a key. */
  constructor(newPool: (key: K) => P, options: ChannelPoolMapOptions<K> = {}) {
    this.#newPool = newPool;
    this.#keyOf = options.keyOf ?? ((key) => key);
  }

  /** The key's pool, a new one if there is none. Throws what making it throws. */
  get(key: K): P {
    const id = this.#keyOf(key);
    const present = this.#pools.get(id);
    if (present !== undefined) return present[1];
    const pool = this.#newPool(key);
    this.#pools.set(id, [key, pool]);
    return pool;
  }

  /** Whether the key has a pool. */
  contains(key: K): boolean {
    return this.#pools.has(this.#keyOf(key));
  }

  /**
   * Takes the key's pool out and closes it. The promise says, once it is closed, whether there was one; it rejects if
   * the pool's `close` does. It can be ignored.
   */
  remove(key: K): Promise<boolean> {
    const id = this.#keyOf(key);
    const present = this.#pools.get(id);
    if (present === undefined) return Promise.resolve(false);
    this.#pools.delete(id);
    const closed = present[1].close().then(() => true);
    closed.catch(() => {});
    return closed;
  }

  /** The number of pools. */
  get size(): number {
    return this.#pools.size;
  }
  /** Whether there is no pool. */
  get isEmpty(): boolean {
    return this.#pools.size === 0;
  }
  /** The keys with their pools. */
  [Symbol.iterator](): IterableIterator<readonly [key: K, pool: P]> {
    return this.#pools.values();
  }

  /**
   * Takes all pools out and closes them; resolves when they are closed, rejects with the first failure when all have
   * ended. It can be ignored. A later `get` makes a pool again.
   */
  close(): Promise<void> {
    const closing = Array.from(this.#pools.values(), ([key]) => this.remove(key));
    const closed = Promise.allSettled(closing).then((results) => {
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    });
    closed.catch(() => {});
    return closed;
  }

  /** As `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
