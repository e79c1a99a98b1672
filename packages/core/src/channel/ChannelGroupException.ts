import { registerError } from '../util/errors.js';
import type { Channel } from './Channel.js';
import { ChannelException } from './errors.js';

/**
 * An operation on a group failed for some of its channels. Iterate it for pairs of channel and failure; `cause` is the
 * first failure. Netty: ChannelGroupException.
 */
export class ChannelGroupException extends ChannelException implements Iterable<readonly [Channel, Error]> {
  static {
    registerError(this, 'ChannelGroupException', 'ERR_CHANNEL_GROUP');
  }

  /** The failures in the order of the group's channels; at least one. */
  readonly failures: readonly (readonly [Channel, Error])[];

  /** `total` is the number of channels that took part. */
  constructor(failures: readonly (readonly [Channel, Error])[], total: number) {
    const first = failures[0];
    super(
      `The operation failed for ${failures.length} of ${total} channels; ` +
        `the first: ${String(first?.[0])}: ${first?.[1].message}. Iterate this error for each channel and its failure.`,
      { cause: first?.[1] },
    );
    this.failures = failures;
  }

  /** The pairs of channel and failure. */
  [Symbol.iterator](): IterableIterator<readonly [Channel, Error]> {
    return this.failures.values();
  }
}
