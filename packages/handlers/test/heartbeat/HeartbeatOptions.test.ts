import { HeartbeatHandler, type HeartbeatOptions } from '@sluice/handlers';
import { heartbeatSettings } from '../../src/heartbeat/HeartbeatOptions.js';
import { codec } from './harness.js';

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
