import { EventEmitter } from 'node:events';
import {
  type Channel,
  ClosedChannelException,
  getLogger,
  type ScheduledTask,
  type SocketAddress,
} from '@sluice/core';
import { ConnectAttempt } from './ConnectAttempt.js';
import { ReconnectFailedException } from './errors.js';
import { ReconnectHandler } from './ReconnectHandler.js';
import {
  type ReconnectingClientOptions,
  type ReconnectSettings,
  reconnectSettings,
} from './ReconnectingClientOptions.js';

/**
 * What a `ReconnectingClient` is doing. It goes from `idle` to `connecting`; from there to `ready` or `backing-off`; from
 * `ready`, when the connection is lost, to `backing-off`; from that to `connecting` again; and at last, from anywhere, by
 * `closing` to `closed`.
 */
export type ClientState = 'idle' | 'connecting' | 'ready' | 'backing-off' | 'closing' | 'closed';

/** The events of a `ReconnectingClient`. What a listener throws is logged. */
export interface ReconnectingClientEvents {
  state: [state: ClientState, previous: ClientState];
  /** An attempt begins; its number since the last stable connection, the first being 1. */
  attempt: [endpoint: SocketAddress, attempt: number];
  /** An attempt failed; `endpoint` is `null` when none could be chosen. */
  attemptFailed: [cause: Error, endpoint: SocketAddress | null];
  connected: [channel: Channel, endpoint: SocketAddress];
  /** The connection ended without `close()`; `cause` is why, if that is known. */
  lost: [cause: Error | undefined, endpoint: SocketAddress];
  /** The next attempt comes after `delay` ms. */
  backoff: [delay: number];
}

/** A wait for `ready`, shared by all who wait. */
interface Waiting {
  readonly promise: Promise<Channel>;
  readonly resolve: (channel: Channel) => void;
  readonly reject: (cause: Error) => void;
}

const CLOSING: ReadonlySet<ClientState> = new Set<ClientState>(['closing', 'closed']);

/**
 * Keeps a client connected: when a connection cannot be made or is lost, it waits (longer each time, with jitter) and
 * tries the next server. It owns all the state and the one timer for that, so nothing dies with a channel; each
 * connection gets a new pipeline, with a `ReconnectHandler` put first. There is never more than one attempt.
 *
 * Only `close()` ends it. A channel that is closed by anybody else, by a handler of the client too, is replaced: that is
 * how a heartbeat that finds the server dead brings about a new connection.
 *
 * While it waits for an attempt the process stays alive (an attempt nobody waits for would never be made).
 */
export class ReconnectingClient extends EventEmitter<ReconnectingClientEvents> implements AsyncDisposable {
  readonly #settings: ReconnectSettings;
  #state: ClientState = 'idle';
  #attempt: ConnectAttempt | undefined;
  #timer: ScheduledTask | undefined;
  #channel: Channel | null = null;
  #endpoint: SocketAddress | null = null;
  #readySince = 0;
  /** Attempts since the last stable connection; delays since then. */
  #attempts = 0;
  #retries = 0;
  #lastError: Error | undefined;
  #waiting: Waiting | undefined;
  #closed: Promise<void> | undefined;

  /** @throws ConfigException for unusable options */
  constructor(options: ReconnectingClientOptions) {
    super();
    this.#settings = reconnectSettings(options);
    const { signal } = this.#settings;
    if (signal?.aborted) this.#shutDown(signal.reason as Error);
    else signal?.addEventListener('abort', this.#aborted, { once: true });
  }

  get state(): ClientState {
    return this.#state;
  }
  /** The connection, while the state is `ready`; else `null`. Ask for it each time, do not keep it. */
  get channel(): Channel | null {
    return this.#channel;
  }
  /** The server of the connection or of the present or latest attempt. */
  get endpoint(): SocketAddress | null {
    return this.#endpoint;
  }
  /** Attempts since the last stable connection. */
  get attempts(): number {
    return this.#attempts;
  }
  /** Why the latest attempt failed or the latest connection ended, if that is known. */
  get lastError(): Error | undefined {
    return this.#lastError;
  }

  /** Begins to connect; does nothing if it has begun. */
  start(): this {
    if (this.#state === 'idle') this.#connect();
    return this;
  }

  /**
   * Begins to connect if it has not, and gives the channel as soon as there is one. Rejects with
   * `ReconnectFailedException` when it gives up, `ClosedChannelException` when the client is closed.
   */
  connect(): Promise<Channel> {
    if (this.#channel !== null) return Promise.resolve(this.#channel);
    if (CLOSING.has(this.#state)) return Promise.reject(this.#closedException());
    const waiting = (this.#waiting ??= newWaiting());
    this.start();
    return waiting.promise;
  }

  /** Closes the connection and makes no other. Resolves when that is done; the second call gives the same promise. */
  close(): Promise<void> {
    return this.#shutDown(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  // ---- the states ------------------------------------------------------------------------------------------------

  #connect(): void {
    const { bootstrap, loop, endpoints, connectTimeout: timeout } = this.#settings;
    this.#timer = undefined;
    this.#become('connecting');
    if (this.#state !== 'connecting') return;
    this.#attempts++;
    this.#attempt = new ConnectAttempt({
      bootstrap,
      loop,
      timeout,
      choose: () => endpoints.next(loop.now),
      begins: (endpoint) => {
        this.#endpoint = endpoint;
        this.#tell('attempt', endpoint, this.#attempts);
      },
      connected: (channel, endpoint) => this.#ready(channel, endpoint),
      failed: (cause, endpoint) => this.#attemptFailed(cause, endpoint),
    });
  }

  #ready(channel: Channel, endpoint: SocketAddress): void {
    this.#attempt = undefined;
    this.#channel = channel;
    this.#readySince = this.#settings.loop.now;
    channel.pipeline.addFirst(new ReconnectHandler((lost, cause) => this.#lost(lost, cause, endpoint)));
    this.#become('ready');
    if (this.#channel !== channel) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(channel);
    this.#tell('connected', channel, endpoint);
  }

  #attemptFailed(cause: Error, endpoint: SocketAddress | null): void {
    const { endpoints, loop } = this.#settings;
    this.#attempt = undefined;
    this.#lastError = cause;
    if (endpoint !== null) endpoints.failed(endpoint, loop.now);
    this.#tell('attemptFailed', cause, endpoint);
    if (this.#state === 'connecting') this.#tryAgain(cause);
  }

  #lost(channel: Channel, cause: Error | undefined, endpoint: SocketAddress): void {
    if (channel !== this.#channel) return;
    const { endpoints, loop, stableAfter, shouldReconnect } = this.#settings;
    this.#channel = null;
    this.#lastError = cause;
    if (loop.now - this.#readySince >= stableAfter) {
      this.#attempts = this.#retries = 0;
      endpoints.proved(endpoint);
    } else endpoints.failed(endpoint, loop.now);
    this.#tell('lost', cause, endpoint);
    if (this.#state !== 'ready') return;
    if (this.#isWanted(shouldReconnect, cause)) this.#tryAgain(cause);
    else this.#shutDown(cause);
  }

  #tryAgain(cause: Error | undefined): void {
    if (this.#attempts < this.#settings.maxAttempts) {
      this.#backOff();
      return;
    }
    const text = `Gave up after ${this.#attempts} attempts without a stable connection`;
    this.#shutDown(
      new ReconnectFailedException(cause === undefined ? text : `${text}: ${cause.message}`, { cause }),
    );
  }

  #isWanted(shouldReconnect: (cause: Error | undefined) => boolean, cause: Error | undefined): boolean {
    try {
      return shouldReconnect(cause);
    } catch (error) {
      getLogger().warn({ err: error }, 'shouldReconnect() threw; the client reconnects.');
      return true;
    }
  }

  #backOff(): void {
    const { backoff, endpoints, loop } = this.#settings;
    // Delays grow by rounds: every server gets its chance before all of them wait longer.
    const delay = backoff.delay(Math.floor(this.#retries++ / endpoints.size));
    this.#become('backing-off');
    if (this.#state !== 'backing-off') return;
    this.#timer = loop.schedule(() => this.#connect(), delay);
    this.#tell('backoff', delay);
  }

  readonly #aborted = (): void => {
    this.#shutDown(this.#settings.signal?.reason as Error);
  };

  #shutDown(cause: Error | undefined): Promise<void> {
    if (this.#closed === undefined) {
      // Known before anybody is told, who may call `close` in turn.
      let done!: () => void;
      this.#closed = new Promise((resolve) => (done = resolve));
      this.#end(cause).then(done, done);
    }
    return this.#closed;
  }

  async #end(cause: Error | undefined): Promise<void> {
    if (cause !== undefined) this.#lastError = cause;
    this.#settings.signal?.removeEventListener('abort', this.#aborted);
    this.#attempt?.cancel();
    this.#timer?.cancel();
    this.#attempt = this.#timer = undefined;
    const channel = this.#channel;
    this.#channel = null;
    this.#become('closing');
    this.#waiting?.reject(cause instanceof ReconnectFailedException ? cause : this.#closedException());
    this.#waiting = undefined;
    if (channel !== null) {
      channel.close();
      await channel.closeFuture;
    }
    this.#become('closed');
  }

  #closedException(): ClosedChannelException {
    return new ClosedChannelException('The client was closed', { cause: this.#lastError });
  }

  #become(state: ClientState): void {
    const previous = this.#state;
    this.#state = state;
    this.#tell('state', state, previous);
  }

  #tell<E extends keyof ReconnectingClientEvents>(event: E, ...args: ReconnectingClientEvents[E]): void {
    try {
      (this.emit as (event: string, ...args: unknown[]) => boolean).call(this, event, ...args);
    } catch (error) {
      getLogger().warn({ err: error }, `A listener for '${event}' of a ReconnectingClient threw`);
    }
  }
}

function newWaiting(): Waiting {
  let resolve!: (channel: Channel) => void;
  let reject!: (cause: Error) => void;
  const promise = new Promise<Channel>((accept, refuse) => {
    resolve = accept;
    reject = refuse;
  });
  // Whoever awaits it hears of the failure; who does not must not bring the process down.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
