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
