import { types } from 'node:util';
import type { ChannelPromise } from '../channel/ChannelFuture.js';
import { DefaultChannelPromise } from '../channel/DefaultChannelPromise.js';
import { toError } from '../util/errors.js';
import { type Context, exceptionCaughtFailed } from './ChannelHandlerContext.js';
import { unobservedFailure } from './UnhandledHooks.js';

/** A native promise, as an `async` callback returns; a future of ours is the handler's own business. */
function asPromise(result: unknown): Promise<unknown> | undefined {
  if (typeof result !== 'object' || result === null || result instanceof DefaultChannelPromise)
    return undefined;
  return types.isPromise(result) ? result : undefined;
}

/**
 * An inbound callback (or `read`, `flush`) returned something. If it was `async` and rejects, the same handler's
 * `exceptionCaught` hears of it; if that was what rejected (`handling` is given), the error is logged.
 */
export function observeInbound(ctx: Context, result: unknown, handling?: Error): void {
  asPromise(result)?.catch((thrown: unknown) => {
    if (handling !== undefined) exceptionCaughtFailed(thrown, handling);
    else if (ctx.isRemoved) unobservedFailure(ctx.channel, toError(thrown));
    else ctx.invokeExceptionCaught(toError(thrown));
  });
}

/** An outbound callback with a promise returned something: a rejection fails that promise. */
export function observeOutbound(ctx: Context, result: unknown, promise: ChannelPromise): void {
  asPromise(result)?.catch((thrown: unknown) => {
    const cause = toError(thrown);
    if (!promise.tryFailure(cause)) unobservedFailure(ctx.channel, cause);
  });
}

/** `handlerAdded` or `handlerRemoved` returned something: a rejection is treated as a throw would be. */
export function observeLifecycle(result: unknown, onFailure: (thrown: unknown) => void): void {
  asPromise(result)?.catch(onFailure);
}
