import type { Channel } from './Channel.js';
import type { ChannelFuture } from './ChannelFuture.js';
import type { ChannelGroup } from './ChannelGroup.js';
import type { ChannelGroupException } from './ChannelGroupException.js';

/** Told once, when all operations are done; what it throws is logged. Netty: ChannelGroupFutureListener. */
export type ChannelGroupFutureListener = (future: ChannelGroupFuture) => unknown;

/**
 * The result of an operation on a group: done when the operation is done on every channel it was begun for, however it
 * ended there. Awaiting it throws `ChannelGroupException` (`ERR_CHANNEL_GROUP`) if it failed on any. It cannot be
 * cancelled; the futures of the single channels can. A failure nobody looks at is reported to the channels it concerns.
 * Netty: ChannelGroupFuture.
 */
export interface ChannelGroupFuture extends PromiseLike<void>, Iterable<ChannelFuture> {
  /** The group whose operation this is. */
  readonly group: ChannelGroup;
  /** The channels that took part. */
  readonly size: number;
  /** Whether the operation is over on every channel. */
  readonly isDone: boolean;
  /** Done, and no channel failed. */
  readonly isSuccess: boolean;
  /** Some channels have succeeded so far, not all. */
  readonly isPartialSuccess: boolean;
  /** Some channels have failed so far, not all. */
  readonly isPartialFailure: boolean;
  /** Which channels failed, else `null`. Reading it counts as having looked. */
  readonly cause: ChannelGroupException | null;

  /** The future of one channel's part; `undefined` if it took none. */
  find(channel: Channel): ChannelFuture | undefined;
  /** Calls `listener` when done; at once if it is done already. */
  addListener(listener: ChannelGroupFutureListener): this;
  /** Removes the first registration of `listener`. */
  removeListener(listener: ChannelGroupFutureListener): this;

  /** As `Promise.catch`. */
  catch<B = never>(onFailure?: ((reason: Error) => B | PromiseLike<B>) | null): Promise<void | B>;
  /** As `Promise.finally`. */
  finally(onDone?: (() => void) | null): Promise<void>;
}
