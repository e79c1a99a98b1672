import { registerError, SluiceError } from '../util/errors.js';

/**
 * Thrown by every method that would change the bytes, or the capacity, of a read-only {@link ByteBuf}. Its
 * `code` is `ERR_READ_ONLY_BUFFER`. Netty: the JDK's `java.nio.ReadOnlyBufferException`.
 */
export class ReadOnlyBufferException extends SluiceError {
  static {
    registerError(ReadOnlyBufferException, 'ReadOnlyBufferException', 'ERR_READ_ONLY_BUFFER');
  }
}
