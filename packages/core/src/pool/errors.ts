import { ChannelException } from '../channel/errors.js';
import { registerError } from '../util/errors.js';

/** No channel of a `FixedChannelPool` became free in time. Netty: AcquireTimeoutException, a TimeoutException. */
export class AcquireTimeoutException extends ChannelException {
  static {
    registerError(this, 'AcquireTimeoutException', 'ERR_ACQUIRE_TIMEOUT');
  }
}
