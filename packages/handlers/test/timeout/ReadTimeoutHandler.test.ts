import { type ChannelHandlerContext, EmbeddedChannel } from '@sluice/core';
import { ReadTimeoutException, ReadTimeoutHandler, TimeoutException } from '@sluice/handlers';

test('fires the exception once and closes', () => {
  const heard: unknown[] = [];
  const channel = new EmbeddedChannel({ register: false });
  channel.freezeTime();
  channel.pipeline.addLast(new ReadTimeoutHandler(100), {
    exceptionCaught: (_ctx, cause) => heard.push(cause),
    channelInactive: () => heard.push('inactive'),
  });
  channel.register();
  channel.elapse(99);
  channel.writeInbound('x');
  channel.elapse(99);
  expect(channel.isOpen).toBe(true);
  channel.elapse(500);
  expect(heard).toEqual([expect.any(ReadTimeoutException), 'inactive']);
  expect(heard[0]).toBeInstanceOf(TimeoutException);
  expect(heard[0]).toMatchObject({ code: 'ERR_READ_TIMEOUT', name: 'ReadTimeoutException' });
  expect((heard[0] as Error).message).toMatch(
    /^Nothing was read from \[id: .* for 100 ms; the channel is closed\.$/,
  );
  expect(channel.isOpen).toBe(false);
});

test('0 switches it off', () => {
  const channel = new EmbeddedChannel(new ReadTimeoutHandler(0));
  channel.elapse(1_000_000);
  expect(channel.isOpen).toBe(true);
  channel.finish();
});

test('readTimedOut can do something else', () => {
  const times: number[] = [];
  class Lenient extends ReadTimeoutHandler {
    protected override readTimedOut(ctx: ChannelHandlerContext): unknown {
      return times.push(Math.round(ctx.eventLoop.now - start));
    }
  }
  const channel = new EmbeddedChannel();
  channel.freezeTime();
  const start = channel.eventLoop.now;
  channel.pipeline.addLast(new Lenient(100));
  channel.elapse(300);
  expect(times).toEqual([100, 200, 300]);
  expect(channel.isOpen).toBe(true);
  channel.finish();
});
