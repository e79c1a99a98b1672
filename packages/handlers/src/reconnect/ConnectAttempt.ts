import {
  type Channel,
  ClosedChannelException,
  ConnectTimeoutException,
  type EventLoop,
  formatAddress,
  type ScheduledTask,
  type SocketAddress,
} from '@sluice/core';
import { CLOSE_REASON } from '../close/CloseReason.js';

/** What is needed of a `Bootstrap`: its settings are copied once, then it is used for every attempt. */
export interface ClientBootstrap {
  /** A copy that later changes do not reach. */
  clone(): ClientBootstrap;
  /** Connects once. */
  connect(remoteAddress: SocketAddress, options?: { readonly signal?: AbortSignal }): PromiseLike<Channel>;
}

/** What attempts need. */
export interface AttemptSettings {
  readonly bootstrap: ClientBootstrap;
  readonly loop: EventLoop;
  /** Milliseconds for the connect and the handshake together. */
  readonly connectTimeout: number;
  readonly handshake: ((channel: Channel) => PromiseLike<unknown>) | undefined;
}

/** Whom an attempt tells. One of the two is called once, unless it is cancelled first. */
export interface AttemptListener {
  connected(channel: Channel, attempt: ConnectAttempt): void;
  failed(cause: Error, attempt: ConnectAttempt): void;
}

/**
 * One attempt to connect, with a time limit of its own: an unheard SYN takes minutes to fail by itself. A connection
 * that comes about after the limit or after `cancel` is closed at once.
 */
export class ConnectAttempt {
  readonly endpoint: SocketAddress;
  readonly #settings: AttemptSettings;
  readonly #listener: AttemptListener;
  readonly #abort = new AbortController();
  readonly #timer: ScheduledTask;
  #channel: Channel | undefined;
  #isOver = false;

  constructor(endpoint: SocketAddress, settings: AttemptSettings, listener: AttemptListener) {
    this.endpoint = endpoint;
    this.#settings = settings;
    this.#listener = listener;
    this.#timer = settings.loop.schedule(() => this.#timedOut(), settings.connectTimeout);
    void this.#run();
  }

  /** Ends it; nobody is told. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer.cancel();
    this.#abort.abort();
    this.#channel?.close();
  }

  async #run(): Promise<void> {
    const { bootstrap, handshake } = this.#settings;
    try {
      const channel = await bootstrap.connect(this.endpoint, { signal: this.#abort.signal });
      if (this.#isOver) {
        channel.close();
        return;
      }
      this.#channel = channel;
      if (handshake !== undefined) {
        channel.closeFuture.addListener(() => this.#fail(closedTooSoon(channel)));
        await handshake(channel);
      }
      if (channel.isActive) this.#succeed(channel);
      else this.#fail(closedTooSoon(channel));
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #succeed(channel: Channel): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer.cancel();
    this.#listener.connected(channel, this);
  }

  #timedOut(): void {
    const { connectTimeout } = this.#settings;
    const what = this.#channel === undefined ? 'connection' : 'handshake';
    const text = `${what} timed out after ${connectTimeout} ms: ${formatAddress(this.endpoint)}`;
    this.#fail(new ConnectTimeoutException(text));
  }

  #fail(cause: Error): void {
    if (this.#isOver) return;
    this.cancel();
    this.#listener.failed(cause, this);
  }
}

function closedTooSoon(channel: Channel): Error {
  return (
    channel.attr(CLOSE_REASON).get()?.cause ??
    new ClosedChannelException(`The channel ${String(channel)} was closed as soon as it connected`)
  );
}
