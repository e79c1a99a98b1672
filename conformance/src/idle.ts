import { ByteBuf, EmbeddedChannel, type OutboundBuffer } from '@sluice/core';
import { IdleStateEvent, IdleStateHandler, ReadTimeoutHandler } from '@sluice/handlers';
import type { RecordedCase, Suite } from './harness.js';

/** What is done to the channel, in order. */
type IdleOp =
  | { readonly op: 'advance'; readonly ms: number }
  | { readonly op: 'write'; readonly size: number }
  | { readonly op: 'writeAndFlush'; readonly size: number; readonly quota: number }
  | { readonly op: 'flush'; readonly quota: number }
  | { readonly op: 'writeInbound' | 'fireRead' | 'fireReadComplete' | 'close' | 'remove' };

interface IdleInput {
  readonly handler: 'IdleStateHandler' | 'ReadTimeoutHandler';
  readonly observeOutput: boolean;
  readonly readerIdleMs: number;
  readonly writerIdleMs: number;
  readonly allIdleMs: number;
  readonly ops: readonly IdleOp[];
}

interface IdleExpected {
  /** `[ms, state, isFirst]`, `[ms, 'exc', type]`, `[ms, 'inactive']`. */
  readonly events: readonly (readonly unknown[])[];
  /** Timers still set at the end. */
  readonly timersLeft: number;
  readonly open: boolean;
}

export type IdleCase = RecordedCase<IdleInput, IdleExpected>;

/** Takes `quota` bytes and no more, as a socket whose peer reads slowly; the rest stays in the outbound buffer. */
class SlowChannel extends EmbeddedChannel {
  quota = 0;

  protected override doWrite(buffer: OutboundBuffer): void {
    for (let message = buffer.current; message !== null; message = buffer.current) {
      const size = (message as ByteBuf).readableBytes;
      if (size === 0) {
        buffer.remove();
        continue;
      }
      if (this.quota <= 0) return;
      const taken = Math.min(size, this.quota);
      this.quota -= taken;
      buffer.removeBytes(taken);
    }
  }
}

/** Netty has a timer for each of the three times, we have one for all: only "none left" can be compared. */
function countTimers(expected: IdleExpected): IdleExpected {
  return { ...expected, timersLeft: Math.min(1, expected.timersLeft) };
}

function run({ input }: IdleCase): IdleExpected {
  const channel = new SlowChannel({ register: false, handlers: [] });
  channel.freezeTime();
  const start = channel.eventLoop.now;
  const events: unknown[][] = [];
  const note = (...what: unknown[]): void => {
    events.push([Math.round(channel.eventLoop.now - start), ...what]);
  };
  channel.pipeline.addLast('idle', handlerOf(input));
  channel.pipeline.addLast('tail', {
    userEventTriggered(_ctx, event) {
      if (event instanceof IdleStateEvent) note(event.state, event.isFirst);
    },
    exceptionCaught: (_ctx, cause) => note('exc', cause.name),
    channelInactive: () => note('inactive'),
    channelRead() {},
  });
  channel.register();
  for (const op of input.ops) {
    perform(channel, op);
    channel.runPendingTasks();
  }
  const timersLeft = Math.min(1, channel.eventLoop.scheduledTasks);
  const outcome = { events: [...events], timersLeft, open: channel.isOpen };
  channel.quota = Number.MAX_SAFE_INTEGER;
  channel.finishAndReleaseAll();
  return outcome;
}

function handlerOf(input: IdleInput): IdleStateHandler {
  if (input.handler === 'ReadTimeoutHandler') return new ReadTimeoutHandler(input.readerIdleMs);
  return new IdleStateHandler({
    readerIdle: input.readerIdleMs,
    writerIdle: input.writerIdleMs,
    allIdle: input.allIdleMs,
    observeOutput: input.observeOutput,
  });
}

function perform(channel: SlowChannel, op: IdleOp): void {
  switch (op.op) {
    case 'advance':
      return channel.elapse(op.ms);
    case 'writeInbound':
      if (channel.isOpen) channel.writeInbound('x');
      return;
    case 'fireRead':
      return void channel.pipeline.fireChannelRead('x');
    case 'fireReadComplete':
      return void channel.pipeline.fireChannelReadComplete();
    case 'write':
      return unwatched(channel.write(zeroes(op.size)));
    case 'writeAndFlush':
      channel.quota = op.quota;
      return unwatched(channel.writeAndFlush(zeroes(op.size)));
    case 'flush':
      channel.quota = op.quota;
      return void channel.flush();
    case 'close':
      channel.quota = 0;
      return void channel.close();
    case 'remove':
      if (channel.pipeline.get('idle') !== null) channel.pipeline.remove('idle');
      return;
  }
}

/** Writes to a closed channel fail, as they should. */
function unwatched(future: { addListener(listener: () => void): unknown }): void {
  future.addListener(() => {});
}

function zeroes(size: number): ByteBuf {
  return ByteBuf.wrap(Buffer.alloc(size));
}

/** Idle and read-timeout handlers in virtual time. */
export const idleSuite: Suite<IdleCase> = {
  kinds: ['idle'],
  ops: [
    'advance',
    'write',
    'writeAndFlush',
    'flush',
    'writeInbound',
    'fireRead',
    'fireReadComplete',
    'close',
    'remove',
  ],
  run,
  prepare: countTimers,
};
