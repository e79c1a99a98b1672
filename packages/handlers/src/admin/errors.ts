import { ChannelException, registerError } from '@sluice/core';

/** The first bytes of a connection are of no protocol that a `ProtocolDetectionHandler` knows. */
export class ProtocolDetectionException extends ChannelException {
  static {
    registerError(this, 'ProtocolDetectionException', 'ERR_PROTOCOL_DETECTION');
  }
}
