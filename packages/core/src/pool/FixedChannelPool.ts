import type { Channel } from '../channel/Channel.js';
import { type EventLoop, MAX_DELAY, type ScheduledTask } from '../eventloop/EventLoop.js';
import { nodeEventLoop } from '../eventloop/NodeEventLoop.js';
import { ConfigException, IllegalStateException, outOfRange } from '../util/errors.js';
import { AcquireTimeoutException } from './errors.js';
import type { PendingAcquire } from './PendingAcquire.js';
import { SimpleChannelPool, type SimpleChannelPoolOptions } from './SimpleChannelPool.js';

/** What happens when an acquire has waited for `acquireTimeout`. Netty: FixedChannelPool.AcquireTimeoutAction. */
export type AcquireTimeoutAction = 'fail' | 'new';

/** How a pool with a limit is made. */
export interface FixedChannelPoolOptions<C extends Channel = Channel> extends SimpleChannelPoolOptions<C> {
  /** Channels in use at one time, at most. */
  readonly maxConnections: number;
  /** Acquires that may wait for a channel; `Infinity` for no limit. Default 10000. */
  readonly maxPendingAcquires?: number;
  /** Milliseconds an acquire waits for its turn. Connecting is not part of it. Default: no limit. */
  readonly acquireTimeout?: number;
  /**
   * Then: `'fail'` rejects with `AcquireTimeoutException` (`ERR_ACQUIRE_TIMEOUT`), `'new'` uses a channel beyond
   * `maxConnections`. Default `'fail'`.
   */
  readonly acquireTimeoutAction?: AcquireTimeoutAction;
  /** The clock of `acquireTimeout`. Default: the thread's. */
  readonly eventLoop?: EventLoop;
}

const DEFAULT_MAX_PENDING_ACQUIRES = 10_000;

/**
 * A pool with at most `maxConnections` channels in use; further acquires wait in line. A channel that was acquired counts
 * until it is released, whether it is open or not. An acquire that is aborted while it waits leaves the line; one that
 * is aborted later gives its place to the next as soon as its connect has ended or its channel is back.
 * Netty: FixedChannelPool.
 */
export class FixedChannelPool<C extends Channel = Channel> extends SimpleChannelPool<C> {
  readonly #maxConnections: number;
  readonly #maxPendingAcquires: number;
  readonly #timeout: number | undefined;
  readonly #timeoutAction: AcquireTimeoutAction;
  readonly #loop: EventLoop;
  /** Acquires that wait, oldest first, with their timers. */
  readonly #waiting = new Map<PendingAcquire<C>, ScheduledTask | null>();
  /** Channels in use, being got or being taken back. */
  #taken = 0;
  #servingNext = false;

  /**
   * Throws `RangeError` (`ERR_OUT_OF_RANGE`) for a limit that is no whole number above 0 or a timeout that is no delay,
   * `ConfigException` (`ERR_CONFIG`) for an action without a timeout or of an unknown name.
   */
  constructor(options: FixedChannelPoolOptions<C>) {
    super(options);
    const { acquireTimeout: timeout, acquireTimeoutAction: action } = options;
    this.#maxConnections = checkLimit('maxConnections', options.maxConnections);
    this.#maxPendingAcquires = checkLimit(
      'maxPendingAcquires',
      options.maxPendingAcquires ?? DEFAULT_MAX_PENDING_ACQUIRES,
    );
    if (timeout !== undefined && !(timeout >= 0 && timeout <= MAX_DELAY)) {
      throw outOfRange(`acquireTimeout: ${timeout} (expected: 0 to ${MAX_DELAY} ms)`);
    }
    if (action !== undefined && action !== 'fail' && action !== 'new') {
      throw new ConfigException(`acquireTimeoutAction: ${String(action)} (expected: 'fail' or 'new')`);
    }
    if (action !== undefined && timeout === undefined) {
      throw new ConfigException(`acquireTimeoutAction: '${action}' needs an acquireTimeout`);
    }
    this.#timeout = timeout;
    this.#timeoutAction = action ?? 'fail';
    this.#loop = options.eventLoop ?? nodeEventLoop;
  }

  /** Channels that count as in use: acquired and not released, being connected or checked. 0 once closed. */
  get acquiredChannelCount(): number {
    return this.isClosed ? 0 : this.#taken;
  }
  /** Acquires that wait for a channel to be released. */
  get pendingAcquireCount(): number {
    return this.#waiting.size;
  }

  protected override closedException(): IllegalStateException {
    return new IllegalStateException('FixedChannelPool was closed. Acquire and release before close().');
  }

  protected override admit(acquire: PendingAcquire<C>): void {
    if (this.#taken < this.#maxConnections) {
      this.#begin(acquire);
    } else if (this.#waiting.size >= this.#maxPendingAcquires) {
      acquire.fail(
        new IllegalStateException(
          `Too many outstanding acquire operations. ${this.#maxPendingAcquires} (maxPendingAcquires) wait for one of ` +
            `${this.#maxConnections} channels (maxConnections): release channels, acquire less, or raise a limit.`,
        ),
      );
    } else {
      const timeout = this.#timeout;
      const timer =
        timeout === undefined ? null : this.#loop.schedule(() => this.#timedOut(acquire, timeout), timeout);
      this.#waiting.set(acquire, timer);
    }
  }

  protected override acquireSettled(acquire: PendingAcquire<C>): void {
    this.#leaveLine(acquire);
  }

  protected override served(): void {
    this.#taken--;
    // What ends while the line is being worked off is seen by the loop that does.
    if (this.#servingNext) return;
    this.#servingNext = true;
    while (this.#taken < this.#maxConnections) {
      const next = this.#waiting.keys().next().value;
      if (next === undefined) break;
      this.#leaveLine(next);
      this.#begin(next);
    }
    this.#servingNext = false;
  }

  #begin(acquire: PendingAcquire<C>): void {
    this.#taken++;
    this.serve(acquire);
  }

  #leaveLine(acquire: PendingAcquire<C>): void {
    this.#waiting.get(acquire)?.cancel();
    this.#waiting.delete(acquire);
  }

  #timedOut(acquire: PendingAcquire<C>, timeout: number): void {
    this.#leaveLine(acquire);
    if (this.#timeoutAction === 'new') {
      this.#begin(acquire);
      return;
    }
    acquire.fail(
      new AcquireTimeoutException(
        'Acquire operation took longer then configured maximum time. No channel was released for ' +
          `${timeout} ms (acquireTimeout) while ${this.#taken} were in use (maxConnections: ${this.#maxConnections}).`,
      ),
    );
  }
}

function checkLimit(name: string, value: number): number {
  if (value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && value > 0)) return value;
  throw outOfRange(`${name}: ${value} (expected: a whole number above 0, or Infinity)`);
}
