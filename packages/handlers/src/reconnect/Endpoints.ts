import { ConfigException, formatAddress, IllegalStateException, type SocketAddress } from '@sluice/core';

/** Servers to choose from: a list, or a function that is asked before each attempt (a registry, a route service). */
export type EndpointSource =
  | readonly SocketAddress[]
  | (() => readonly SocketAddress[] | Promise<readonly SocketAddress[]>);

/**
 * Chooses the next server: round the list, so that after a failure another one is tried, and past those that failed a
 * short while ago. When all have failed, the one is taken that has been left alone the longest.
 */
export class Endpoints {
  readonly #source: EndpointSource;
  readonly #quarantine: number;
  /** Until when a server is passed over, by its formatted address. Never more entries than the latest list has. */
  readonly #until = new Map<string, number>();
  #latest: string | undefined;
  #size = 1;

  /** `quarantine` in ms. Throws `ConfigException` for an empty list. */
  constructor(source: EndpointSource, quarantine: number) {
    if (typeof source !== 'function' && source.length === 0)
      throw new ConfigException('endpoints: the list is empty (expected: at least one address)');
    this.#source = source;
    this.#quarantine = quarantine;
  }

  /** How many servers the latest list had. */
  get size(): number {
    return this.#size;
  }

  /** The server for the next attempt, at the time `now`. Rejects when the source fails or gives no server. */
  async next(now: number): Promise<SocketAddress> {
    const source = this.#source;
    return this.#choose(typeof source === 'function' ? await source() : source, now);
  }

  #choose(list: readonly SocketAddress[], now: number): SocketAddress {
    // Without doubles, which would make the round begin again at the first of them.
    const servers = new Map(list.map((address) => [formatAddress(address), address]));
    const keys = [...servers.keys()];
    this.#forgetOthers(servers);
    this.#size = Math.max(1, keys.length);
    const start = this.#latest === undefined ? 0 : keys.indexOf(this.#latest) + 1;
    let best = -1;
    for (let n = 0; n < keys.length; n++) {
      const i = (start + n) % keys.length;
      if (this.#untilOf(keys[i]) <= now) {
        best = i;
        break;
      }
      if (best < 0 || this.#untilOf(keys[i]) < this.#untilOf(keys[best])) best = i;
    }
    const key = keys[best];
    if (key === undefined) throw new IllegalStateException('endpoints: the function gave no address');
    this.#latest = key;
    return servers.get(key) as SocketAddress;
  }

  #untilOf(key: string | undefined): number {
    return this.#until.get(key as string) ?? Number.NEGATIVE_INFINITY;
  }

  #forgetOthers(servers: ReadonlyMap<string, SocketAddress>): void {
    for (const key of this.#until.keys()) if (!servers.has(key)) this.#until.delete(key);
  }

  /** An attempt failed, or its connection did not last. */
  failed(endpoint: SocketAddress, now: number): void {
    if (this.#quarantine > 0) this.#until.set(formatAddress(endpoint), now + this.#quarantine);
  }

  /** A connection to it has proved stable. */
  proved(endpoint: SocketAddress): void {
    this.#until.delete(formatAddress(endpoint));
  }
}
