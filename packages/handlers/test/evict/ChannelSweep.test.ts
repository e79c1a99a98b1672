import { EmbeddedChannel, type EmbeddedEventLoop } from '@sluice/core';
import { ACTIVITY, ActivityHandler, ChannelRegistry, ChannelSweep, CLOSE_REASON } from '@sluice/handlers';

let clock: EmbeddedChannel;
let eventLoop: EmbeddedEventLoop;
let channels: EmbeddedChannel[];
/** The channels have the time of the sweep's loop. */
beforeEach(() => {
  clock = new EmbeddedChannel();
  clock.freezeTime();
  eventLoop = clock.eventLoop;
  channels = [];
});
afterEach(() => {
  for (const channel of [...channels, clock]) channel.close();
});

function add(handlers = [new ActivityHandler()]): EmbeddedChannel {
  const channel = new EmbeddedChannel({ ticker: eventLoop, handlers });
  channels.push(channel);
  return channel;
}

test('one timer closes those that were silent for the limit, at the next walk', () => {
  const schedule = jest.spyOn(eventLoop, 'scheduleCoarse');
  const silent = add();
  const talking = add();
  const unknown = add([]);
  const sweep = new ChannelSweep(channels, { limit: 300, period: 110, eventLoop });
  for (let i = 0; i < 6; i++) {
    clock.elapse(50);
    talking.writeInbound('x');
    silent.writeOutbound('y');
  }
  clock.elapse(29);
  expect([silent.isOpen, sweep.evicted]).toEqual([true, 0]);
  clock.elapse(1);
  expect([silent.isOpen, talking.isOpen, unknown.isOpen, sweep.evicted]).toEqual([false, true, true, 1]);
  expect(silent.attr(CLOSE_REASON).get()).toMatchObject({
    kind: 'idle',
    cause: { code: 'ERR_IDLE_TIMEOUT' },
  });
  expect(schedule.mock.calls.length).toBe(4);
  sweep.stop();
  clock.elapse(10_000);
  expect(talking.isOpen).toBe(true);
});

test('a registry is swept while it changes; a quarter of the limit is the default period', () => {
  const registry = new ChannelRegistry<EmbeddedChannel>((channel) => channel as EmbeddedChannel);
  for (let i = 0; i < 10; i++) registry.add(add());
  const sweep = new ChannelSweep(registry, { limit: 400, eventLoop });
  clock.elapse(399);
  expect(registry.size).toBe(10);
  clock.elapse(1);
  expect([registry.size, sweep.evicted]).toEqual([0, 10]);
  sweep.stop();
});

test('a stall of this process begins the time anew; who is not read from is spared', () => {
  const stalled = add();
  const paused = add();
  const sweep = new ChannelSweep(channels, { limit: 400, eventLoop });
  paused.config.autoRead = false;
  eventLoop.advanceTimeBy(2000);
  clock.elapse(399);
  expect(stalled.isOpen).toBe(true);
  clock.elapse(101);
  expect([stalled.isOpen, paused.isOpen]).toEqual([false, true]);
  sweep.stop();
  expect(() => new ChannelSweep([], { limit: 0, eventLoop })).toThrow(RangeError);
});

test('the activity tells ages, and leaves with its handler', () => {
  const handler = new ActivityHandler();
  const channel = add([handler]);
  const start = eventLoop.now;
  eventLoop.advanceTimeBy(10);
  channel.writeInbound('x');
  eventLoop.advanceTimeBy(10);
  channel.writeOutbound('y');
  expect(channel.attr(ACTIVITY).get()).toBe(handler);
  expect([handler.since, handler.lastRead, handler.lastWrite].map((time) => time - start)).toEqual([
    0, 10, 20,
  ]);
  channel.pipeline.remove(handler);
  expect(channel.hasAttr(ACTIVITY)).toBe(false);
});
