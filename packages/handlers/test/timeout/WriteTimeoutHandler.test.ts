import {
  type ChannelHandlerContext,
  ClosedChannelException,
  EmbeddedChannel,
  type OutboundBuffer,
} from '@sluice/core';
import { WriteTimeoutException, WriteTimeoutHandler } from '@sluice/handlers';

/** Writes nothing while `isStuck`. */
class StuckChannel extends EmbeddedChannel {
  isStuck = true;
  protected override doWrite(buffer: OutboundBuffer): void {
    if (!this.isStuck) super.doWrite(buffer);
  }
}

function stuckChannel(handler: WriteTimeoutHandler) {
  const channel = new StuckChannel({ handlers: [] });
  channel.freezeTime();
  const start = channel.eventLoop.now;
  const heard: string[] = [];
  const now = (): number => Math.round(channel.eventLoop.now - start);
  channel.pipeline.addLast(handler, {
    exceptionCaught: (_ctx, cause) => heard.push(`${now()} ${cause.name}`),
    channelInactive: () => heard.push(`${now()} inactive`),
  });
  return { channel, heard, now };
}

test('a write that does not get through in time fires the exception and closes, which fails the write', () => {
  const { channel, heard } = stuckChannel(new WriteTimeoutHandler(100));
  channel.elapse(1000);
  const write = channel.writeAndFlush('x');
  const later = channel.writeAndFlush('y');
  channel.elapse(99);
  expect(heard).toEqual([]);
  channel.elapse(1);
  expect(heard).toEqual(['1100 WriteTimeoutException', '1100 inactive']);
  expect(write.cause).toBeInstanceOf(ClosedChannelException);
  expect(later.cause).toBeInstanceOf(ClosedChannelException);
  expect(channel.eventLoop.scheduledTasks).toBe(0);
});

test('the exception says what happened', () => {
  const { channel } = stuckChannel(new WriteTimeoutHandler(100));
  const causes: Error[] = [];
  channel.pipeline.addAfter('WriteTimeoutHandler#0', null, {
    exceptionCaught: (_ctx, cause) => causes.push(cause),
  });
  channel.write('x').addListener(() => {});
  channel.elapse(100);
  expect(causes).toEqual([expect.any(WriteTimeoutException)]);
  expect(causes[0]).toMatchObject({ code: 'ERR_WRITE_TIMEOUT' });
  expect(causes[0]?.message).toMatch(/was not completed within 100 ms/);
});

test('each write has its own time', () => {
  const { channel, heard } = stuckChannel(new WriteTimeoutHandler(100));
  channel.writeAndFlush('a').addListener(() => {});
  channel.elapse(60);
  channel.isStuck = false;
  channel.flush();
  channel.writeAndFlush('b');
  channel.isStuck = true;
  channel.writeAndFlush('c').addListener(() => {}); // at 60
  channel.elapse(99);
  expect(heard).toEqual([]);
  channel.elapse(1);
  expect(heard[0]).toBe('160 WriteTimeoutException');
});

test('one timer at the oldest write serves all, and traffic does not touch it', () => {
  const { channel, heard } = stuckChannel(new WriteTimeoutHandler(1000));
  channel.isStuck = false;
  const schedule = jest.spyOn(channel.eventLoop, 'scheduleCoarse');
  for (let i = 0; i < 1000; i++) channel.writeAndFlush(i);
  expect(channel.eventLoop.scheduledTasks).toBe(1);
  expect(schedule).toHaveBeenCalledTimes(1);
  for (let i = 0; i < 100; i++) {
    channel.elapse(100);
    channel.writeAndFlush(i);
  }
  // Once for each second, when it wakes and finds younger writes.
  expect(schedule.mock.calls.length).toBeLessThanOrEqual(12);
  channel.elapse(5000);
  expect(heard).toEqual([]);
  expect(channel.eventLoop.scheduledTasks).toBe(0);
  channel.finishAndReleaseAll();
});

test('0 switches it off', () => {
  const { channel, heard } = stuckChannel(new WriteTimeoutHandler(0));
  channel.writeAndFlush('x').addListener(() => {});
  channel.elapse(1_000_000);
  expect(heard).toEqual([]);
  channel.finishAndReleaseAll();
});

test('removing the handler ends its timer', () => {
  const handler = new WriteTimeoutHandler(100);
  const { channel, heard } = stuckChannel(handler);
  channel.writeAndFlush('x').addListener(() => {});
  channel.pipeline.remove(handler);
  expect(channel.eventLoop.scheduledTasks).toBe(0);
  channel.elapse(1000);
  expect(heard).toEqual([]);
  channel.finishAndReleaseAll();
});

test('writeTimedOut can do something else, for each write', () => {
  const times: number[] = [];
  class Counting extends WriteTimeoutHandler {
    protected override writeTimedOut(ctx: ChannelHandlerContext): unknown {
      times.push(Math.round(ctx.eventLoop.now));
      throw new Error('counted');
    }
  }
  const { channel, heard } = stuckChannel(new Counting(100));
  channel.write('a').addListener(() => {});
  channel.write('b').addListener(() => {});
  channel.elapse(50);
  channel.write('c').addListener(() => {});
  channel.elapse(200);
  expect(heard).toEqual(['100 Error', '100 Error', '150 Error']);
  expect(times).toHaveLength(3);
  expect(channel.isOpen).toBe(true);
  channel.finishAndReleaseAll();
});
