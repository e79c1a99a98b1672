import { EventEmitter } from 'node:events';
import {
  type Channel,
  ClosedChannelException,
  getLogger,
  type ScheduledTask,
  type SocketAddress,
} from '@sluice/core';
import type { CloseReason } from '../close/CloseReason.js';
import { ConnectRound } from './ConnectRound.js';
import { ReconnectFailedException } from './errors.js';
import { ReconnectHandler } from './ReconnectHandler.js';
import type { ClientInfo, ClientState, ReconnectingClientEvents } from './ReconnectingClientEvents.js';
import {
  type ReconnectingClientOptions,
  type ReconnectSettings,
  reconnectSettings,
} from './ReconnectingClientOptions.js';
import { RetiredChannels } from './RetiredChannels.js';
import { SendQueue } from './SendQueue.js';
import { StateStream } from './StateStream.js';

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
 * connection gets a new pipeline, with a `ReconnectHandler` put first. There is never more than one attempt, unless
 * `race` allows it, and never more than one connection that is reported.
 *
 * Only `close()` ends it. A channel that is closed by anybody else, by a handler of the client too, is replaced: that is
 * how a heartbeat that finds the server dead brings about a new connection.
 *
 * While it waits for an attempt the process stays alive (an attempt nobody waits for would never be made).
 */
export class ReconnectingClient extends EventEmitter<ReconnectingClientEvents> implements AsyncDisposable {
  readonly #settings: ReconnectSettings;
  readonly #queue: SendQueue;
  readonly #retired: RetiredChannels;
  readonly #streams = new Set<StateStream<ClientInfo>>();
  #state: ClientState = 'idle';
  #stateSince: number;
  #round: ConnectRound | undefined;
  /** When the present round began, and how many servers it has tried. */
  #roundSince = 0;
  #tried = 0;
  #timer: ScheduledTask | undefined;
  #timerDue = 0;
  /** A server asked not to be called earlier. */
  #notBefore = Number.NEGATIVE_INFINITY;
  #channel: Channel | null = null;
  #endpoint: SocketAddress | null = null;
  #readySince = 0;
  #isRelocating = false;
  /** Attempts since the last stable connection; servers that delays stood for since then. */
  #attempts = 0;
  #retries = 0;
  #connections = 0;
  #lastError: Error | undefined;
  #lastClose: CloseReason | undefined;
  #waiting: Waiting | undefined;
  #closed: Promise<void> | undefined;

  /** @throws ConfigException for unusable options */
  constructor(options: ReconnectingClientOptions) {
    super();
    this.#settings = reconnectSettings(options);
    const { signal, queue, loop, finish, finishTimeout } = this.#settings;
    this.#stateSince = loop.now;
    this.#queue = new SendQueue(queue, (message, cause) => this.#tell('unsent', message, cause));
    this.#retired = new RetiredChannels(loop, finish, finishTimeout);
    if (signal?.aborted) this.#shutDown(signal.reason as Error);
    else signal?.addEventListener('abort', this.#aborted, { once: true });
  }

  /** What it is doing. */
  get state(): ClientState {
    return this.#state;
  }
  /** The connection, while the state is `ready`; else `null`. Ask for it each time, do not keep it. */
  get channel(): Channel | null {
    return this.#channel;
  }
  /** The server of the connection or, without one, of the present or latest attempt. */
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

  /** How it fares, for logs and admin pages. */
  info(): ClientInfo {
    const { now } = this.#settings.loop;
    return {
      state: this.#state,
      stateAge: now - this.#stateSince,
      channel: this.#channel,
      endpoint: this.#endpoint,
      uptime: this.#channel === null ? 0 : now - this.#readySince,
      attempts: this.#attempts,
      connections: this.#connections,
      lastError: this.#lastError,
      lastClose: this.#lastClose,
      queued: this.#queue.size,
      isRelocating: this.#isRelocating,
      retired: this.#retired.size,
    };
  }

  /**
   * The states, as a loop reads them: `for await (const { state, endpoint } of client.states())`. First the present one,
   * then one for each change of the state or the connection; a loop that is slower than the changes gets the latest, not
   * those between. It ends after `closed`.
   */
  states(): AsyncIterableIterator<ClientInfo> {
    const stream: StateStream<ClientInfo> = new StateStream<ClientInfo>({
      current: () => this.info(),
      isOver: () => this.#state === 'closed',
      left: (left) => this.#streams.delete(left),
    });
    this.#streams.add(stream);
    return stream;
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

  /**
   * Writes and flushes a message; without a connection, or while its channel is not writable, the message waits in a
   * bounded queue and is written in order as soon as possible. It does not start the client.
   *
   * Done when the system has taken the bytes. **That is not delivery**: what a lost connection swallowed is not sent
   * again. Fails with `SendQueueFullException` (`ERR_SEND_QUEUE_FULL`), `MessageDroppedException`
   * (`ERR_MESSAGE_DROPPED`), the write's error, the reason of `signal` while the message waits,
   * `ReconnectFailedException` (`ERR_RECONNECT_FAILED`) when the client gives up, `ClosedChannelException`
   * (`ERR_CLOSED_CHANNEL`) when it is closed. A failure of a queued message is also told by the event `unsent`.
   */
  send(message: unknown, options: { readonly signal?: AbortSignal | undefined } = {}): PromiseLike<void> {
    if (CLOSING.has(this.#state)) return Promise.reject(this.#closedException());
    return this.#queue.send(message, options.signal, this.#lastError);
  }

  /**
   * Moves without a gap: `after` ms from now a new connection is made, to `endpoint` or to the next server, while the
   * present one goes on working. Then `channel` is the new one, and the old one is closed as soon as it has finished its
   * work (see `finish`). The server that is left counts as quarantined. Does nothing unless the state is `ready`, nor
   * while it is moving already. A `ReconnectAfterEvent` does the same.
   */
  relocate(to: { readonly after?: number; readonly endpoint?: SocketAddress | undefined } = {}): void {
    if (this.#state !== 'ready' || this.#isRelocating) return;
    const { endpoints, loop, stableAfter } = this.#settings;
    const after = this.#bounded(to.after ?? 0);
    if (loop.now - this.#readySince >= stableAfter) this.#attempts = this.#retries = 0;
    endpoints.draining(this.#endpoint as SocketAddress, loop.now, after);
    if (to.endpoint !== undefined) endpoints.prefer(to.endpoint);
    this.#isRelocating = true;
    this.#connectAfter(Math.max(after, this.#notBefore - loop.now));
    this.#tell('relocating', after);
  }

  /** Makes no attempt for `ms` from now, whatever the backoff says: what a server asked for. One under way goes on. */
  retryAfter(ms: number): void {
    const { loop } = this.#settings;
    this.#notBefore = Math.max(this.#notBefore, loop.now + this.#bounded(ms));
    if (this.#timer === undefined || this.#timerDue >= this.#notBefore) return;
    const delay = this.#notBefore - loop.now;
    this.#connectAfter(delay);
    this.#tell('backoff', delay);
  }

  /** Closes the connection and makes no other. Resolves when that is done; the second call gives the same promise. */
  close(): Promise<void> {
    return this.#shutDown(undefined);
  }

  /** As `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  // ---- the states ------------------------------------------------------------------------------------------------

  #connect(): void {
    const { endpoints, loop, raceDelay, raceMax } = this.#settings;
    this.#timer = undefined;
    if (!this.#isRelocating) {
      this.#become('connecting');
      if (this.#state !== 'connecting') return;
    }
    this.#tried = 0;
    this.#roundSince = loop.now;
    this.#round = new ConnectRound({
      ...this.#settings,
      headStart: raceDelay,
      plan: () => endpoints.plan(loop.now, raceMax),
      begins: (endpoint) => this.#attemptBegins(endpoint),
      failed: (cause, endpoint) => this.#attemptFailed(cause, endpoint),
      connected: (channel, endpoint) => this.#connected(channel, endpoint),
      over: (cause) => this.#roundFailed(cause),
    });
  }

  #attemptBegins(endpoint: SocketAddress): void {
    this.#settings.endpoints.taken(endpoint);
    if (this.#channel === null) this.#endpoint = endpoint;
    this.#attempts++;
    this.#tried++;
    this.#tell('attempt', endpoint, this.#attempts);
  }

  #attemptFailed(cause: Error, endpoint: SocketAddress | null): void {
    const { endpoints, loop } = this.#settings;
    this.#lastError = cause;
    if (endpoint === null) this.#attempts++;
    else endpoints.failed(endpoint, loop.now);
    this.#tell('attemptFailed', cause, endpoint);
  }

  #roundFailed(cause: Error): void {
    const { loop, backoff } = this.#settings;
    this.#round = undefined;
    this.#tryAgain(cause, backoff.fromStart ? loop.now - this.#roundSince : 0);
  }

  #connected(channel: Channel, endpoint: SocketAddress): void {
    const old = this.#channel;
    this.#round = undefined;
    this.#isRelocating = false;
    this.#channel = channel;
    this.#endpoint = endpoint;
    this.#settings.endpoints.taken(endpoint);
    this.#readySince = this.#settings.loop.now;
    this.#connections++;
    channel.pipeline.addFirst(
      new ReconnectHandler(
        (lost, _cause, reason) => this.#lost(lost, reason, endpoint),
        (from, event) => {
          if (from === this.#channel) this.relocate(event);
        },
      ),
    );
    if (old === null) this.#become('ready');
    else this.#changed();
    if (this.#channel === channel) {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.resolve(channel);
      this.#tell('connected', channel, endpoint);
    }
    if (this.#channel === channel) this.#queue.use(channel);
    if (old !== null) {
      this.#retired.add(old);
      this.#tell('retired', old);
    }
  }

  #lost(channel: Channel, reason: CloseReason, endpoint: SocketAddress): void {
    if (channel !== this.#channel) return;
    const { endpoints, loop, stableAfter } = this.#settings;
    this.#channel = null;
    this.#queue.pause();
    this.#lastError = reason.cause;
    this.#lastClose = reason;
    if (loop.now - this.#readySince < stableAfter) endpoints.failed(endpoint, loop.now);
    else if (!this.#isRelocating) {
      this.#attempts = this.#retries = 0;
      endpoints.proved(endpoint);
    }
    this.#tell('lost', reason.cause, endpoint, reason);
    if (this.#state !== 'ready') return;
    if (!this.#isWanted(reason)) this.#shutDown(reason.cause);
    else if (this.#isRelocating) {
      // What was going on beside the connection is now all there is.
      this.#isRelocating = false;
      this.#become(this.#round === undefined ? 'backing-off' : 'connecting');
    } else this.#tryAgain(reason.cause, 0);
  }

  /** The attempt that failed took `spent` ms of the delay. */
  #tryAgain(cause: Error | undefined, spent: number): void {
    if (CLOSING.has(this.#state)) return;
    const { maxAttempts } = this.#settings;
    if (this.#attempts < maxAttempts) this.#backOff(spent);
    else if (this.#isRelocating) this.#isRelocating = false;
    else {
      const text = `Gave up after ${this.#attempts} attempts without a stable connection`;
      this.#shutDown(
        new ReconnectFailedException(cause === undefined ? text : `${text}: ${cause.message}`, { cause }),
      );
    }
  }

  #isWanted(reason: CloseReason): boolean {
    try {
      return this.#settings.shouldReconnect(reason);
    } catch (error) {
      getLogger().warn({ err: error }, 'shouldReconnect() threw; the client reconnects.');
      return true;
    }
  }

  #backOff(spent: number): void {
    const { backoff, endpoints, loop } = this.#settings;
    // Delays grow by rounds: every server gets its chance before all of them wait longer.
    const wanted = backoff.delay(Math.floor(this.#retries / endpoints.size)) - spent;
    this.#retries += Math.max(1, this.#tried);
    const delay = Math.max(0, wanted, this.#notBefore - loop.now);
    if (!this.#isRelocating) {
      this.#become('backing-off');
      if (this.#state !== 'backing-off') return;
    }
    this.#connectAfter(delay);
    this.#tell('backoff', delay);
  }

  #connectAfter(delay: number): void {
    const { loop } = this.#settings;
    this.#timer?.cancel();
    this.#timerDue = loop.now + delay;
    this.#timer = loop.schedule(() => this.#connect(), delay);
  }

  /** What a server asked for, within reason. */
  #bounded(ms: number): number {
    return Math.min(Math.max(0, ms) || 0, this.#settings.maxRetryAfter);
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
    this.#round?.cancel();
    this.#timer?.cancel();
    this.#round = this.#timer = undefined;
    this.#isRelocating = false;
    const channel = this.#channel;
    this.#channel = null;
    this.#become('closing');
    const failure = cause instanceof ReconnectFailedException ? cause : this.#closedException();
    this.#waiting?.reject(failure);
    this.#waiting = undefined;
    this.#queue.close(failure);
    const retired = this.#retired.close();
    if (channel !== null) {
      channel.close();
      await channel.closeFuture;
    }
    await retired;
    this.#become('closed');
  }

  #closedException(): ClosedChannelException {
    return new ClosedChannelException('The client was closed', { cause: this.#lastError });
  }

  #become(state: ClientState): void {
    const previous = this.#state;
    this.#state = state;
    this.#stateSince = this.#settings.loop.now;
    this.#changed();
    this.#tell('state', state, previous);
  }

  #changed(): void {
    for (const stream of this.#streams) stream.changed();
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
