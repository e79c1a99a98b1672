import { registerError } from '@sluice/core';
import { TimeoutException } from '../timeout/errors.js';

/** Nothing arrived for longer than an `IdleCloseHandler` or a `ChannelSweep` permits. */
export class IdleTimeoutException extends TimeoutException {
  static {
    registerError(this, 'IdleTimeoutException', 'ERR_IDLE_TIMEOUT');
  }
}

/** The peer connected and did not send the message that it must begin with. */
export class FirstMessageTimeoutException extends TimeoutException {
  static {
    registerError(this, 'FirstMessageTimeoutException', 'ERR_FIRST_MESSAGE_TIMEOUT');
  }
}

/** The peer began a message and did not end it in time. */
export class FrameTimeoutException extends TimeoutException {
  static {
    registerError(this, 'FrameTimeoutException', 'ERR_FRAME_TIMEOUT');
  }
}
