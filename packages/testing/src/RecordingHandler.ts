import {
  type AnyChannelHandler,
  ChannelDuplexHandler,
  type ChannelHandlerContext,
  type ChannelPromise,
} from '@sluice/core';

/** One event or operation that passed: its name and, where there is one, its argument. */
export type RecordedEvent = readonly [event: string, argument?: unknown];

/**
 * Notes every event and operation that passes, in order, and passes it on. Put it where you want to look:
 *
 * ```ts
 * const recorder = new RecordingHandler();
 * const channel = new EmbeddedChannel(new MyDecoder(), recorder);
 * channel.writeInbound(bytes);
 * expect(recorder.named('channelRead')).toEqual([['channelRead', 'message']]);
 * ```
 */
export class RecordingHandler extends ChannelDuplexHandler implements AnyChannelHandler {
  readonly events: RecordedEvent[] = [];

  /** The events of one name. */
  named(event: string): RecordedEvent[] {
    return this.events.filter(([name]) => name === event);
  }
  /** The names alone. */
  get names(): string[] {
    return this.events.map(([name]) => name);
  }
  /** Forgets everything and returns it. */
  take(): RecordedEvent[] {
    return this.events.splice(0);
  }

  override handlerAdded(ctx: ChannelHandlerContext): unknown {
    this.events.push(['handlerAdded']);
    return super.handlerAdded(ctx);
  }
  override handlerRemoved(ctx: ChannelHandlerContext): unknown {
    this.events.push(['handlerRemoved']);
    return super.handlerRemoved(ctx);
  }
  override channelRegistered(ctx: ChannelHandlerContext): unknown {
    this.events.push(['channelRegistered']);
    return super.channelRegistered(ctx);
  }
  override channelUnregistered(ctx: ChannelHandlerContext): unknown {
    this.events.push(['channelUnregistered']);
    return super.channelUnregistered(ctx);
  }
  override channelActive(ctx: ChannelHandlerContext): unknown {
    this.events.push(['channelActive']);
    return super.channelActive(ctx);
  }
  override channelInactive(ctx: ChannelHandlerContext): unknown {
    this.events.push(['channelInactive']);
    return super.channelInactive(ctx);
  }
  override channelRead(ctx: ChannelHandlerContext, message: unknown): unknown {
    this.events.push(['channelRead', message]);
    return super.channelRead(ctx, message);
  }
  override channelReadComplete(ctx: ChannelHandlerContext): unknown {
    this.events.push(['channelReadComplete']);
    return super.channelReadComplete(ctx);
  }
  override userEventTriggered(ctx: ChannelHandlerContext, event: unknown): unknown {
    this.events.push(['userEventTriggered', event]);
    return super.userEventTriggered(ctx, event);
  }
  override channelWritabilityChanged(ctx: ChannelHandlerContext): unknown {
    this.events.push(['channelWritabilityChanged', ctx.channel.isWritable]);
    return super.channelWritabilityChanged(ctx);
  }
  override exceptionCaught(ctx: ChannelHandlerContext, cause: Error): unknown {
    this.events.push(['exceptionCaught', cause]);
    return super.exceptionCaught(ctx, cause);
  }
  override disconnect(ctx: ChannelHandlerContext, promise: ChannelPromise): unknown {
    this.events.push(['disconnect']);
    return super.disconnect(ctx, promise);
  }
  override close(ctx: ChannelHandlerContext, promise: ChannelPromise): unknown {
    this.events.push(['close']);
    return super.close(ctx, promise);
  }
  override deregister(ctx: ChannelHandlerContext, promise: ChannelPromise): unknown {
    this.events.push(['deregister']);
    return super.deregister(ctx, promise);
  }
  override read(ctx: ChannelHandlerContext): unknown {
    this.events.push(['read']);
    return super.read(ctx);
  }
  override write(ctx: ChannelHandlerContext, message: unknown, promise: ChannelPromise): unknown {
    this.events.push(['write', message]);
    return super.write(ctx, message, promise);
  }
  override flush(ctx: ChannelHandlerContext): unknown {
    this.events.push(['flush']);
    return super.flush(ctx);
  }
}
