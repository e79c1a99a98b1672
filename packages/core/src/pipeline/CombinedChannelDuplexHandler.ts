import { types } from 'node:util';
import type { ChannelPromise } from '../channel/ChannelFuture.js';
import { IllegalStateException, invalidArgType } from '../util/errors.js';
import { ChannelDuplexHandler, INBOUND, OUTBOUND } from './adapters.js';
import type { AnyChannelHandler, ChannelInboundHandler, ChannelOutboundHandler } from './ChannelHandler.js';
import type { ChannelHandlerContext, Context } from './ChannelHandlerContext.js';
import type { CombinedTypes, Untyped } from './HandlerTypes.js';
import * as m from './mask.js';
import { PartContext } from './PartContext.js';

/**
 * An inbound and an outbound handler as one: each keeps to its own direction, exceptions pass both. Either part can be
 * taken out later. What neither part implements does not visit it. Netty: CombinedChannelDuplexHandler.
 */
export class CombinedChannelDuplexHandler<
  I extends ChannelInboundHandler = ChannelInboundHandler,
  O extends ChannelOutboundHandler = ChannelOutboundHandler,
> extends ChannelDuplexHandler<Untyped, Untyped, Untyped, Untyped, CombinedTypes<I, O>> {
  #inbound: I | undefined;
  #outbound: O | undefined;
  /** The parts in a private stretch of contexts between this handler's neighbours. */
  #inCtx: PartContext | undefined;
  #outCtx: PartContext | undefined;
  /** @internal */
  readonly '~parts': number = 0;

  /** Throws `TypeError` (`ERR_INVALID_ARG_TYPE`) when a part handles the other direction's events. */
  constructor(inbound?: I, outbound?: O) {
    super();
    if (inbound !== undefined && outbound !== undefined) this.init(inbound, outbound);
  }

  /** Sets the parts, for subclasses that make them after `super()`. Throws `IllegalStateException` when set before. */
  protected init(inbound: I, outbound: O): void {
    if (this.#inbound !== undefined) {
      throw new IllegalStateException(
        'init() can not be invoked if CombinedChannelDuplexHandler was constructed with parts.',
      );
    }
    const inboundBits = m.maskOf(inbound as AnyChannelHandler);
    const outboundBits = m.maskOf(outbound as AnyChannelHandler);
    if ((inboundBits & ~m.ALL_INBOUND) !== 0) {
      throw invalidArgType('inboundHandler must not implement ChannelOutboundHandler to get combined.');
    }
    if ((outboundBits & m.ALL_INBOUND & ~m.EXCEPTION_CAUGHT) !== 0) {
      throw invalidArgType('outboundHandler must not implement ChannelInboundHandler to get combined.');
    }
    this.#inbound = inbound;
    this.#outbound = outbound;
    (this as { '~parts': number })['~parts'] = inboundBits | outboundBits;
  }

  /** The inbound part. */
  protected get inboundHandler(): I {
    return this.#inbound as I;
  }
  /** The outbound part. */
  protected get outboundHandler(): O {
    return this.#outbound as O;
  }

  /** Takes the inbound part out: inbound events pass from now on. */
  removeInboundHandler(): void {
    this.#need().inCtx.remove();
  }
  /** Takes the outbound part out: operations pass from now on. */
  removeOutboundHandler(): void {
    this.#need().outCtx.remove();
  }

  #need(): { inCtx: PartContext; outCtx: PartContext } {
    if (this.#inCtx === undefined || this.#outCtx === undefined) {
      throw new IllegalStateException('handler not added to pipeline yet');
    }
    return { inCtx: this.#inCtx, outCtx: this.#outCtx };
  }

  override handlerAdded(ctx: ChannelHandlerContext): unknown {
    if (this.#inbound === undefined || this.#outbound === undefined) {
      throw new IllegalStateException('init() must be invoked before being added to a pipeline');
    }
    const outCtx = new PartContext(ctx, this.#outbound as AnyChannelHandler, null);
    this.#outCtx = outCtx;
    // Exceptions of the inbound part go to the outbound part before they leave.
    this.#inCtx = new PartContext(ctx, this.#inbound as AnyChannelHandler, outCtx);
    const added = [this.#inCtx.add(), outCtx.add()].filter((result) => types.isPromise(result));
    return added.length > 0 ? Promise.all(added) : undefined;
  }

  override handlerRemoved(_ctx: ChannelHandlerContext): unknown {
    this.#inCtx?.remove();
    this.#outCtx?.remove();
    return undefined;
  }

  override exceptionCaught(_ctx: ChannelHandlerContext, cause: Error): unknown {
    return this.#need().inCtx.exception(cause);
  }
  override channelRegistered(ctx: ChannelHandlerContext): unknown {
    return this.#need().inCtx.call('channelRegistered', m.CHANNEL_REGISTERED, () =>
      ctx.fireChannelRegistered(),
    );
  }
  override channelUnregistered(ctx: ChannelHandlerContext): unknown {
    return this.#need().inCtx.call('channelUnregistered', m.CHANNEL_UNREGISTERED, () =>
      ctx.fireChannelUnregistered(),
    );
  }
  override channelActive(ctx: ChannelHandlerContext): unknown {
    return this.#need().inCtx.call('channelActive', m.CHANNEL_ACTIVE, () => ctx.fireChannelActive());
  }
  override channelInactive(ctx: ChannelHandlerContext): unknown {
    return this.#need().inCtx.call('channelInactive', m.CHANNEL_INACTIVE, () => ctx.fireChannelInactive());
  }
  override channelRead(ctx: Context, message: unknown): unknown {
    return this.#need().inCtx.call(
      'channelRead',
      m.CHANNEL_READ,
      () => ctx.fireChannelRead(message),
      message,
    );
  }
  override channelReadComplete(ctx: ChannelHandlerContext): unknown {
    return this.#need().inCtx.call('channelReadComplete', m.CHANNEL_READ_COMPLETE, () =>
      ctx.fireChannelReadComplete(),
    );
  }
  override userEventTriggered(ctx: ChannelHandlerContext, event: unknown): unknown {
    const pass = (): unknown => ctx.fireUserEventTriggered(event);
    return this.#need().inCtx.call('userEventTriggered', m.USER_EVENT_TRIGGERED, pass, event);
  }
  override channelWritabilityChanged(ctx: ChannelHandlerContext): unknown {
    const pass = (): unknown => ctx.fireChannelWritabilityChanged();
    return this.#need().inCtx.call('channelWritabilityChanged', m.CHANNEL_WRITABILITY_CHANGED, pass);
  }

  override bind(ctx: ChannelHandlerContext, local: never, promise: ChannelPromise): unknown {
    return this.#need().outCtx.call('bind', m.BIND, () => ctx.bind(local, promise), local, promise);
  }
  override connect(
    ctx: ChannelHandlerContext,
    remote: never,
    local: never,
    promise: ChannelPromise,
  ): unknown {
    const pass = (): unknown => ctx.connect(remote, local, promise);
    return this.#need().outCtx.call('connect', m.CONNECT, pass, remote, local, promise);
  }
  override disconnect(ctx: ChannelHandlerContext, promise: ChannelPromise): unknown {
    return this.#need().outCtx.call('disconnect', m.DISCONNECT, () => ctx.disconnect(promise), promise);
  }
  override close(ctx: ChannelHandlerContext, promise: ChannelPromise): unknown {
    return this.#need().outCtx.call('close', m.CLOSE, () => ctx.close(promise), promise);
  }
  override deregister(ctx: ChannelHandlerContext, promise: ChannelPromise): unknown {
    return this.#need().outCtx.call('deregister', m.DEREGISTER, () => ctx.deregister(promise), promise);
  }
  override read(ctx: ChannelHandlerContext): unknown {
    return this.#need().outCtx.call('read', m.READ, () => ctx.read());
  }
  override write(ctx: Context, message: unknown, promise: ChannelPromise): unknown {
    return this.#need().outCtx.call('write', m.WRITE, () => ctx.write(message, promise), message, promise);
  }
  override flush(ctx: ChannelHandlerContext): unknown {
    return this.#need().outCtx.call('flush', m.FLUSH, () => ctx.flush());
  }
  static {
    // What visits this handler is what visits its parts, and what a subclass overrides.
    m.skippable(this.prototype, [...INBOUND, ...OUTBOUND, 'exceptionCaught']);
  }
}
