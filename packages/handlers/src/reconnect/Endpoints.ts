import { ConfigException, formatAddress, IllegalStateException, type SocketAddress } from '@sluice/core';

/** Servers to choose from: a list, or a function that is asked before each round (a registry, a route service). */
export type EndpointSource =
  | readonly SocketAddress[]
  | (() => readonly SocketAddress[] | Promise<readonly SocketAddress[]>);

/** A server that is, or was lately, passed over. */
interface Quarantine {
  /** Failures that each began a quarantine, since the server proved good the last time. */
  times: number;
  /** Past that it is half open: it may be tried once. */
  until: number;
}

/**
 * Chooses servers: round the list, so that after a failure another one is tried, and past those that failed a short
 * while ago. One that fails again as soon as its quarantine is over gets a longer one. When all have failed, those come
 * first that have been left alone the longest: there is always somebody to try.
 */
export class Endpoints {
  readonly #source: EndpointSource;
  readonly #quarantine: number;
  readonly #longest: number;
  /** By formatted address. Never more entries than the latest list has, and the server of a hint. */
  readonly #quarantined = new Map<string, Quarantine>();
  #latest: string | undefined;
  #preferred: SocketAddress | undefined;
  #size = 1;

  /** The first quarantine and the longest, in ms. Throws `ConfigException` for an empty list. */
  constructor(source: EndpointSource, quarantine: number, longest: number) {
    if (typeof source !== 'function' && source.length === 0)
      throw new ConfigException('endpoints: the list is empty (expected: at least one address)');
    this.#source = source;
    this.#quarantine = quarantine;
    this.#longest = longest;
  }

  /** How many servers the latest list had. */
  get size(): number {
    return this.#size;
  }

  /**
   * The servers for the next round at the time `now`, in the order in which to try them, at most `limit`. Rejects when
   * the source fails or gives no server.
   */
  async plan(now: number, limit: number): Promise<SocketAddress[]> {
    const source = this.#source;
    const list = typeof source === 'function' ? await source() : source;
    // Without doubles, which would make the round begin again at the first of them.
    const servers = new Map(list.map((address) => [formatAddress(address), address]));
    if (servers.size === 0) throw new IllegalStateException('endpoints: the function gave no address');
    for (const key of this.#quarantined.keys()) if (!servers.has(key)) this.#quarantined.delete(key);
    this.#size = servers.size;
    const preferred = this.#preferred;
    this.#preferred = undefined;
    const keys = this.#order([...servers.keys()], now);
    const plan = keys.map((key) => servers.get(key) as SocketAddress);
    if (preferred === undefined) return plan.slice(0, limit);
    const others = plan.filter((address) => formatAddress(address) !== formatAddress(preferred));
    return [preferred, ...others].slice(0, limit);
  }

  #order(keys: readonly string[], now: number): string[] {
    const start = this.#latest === undefined ? 0 : keys.indexOf(this.#latest) + 1;
    const chosen: string[] = [];
    const others: string[] = [];
    let hasProbe = false;
    let hasGood = false;
    for (let n = 0; n < keys.length; n++) {
      const key = keys[(start + n) % keys.length] as string;
      const quarantine = this.#quarantined.get(key);
      // Of those that are half open, one is tried at a time.
      const isProbe = quarantine !== undefined && quarantine.until <= now && !hasProbe;
      if (quarantine === undefined) hasGood = true;
      if (isProbe) hasProbe = true;
      (quarantine === undefined || isProbe ? chosen : others).push(key);
    }
    if (hasGood) return chosen;
    others.sort((a, b) => this.#untilOf(a) - this.#untilOf(b));
    return [...chosen, ...others];
  }

  #untilOf(key: string): number {
    return this.#quarantined.get(key)?.until ?? Number.NEGATIVE_INFINITY;
  }

  /** An attempt begins, or its connection is the one that is used: the next round starts behind it. */
  taken(endpoint: SocketAddress): void {
    this.#latest = formatAddress(endpoint);
  }

  /** An attempt failed, or its connection did not last. */
  failed(endpoint: SocketAddress, now: number): void {
    if (this.#quarantine <= 0) return;
    const key = formatAddress(endpoint);
    const { times, until } = this.#quarantined.get(key) ?? { times: 0, until: now };
    // What is tried in its quarantine, because there is nobody else, stays where it is.
    const count = until > now ? Math.max(1, times) : times + 1;
    this.#pass(key, count, now + Math.min(this.#longest, this.#quarantine * count));
  }

  /** It asked to be left alone for `ms`. That is not held against it, but one quarantine is the least. */
  draining(endpoint: SocketAddress, now: number, ms: number): void {
    const key = formatAddress(endpoint);
    const until = Math.max(now + Math.max(ms, this.#quarantine), this.#untilOf(key));
    this.#pass(key, this.#quarantined.get(key)?.times ?? 0, until);
  }

  #pass(key: string, times: number, until: number): void {
    this.#quarantined.set(key, { times, until });
  }

  /** The next plan begins with it, wherever it comes from. */
  prefer(endpoint: SocketAddress): void {
    this.#preferred = endpoint;
  }

  /** A connection to it has proved stable. */
  proved(endpoint: SocketAddress): void {
    this.#quarantined.delete(formatAddress(endpoint));
  }
}
