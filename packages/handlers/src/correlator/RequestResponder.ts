import {
  type Channel,
  ChannelHandlerAdapter,
  type ChannelHandlerContext,
  type ChannelPromise,
  ConfigException,
  type HandlerTypes,
  type Pass,
  type Typed,
  type Untyped,
} from '@sluice/core';
import { CloseClues } from '../close/CloseClues.js';
import { DRAIN } from '../drain/DrainHandler.js';
import { ConnectionLostException, TooManyRequestsException } from './errors.js';
import { Idle } from './Idle.js';

/** A request that is being worked on. */
export class RequestCall<Id = unknown> {
  /** Of the request. */
  readonly id: Id;
  /** Where it came from. */
  readonly channel: Channel;
  #controller: AbortController | undefined;
  #cause: Error | undefined;

  /** Made by `RequestResponder`; by tests too. */
  constructor(channel: Channel, id: Id) {
    this.channel = channel;
    this.id = id;
  }

  /** Aborted when nobody waits for the response any more: the peer cancelled the request, or the connection ended. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#cause !== undefined) this.#controller.abort(this.#cause);
    return this.#controller.signal;
  }

  /** @internal */
  abort(cause: Error): void {
    this.#cause ??= cause;
    this.#controller?.abort(cause);
  }
}

/** What requests and responses look like, and who answers. */
export interface RequestResponderOptions<Request, Response, Id> {
  /** The id of a request; `undefined`: it is none and is handed on. */
  readonly idOf: (request: Request) => Id | undefined;
  /** Which messages are requests (default: all). Others are handed on. */
  readonly isRequest?: (message: unknown) => boolean;
  /** Puts the request's id into its response. Returns the message to write, or nothing if that is the response itself. */
  readonly assignId: (response: Response, id: Id) => unknown;
  /** Answers: now, or with a promise. Nothing is sent for `undefined` (a one-way request). */
  readonly handle: (
    request: Request,
    call: RequestCall<Id>,
  ) => Response | undefined | PromiseLike<Response | undefined>;
  /**
   * The response that tells of an error: of `handle`, or a `TooManyRequestsException`. Default: none; the error is fired
   * through the pipeline instead, and the peer waits for its time limit.
   */
  readonly onError?: (error: Error, request: Request) => Response | undefined;
  /** The id of the request that this message cancels, if it is such a message; it is not handed on then. */
  readonly cancels?: (message: unknown) => Id | undefined;
  /** Requests of this connection that may be worked on at a time (default: no limit). */
  readonly maxConcurrent?: number;
}

/**
 * Answers requests, each when its answer is ready, in whatever order: the other side of a `RequestCorrelator`. Put it
 * behind the codec and the heartbeat. Answers that are ready after the connection has ended are dropped. A `DrainHandler` of
 * the channel waits for the calls under way.
 *
 * It works for one connection: use a new instance for each channel.
 */
export class RequestResponder<Request = Untyped, Response = Untyped, Id = number>
  extends ChannelHandlerAdapter
  implements Typed<HandlerTypes<Pass, Pass, Response>>
{
  declare readonly '~types': HandlerTypes<Pass, Pass, Response>;
  readonly #options: RequestResponderOptions<Request, Response, Id>;
  readonly #maxConcurrent: number;
  readonly #calls = new Map<Id, RequestCall<Id>>();
  readonly #idle = new Idle();
  readonly #clues = new CloseClues();
  #running = 0;

  /** @throws ConfigException for unusable options */
  constructor(options: RequestResponderOptions<Request, Response, Id>) {
    super();
    const { maxConcurrent = Number.POSITIVE_INFINITY } = options;
    if (!(maxConcurrent >= 1))
      throw new ConfigException(`maxConcurrent: ${maxConcurrent} (expected: 1 or more)`);
    this.#options = options;
    this.#maxConcurrent = maxConcurrent;
  }

  /** Requests that are worked on. */
  get pending(): number {
    return this.#running;
  }

  /** Resolves when no request is worked on: a server that drains waits for it before it closes. */
  idle(): Promise<void> {
    return this.#idle.wait(this.#running);
  }

  channelRead(ctx: ChannelHandlerContext, message: unknown): unknown {
    const { cancels, isRequest, idOf } = this.#options;
    const cancelled = cancels?.(message);
    if (cancelled !== undefined) {
      this.#calls.get(cancelled)?.abort(new DOMException('The peer cancelled the request', 'AbortError'));
      return undefined;
    }
    if (isRequest === undefined || isRequest(message)) {
      const id = idOf(message as Request);
      if (id !== undefined) {
        void this.#call(ctx, message as Request, id);
        return undefined;
      }
    }
    ctx.fireChannelRead(message);
    return undefined;
  }

  override exceptionCaught(ctx: ChannelHandlerContext, cause: Error): unknown {
    this.#clues.error ??= cause;
    ctx.fireExceptionCaught(cause);
    return undefined;
  }

  close(ctx: ChannelHandlerContext, promise: ChannelPromise): unknown {
    this.#clues.closedHere = true;
    ctx.close(promise);
    return undefined;
  }

  channelInactive(ctx: ChannelHandlerContext): unknown {
    if (this.#calls.size > 0) {
      const reason = this.#clues.settle(ctx.channel);
      const text = `The connection ${String(ctx.channel)} ended before the response: ${String(reason)}`;
      const cause = new ConnectionLostException(text, reason, false);
      for (const call of this.#calls.values()) call.abort(cause);
    }
    ctx.fireChannelInactive();
    return undefined;
  }

  async #call(ctx: ChannelHandlerContext, request: Request, id: Id): Promise<void> {
    const call = new RequestCall(ctx.channel, id);
    const { handle, onError } = this.#options;
    const draining = ctx.attr(DRAIN).get();
    draining?.busy();
    let response: Response | undefined;
    this.#running++;
    this.#calls.set(id, call);
    try {
      try {
        if (this.#running > this.#maxConcurrent) throw this.#tooMany(ctx);
        const answer = handle(request, call);
        response = isPromiseLike(answer) ? await answer : answer;
      } catch (error) {
        if (onError === undefined) throw error;
        response = onError(error as Error, request);
      }
      if (response !== undefined && ctx.channel.isActive)
        ctx.writeAndFlush(this.#options.assignId(response, id) ?? response);
    } catch (error) {
      if (ctx.channel.isActive) ctx.fireExceptionCaught(error as Error);
    } finally {
      if (this.#calls.get(id) === call) this.#calls.delete(id);
      draining?.done();
      if (--this.#running === 0) this.#idle.reached();
    }
  }

  #tooMany(ctx: ChannelHandlerContext): TooManyRequestsException {
    return new TooManyRequestsException(
      `${this.#maxConcurrent} requests (maxConcurrent) of ${String(ctx.channel)} are being worked on already`,
    );
  }
}

function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function';
}
