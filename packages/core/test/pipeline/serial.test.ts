import {
  type ChannelHandlerContext,
  ChannelInboundHandlerAdapter,
  EmbeddedChannel,
  serial,
} from '@sluice/core';
import * as m from '../../src/pipeline/mask.js';
import { maskOf } from '../../src/pipeline/mask.js';
import { Trace, ticksLater } from './tracing.js';

const boom = new Error('boom');

/** A handler whose messages are done when the test says so. */
class Slow extends ChannelInboundHandlerAdapter<string, string> {
  readonly seen: string[] = [];
  readonly #waiting: { resolve(): void; reject(error: Error): void }[] = [];

  override async channelRead(ctx: ChannelHandlerContext<string>, message: string): Promise<void> {
    this.seen.push(`begin ${message}`);
    await new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.seen.push(`end ${message}`);
    ctx.fireChannelRead(`done ${message}`);
  }
  override channelReadComplete(ctx: ChannelHandlerContext): void {
    this.seen.push('complete');
    ctx.fireChannelReadComplete();
  }
  override userEventTriggered(ctx: ChannelHandlerContext, event: unknown): void {
    this.seen.push(`event ${event}`);
    ctx.fireUserEventTriggered(event);
  }
  override channelInactive(ctx: ChannelHandlerContext): void {
    this.seen.push('inactive');
    ctx.fireChannelInactive();
  }
  override handlerRemoved(): void {
    this.seen.push('removed');
  }

  async finishOne(error?: Error): Promise<void> {
    const { resolve, reject } = this.#waiting.shift() as { resolve(): void; reject(error: Error): void };
    if (error === undefined) resolve();
    else reject(error);
    await ticksLater();
  }
}

let slow: Slow;
let channel: EmbeddedChannel;
let reads: number;
beforeEach(() => {
  slow = new Slow();
  reads = 0;
  channel = new EmbeddedChannel(
    {
      read(ctx) {
        reads++;
        ctx.read();
      },
    },
    serial(slow),
  );
  reads = 0;
});
afterEach(() => channel.finishAndReleaseAll());

test('messages come one at a time and in order, events keep their place behind them', async () => {
  channel.pipeline
    .fireChannelRead('a')
    .fireChannelRead('b')
    .fireUserEventTriggered('u')
    .fireChannelReadComplete();
  expect(slow.seen.splice(0)).toEqual(['begin a']);
  await slow.finishOne();
  expect(slow.seen.splice(0)).toEqual(['end a', 'begin b']);
  await slow.finishOne();
  expect(slow.seen).toEqual(['end b', 'event u', 'complete']);
  expect(channel.inboundMessages.splice(0)).toEqual(['done a', 'done b']);
});

test('the channel does not read while a message is being handled', async () => {
  channel.writeInbound('a', 'b');
  expect(reads).toBe(0);
  await slow.finishOne();
  expect(reads).toBe(0);
  await slow.finishOne();
  expect([channel.config.autoRead, reads]).toEqual([true, 1]);
});

test('a channel that its user reads by hand reads no more than it was told to', async () => {
  channel.config.autoRead = false;
  channel.writeInbound('a');
  await slow.finishOne();
  expect([channel.config.autoRead, reads]).toEqual([false, 0]);
  channel.writeInbound('b');
  channel.read();
  channel.read();
  expect(reads).toBe(0);
  await slow.finishOne();
  expect([channel.config.autoRead, reads]).toEqual([false, 1]);
  channel.read();
  expect(reads).toBe(2);
});

test('a message that fails goes to exceptionCaught, and the next has its turn', async () => {
  channel.pipeline.fireChannelRead('a').fireChannelRead('b');
  await slow.finishOne(boom);
  expect(() => channel.checkException()).toThrow(boom);
  expect(slow.seen).toEqual(['begin a', 'begin b']);
  await slow.finishOne();
  expect(channel.inboundMessages.splice(0)).toEqual(['done b']);
});

test('what throws or returns at once waits for nothing', () => {
  const trace = new Trace();
  const quick = new EmbeddedChannel(
    serial({
      channelRead(_ctx, message) {
        trace.note('read', message);
        if (message === 'bad') throw boom;
      },
      exceptionCaught: (_ctx, cause) => trace.note('caught', cause),
    }),
  );
  quick.writeInbound('a', 'bad', 'c');
  expect(trace.take()).toEqual(['read a', 'read bad', 'caught boom', 'read c']);
  expect(quick.config.autoRead).toBe(true);
  quick.finish();
});

test('a message fired from within channelRead waits for its end', async () => {
  const trace = new Trace();
  const nested = new EmbeddedChannel(
    serial({
      channelRead(ctx, message) {
        trace.note('begin', message);
        if (message === 'outer') ctx.pipeline.fireChannelRead('inner');
        trace.note('end', message);
      },
    }),
  );
  nested.writeInbound('outer');
  expect(trace.take()).toEqual(['begin outer', 'end outer', 'begin inner', 'end inner']);
  nested.finish();
});

test('when the channel closes the handler still gets what had arrived, then inactive and removed', async () => {
  channel.writeInbound('a', 'b');
  channel.close();
  expect(slow.seen.splice(0)).toEqual(['begin a']);
  await slow.finishOne();
  await slow.finishOne();
  expect(slow.seen).toEqual(['end a', 'begin b', 'end b', 'complete', 'inactive', 'removed']);
});

test('after the channel is gone a failure goes to the hook for unobserved ones', async () => {
  const failures: Error[] = [];
  channel.pipeline.unhandled = {
    ...channel.pipeline.unhandled,
    failure: (_c, cause) => failures.push(cause),
  };
  channel.writeInbound('a');
  channel.close();
  await slow.finishOne(boom);
  expect(failures).toEqual([boom]);
  channel.checkException();
});

test('when it is removed from an open channel what waits goes to the next handler', async () => {
  channel.pipeline.fireChannelRead('a').fireChannelRead('b').fireUserEventTriggered('u').fireChannelRead('c');
  channel.pipeline.removeLast();
  expect(slow.seen.splice(0)).toEqual(['begin a', 'removed']);
  expect(channel.inboundMessages.splice(0)).toEqual(['b', 'c']);
  expect(channel.config.autoRead).toBe(true);
  await slow.finishOne();
  expect([slow.seen, channel.inboundMessages]).toEqual([['end a'], ['done a']]);
});

test('the wrapper implements what the handler does, and passes on what it does not', () => {
  const bits = maskOf(serial(slow));
  const queued = m.CHANNEL_READ | m.CHANNEL_READ_COMPLETE | m.USER_EVENT_TRIGGERED | m.CHANNEL_INACTIVE;
  expect(bits).toBe(queued | m.EXCEPTION_CAUGHT | m.READ);
  const trace = new Trace();
  const empty = new EmbeddedChannel(serial({}), trace.handler('next'));
  trace.take();
  empty.writeInbound('a');
  empty.pipeline.fireUserEventTriggered('u').fireExceptionCaught(boom);
  expect(() => empty.checkException()).toThrow(boom);
  empty.close();
  expect(trace.take().filter((entry) => !/read|close|Unreg|Removed/.test(entry))).toEqual([
    'next channelRead a',
    'next channelReadComplete',
    'next userEventTriggered u',
    'next exceptionCaught boom',
    'next channelInactive',
  ]);
});

test('operations and other events of the handler are called directly', () => {
  const trace = new Trace();
  const all = trace.handler('inner');
  const direct = new EmbeddedChannel(serial(all as never));
  trace.take();
  direct.writeAndFlush('w');
  direct.read();
  direct.pipeline.fireChannelWritabilityChanged();
  direct.deregister();
  direct.close();
  expect(trace.take()).toEqual([
    'inner write w',
    'inner flush',
    'inner read',
    'inner channelWritabilityChanged',
    'inner deregister',
    'inner channelUnregistered',
    'inner close',
  ]);
});
