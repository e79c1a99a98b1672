import { ChannelException, registerError } from '@sluice/core';
import { TimeoutException } from '../timeout/errors.js';

/** The peer gave no sign of life in time: frozen, unreachable, or it does not answer pings. */
export class HeartbeatTimeoutException extends TimeoutException {
  static {
    registerError(this, 'HeartbeatTimeoutException', 'ERR_HEARTBEAT_TIMEOUT');
  }
}

/** A ping could not be written. `cause` is the failure of the write. */
export class HeartbeatWriteException extends ChannelException {
  static {
    registerError(this, 'HeartbeatWriteException', 'ERR_HEARTBEAT_WRITE');
  }
}

/** The business data of a heartbeat is larger than `data.limit`. */
export class HeartbeatDataException extends ChannelException {
  static {
    registerError(this, 'HeartbeatDataException', 'ERR_HEARTBEAT_DATA');
  }
}

/** The peer sends pings more often than this side permits. */
export class TooManyPingsException extends ChannelException {
  static {
    registerError(this, 'TooManyPingsException', 'ERR_TOO_MANY_PINGS');
  }
}
