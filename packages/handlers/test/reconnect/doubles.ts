import {
  type AnyChannelHandler,
  type Channel,
  EmbeddedChannel,
  EmbeddedEventLoop,
  formatAddress,
  type SocketAddress,
} from '@sluice/core';
import { type ClientBootstrap, ReconnectingClient, type ReconnectingClientOptions } from '@sluice/handlers';

/** How a server behaves: connects, at once or after so many ms, refuses, or never answers. */
export type Behaviour = 'up' | 'down' | 'hangs' | number;

/** A bootstrap whose servers behave as the test says; it notes every attempt with its time. */
export class FakeBootstrap implements ClientBootstrap {
  readonly loop: EmbeddedEventLoop;
  readonly attempts: {
    readonly at: number;
    readonly to: string;
    readonly signal: AbortSignal | undefined;
  }[] = [];
  readonly channels: EmbeddedChannel[] = [];
  /** The handlers of the next channels. */
  handlers: () => AnyChannelHandler[] = () => [{ channelRead() {} }];
  readonly behaviours = new Map<string, Behaviour>();
  /** Attempts that hang, to be ended by hand. */
  readonly hanging: ((channel: Channel) => void)[] = [];
  clones = 0;
  /** Attempts in progress now and at most. */
  open = 0;
  mostOpen = 0;
  readonly #start: number;

  constructor(loop: EmbeddedEventLoop) {
    this.loop = loop;
    this.#start = loop.now;
  }

  get now(): number {
    return Math.round(this.loop.now - this.#start);
  }

  clone(): this {
    this.clones++;
    return this;
  }

  connect(remote: SocketAddress, options?: { readonly signal?: AbortSignal }): Promise<Channel> {
    const to = formatAddress(remote).replace('local:', '');
    this.attempts.push({ at: this.now, to, signal: options?.signal });
    this.mostOpen = Math.max(this.mostOpen, ++this.open);
    const behaviour = this.behaviours.get(to) ?? 'up';
    if (behaviour === 'down') {
      this.open--;
      return Promise.reject(new Error(`refused by ${to}`));
    }
    if (behaviour === 'up') {
      this.open--;
      return Promise.resolve(this.#channel());
    }
    if (typeof behaviour === 'number') return this.#connectLater(behaviour, options?.signal);
    return new Promise((resolve) => {
      options?.signal?.addEventListener('abort', () => this.open--, { once: true });
      this.hanging.push(resolve);
    });
  }

  #channel(): EmbeddedChannel {
    const channel = new EmbeddedChannel(...this.handlers());
    this.channels.push(channel);
    return channel;
  }

  #connectLater(ms: number, signal: AbortSignal | undefined): Promise<Channel> {
    return new Promise((resolve, reject) => {
      const task = this.loop.schedule(() => {
        this.open--;
        resolve(this.#channel());
      }, ms);
      signal?.addEventListener('abort', () => {
        if (task.cancel()) this.open--;
        reject(signal.reason);
      });
    });
  }
}

/** Lets promises settle. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** Lets `ms` pass on `loop`, each timer at its own time, and promises settle after each. */
export async function elapse(loop: EmbeddedEventLoop, ms: number): Promise<void> {
  await settle();
  const end = loop.now + ms;
  for (let next = loop.nextDelay(); next >= 0 && loop.now + next <= end; next = loop.nextDelay()) {
    loop.advanceTimeBy(next);
    loop.runScheduledTasks();
    await settle();
  }
  loop.advanceTimeBy(end - loop.now);
}

/** A loop whose clock stands. */
export function frozenLoop(): EmbeddedEventLoop {
  const loop = new EmbeddedEventLoop();
  loop.freezeTime();
  return loop;
}

export const A: SocketAddress = { local: 'a' };
export const B: SocketAddress = { local: 'b' };
export const C: SocketAddress = { local: 'c' };

/** A client in virtual time, without jitter. */
export function newClient(options: Partial<ReconnectingClientOptions> = {}) {
  const loop = frozenLoop();
  const bootstrap = new FakeBootstrap(loop);
  const client = new ReconnectingClient({
    bootstrap,
    endpoints: [A, B],
    backoff: { base: 100, cap: 1000, jitter: 'none' },
    eventLoop: loop,
    ...options,
  });
  return { client, loop, bootstrap };
}

/** The attempts so far: `time server`. */
export const attemptsOf = (bootstrap: FakeBootstrap): string[] =>
  bootstrap.attempts.map(({ at, to }) => `${at} ${to}`);
