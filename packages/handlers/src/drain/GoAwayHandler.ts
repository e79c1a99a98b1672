import {
  ChannelHandlerAdapter,
  type ChannelHandlerContext,
  type HandlerTypes,
  type Pass,
  type Typed,
  type Untyped,
} from '@sluice/core';
import type { ReconnectAfterEvent } from '../reconnect/ReconnectAfter.js';

/** What a message asks of the client; `undefined`: it is no go-away message. */
export type ReadGoAway = (message: Untyped) => ReconnectAfterEvent | undefined;

/**
 * The client's side of a drain: takes the server's go-away message and fires it as a `ReconnectAfterEvent` through the
 * whole pipeline, so that a `ReconnectingClient` moves and business handlers stop sending. Stands behind the codec.
 */
export class GoAwayHandler extends ChannelHandlerAdapter implements Typed<HandlerTypes<Pass, Pass, never>> {
  declare readonly '~types': HandlerTypes<Pass, Pass, never>;
  readonly #read: ReadGoAway;
  #taken = false;
  #passed = false;

  /** `read` knows the protocol's go-away message. */
  constructor(read: ReadGoAway) {
    super();
    this.#read = read;
  }

  channelRead(ctx: ChannelHandlerContext, message: unknown): unknown {
    const event = this.#read(message);
    if (event === undefined) {
      this.#passed = true;
      ctx.fireChannelRead(message);
    } else {
      this.#taken = true;
      ctx.channel.pipeline.fireUserEventTriggered(event);
    }
    return undefined;
  }

  channelReadComplete(ctx: ChannelHandlerContext): unknown {
    // Nobody behind asks for more after a message that did not get there.
    const isHungry = this.#taken && !this.#passed && !ctx.channel.config.autoRead;
    this.#taken = this.#passed = false;
    ctx.fireChannelReadComplete();
    if (isHungry) ctx.read();
    return undefined;
  }
}
