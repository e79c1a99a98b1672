import { ChannelException, registerError } from '@sluice/core';

/** A `ReconnectingClient` gave up: too many attempts failed. `cause` is the latest failure. */
export class ReconnectFailedException extends ChannelException {
  static {
    registerError(this, 'ReconnectFailedException', 'ERR_RECONNECT_FAILED');
  }
}
