import { types } from 'node:util';
import type { Channel } from '../channel/Channel.js';
import { isStackOverflow, toError } from '../util/errors.js';
import { getLogger } from '../util/logger.js';
import type { AnyChannelHandler } from './ChannelHandler.js';
import type { ChannelHandlerContext } from './ChannelHandlerContext.js';
import { ChannelPipelineException } from './errors.js';

/** Why channels could not be set up: what closed them, for the bootstrap that waits for them. */
const failures = new WeakMap<Channel, Error>();

/** What the initializer of `channel` threw, if it did. */
export function initFailureOf(channel: Channel): Error | undefined {
  return failures.get(channel);
}

/**
 * Fills the pipeline of a channel when that is registered, then removes itself; its handlers stand where it stood.
 * If `initChannel` throws, the channel is closed. One instance may serve many channels. Netty: ChannelInitializer.
 */
export abstract class ChannelInitializer<C extends Channel = Channel> implements AnyChannelHandler {
  /** Contexts whose channel is being or has been set up, so that nothing is set up twice. */
  readonly #seen = new Set<ChannelHandlerContext>();

  /** Always: one initializer serves many channels. */
  get isSharable(): boolean {
    return true;
  }

  /** Adds the handlers. Synchronous: the channel begins to read right after. */
  protected abstract initChannel(channel: C): undefined | void;

  /** `init` as an initializer. */
  static of<C extends Channel = Channel>(init: (channel: C) => void): ChannelInitializer<C> {
    return new FunctionInitializer<C>(init);
  }

  handlerAdded(ctx: ChannelHandlerContext): void {
    if (ctx.channel.isRegistered && this.#init(ctx)) this.#forget(ctx);
  }

  channelRegistered(ctx: ChannelHandlerContext): void {
    if (this.#init(ctx)) {
      // The new handlers have not seen the event yet.
      ctx.pipeline.fireChannelRegistered();
      this.#forget(ctx);
    } else ctx.fireChannelRegistered();
  }

  handlerRemoved(ctx: ChannelHandlerContext): void {
    this.#seen.delete(ctx);
  }

  exceptionCaught(ctx: ChannelHandlerContext, cause: Error): void {
    getLogger().warn({ err: cause, channel: String(ctx.channel) }, 'Failed to initialize a channel. Closing');
    ctx.close();
  }

  #init(ctx: ChannelHandlerContext): boolean {
    if (this.#seen.has(ctx)) return false;
    this.#seen.add(ctx);
    try {
      const result: unknown = this.initChannel(ctx.channel as C);
      if (types.isPromise(result)) {
        result.catch(() => {});
        throw new ChannelPipelineException(
          'initChannel() must be synchronous, but it returned a promise: data may arrive before its handlers are ' +
            'there. Do what needs waiting before the bootstrap, or in handlerAdded() with autoRead off.',
        );
      }
    } catch (thrown) {
      const error = toError(thrown);
      failures.set(ctx.channel, error);
      if (isStackOverflow(error)) throw error;
      this.exceptionCaught(ctx, error);
    } finally {
      // By name: the same initializer may stand in the pipeline more than once.
      if (!ctx.isRemoved) ctx.pipeline.remove(ctx.name);
    }
    return true;
  }

  #forget(ctx: ChannelHandlerContext): void {
    if (ctx.isRemoved) this.#seen.delete(ctx);
    else ctx.eventLoop.execute(() => this.#seen.delete(ctx));
  }
}

class FunctionInitializer<C extends Channel> extends ChannelInitializer<C> {
  constructor(readonly init: (channel: C) => void) {
    super();
  }
  protected override initChannel(channel: C): void {
    return this.init(channel);
  }
}
