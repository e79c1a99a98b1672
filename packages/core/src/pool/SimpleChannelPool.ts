import { types } from 'node:util';
import type { Channel } from '../channel/Channel.js';
import type { ChannelFuture, ChannelPromise } from '../channel/ChannelFuture.js';
import { IllegalStateException, invalidArgValue, toError } from '../util/errors.js';
import { getLogger } from '../util/logger.js';
import { ChannelHealthChecker } from './ChannelHealthChecker.js';
import type { AcquireOptions, ChannelPool, PoolBootstrap } from './ChannelPool.js';
import type { ChannelPoolHandler } from './ChannelPoolHandler.js';
import { PendingAcquire } from './PendingAcquire.js';

/** How a pool is made. */
export interface SimpleChannelPoolOptions<C extends Channel = Channel> {
  /** Makes the channels. Copied, and the copy's handler replaced by `handler.channelCreated`. Needs a remote address. */
  readonly bootstrap: PoolBootstrap<C>;
  /** Fills the pipelines, and is told of acquires and releases. */
  readonly handler: ChannelPoolHandler<C>;
  /** Asked before a channel is used again. Default `ChannelHealthChecker.ACTIVE`. */
  readonly healthCheck?: ChannelHealthChecker<C>;
  /** Ask on release too, so that unhealthy channels are not kept. Default true. */
  readonly releaseHealthCheck?: boolean;
  /** Use the channel first that was released last, so that those in excess grow old; false for the opposite. Default true. */
  readonly lastRecentUsed?: boolean;
}

/**
 * Reuses released channels and connects as many as are asked for. With synchronous checks and handlers a release takes
 * effect at once: an `acquire` right after it, awaited or not, gets that channel.
 *
 * Storage can be replaced by overriding `pollChannel` and `offerChannel`, connecting by `connectChannel`.
 * Netty: SimpleChannelPool.
 */
export class SimpleChannelPool<C extends Channel = Channel> implements ChannelPool<C> {
  /** The pool's own copy. */
  protected readonly bootstrap: PoolBootstrap<C>;
  /** As given. */
  protected readonly handler: ChannelPoolHandler<C>;
  /** As given, or the default. */
  protected readonly healthCheck: ChannelHealthChecker<C>;
  /** As given, or the default. */
  protected readonly releaseHealthCheck: boolean;
  readonly #lastRecentUsed: boolean;
  readonly #idle: C[] = [];
  /** Acquired and not released. Weak: somebody who forgets to release costs no memory here. */
  readonly #lent = new WeakSet<C>();
  readonly #pending = new Set<PendingAcquire<C>>();
  #closed = false;
  #closing: Promise<void> | undefined;

  /** Connects nothing until the first `acquire`. */
  constructor(options: SimpleChannelPoolOptions<C>) {
    const { handler } = options;
    this.bootstrap = options.bootstrap.clone();
    this.bootstrap.handler((channel) => handler.channelCreated(channel));
    this.handler = handler;
    this.healthCheck = options.healthCheck ?? ChannelHealthChecker.ACTIVE;
    this.releaseHealthCheck = options.releaseHealthCheck ?? true;
    this.#lastRecentUsed = options.lastRecentUsed ?? true;
  }

  /**
   * A channel that passed the health check, or a new one when none is kept; unhealthy ones are closed on the way.
   * Rejects with what connecting fails with, what `channelAcquired` throws, the signal's reason, or
   * `IllegalStateException` (`ERR_ILLEGAL_STATE`) when the pool is closed, also meanwhile.
   */
  acquire(options: AcquireOptions = {}): Promise<C> {
    const acquire = new PendingAcquire<C>(options.signal);
    if (this.#closed) acquire.fail(this.closedException());
    if (acquire.isSettled) return acquire.promise;
    this.#pending.add(acquire);
    acquire.onSettled = () => {
      this.#pending.delete(acquire);
      this.acquireSettled(acquire);
    };
    this.admit(acquire);
    return acquire.promise;
  }

  /**
   * Takes a channel back. An unhealthy one is closed, which is a success. Closes the channel and fails with `TypeError`
   * (`ERR_INVALID_ARG_VALUE`) when it was not acquired here or was released before, with `IllegalStateException`
   * (`ERR_ILLEGAL_STATE`) when the pool is closed or `offerChannel` refuses, with what `channelReleased` throws.
   */
  release(channel: C): ChannelFuture {
    const promise = channel.newPromise();
    promise.setUncancellable();
    if (!this.#lent.delete(channel)) {
      channel.close();
      return promise.setFailure(
        invalidArgValue(
          `Channel ${String(channel)} was not acquired from this ChannelPool. It was closed. Release a channel once, ` +
            'to the pool it came from.',
        ),
      );
    }
    const healthy = !this.releaseHealthCheck || this.#check(channel);
    if (typeof healthy === 'boolean') this.#takeBack(channel, healthy, promise);
    else void healthy.then((result) => this.#takeBack(channel, result, promise));
    return promise;
  }

  /**
   * Closes the channels kept, ends connects that were begun and fails the acquires that wait, as later ones, with
   * `IllegalStateException` (`ERR_ILLEGAL_STATE`). Channels in use are closed when they are released. Resolves when the
   * channels kept are closed.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#closed = true;
    for (const acquire of [...this.#pending]) acquire.fail(this.closedException());
    const closing: ChannelFuture[] = [];
    for (let channel = this.pollChannel(); channel !== undefined; channel = this.pollChannel()) {
      closing.push(channel.close());
    }
    await Promise.allSettled(closing);
  }

  /** As `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // ---- for subclasses ----------------------------------------------------------------------------------------------

  /** Connects a new channel. The bootstrap is a copy that can be changed; `signal` ends what nobody waits for any more. */
  protected connectChannel(bootstrap: PoolBootstrap<C>, signal: AbortSignal): PromiseLike<C> {
    return bootstrap.connect(undefined, { signal });
  }
  /** Takes a channel out of the storage, `undefined` when there is none. */
  protected pollChannel(): C | undefined {
    return this.#lastRecentUsed ? this.#idle.pop() : this.#idle.shift();
  }
  /** Puts a channel into the storage; false when there is no room, which closes it and fails its release. */
  protected offerChannel(channel: C): boolean {
    this.#idle.push(channel);
    return true;
  }

  /** @internal */
  protected get isClosed(): boolean {
    return this.#closed;
  }
  /** @internal */
  protected closedException(): IllegalStateException {
    return new IllegalStateException('SimpleChannelPool was closed. Acquire and release before close().');
  }
  /** @internal An acquire has come: calls `serve`, now or later. */
  protected admit(acquire: PendingAcquire<C>): void {
    this.serve(acquire);
  }
  /** @internal The acquire is over, whether it was served or not. */
  protected acquireSettled(_acquire: PendingAcquire<C>): void {}
  /**
   * @internal What `serve` began has ended: its channel was released, or it came to nothing. Called exactly once for each
   * `serve`, whoever gave up when: a pool that counts can count on it.
   */
  protected served(): void {}

  /** @internal Gets a channel for the acquire. */
  protected serve(acquire: PendingAcquire<C>): void {
    while (!acquire.isSettled) {
      let channel: C | undefined;
      try {
        channel = this.pollChannel();
      } catch (error) {
        this.#failed(acquire, error);
        return;
      }
      if (channel === undefined) {
        this.#connect(acquire);
        return;
      }
      const healthy = this.#check(channel);
      if (typeof healthy !== 'boolean') {
        void this.#checked(acquire, channel, healthy);
        return;
      }
      if (healthy) {
        this.#deliver(acquire, channel);
        return;
      }
      channel.close();
    }
    this.served();
  }

  // ---- acquiring ---------------------------------------------------------------------------------------------------

  async #checked(acquire: PendingAcquire<C>, channel: C, healthy: Promise<boolean>): Promise<void> {
    if (await healthy) {
      this.#deliver(acquire, channel);
    } else {
      channel.close();
      this.serve(acquire);
    }
  }

  #connect(acquire: PendingAcquire<C>): void {
    try {
      this.connectChannel(this.bootstrap.clone(), acquire.connectSignal()).then(
        (channel) => this.#deliver(acquire, channel),
        (error) => this.#failed(acquire, error),
      );
    } catch (error) {
      this.#failed(acquire, error);
    }
  }

  #deliver(acquire: PendingAcquire<C>, channel: C): void {
    if (acquire.isSettled) {
      this.#keep(channel);
      this.served();
      return;
    }
    let prepared: unknown;
    try {
      prepared = this.handler.channelAcquired?.(channel);
    } catch (error) {
      this.#spoilt(acquire, channel, error);
      return;
    }
    if (types.isPromise(prepared)) {
      prepared.then(
        () => this.#lend(acquire, channel),
        (error) => this.#spoilt(acquire, channel, error),
      );
    } else this.#lend(acquire, channel);
  }

  #lend(acquire: PendingAcquire<C>, channel: C): void {
    this.#lent.add(channel);
    // Nobody waits any more, but the handler was told: released as its user would.
    if (!acquire.succeed(channel)) this.release(channel);
  }

  /** Nobody has got this channel, nobody was told of it. */
  #keep(channel: C): void {
    try {
      if (!this.#closed && this.offerChannel(channel)) return;
    } catch (error) {
      getLogger().warn({ err: error, channel: String(channel) }, 'offerChannel() of a pool failed');
    }
    channel.close();
  }

  #spoilt(acquire: PendingAcquire<C>, channel: C, error: unknown): void {
    channel.close();
    this.#failed(acquire, error);
  }

  /** Others that wait go first: the caller may acquire again at once. */
  #failed(acquire: PendingAcquire<C>, error: unknown): void {
    this.served();
    acquire.fail(error);
  }

  // ---- releasing ---------------------------------------------------------------------------------------------------

  #takeBack(channel: C, healthy: boolean, promise: ChannelPromise): void {
    const keep = healthy && !this.#closed;
    let cause: Error | null = null;
    if (this.#closed) {
      cause = this.closedException();
      // The channel ends as it should. Who releases during a shutdown and does not look needs no warning.
      promise.addListener(() => {});
    }
    try {
      if (keep && !this.offerChannel(channel)) {
        throw new IllegalStateException(`ChannelPool full. ${String(channel)} was closed.`);
      }
      this.#notifyReleased(channel);
    } catch (error) {
      cause = toError(error);
    }
    if (!keep || cause !== null) channel.close();
    this.served();
    if (cause === null) promise.setSuccess();
    else promise.setFailure(cause);
  }

  #notifyReleased(channel: C): void {
    const result = this.handler.channelReleased?.(channel);
    if (!types.isPromise(result)) return;
    result.catch((error: unknown) => {
      getLogger().warn(
        { err: error, channel: String(channel) },
        'channelReleased() failed. Closing the channel',
      );
      channel.close();
    });
  }

  // ---- health ------------------------------------------------------------------------------------------------------

  /** Neither throws nor rejects. */
  #check(channel: C): boolean | Promise<boolean> {
    if (!channel.isOpen) return false;
    try {
      const healthy = this.healthCheck(channel);
      if (typeof healthy === 'boolean') return healthy;
      return Promise.resolve(healthy).then(
        (result) => result && channel.isOpen,
        (error) => checkFailed(channel, error),
      );
    } catch (error) {
      return checkFailed(channel, error);
    }
  }
}

function checkFailed(channel: Channel, error: unknown): false {
  getLogger().warn(
    { err: error, channel: String(channel) },
    'The health check of a channel pool failed. Closing the channel',
  );
  return false;
}
