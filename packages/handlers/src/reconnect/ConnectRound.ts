import { type Channel, ConnectTimeoutException, type ScheduledTask, type SocketAddress } from '@sluice/core';
import { type AttemptListener, type AttemptSettings, ConnectAttempt } from './ConnectAttempt.js';

/** What a round needs and whom it tells. Nobody is told after `cancel`, nor after `connected` or `over`. */
export interface RoundOptions extends AttemptSettings {
  /** Chooses the servers, in the order in which to try them. */
  readonly plan: () => Promise<readonly SocketAddress[]>;
  /** Milliseconds that an attempt has for itself before the next one begins beside it. */
  readonly headStart: number;
  /** An attempt begins. */
  readonly begins: (endpoint: SocketAddress) => void;
  /** An attempt failed; `endpoint` is `null` when none could be chosen. */
  readonly failed: (cause: Error, endpoint: SocketAddress | null) => void;
  /** The round is over: the first attempt that was ready. The others were cancelled. */
  readonly connected: (channel: Channel, endpoint: SocketAddress) => void;
  /** The round is over: all attempts failed, the last one for this cause. */
  readonly over: (cause: Error) => void;
}

/**
 * Tries servers until one is ready: the next when one has failed, or beside it when it is slow (RFC 8305, with a list of
 * servers for a list of addresses).
 */
export class ConnectRound implements AttemptListener {
  readonly #options: RoundOptions;
  readonly #running = new Set<ConnectAttempt>();
  #waiting: readonly SocketAddress[] = [];
  #timer: ScheduledTask | undefined;
  #isOver = false;

  constructor(options: RoundOptions) {
    this.#options = options;
    this.#timer = options.loop.schedule(() => this.#noPlan(), options.connectTimeout);
    void this.#choose();
  }

  /** Ends all attempts; nobody is told. */
  cancel(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    for (const attempt of this.#running) attempt.cancel();
    this.#running.clear();
  }

  async #choose(): Promise<void> {
    try {
      const plan = await this.#options.plan();
      if (this.#isOver) return;
      this.#waiting = plan;
    } catch (error) {
      this.#unplanned(error as Error);
      return;
    }
    this.#next();
  }

  #noPlan(): void {
    const { connectTimeout } = this.#options;
    this.#unplanned(
      new ConnectTimeoutException(
        `connection timed out after ${connectTimeout} ms: the endpoints function has not answered`,
      ),
    );
  }

  #unplanned(cause: Error): void {
    if (this.#isOver) return;
    this.#options.failed(cause, null);
    this.#lose(cause);
  }

  #next(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const [endpoint, ...later] = this.#waiting;
    if (endpoint === undefined) return;
    this.#waiting = later;
    const { loop, headStart, begins } = this.#options;
    begins(endpoint);
    if (this.#isOver) return;
    this.#running.add(new ConnectAttempt(endpoint, this.#options, this));
    if (later.length > 0) this.#timer = loop.schedule(() => this.#next(), headStart);
  }

  /** @internal */
  connected(channel: Channel, attempt: ConnectAttempt): void {
    this.#running.delete(attempt);
    this.cancel();
    this.#options.connected(channel, attempt.endpoint);
  }

  /** @internal */
  failed(cause: Error, attempt: ConnectAttempt): void {
    this.#running.delete(attempt);
    this.#options.failed(cause, attempt.endpoint);
    if (this.#isOver) return;
    if (this.#waiting.length > 0) this.#next();
    else if (this.#running.size === 0) this.#lose(cause);
  }

  #lose(cause: Error): void {
    if (this.#isOver) return;
    this.cancel();
    this.#options.over(cause);
  }
}
