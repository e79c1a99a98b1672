import { type AnyChannelHandler, EmbeddedChannel } from '@sluice/core';
import { CLOSE_REASON, IdleCloseHandler, IdleTimeoutException } from '@sluice/handlers';

/** Ms from now until the channel is closed; `Infinity` if it is not within 10 s. */
function lifetime(channel: EmbeddedChannel): number {
  for (let ms = 0; ms <= 10_000; ms++) {
    if (!channel.isOpen) return ms;
    channel.elapse(1);
  }
  return Infinity;
}

function frozen(...handlers: AnyChannelHandler[]): EmbeddedChannel {
  const channel = new EmbeddedChannel();
  channel.freezeTime();
  channel.pipeline.addLast(...handlers);
  return channel;
}

test.each([
  [{ idle: 200, count: 3 }, 600],
  [{ idle: 330 }, 330],
])('%j closes after exactly that silence, whatever is written', (options, limit) => {
  const handler = new IdleCloseHandler(options);
  const channel = frozen(handler);
  channel.eventLoop.scheduleAtFixedRate(() => channel.writeOutbound('news'), 50, 50);
  expect(lifetime(channel)).toBe(limit);
  expect(handler.limit).toBe(limit);
  const reason = channel.attr(CLOSE_REASON).get();
  expect([reason?.kind, reason?.cause]).toEqual(['idle', expect.any(IdleTimeoutException)]);
  expect(reason?.cause).toMatchObject({ code: 'ERR_IDLE_TIMEOUT' });
  expect(reason?.cause?.message).toMatch(
    new RegExp(`^Nothing arrived from \\[.* for ${limit} ms; the channel is closed`),
  );
});

test('one message at the last moment puts it off by the whole limit', () => {
  const channel = frozen(new IdleCloseHandler({ idle: 200, count: 3 }));
  channel.elapse(599);
  channel.writeInbound('here');
  expect(lifetime(channel)).toBe(600);
});

test('traffic moves no timer', () => {
  const channel = frozen(new IdleCloseHandler({ idle: 1000 }));
  const schedule = jest.spyOn(channel.eventLoop, 'scheduleCoarse');
  for (let i = 0; i < 500; i++) {
    channel.elapse(10);
    channel.writeInbound(i);
  }
  // 5 s of traffic: the timer finds out once a second.
  expect(schedule.mock.calls.length).toBeLessThanOrEqual(6);
  channel.close();
});

test('what lies in the socket when the time is over saves the peer', () => {
  const channel = frozen(new IdleCloseHandler({ idle: 100 }));
  const afterPoll = jest.spyOn(channel.eventLoop, 'afterPoll');
  afterPoll.mockImplementationOnce((judge) => {
    channel.writeInbound('read by the poll');
    judge();
  });
  channel.elapse(100);
  expect([afterPoll.mock.calls.length, channel.isOpen]).toEqual([1, true]);
  expect(lifetime(channel)).toBe(100);
});

test('after a stall of this process the time begins anew', () => {
  const channel = frozen(new IdleCloseHandler({ idle: 400 }));
  channel.advanceTimeBy(1200);
  channel.runPendingTasks();
  expect(channel.isOpen).toBe(true);
  expect(lifetime(channel)).toBe(400);
});

test('while this side does not read, nobody is evicted', () => {
  const channel = frozen(new IdleCloseHandler({ idle: 100 }));
  channel.config.autoRead = false;
  channel.elapse(1000);
  expect(channel.isOpen).toBe(true);
  channel.read();
  expect(lifetime(channel)).toBeLessThanOrEqual(100);
});

test('a read that was asked for and got its message is over; one asked for in between counts', () => {
  const channel = frozen(new IdleCloseHandler({ idle: 100 }), {
    channelRead: (ctx, message) => message === 'more' && ctx.read(),
  });
  channel.config.autoRead = false;
  channel.read();
  channel.writeInbound('enough');
  channel.elapse(500);
  expect(channel.isOpen).toBe(true);
  channel.writeInbound('more');
  expect(lifetime(channel)).toBe(100);
});

test('it ends with the channel or its removal, and does not begin again', () => {
  const handler = new IdleCloseHandler({ idle: 100 });
  const channel = frozen(handler);
  channel.pipeline.remove(handler);
  channel.elapse(500);
  expect(channel.isOpen).toBe(true);
  const closed = frozen(new IdleCloseHandler({ idle: 100 }));
  const schedule = jest.spyOn(closed.eventLoop, 'scheduleCoarse');
  closed.close();
  closed.pipeline.fireChannelActive();
  expect(schedule).not.toHaveBeenCalled();
  channel.close();
});

test.each([
  [{ idle: 0 }, 'ERR_OUT_OF_RANGE'],
  [{ idle: Number.NaN }, 'ERR_OUT_OF_RANGE'],
  [{ idle: '5' as unknown as number }, 'ERR_INVALID_ARG_TYPE'],
  [{ idle: 5, count: 0 }, 'ERR_OUT_OF_RANGE'],
])('%j is refused', (options, code) => {
  expect(() => new IdleCloseHandler(options)).toThrow(expect.objectContaining({ code }));
});
