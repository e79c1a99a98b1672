import { types } from 'node:util';
import { ChannelException } from '../channel/errors.js';
import { registerError } from '../util/errors.js';

/** A handler could not be added or removed. Netty: ChannelPipelineException. */
export class ChannelPipelineException extends ChannelException {
  static {
    registerError(this, 'ChannelPipelineException', 'ERR_CHANNEL_PIPELINE');
  }
}

/** The pipeline has no such handler. JDK: NoSuchElementException. */
export class NoSuchHandlerException extends ChannelException {
  static {
    registerError(this, 'NoSuchHandlerException', 'ERR_NO_SUCH_HANDLER');
  }
}

/** Events of this channel nested so deep that the call stack ran out; the channel is closed. */
export class PipelineDepthException extends ChannelException {
  static {
    registerError(this, 'PipelineDepthException', 'ERR_PIPELINE_DEPTH');
  }
}

/** What was thrown, as an `Error`: JavaScript can throw anything, handlers should not have to expect it. */
export function toError(thrown: unknown): Error {
  if (types.isNativeError(thrown)) return thrown;
  if (typeof thrown === 'object' && thrown !== null && typeof (thrown as Error).message === 'string') {
    return thrown as Error;
  }
  return new ChannelException(`A value that is no Error was thrown: ${String(thrown)}`, { cause: thrown });
}

const DISCONNECTS = new Set([
  'ERR_CLOSED_CHANNEL',
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ERR_STREAM_DESTROYED',
]);

/** Whether the error only says that the other side went away. */
export function isPlainDisconnect(cause: Error): boolean {
  return DISCONNECTS.has((cause as { code?: string }).code ?? '');
}
