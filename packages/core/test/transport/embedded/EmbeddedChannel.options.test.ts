import { ChannelId, ChannelOption, EmbeddedChannel, type Ticker } from '@sluice/core';

test('an id of ones own is what the channel is called', () => {
  const id = new ChannelId('client');
  const channel = new EmbeddedChannel({ id });
  expect([channel.id, channel.id.asShortText()]).toEqual([id, 'client']);
  expect(String(channel)).toMatch(/^\[id: 0xclient, /);
  expect(new ChannelId('client').asLongText()).not.toBe(id.asLongText());
  channel.finish();
});

test('a channel that was not registered can be configured first; its handlers hear of it all then', () => {
  const seen: string[] = [];
  const parent = new EmbeddedChannel();
  const channel = new EmbeddedChannel({
    register: false,
    parent,
    handlers: [{ channelActive: (ctx) => void seen.push(`active, autoRead ${ctx.channel.config.autoRead}`) }],
  });
  channel.setOption(ChannelOption.AUTO_READ, false);
  expect([channel.isRegistered, channel.parent, seen]).toEqual([false, parent, []]);
  channel.register();
  expect(seen).toEqual(['active, autoRead false']);
  channel.finish();
  parent.finish();
});

describe('a ticker', () => {
  test('is the clock of the timers, and is moved by its owner', () => {
    const ticker = { now: 1000 };
    const channel = new EmbeddedChannel({ ticker: ticker satisfies Ticker });
    const ran: string[] = [];
    channel.eventLoop.schedule(() => ran.push('timer'), 50);
    expect([channel.eventLoop.now, channel.runScheduledPendingTasks()]).toEqual([1000, 50]);
    ticker.now += 49;
    channel.runPendingTasks();
    expect(ran).toEqual([]);
    ticker.now += 1;
    channel.runPendingTasks();
    expect(ran).toEqual(['timer']);
    for (const move of [
      () => channel.advanceTimeBy(1),
      () => channel.freezeTime(),
      () => channel.unfreezeTime(),
      () => channel.elapse(1),
    ]) {
      expect(move).toThrow(
        expect.objectContaining({
          code: 'ERR_ILLEGAL_STATE',
          message: expect.stringMatching(
            /^EmbeddedChannel constructed with custom ticker, time manipulation methods are unavailable\./,
          ),
        }),
      );
    }
    channel.finish();
  });

  test('may be the loop of another channel: both have one time', () => {
    const first = new EmbeddedChannel();
    first.freezeTime();
    const second = new EmbeddedChannel({ ticker: first.eventLoop });
    const ran: string[] = [];
    second.eventLoop.schedule(() => ran.push('second'), 20);
    first.eventLoop.schedule(() => ran.push('first'), 10);
    first.elapse(20);
    expect(ran).toEqual(['first']);
    second.runPendingTasks();
    expect(ran).toEqual(['first', 'second']);
    first.finish();
    second.eventLoop.schedule(() => ran.push('left'), 5);
    second.finish();
    expect([second.eventLoop.scheduledTasks, ran.length]).toEqual([0, 2]);
  });
});
