import type { Channel } from '../channel/Channel.js';
import { getLogger, isDebugEnabled, logRejection, warnOnce } from '../util/logger.js';
import type { ChannelHandlerContext } from './ChannelHandlerContext.js';
import { isPlainDisconnect } from './errors.js';

/**
 * What happens to inbound events that no handler took, and to failures nobody looked at. A hook that is missing does
 * what Netty does, which the comments say. Netty: DefaultChannelPipeline.onUnhandledInbound*.
 */
export interface UnhandledHooks {
  /** Default: debug log, and one warning for each shape of pipeline. */
  message?(channel: Channel, message: unknown): void;
  /** Default: warning; a plain disconnect (reset, closed) only at debug level. The channel is not closed. */
  exception?(channel: Channel, cause: Error): void;
  /** Default: nothing, as for the following. */
  userEvent?(channel: Channel, event: unknown): void;
  /** `channelActive` reached the end. */
  active?(channel: Channel): void;
  /** `channelInactive` reached the end. */
  inactive?(channel: Channel): void;
  /** `channelReadComplete` reached the end. */
  readComplete?(channel: Channel): void;
  /** `channelWritabilityChanged` reached the end. */
  writabilityChanged?(channel: Channel): void;
  /** A future failed and nobody listened, awaited or read its `cause`. Default: as `exception`. */
  failure?(channel: Channel, cause: Error): void;
}

/** The defaults: one shared object. */
export const defaultHooks: UnhandledHooks = {};

/** None while the call stack of the channel is used up: a hook could be what recurses, and what arrives is not meant for it. */
export function hooksOf(channel: Channel): UnhandledHooks {
  return channel.pipeline.isDepthExceeded ? defaultHooks : channel.pipeline.unhandled;
}

/** The last handler when a channel was warned about: while that is the same, no text is made for a warning seen before. */
const warnedBehind = new WeakMap<Channel, ChannelHandlerContext | null>();

export function unhandledMessage(channel: Channel, message: unknown): void {
  if (channel.pipeline.isDepthExceeded) return;
  const hooks = channel.pipeline.unhandled;
  if (hooks.message !== undefined) return hooks.message(channel, message);
  const last = channel.pipeline.lastContext;
  const debug = isDebugEnabled();
  if (!debug && warnedBehind.get(channel) === last) return;
  warnedBehind.set(channel, last);
  const names = channel.pipeline.names().join(', ');
  const text =
    `Discarded inbound message ${describe(message)} that reached at the tail of the pipeline. ` +
    `Please check your pipeline configuration. Handlers: [${names}].`;
  if (debug) getLogger().debug({ channel: String(channel) }, text);
  warnOnce(`tail:${names}`, `${text} Channel: ${String(channel)}.`);
}

export function unhandledException(channel: Channel, cause: Error): void {
  const hooks = hooksOf(channel);
  if (hooks.exception !== undefined) return hooks.exception(channel, cause);
  report(
    channel,
    cause,
    'An exceptionCaught() event was fired, and it reached at the tail of the pipeline. ' +
      'It usually means the last handler in the pipeline did not handle the exception.',
  );
}

export function unobservedFailure(channel: Channel, cause: Error): void {
  const hooks = channel.pipeline.unhandled;
  if (hooks.failure === undefined) {
    report(channel, cause, 'An operation of a channel failed and nobody looked at its future.');
    return;
  }
  // It is called from no handler: what it throws would end the process.
  try {
    logRejection(hooks.failure(channel, cause), 'A promise of an unhandled-failure hook was rejected');
  } catch (err) {
    getLogger().warn({ err, cause }, 'An unhandled-failure hook threw');
  }
}

function report(channel: Channel, err: Error, text: string): void {
  const fields = { err, channel: String(channel), handlers: channel.pipeline.names() };
  if (isPlainDisconnect(err)) getLogger().debug(fields, text);
  else getLogger().warn(fields, text);
}

function describe(message: unknown): string {
  if (typeof message === 'string')
    return JSON.stringify(message.length > 40 ? `${message.slice(0, 40)}…` : message);
  if (message instanceof Uint8Array) return `${message.constructor.name}(${message.length} bytes)`;
  if (typeof message === 'object' && message !== null) return message.constructor?.name ?? 'object';
  return String(message);
}
