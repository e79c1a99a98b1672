import { HeartbeatHandler, type HeartbeatOptions } from '@sluice/handlers';
import { heartbeatSettings } from '../../src/heartbeat/HeartbeatSettings.js';
import { codec } from './harness.js';

const policy = (interval: number) => ({ interval, succeeded: () => {}, failed: () => {} });

test.each<[string, Partial<HeartbeatOptions>, object]>([
  [
    'defaults',
    {},
    { interval: 10_000, mode: 'write-idle', missed: 3, timeout: 40_000, respond: true, retries: 0 },
  ],
  ['missed alone gives the deadline', { interval: 100, missed: 2 }, { missed: 2, timeout: 300 }],
  ['timeout alone counts no pings', { interval: 100, timeout: 1000 }, { missed: 0, timeout: 1000 }],
  ['both', { interval: 100, missed: 2, timeout: 1000 }, { missed: 2, timeout: 1000 }],
  ['neither', { interval: 100, missed: 0 }, { missed: 0, timeout: 0 }],
  ['only watching', { interval: 0, timeout: 150 }, { interval: 0, missed: 0, timeout: 150 }],
  ['only answering', { interval: 0 }, { interval: 0, missed: 0, timeout: 0, respond: true }],
  ['one way', { oneWay: true, interval: 100 }, { missed: 0, timeout: 0, respond: false }],
  ['one way with answers', { oneWay: true, respond: true }, { respond: true }],
  ['repeat', { interval: 100, repeat: 20, missed: 3 }, { repeat: 20, ack: 20, timeout: 160 }],
  ['ack', { interval: 100, ack: 10 }, { missed: 3, ack: 10, repeat: 100, timeout: 400, forgiving: true }],
  ['ack by round trips', { interval: 5000, ack: 'rtt' }, { ack: 5000, ackFloor: 1000 }],
  ['ack by round trips of a short repeat', { interval: 100, ack: 'rtt' }, { ack: 100, ackFloor: 100 }],
  ['budget alone', { interval: 100, ack: 10, budget: 25 }, { missed: 0, budget: 25, timeout: 400 }],
  ['budget and missed', { interval: 100, budget: 500, missed: 2 }, { missed: 2, timeout: 300 }],
  ['window', { interval: 0, window: 50 }, { window: 50, missed: 3, timeout: 0 }],
  ['window of one-way heartbeats', { oneWay: true, window: 50, missed: 2 }, { missed: 2 }],
  ['a detector', { detector: () => ({ limit: 1, heartbeat: () => {} }) }, { missed: 0, timeout: 0 }],
  ['a known peer', { interval: 0, peerInterval: 100 }, { timeout: 300 }],
  ['a known peer with a limit', { interval: 0, peerInterval: 100, timeout: 200 }, { timeout: 200 }],
  [
    'a policy',
    { interval: policy(60_000) },
    { interval: 60_000, mode: 'all-idle', repeat: 10_000, missed: 3 },
  ],
  ['a policy with an ack', { interval: policy(60_000), ack: 5000 }, { repeat: 5000, timeout: 75_000 }],
  [
    'switched off again',
    { interval: 0, missed: 3, ack: 10, repeat: 10, budget: 5 },
    { missed: 0, budget: 0 },
  ],
])('%s', (_name, options, settings) => {
  expect(heartbeatSettings({ codec, ...options })).toMatchObject(settings);
});

test('a codec without pong answers nothing, one without ping sends nothing', () => {
  const { isPing, isPong, ping } = codec;
  expect(heartbeatSettings({ codec: { ping, isPing, isPong } }).respond).toBe(false);
  expect(heartbeatSettings({ codec: { isPing, isPong }, interval: 0 }).interval).toBe(0);
  expect(() => new HeartbeatHandler({ codec: { isPing, isPong } })).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringMatching(/no ping\(\)/) }),
  );
});

test.each<[string, Partial<HeartbeatOptions>, RegExp]>([
  [
    'a timeout below two intervals',
    { interval: 100, timeout: 199 },
    /timeout \(199 ms\).*interval \(100 ms\)/,
  ],
  ['an unknown mode', { mode: 'idle' as never }, /expected: write-idle, read-idle, all-idle/],
  [
    'a timeout below interval and repeat',
    { interval: 100, repeat: 20, timeout: 119 },
    /timeout \(119 ms\).*interval \(100 ms\) and the repeat \(20 ms\)/,
  ],
  ['an ack beyond the next ping', { interval: 100, ack: 101 }, /ack \(101 ms\).*repeat \(100 ms/],
  ['an ack that nobody looks at', { ack: 10, timeout: 30_000 }, /ack \(10\).*missed and budget are both 0/],
  ['an ack one way', { oneWay: true, ack: 10 }, /oneWay is true.*ack \(10\)/],
  ['a budget one way', { oneWay: true, budget: 10 }, /oneWay is true.*budget \(10\)/],
  ['a window beside pings', { interval: 100, window: 50 }, /window \(50 ms\).*interval \(100 ms\)/],
  ['a window for nothing', { interval: 0, window: 50, missed: 0 }, /window \(50 ms\).*missed is 0/],
  [
    'a limit too short for the peer',
    { interval: 0, timeout: 199, peerInterval: 100 },
    /silence \(199 ms, by timeout\).*peerInterval \(100 ms\)/,
  ],
  [
    'windows too short for the peer',
    { interval: 0, window: 60, missed: 3, peerInterval: 100 },
    /silence \(180 ms, by window and missed\).*peerInterval \(100 ms\)/,
  ],
  ['a policy without an interval', { interval: policy(0) }, /policy of interval gave 0 ms/],
  [
    'data that cannot be found',
    { codec: { ...codec, dataOf: undefined as never }, data: { incoming: () => {} } },
    /no dataOf\(\)/,
  ],
  ['a data limit below 0', { data: { limit: -1 } }, /data.limit: -1/],
  ['half a miss', { missed: 1.5 }, /missed: 1.5/],
  ['negative retries', { retries: -1 }, /retries: -1/],
])('%s is refused', (_name, options, message) => {
  expect(() => new HeartbeatHandler({ codec, ...options })).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringMatching(message) }),
  );
});

test('something that is no codec is refused', () => {
  expect(() => new HeartbeatHandler({ codec: {} as never })).toThrow(TypeError);
});
