import type { ChannelPromise } from '../channel/ChannelFuture.js';
import { getLogger } from '../util/logger.js';

/** Completes a promise that may be done already (a user cancelled it, or completed it himself): then that is logged. */
export function safeSuccess(promise: ChannelPromise): void {
  if (!promise.trySuccess()) {
    getLogger().warn(
      { promise: String(promise) },
      'Failed to mark a promise as success because it is done already',
    );
  }
}

/** Fails a promise in the same way. */
export function safeFailure(promise: ChannelPromise, cause: Error): void {
  if (!promise.tryFailure(cause)) {
    getLogger().warn(
      { promise: String(promise), err: cause },
      'Failed to mark a promise as failure: it is done already',
    );
  }
}
