import { ChannelDuplexHandler } from '../pipeline/adapters.js';
import type { ChannelInboundHandler, ChannelOutboundHandler } from '../pipeline/ChannelHandler.js';
import type { HandlerTypes, Pass, Passing, Typed } from '../pipeline/HandlerTypes.js';
import type { SharableHandler } from './flows.js';

/**
 * Base of handlers that watch, count, log or time but leave each message as it is, both ways; on their own account they
 * may write `Write` (a heartbeat). A message is `Passing` to them: they can hand it on and cannot put another in its
 * place. A `ChannelDuplexHandler`; what is not overridden costs nothing.
 */
export abstract class PassThroughHandler<Write = never> extends ChannelDuplexHandler<
  Passing,
  Passing,
  Passing,
  Passing | Write,
  HandlerTypes<Pass, Pass, Write>
> {}

/** The callbacks of `passThrough`: both directions, messages only to hand on. */
export type PassThroughCallbacks<Write = never> = Omit<
  ChannelInboundHandler<Passing, Passing, Passing | Write>,
  '~types'
> &
  Omit<ChannelOutboundHandler<Passing, Passing | Write>, '~types'>;

/** A plain object that leaves messages as they are, as `passThrough` gives it. */
export type TypedPassThrough<Write = never> = PassThroughCallbacks<Write> &
  Required<Typed<HandlerTypes<Pass, Pass, Write>>>;

/**
 * Types a plain object as a handler that leaves each message as it is: `passThrough({ channelActive(ctx) { … } })`.
 * With `isSharable: true` the result is typed as sharable.
 */
export function passThrough<Write = never>(
  callbacks: PassThroughCallbacks<Write> & SharableHandler,
): TypedPassThrough<Write> & SharableHandler;
export function passThrough<Write = never>(callbacks: PassThroughCallbacks<Write>): TypedPassThrough<Write>;
export function passThrough(callbacks: object): never {
  return callbacks as never;
}
