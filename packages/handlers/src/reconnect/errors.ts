import { ChannelException, registerError } from '@sluice/core';

/** A `ReconnectingClient` gave up: too many attempts failed. `cause` is the latest failure. */
export class ReconnectFailedException extends ChannelException {
  static {
    registerError(this, 'ReconnectFailedException', 'ERR_RECONNECT_FAILED');
  }
}

/**
 * `ReconnectingClient.send` refused a message: as many wait for the connection as its limits allow. `cause` is why there
 * was no connection the last time, if that is known.
 */
export class SendQueueFullException extends ChannelException {
  static {
    registerError(this, 'SendQueueFullException', 'ERR_SEND_QUEUE_FULL');
  }
}

/** A message that waited for the connection made room for a newer one: the queue's policy is `'drop-oldest'`. */
export class MessageDroppedException extends ChannelException {
  static {
    registerError(this, 'MessageDroppedException', 'ERR_MESSAGE_DROPPED');
  }
}
