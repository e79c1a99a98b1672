import {
  ChannelDuplexHandler,
  type ChannelHandlerContext,
  ChannelInboundHandlerAdapter,
  ChannelOutboundHandlerAdapter,
  type ChannelPromise,
} from '@sluice/core';
import type { Script } from './pipeline.script.js';

// The class names are part of the recording (`InH#0`), and every callback is overridden: none is skipped.

type Ctx = ChannelHandlerContext;

/** Runs a script for each inbound event. */
export class InH extends ChannelInboundHandlerAdapter {
  readonly #script: Script;
  readonly #sharable: boolean;
  constructor(script: Script, sharable: boolean) {
    super();
    this.#script = script;
    this.#sharable = sharable;
  }
  override get isSharable(): boolean {
    return this.#sharable;
  }
  override channelRegistered(ctx: Ctx): void {
    this.#script.run('channelRegistered', ctx);
  }
  override channelUnregistered(ctx: Ctx): void {
    this.#script.run('channelUnregistered', ctx);
  }
  override channelActive(ctx: Ctx): void {
    this.#script.run('channelActive', ctx);
  }
  override channelInactive(ctx: Ctx): void {
    this.#script.run('channelInactive', ctx);
  }
  override channelRead(ctx: Ctx, message: unknown): void {
    this.#script.run('channelRead', ctx, message);
  }
  override channelReadComplete(ctx: Ctx): void {
    this.#script.run('channelReadComplete', ctx);
  }
  override userEventTriggered(ctx: Ctx, event: unknown): void {
    this.#script.run('userEventTriggered', ctx, event);
  }
  override channelWritabilityChanged(ctx: Ctx): void {
    this.#script.run('channelWritabilityChanged', ctx);
  }
  override exceptionCaught(ctx: Ctx, cause: Error): void {
    this.#script.run('exceptionCaught', ctx, cause);
  }
  override handlerAdded(ctx: Ctx): void {
    this.#script.run('handlerAdded', ctx);
  }
  override handlerRemoved(ctx: Ctx): void {
    this.#script.run('handlerRemoved', ctx);
  }
}

/** Runs a script for each operation, and for exceptions. */
export class OutH extends ChannelOutboundHandlerAdapter {
  readonly #script: Script;
  readonly #sharable: boolean;
  constructor(script: Script, sharable: boolean) {
    super();
    this.#script = script;
    this.#sharable = sharable;
  }
  override get isSharable(): boolean {
    return this.#sharable;
  }
  override write(ctx: Ctx, message: unknown, promise: ChannelPromise): void {
    this.#script.run('write', ctx, message, promise);
  }
  override flush(ctx: Ctx): void {
    this.#script.run('flush', ctx);
  }
  override read(ctx: Ctx): void {
    this.#script.run('read', ctx);
  }
  override close(ctx: Ctx, promise: ChannelPromise): void {
    this.#script.run('close', ctx, undefined, promise);
  }
  override disconnect(ctx: Ctx, promise: ChannelPromise): void {
    this.#script.run('disconnect', ctx, undefined, promise);
  }
  override deregister(ctx: Ctx, promise: ChannelPromise): void {
    this.#script.run('deregister', ctx, undefined, promise);
  }
  override exceptionCaught(ctx: Ctx, cause: Error): void {
    this.#script.run('exceptionCaught', ctx, cause);
  }
  override handlerAdded(ctx: Ctx): void {
    this.#script.run('handlerAdded', ctx);
  }
  override handlerRemoved(ctx: Ctx): void {
    this.#script.run('handlerRemoved', ctx);
  }
}

/** Runs a script for everything. */
export class DupH extends ChannelDuplexHandler {
  readonly #script: Script;
  readonly #sharable: boolean;
  constructor(script: Script, sharable: boolean) {
    super();
    this.#script = script;
    this.#sharable = sharable;
  }
  override get isSharable(): boolean {
    return this.#sharable;
  }
  override channelRegistered(ctx: Ctx): void {
    this.#script.run('channelRegistered', ctx);
  }
  override channelUnregistered(ctx: Ctx): void {
    this.#script.run('channelUnregistered', ctx);
  }
  override channelActive(ctx: Ctx): void {
    this.#script.run('channelActive', ctx);
  }
  override channelInactive(ctx: Ctx): void {
    this.#script.run('channelInactive', ctx);
  }
  override channelRead(ctx: Ctx, message: unknown): void {
    this.#script.run('channelRead', ctx, message);
  }
  override channelReadComplete(ctx: Ctx): void {
    this.#script.run('channelReadComplete', ctx);
  }
  override userEventTriggered(ctx: Ctx, event: unknown): void {
    this.#script.run('userEventTriggered', ctx, event);
  }
  override channelWritabilityChanged(ctx: Ctx): void {
    this.#script.run('channelWritabilityChanged', ctx);
  }
  override exceptionCaught(ctx: Ctx, cause: Error): void {
    this.#script.run('exceptionCaught', ctx, cause);
  }
  override write(ctx: Ctx, message: unknown, promise: ChannelPromise): void {
    this.#script.run('write', ctx, message, promise);
  }
  override flush(ctx: Ctx): void {
    this.#script.run('flush', ctx);
  }
  override read(ctx: Ctx): void {
    this.#script.run('read', ctx);
  }
  override close(ctx: Ctx, promise: ChannelPromise): void {
    this.#script.run('close', ctx, undefined, promise);
  }
  override disconnect(ctx: Ctx, promise: ChannelPromise): void {
    this.#script.run('disconnect', ctx, undefined, promise);
  }
  override deregister(ctx: Ctx, promise: ChannelPromise): void {
    this.#script.run('deregister', ctx, undefined, promise);
  }
  override handlerAdded(ctx: Ctx): void {
    this.#script.run('handlerAdded', ctx);
  }
  override handlerRemoved(ctx: Ctx): void {
    this.#script.run('handlerRemoved', ctx);
  }
}

export type Scripted = InH | OutH | DupH;
