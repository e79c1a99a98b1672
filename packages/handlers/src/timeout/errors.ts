import { ChannelException, registerError } from '@sluice/core';

/** Something did not happen in time. Netty: TimeoutException. */
export class TimeoutException extends ChannelException {
  static {
    registerError(this, 'TimeoutException', 'ERR_TIMEOUT');
  }
}

/** Nothing was read in time; a `ReadTimeoutHandler` fires it and closes. Netty: ReadTimeoutException. */
export class ReadTimeoutException extends TimeoutException {
  static {
    registerError(this, 'ReadTimeoutException', 'ERR_READ_TIMEOUT');
  }
}

/** A write was not completed in time; a `WriteTimeoutHandler` fires it and closes. Netty: WriteTimeoutException. */
export class WriteTimeoutException extends TimeoutException {
  static {
    registerError(this, 'WriteTimeoutException', 'ERR_WRITE_TIMEOUT');
  }
}
