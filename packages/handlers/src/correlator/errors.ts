import { ClosedChannelException, RejectedExecutionException, registerError } from '@sluice/core';
import type { CloseReason } from '../close/CloseReason.js';
import { TimeoutException } from '../timeout/errors.js';

/** A request got no response in time. It may have been carried out all the same. */
export class RequestTimeoutException extends TimeoutException {
  static {
    registerError(this, 'RequestTimeoutException', 'ERR_REQUEST_TIMEOUT');
  }
}

/** A `RequestCorrelator` has, or a `RequestResponder` works on, as many requests as it may. */
export class TooManyRequestsException extends RejectedExecutionException {
  static {
    registerError(this, 'TooManyRequestsException', 'ERR_TOO_MANY_REQUESTS');
  }
}

/** The connection ended before the response came. `cause` is the `CloseReason`. */
export class ConnectionLostException extends ClosedChannelException {
  /** Why the connection ended. */
  readonly reason: CloseReason;
  /** Whether the system had taken the whole request: if not, the peer cannot have carried it out. */
  readonly sent: boolean;

  /** Made by `RequestCorrelator` and `RequestResponder`; by tests too. */
  constructor(message: string, reason: CloseReason, sent: boolean) {
    super(message, { cause: reason });
    this.reason = reason;
    this.sent = sent;
  }

  static {
    registerError(this, 'ConnectionLostException', 'ERR_CONNECTION_LOST');
  }
}
