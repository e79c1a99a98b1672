import { HeartbeatHandler, PhiAccrualDetector } from '@sluice/handlers';
import { codec, heartbeatChannel } from './harness.js';

/** Silences of 1 s with the given spread, around the mean. */
function steady(spread = 0, count = 200): PhiAccrualDetector {
  const detector = new PhiAccrualDetector({ expected: 1000 });
  for (let i = 0; i < count; i++) detector.heartbeat(1000 + (i % 2 === 0 ? spread : -spread));
  return detector;
}

test('begins with two silences around the expected one', () => {
  const detector = new PhiAccrualDetector({ expected: 1000 });
  expect([detector.mean, detector.deviation]).toEqual([1000, 250]);
  // Akka's arithmetic for its cluster: 5.3 s at the start, 4.5 s later.
  expect(detector.limit).toBeCloseTo(5305, -1);
  expect(steady().limit).toBeCloseTo(4522, -1);
});

test('its limit is where phi reaches the threshold', () => {
  for (const threshold of [0.1, 1, 3, 8, 12, 30]) {
    const detector = new PhiAccrualDetector({ expected: 1000, threshold, pause: 100 });
    detector.heartbeat(900);
    expect(detector.phi(detector.limit)).toBeCloseTo(threshold, 3);
    expect(detector.phi(detector.limit - 10)).toBeLessThan(threshold);
    expect(detector.phi(detector.limit + 10)).toBeGreaterThan(threshold);
  }
});

test('phi is a half at the mean, and grows without end', () => {
  const detector = new PhiAccrualDetector({ expected: 1000, pause: 0 });
  expect(10 ** -detector.phi(1000)).toBeCloseTo(0.5);
  let last = -1;
  for (let silence = 0; silence <= 2500; silence += 100) {
    expect(detector.phi(silence)).toBeGreaterThanOrEqual(last);
    last = detector.phi(silence);
  }
  expect(last).toBeGreaterThan(8);
});

test('grows more patient with a peer that is irregular', () => {
  expect(steady(300).deviation).toBeCloseTo(300);
  expect(steady(300).limit).toBeCloseTo(1000 + 3000 + 5.22 * 300, -1);
  expect(steady(0).deviation).toBe(100);
});

test('forgets what is older than its samples', () => {
  const detector = new PhiAccrualDetector({ expected: 60_000, samples: 10 });
  for (let i = 0; i < 10; i++) detector.heartbeat(1000);
  expect([detector.mean, detector.deviation]).toEqual([1000, 100]);
});

test.each([
  { expected: 0 },
  { expected: Number.NaN },
  { expected: 1000, threshold: 0 },
  { expected: 1000, samples: 1 },
  { expected: 1000, minDeviation: 0 },
  { expected: 1000, pause: -1 },
])('refuses %p', (options) => {
  expect(() => new PhiAccrualDetector(options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
});

describe('in a HeartbeatHandler', () => {
  const detector = () => new PhiAccrualDetector({ expected: 1000 });

  test('gives up a peer whose heartbeats cease, and nobody who pauses a little', () => {
    const { channel, heard } = heartbeatChannel({ interval: 0, detector });
    for (let i = 0; i < 50; i++) {
      channel.elapse(i === 30 ? 4000 : 1000);
      channel.writeInbound('ping 1');
    }
    expect(channel.isOpen).toBe(true);
    // The pause is remembered.
    const { limit } = replay(49, 30);
    channel.elapse(Math.floor(limit));
    expect(channel.isOpen).toBe(true);
    channel.elapse(1);
    expect(channel.isOpen).toBe(false);
    expect(heard.at(-2)).toMatch(/ dead 0$/);
  });

  /** What the detector has learned from so many heartbeats, one of them late. */
  function replay(count: number, late: number): PhiAccrualDetector {
    const learned = detector();
    for (let i = 1; i <= count; i++) learned.heartbeat(i === late ? 4000 : 1000);
    return learned;
  }

  test('each channel has its own', () => {
    const made: PhiAccrualDetector[] = [];
    const options = {
      codec,
      detector: () => {
        made.push(detector());
        return made.at(-1) as PhiAccrualDetector;
      },
    };
    new HeartbeatHandler(options);
    new HeartbeatHandler(options);
    expect(made).toHaveLength(2);
    expect(made[0]).not.toBe(made[1]);
  });
});
