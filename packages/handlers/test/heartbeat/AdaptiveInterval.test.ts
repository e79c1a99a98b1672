import { AdaptiveInterval, type AdaptiveIntervalOptions, type LearnedInterval } from '@sluice/handlers';
import fc from 'fast-check';
import { heartbeatChannel } from './harness.js';

const MINUTE = 60_000;
const MIN = 3.5 * MINUTE;
const MAX = 10 * MINUTE;
const STEP = MINUTE;
const MARGIN = MINUTE / 3;

/** A policy with the default times, and a network that forgets connections after `forgets` ms of silence. */
function search(forgets: number, options: AdaptiveIntervalOptions = {}) {
  const policy = new AdaptiveInterval(options);
  policy.connected();
  return {
    policy,
    /** One ping after the interval that the policy says. Returns that interval. */
    beat(): number {
      const { interval } = policy;
      if (interval <= forgets) policy.succeeded(interval);
      else {
        policy.failed(interval);
        policy.connected();
      }
      return interval;
    },
  };
}

test('grows from its least after five answers at a time, and settles below the first that fails twice', () => {
  const { policy, beat } = search(6 * MINUTE);
  const used = Array.from({ length: 27 }, beat).map((ms) => ms / MINUTE);
  expect(used).toEqual([
    ...Array(7).fill(3.5),
    ...Array(5).fill(4.5),
    ...Array(5).fill(5.5),
    // Lost; a new connection trusts the least until it was answered three times; lost again.
    ...[6.5, 3.5, 3.5, 3.5, 6.5],
    ...[3.5, 3.5, 3.5],
    ...Array(2).fill((MIN + 3 * STEP - STEP - MARGIN) / MINUTE),
  ]);
  expect(policy.isStable).toBe(true);
});

test('converges to within a step and a margin below what the network bears, and never goes beyond it again', () => {
  fc.assert(
    fc.property(fc.integer({ min: MIN, max: MAX + STEP }), (forgets) => {
      const { policy, beat } = search(forgets);
      const steps = Math.ceil((Math.min(forgets, MAX) - MIN) / STEP);
      // To settle on the first connection, to grow, one more at the top, and two losses with what a new connection costs.
      let beats = 2 + (steps + 1) * 5 + 1 + 2 * 4;
      while (!policy.isStable && beats-- > 0) beat();
      const found = policy;
      if (forgets < MIN + STEP) {
        // Nothing longer than the least is borne.
        for (let i = 0; i < 8; i++) beat();
        expect(found.interval).toBe(MIN);
        return;
      }
      expect(found.isStable).toBe(true);
      for (let i = 0; i < 3; i++) beat();
      expect(found.interval).toBeLessThanOrEqual(forgets);
      expect(found.interval).toBeGreaterThan(Math.min(forgets, MAX) - STEP - MARGIN - 1);
      for (let i = 0; i < 100; i++) expect(beat()).toBeLessThanOrEqual(forgets);
    }),
    { seed: Number(process.env.FAST_CHECK_SEED ?? 42), numRuns: 100 },
  );
});

test('stays a margin below its most', () => {
  const { policy, beat } = search(Infinity);
  for (let i = 0; i < 60; i++) expect(beat()).toBeLessThanOrEqual(MAX);
  expect([policy.isStable, policy.interval]).toEqual([true, MAX - MARGIN]);
});

test('uses its least in the foreground and while a connection is new', () => {
  const { policy, beat } = search(Infinity);
  for (let i = 0; i < 60; i++) beat();
  policy.foreground = true;
  expect(policy.interval).toBe(MIN);
  policy.foreground = false;
  expect(policy.interval).toBe(MAX - MARGIN);
  policy.connected();
  expect([beat(), beat(), beat(), beat()]).toEqual([MIN, MIN, MIN, MAX - MARGIN]);
});

test('searches anew when a found interval fails twice', () => {
  let forgets = 8 * MINUTE;
  const policy = new AdaptiveInterval();
  const beat = () => {
    const { interval } = policy;
    if (interval <= forgets) policy.succeeded(interval);
    else {
      policy.failed(interval);
      policy.connected();
    }
  };
  while (!policy.isStable) beat();
  forgets = 4 * MINUTE;
  for (let i = 0; i < 8; i++) beat();
  expect(policy.isStable).toBe(false);
  for (let i = 0; i < 40; i++) beat();
  expect(policy.interval).toBeLessThanOrEqual(forgets);
});

test('one loss in between is forgiven', () => {
  const { policy, beat } = search(Infinity);
  while (!policy.isStable) beat();
  for (let i = 0; i < 10; i++) {
    policy.failed(policy.interval);
    beat();
  }
  expect(policy.isStable).toBe(true);
});

test('tries a found interval a margin longer when it has held for a week', () => {
  let now = 1_000_000;
  const { policy, beat } = search(6 * MINUTE, { clock: () => now });
  while (!policy.isStable) beat();
  for (let i = 0; i < 4; i++) beat();
  const found = policy.interval;
  now += 7 * 24 * 60 * MINUTE - 1;
  beat();
  expect(policy.interval).toBe(found);
  now += 1;
  beat();
  expect([policy.interval, policy.isStable]).toEqual([found + MARGIN, false]);
});

test('a loss at its least teaches nothing', () => {
  const { policy } = search(0);
  for (let i = 0; i < 5; i++) policy.failed(MIN);
  expect([policy.interval, policy.isStable]).toEqual([MIN, false]);
});

test('is not tried longer than its most', () => {
  let now = 0;
  const { policy, beat } = search(Infinity, { clock: () => now });
  while (!policy.isStable) beat();
  now = 30 * 24 * 60 * MINUTE;
  for (let i = 0; i < 5; i++) beat();
  expect([policy.interval, policy.isStable]).toEqual([MAX - MARGIN, true]);
});

test('what belongs to another interval is no news', () => {
  const { policy, beat } = search(Infinity);
  for (let i = 0; i < 7; i++) beat();
  expect(policy.interval).toBe(MIN + STEP);
  for (let i = 0; i < 9; i++) policy.succeeded(MIN);
  for (let i = 0; i < 9; i++) policy.failed(MIN);
  expect([policy.interval, policy.isStable]).toEqual([MIN + STEP, false]);
});

describe('what was learned', () => {
  test('is kept by network', () => {
    let network = 'wifi';
    const store = new Map<string, LearnedInterval>();
    const first = search(Infinity, { network: () => network, store });
    while (!first.policy.isStable) first.beat();
    network = 'mobile';
    first.policy.connected();
    expect(first.policy.isStable).toBe(false);
    for (let i = 0; i < 10; i++) first.beat();
    expect([...store.keys()]).toEqual(['wifi', 'mobile']);
    network = 'wifi';
    const second = new AdaptiveInterval({
      network: () => network,
      store: new Map(JSON.parse(JSON.stringify([...store]))),
    });
    expect(second.isStable).toBe(true);
  });

  test('is forgotten for all but twenty networks', () => {
    let network = 0;
    const { policy, beat } = search(Infinity, { network: () => `network ${network}` });
    for (network = 0; network <= 20; network++) {
      policy.connected();
      while (!policy.isStable) beat();
    }
    network = 1;
    policy.connected();
    expect(policy.isStable).toBe(true);
    network = 0;
    policy.connected();
    expect(policy.isStable).toBe(false);
  });

  test('is not believed outside the limits', () => {
    const learned = { interval: 99 * MINUTE, isStable: true, successes: 0, failures: 0, changed: 0 };
    expect(new AdaptiveInterval({ store: new Map([['', learned]]) }).isStable).toBe(false);
  });
});

test.each([{ min: 0 }, { step: Number.NaN }, { min: 2 * MINUTE, max: MINUTE }])('refuses %p', (options) => {
  expect(() => new AdaptiveInterval(options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
});

describe('in a HeartbeatHandler', () => {
  const times = { min: 100, max: 1000, step: 100, margin: 30 };

  /** Connects again and again through a network that drops what comes after `forgets` ms without traffic. */
  function connections(policy: AdaptiveInterval, forgets: number, beats: number): number[] {
    const used: number[] = [];
    while (used.length < beats) {
      const { channel, heartbeat } = heartbeatChannel({ interval: policy, ack: 20, missed: 2 });
      let last = channel.eventLoop.now;
      channel.pipeline.addFirst({
        write(ctx, message, promise) {
          const { now } = ctx.eventLoop;
          if (String(message).startsWith('ping')) used.push(heartbeat.interval);
          if (now - last <= forgets) {
            last = now;
            ctx.channel.eventLoop.schedule(
              () => channel.isOpen && channel.writeInbound(String(message).replace('ping', 'pong')),
              5,
            );
          } else last = -Infinity;
          ctx.write(message, promise);
        },
        channelRead(ctx, message) {
          last = ctx.eventLoop.now;
          ctx.fireChannelRead(message);
        },
      });
      while (channel.isOpen && used.length < beats) channel.elapse(10);
      if (channel.isOpen) channel.finishAndReleaseAll();
    }
    return used;
  }

  test('finds what the network bears, losing two connections', () => {
    const policy = new AdaptiveInterval(times);
    const used = connections(policy, 350, 60);
    expect(policy.isStable).toBe(true);
    expect(used.slice(-10)).toEqual(Array(10).fill(270));
    // After 400 ms it is asked twice and lost; and so once more.
    expect(used.filter((interval) => interval > 350)).toHaveLength(4);
  });

  test('a connection that is closed, or that ends for another reason, is no failure', () => {
    const policy = new AdaptiveInterval(times);
    const failed = jest.spyOn(policy, 'failed');
    const closed = heartbeatChannel({ interval: policy, ack: 20, missed: 2 });
    closed.channel.elapse(100);
    closed.channel.close();
    const answered = heartbeatChannel({ interval: policy, ack: 20, missed: 2 });
    answered.channel.elapse(100);
    answered.channel.writeInbound('business');
    answered.channel.pipeline.fireChannelInactive(); // the peer's end
    answered.channel.finishAndReleaseAll();
    expect(failed).not.toHaveBeenCalled();
    const reset = heartbeatChannel({ interval: policy, ack: 20, missed: 2 });
    reset.channel.elapse(100);
    reset.channel.pipeline.fireChannelInactive();
    reset.channel.finishAndReleaseAll();
    expect(failed.mock.calls).toEqual([[100]]);
    failed.mockClear();
    const lost = heartbeatChannel({ interval: policy, ack: 20, missed: 2 });
    lost.channel.elapse(140);
    expect(lost.channel.isOpen).toBe(false);
    expect(failed.mock.calls).toEqual([[100]]);
  });

  test('an answer after less than the interval without traffic is no success', () => {
    const policy = new AdaptiveInterval(times);
    const succeeded = jest.spyOn(policy, 'succeeded');
    const { channel, sent } = heartbeatChannel({ interval: policy, ack: 20, missed: 3 });
    for (let i = 0; i < 28; i++) {
      channel.writeOutbound('business');
      channel.elapse(5);
    }
    expect(sent.at(-1)).toBe('140 ping 1'); // the question before the verdict
    channel.writeInbound('pong 1');
    expect(succeeded).not.toHaveBeenCalled();
    channel.elapse(100);
    channel.writeInbound('pong 2');
    expect(succeeded.mock.calls).toEqual([[100]]);
    channel.finishAndReleaseAll();
  });
});
