import {
  type Channel,
  ClosedChannelException,
  ConnectTimeoutException,
  type EventLoop,
  formatAddress,
  type ScheduledTask,
  type SocketAddress,
} from '@sluice/core';

/** What is needed of a `Bootstrap`: its settings are copied once, then it is used for every attempt. */
export interface ClientBootstrap {
  clone(): ClientBootstrap;
  connect(remoteAddress: SocketAddress, options?: { readonly signal?: AbortSignal }): PromiseLike<Channel>;
}

/** What one attempt needs and whom it tells. */
export interface AttemptOptions {
  readonly bootstrap: ClientBootstrap;
  readonly loop: EventLoop;
  /** Chooses the server. */
  readonly choose: () => Promise<SocketAddress>;
  /** Milliseconds for the choice and the connect together. */
  readonly timeout: number;
  /** The server is chosen; the connect begins. */
  readonly begins: (endpoint: SocketAddress) => void;
  /** Called at most once, and not after `cancel`. */
  readonly connected: (channel: Channel, endpoint: SocketAddress) => void;
  /** Called at most once, and not after `cancel`. */
  readonly failed: (cause: Error, endpoint: SocketAddress | null) => void;
}

/**
 * One attempt to connect, with a time limit of its own: an unheard SYN takes minutes to fail by itself. A connection
 * that comes about after the limit or after `cancel` is closed at once.
 */
export class ConnectAttempt {
  readonly #options: AttemptOptions;
  readonly #abort = new AbortController();
  readonly #timer: ScheduledTask;
  #endpoint: SocketAddress | null = null;
  #isOver = false;

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.#timer = options.loop.schedule(() => this.#timedOut(), options.timeout);
    void this.#run();
  }

  /** Ends it; nobody is told. */
  cancel(): void {
    this.#end();
  }

  async #run(): Promise<void> {
    const { bootstrap, choose, begins } = this.#options;
    try {
      const endpoint = await choose();
      if (this.#isOver) return;
      this.#endpoint = endpoint;
      begins(endpoint);
      if (this.#isOver) return;
      this.#connected(await bootstrap.connect(endpoint, { signal: this.#abort.signal }), endpoint);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #connected(channel: Channel, endpoint: SocketAddress): void {
    if (this.#isOver) {
      channel.close();
      return;
    }
    if (!channel.isActive) {
      this.#fail(
        new ClosedChannelException(`The channel ${String(channel)} was closed as soon as it connected`),
      );
      return;
    }
    this.#isOver = true;
    this.#timer.cancel();
    this.#options.connected(channel, endpoint);
  }

  #timedOut(): void {
    const to = this.#endpoint === null ? 'no endpoint was given' : formatAddress(this.#endpoint);
    this.#fail(new ConnectTimeoutException(`connection timed out after ${this.#options.timeout} ms: ${to}`));
  }

  #fail(cause: Error): void {
    if (this.#isOver) return;
    this.#end();
    this.#options.failed(cause, this.#endpoint);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer.cancel();
    this.#abort.abort();
  }
}
