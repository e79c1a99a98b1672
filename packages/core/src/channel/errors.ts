import { registerError, SluiceError } from '../util/errors.js';

/** Something went wrong in a channel or its transport. Netty: ChannelException. */
export class ChannelException extends SluiceError {
  static {
    registerError(this, 'ChannelException', 'ERR_CHANNEL');
  }
}

/** The channel is closed. `cause` is the error that closed it, if one did. JDK: ClosedChannelException. */
export class ClosedChannelException extends ChannelException {
  static {
    registerError(this, 'ClosedChannelException', 'ERR_CLOSED_CHANNEL');
  }
}

/** Data was flushed before the channel was connected. JDK: NotYetConnectedException. */
export class NotYetConnectedException extends ChannelException {
  static {
    registerError(this, 'NotYetConnectedException', 'ERR_NOT_YET_CONNECTED');
  }
}

/** The peer did not answer within `CONNECT_TIMEOUT_MILLIS`. Netty: ConnectTimeoutException. */
export class ConnectTimeoutException extends ChannelException {
  static {
    registerError(this, 'ConnectTimeoutException', 'ERR_CONNECT_TIMEOUT');
  }
}

/** The peer refused or could not be reached. `cause` is Node's error with its `code`. Netty: AnnotatedConnectException. */
export class ConnectException extends ChannelException {
  static {
    registerError(this, 'ConnectException', 'ERR_CONNECT');
  }
}

/** The address could not be bound. `cause` is Node's error with its `code`. JDK: BindException. */
export class BindException extends ChannelException {
  static {
    registerError(this, 'BindException', 'ERR_BIND');
  }
}

/** The output side was shut down. Netty: ChannelOutputShutdownException. */
export class ChannelOutputShutdownException extends ChannelException {
  static {
    registerError(this, 'ChannelOutputShutdownException', 'ERR_CHANNEL_OUTPUT_SHUTDOWN');
  }
}

/** The transport cannot write a message of this type. Netty: UnsupportedOperationException from filterOutboundMessage. */
export class UnsupportedMessageTypeException extends ChannelException {
  static {
    registerError(this, 'UnsupportedMessageTypeException', 'ERR_UNSUPPORTED_MESSAGE_TYPE');
  }
}

/** The operation makes no sense for this kind of channel. JDK: UnsupportedOperationException. */
export class UnsupportedOperationException extends ChannelException {
  static {
    registerError(this, 'UnsupportedOperationException', 'ERR_UNSUPPORTED_OPERATION');
  }
}
