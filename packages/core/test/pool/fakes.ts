import {
  type Channel,
  type ChannelPoolHandler,
  EmbeddedChannel,
  type PoolBootstrap,
} from '../../src/index.js';

/** One connect of a {@link FakeBootstrap} that waits for the test to say how it ends. */
export interface Attempt {
  readonly signal: AbortSignal | undefined;
  connected(): EmbeddedChannel;
  failed(cause: Error): void;
}

/** Connects at once, or when the test says so. Its clones share what it keeps. */
export class FakeBootstrap implements PoolBootstrap<EmbeddedChannel> {
  /** Every channel made, in order. */
  readonly channels: EmbeddedChannel[];
  /** Connects that wait; only with `manual`. */
  readonly attempts: Attempt[];
  readonly #state: { manual: boolean; failure: Error | undefined };
  #init: (channel: EmbeddedChannel) => void = () => {};

  constructor(from?: FakeBootstrap) {
    this.channels = from?.channels ?? [];
    this.attempts = from?.attempts ?? [];
    this.#state = from === undefined ? { manual: false, failure: undefined } : from.#state;
    if (from !== undefined) this.#init = from.#init;
  }

  set manual(manual: boolean) {
    this.#state.manual = manual;
  }
  /** What connects fail with from now on. */
  set failure(failure: Error | undefined) {
    this.#state.failure = failure;
  }

  clone(): FakeBootstrap {
    return new FakeBootstrap(this);
  }
  handler(init: (channel: EmbeddedChannel) => void): this {
    this.#init = init;
    return this;
  }
  connect(_remote?: unknown, options?: { readonly signal?: AbortSignal }): Promise<EmbeddedChannel> {
    if (this.#state.failure !== undefined) return Promise.reject(this.#state.failure);
    if (!this.#state.manual) return Promise.resolve(this.#make());
    return new Promise((resolve, reject) => {
      this.attempts.push({
        signal: options?.signal,
        connected: () => {
          const channel = this.#make();
          resolve(channel);
          return channel;
        },
        failed: reject,
      });
    });
  }

  #make(): EmbeddedChannel {
    const channel = new EmbeddedChannel();
    this.#init(channel);
    this.channels.push(channel);
    return channel;
  }
}

/** Counts what it is told. */
export class CountingHandler implements ChannelPoolHandler {
  readonly created: Channel[] = [];
  readonly acquired: Channel[] = [];
  readonly released: Channel[] = [];

  channelCreated(channel: Channel): void {
    this.created.push(channel);
  }
  channelAcquired(channel: Channel): void {
    this.acquired.push(channel);
  }
  channelReleased(channel: Channel): void {
    this.released.push(channel);
  }
  get counts(): { created: number; acquired: number; released: number } {
    return {
      created: this.created.length,
      acquired: this.acquired.length,
      released: this.released.length,
    };
  }
}

/** Whether the promise is settled once everything that is ready has run. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = (): void => {
    settled = true;
  };
  promise.then(note, note);
  await turn();
  return settled;
}

/** Lets everything run that is ready: microtasks and ticks. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const unhandled: unknown[] = [];
const noteUnhandled = (reason: unknown): void => {
  unhandled.push(reason);
};

/** Fails a test of the calling file that leaves a promise rejected and unhandled. */
export function expectNoUnhandledRejections(): void {
  beforeAll(() => process.on('unhandledRejection', noteUnhandled));
  afterAll(() => process.off('unhandledRejection', noteUnhandled));
  afterEach(async () => {
    await turn();
    expect(unhandled.splice(0)).toEqual([]);
  });
}
