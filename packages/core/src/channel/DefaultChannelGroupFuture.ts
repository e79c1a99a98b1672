import { getLogger } from '../util/logger.js';
import type { Channel } from './Channel.js';
import type { ChannelFuture } from './ChannelFuture.js';
import type { ChannelGroup } from './ChannelGroup.js';
import { ChannelGroupException } from './ChannelGroupException.js';
import type { ChannelGroupFuture, ChannelGroupFutureListener } from './ChannelGroupFuture.js';
import { watchFailure } from './unobserved.js';

/**
 * Counts the parts of a group operation: one listener, shared by all of them, and nothing else is made for each channel.
 * Netty: DefaultChannelGroupFuture.
 */
export class DefaultChannelGroupFuture implements ChannelGroupFuture {
  readonly group: ChannelGroup;
  readonly #futures: readonly ChannelFuture[];
  #succeeded = 0;
  #failed = 0;
  #cause: ChannelGroupException | null = null;
  #listeners: ChannelGroupFutureListener[] = [];
  #notifying = false;
  #observed = false;
  /** Made when somebody asks for a channel. */
  #byChannel: Map<Channel, ChannelFuture> | undefined;

  constructor(group: ChannelGroup, futures: readonly ChannelFuture[]) {
    this.group = group;
    this.#futures = futures;
    for (const future of futures) future.addListener(this.#partDone);
  }

  get size(): number {
    return this.#futures.length;
  }
  get isDone(): boolean {
    return this.#succeeded + this.#failed === this.#futures.length;
  }
  get isSuccess(): boolean {
    return this.#succeeded === this.#futures.length;
  }
  get isPartialSuccess(): boolean {
    return this.#succeeded !== 0 && this.#succeeded !== this.#futures.length;
  }
  get isPartialFailure(): boolean {
    return this.#failed !== 0 && this.#failed !== this.#futures.length;
  }
  get cause(): ChannelGroupException | null {
    this.#observed = true;
    return this.#cause;
  }

  find(channel: Channel): ChannelFuture | undefined {
    this.#byChannel ??= new Map(this.#futures.map((future) => [future.channel, future]));
    return this.#byChannel.get(channel);
  }
  [Symbol.iterator](): IterableIterator<ChannelFuture> {
    return this.#futures.values();
  }

  addListener(listener: ChannelGroupFutureListener): this {
    this.#observed = true;
    this.#listeners.push(listener);
    if (this.isDone) this.#notify();
    return this;
  }
  removeListener(listener: ChannelGroupFutureListener): this {
    const i = this.#listeners.indexOf(listener);
    if (i >= 0) this.#listeners.splice(i, 1);
    return this;
  }

  readonly #partDone = (future: ChannelFuture): void => {
    if (future.isSuccess) this.#succeeded++;
    else this.#failed++;
    if (!this.isDone) return;
    if (this.#failed > 0) this.#fail();
    this.#notify();
  };

  #fail(): void {
    const failures: [Channel, Error][] = [];
    for (const future of this.#futures) {
      const cause = future.cause;
      if (cause !== null) failures.push([future.channel, cause]);
    }
    this.#cause = new ChannelGroupException(failures, this.#futures.length);
    if (this.#observed) return;
    const observed = (): boolean => this.#observed;
    for (const [channel, cause] of failures) {
      const part = {
        channel,
        get observed(): boolean {
          return observed();
        },
      };
      watchFailure(part, cause);
    }
  }

  #notify(): void {
    if (this.#notifying) return;
    this.#notifying = true;
    for (let next = this.#listeners.shift(); next !== undefined; next = this.#listeners.shift()) {
      try {
        next(this);
      } catch (error) {
        getLogger().warn({ err: error }, 'An exception was thrown by a ChannelGroupFutureListener');
      }
    }
    this.#notifying = false;
  }

  #native(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.addListener(() => {
        if (this.#cause === null) resolve();
        else reject(this.#cause);
      });
    });
  }
  // biome-ignore lint/suspicious/noThenProperty: this is what makes a future awaitable
  then<A = void, B = never>(
    onSuccess?: ((value: void) => A | PromiseLike<A>) | null,
    onFailure?: ((reason: Error) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#native().then(onSuccess, onFailure);
  }
  catch<B = never>(onFailure?: ((reason: Error) => B | PromiseLike<B>) | null): Promise<void | B> {
    return this.#native().catch(onFailure);
  }
  finally(onDone?: (() => void) | null): Promise<void> {
    return this.#native().finally(onDone);
  }
}
