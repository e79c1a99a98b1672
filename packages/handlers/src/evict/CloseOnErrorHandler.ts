import { DecoderException, MessageAggregationException } from '@sluice/codec';
import {
  ChannelHandlerAdapter,
  type ChannelHandlerContext,
  getLogger,
  type HandlerTypes,
  type Pass,
  type Typed,
} from '@sluice/core';
import { systemKindOf } from '../close/CloseClues.js';
import { closeBecause } from '../close/CloseReason.js';

/** What a {@link CloseOnErrorHandler} does besides closing. */
export interface CloseOnErrorOptions {
  /** One line for each channel it closes, at this level of the logger (`setLogger`). Default: none. */
  readonly log?: 'debug' | 'info' | 'warn';
  /** Further errors that are the peer's fault, besides those of decoders. */
  readonly isProtocolError?: (error: Error) => boolean;
}

/**
 * Closes the channel at the first error that no other handler took, at once and without an answer: bytes that are not of the
 * protocol, a length that is negative or too large, as `protocol`; an error of the system as what it is (`reset` …); any
 * other one as `error`. The error is the cause in `CLOSE_REASON`. Stands last. Sharable.
 *
 * What was written before goes out; what the peer sent behind the error is not looked at.
 */
export class CloseOnErrorHandler
  extends ChannelHandlerAdapter
  implements Typed<HandlerTypes<Pass, Pass, never>>
{
  declare readonly '~types': HandlerTypes<Pass, Pass, never>;
  readonly #options: CloseOnErrorOptions;

  /** Without options it logs nothing. */
  constructor(options: CloseOnErrorOptions = {}) {
    super();
    this.#options = options;
  }

  override get isSharable(): true {
    return true;
  }

  override exceptionCaught(ctx: ChannelHandlerContext, cause: Error): unknown {
    // Closed already: further errors are a consequence.
    if (!ctx.channel.isOpen) return undefined;
    const { isProtocolError, log } = this.#options;
    const isProtocol =
      cause instanceof DecoderException ||
      cause instanceof MessageAggregationException ||
      isProtocolError?.(cause) === true;
    const kind = isProtocol ? 'protocol' : (systemKindOf(cause) ?? 'error');
    closeBecause(ctx, kind, cause);
    if (log !== undefined) {
      getLogger()[log]({ err: cause }, `${String(ctx.channel)} is closed (${kind}): ${cause.message}`);
    }
    return undefined;
  }
}
