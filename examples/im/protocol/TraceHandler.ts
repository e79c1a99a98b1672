import {
  type ChannelHandlerContext,
  type ChannelPromise,
  type Passing,
  PassThroughHandler,
} from '@sluice/core';
import type { ImMessage } from './messages.js';

/** Tells every message that passes, heartbeats included, if there is anybody to tell. */
export class TraceHandler extends PassThroughHandler {
  readonly #trace: ((text: string) => void) | undefined;

  constructor(trace: ((text: string) => void) | undefined) {
    super();
    this.#trace = trace;
  }

  override channelRead(ctx: ChannelHandlerContext<Passing, Passing>, message: Passing): void {
    this.#trace?.(`← ${describe(message)}`);
    ctx.fireChannelRead(message);
  }

  override write(
    ctx: ChannelHandlerContext<Passing, Passing>,
    message: Passing,
    promise: ChannelPromise,
  ): void {
    this.#trace?.(`→ ${describe(message)}`);
    ctx.write(message, promise);
  }
}

function describe(message: unknown): string {
  const { kind, ...fields } = message as ImMessage;
  return `${kind} ${JSON.stringify(fields)}`;
}
