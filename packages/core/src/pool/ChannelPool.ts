import type { Channel } from '../channel/Channel.js';
import type { ChannelFuture } from '../channel/ChannelFuture.js';
import type { SocketAddress } from '../channel/SocketAddress.js';

/** How one `acquire` goes about it. */
export interface AcquireOptions {
  /** Gives up: the promise rejects with the signal's reason, a connect that was begun for it is ended. */
  readonly signal?: AbortSignal;
}

/**
 * Keeps connected channels for reuse. What was acquired must be released, also when it is closed by then.
 *
 * `acquire` gives a native promise, because there is no channel yet whose future it could be; a rejection that nobody
 * handles does not become an `unhandledRejection`. `release` gives the channel's `ChannelFuture`: it can be ignored, a
 * failure is then reported to the channel as any other. Netty: ChannelPool.
 */
export interface ChannelPool<C extends Channel = Channel> extends AsyncDisposable {
  /** A channel, kept or new, that is the caller's until it is released. */
  acquire(options?: AcquireOptions): Promise<C>;
  /** Gives a channel back. */
  release(channel: C): ChannelFuture;
  /** Closes the channels kept and ends the pool. */
  close(): Promise<void>;
}

/** What a pool needs of a bootstrap: `Bootstrap` has it, and a test or a decorator easily does. */
export interface PoolBootstrap<C extends Channel = Channel> {
  /** A copy that can be changed on its own. */
  clone(): PoolBootstrap<C>;
  /** Sets what fills the pipeline of each channel. */
  handler(init: (channel: C) => void): unknown;
  /** Connects, to the remote address set before unless one is given. */
  connect(remote?: SocketAddress, options?: { readonly signal?: AbortSignal }): PromiseLike<C>;
}
