import { Backoff, type BackoffOptions, GRPC_BACKOFF, type Jitter, seededRandom } from '@sluice/handlers';
import fc from 'fast-check';

const seed = Number(process.env.FAST_CHECK_SEED ?? 42);

test('delays double from base to cap', () => {
  const backoff = new Backoff({ base: 100, cap: 1000, jitter: 'none' });
  expect([0, 1, 2, 3, 4, 5000].map((retry) => backoff.delay(retry))).toEqual([
    100, 200, 400, 800, 1000, 1000,
  ]);
});

test('or grow by another factor, or not at all', () => {
  expect(new Backoff({ base: 100, factor: 1.5, jitter: 'none' }).delay(2)).toBe(225);
  expect(new Backoff({ base: 100, factor: 1, jitter: 'none' }).delay(99)).toBe(100);
});

test('full jitter takes from 0 to the delay, equal jitter from its half, at the cap too', () => {
  for (const [jitter, random, delays] of [
    ['full', 0, [0, 0]],
    ['full', 0.5, [50, 500]],
    ['equal', 0, [50, 500]],
    ['equal', 0.5, [75, 750]],
  ] as const) {
    const backoff = new Backoff({ base: 100, cap: 1000, jitter, random: () => random });
    expect([backoff.delay(0), backoff.delay(20)]).toEqual(delays);
  }
});

test('decorrelated jitter draws from base to three times the delay before', () => {
  let random = 0.5;
  const backoff = new Backoff({ base: 100, cap: 1000, jitter: 'decorrelated', random: () => random });
  expect([0, 1, 2, 3].map((retry) => backoff.delay(retry))).toEqual([200, 350, 550, 550]);
  // A further server of the same round draws from the same range; a first retry begins anew.
  random = 1 - Number.EPSILON;
  expect(backoff.delay(3)).toBeCloseTo(1000);
  expect(backoff.delay(0)).toBeCloseTo(300);
});

test('a number is the share that a delay may be off, within the cap', () => {
  for (const [random, delays] of [
    [0, [80, 128, 800 / 1.2]],
    [0.5, [100, 160, 1000 / 1.2]],
    [1, [120, 192, 1000]],
  ] as const) {
    const backoff = new Backoff({ base: 100, cap: 1000, factor: 1.6, jitter: 0.2, random: () => random });
    expect([0, 1, 50].map((retry) => backoff.delay(retry))).toEqual(delays.map((ms) => expect.closeTo(ms)));
  }
});

test('gRPC: 1 s, 1.6 times longer each time, up to 2 min, from the start of an attempt', () => {
  const backoff = new Backoff({ ...GRPC_BACKOFF, random: () => 0.5 });
  expect([0, 1, 2].map((retry) => backoff.delay(retry))).toEqual([1000, 1600, expect.closeTo(2560)]);
  expect(backoff.delay(100)).toBeCloseTo(100_000);
  expect(backoff.fromStart).toBe(true);
  expect(new Backoff().fromStart).toBe(false);
});

test.each<Jitter>(['full', 'equal', 'decorrelated', 0.2])(
  '%p jitter spreads a crowd at the cap too',
  (jitter) => {
    const random = seededRandom(11);
    const cap = 10_000;
    const delays = Array.from({ length: 1000 }, () => {
      const backoff = new Backoff({ base: 500, cap, jitter, random });
      for (let retry = 0; retry < 12; retry++) backoff.delay(retry);
      return backoff.delay(12);
    });
    expect(Math.max(...delays)).toBeLessThanOrEqual(cap);
    const buckets = new Map<number, number>();
    for (const delay of delays) {
      const bucket = Math.floor(delay / 500);
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
    }
    expect(Math.max(...buckets.values())).toBeLessThan(1000 * 0.2);
  },
);

test('no delay is outside its bounds', () => {
  fc.assert(
    fc.property(
      fc.record({
        base: fc.integer({ min: 1, max: 5000 }),
        more: fc.nat(100_000),
        jitter: fc.constantFrom<Jitter>('full', 'equal', 'none', 'decorrelated', 0.5),
        seed: fc.integer(),
        retry: fc.nat(2000),
      }),
      ({ base, more, jitter, retry, ...rest }) => {
        const backoff = new Backoff({
          base,
          cap: base + more,
          jitter,
          random: seededRandom(rest.seed),
        });
        const delay = backoff.delay(retry);
        // ±50 % of what is at most cap / 1.5.
        const least = jitter === 'full' ? 0 : jitter === 0.5 ? base / 3 : base / 2;
        expect(delay).toBeGreaterThanOrEqual(least * (1 - 1e-9));
        expect(delay).toBeLessThanOrEqual((base + more) * (1 + 1e-9));
      },
    ),
    { seed },
  );
});

test('a crowd with full jitter is spread', () => {
  const random = seededRandom(7);
  const backoff = new Backoff({ base: 1000, cap: 30_000, random });
  const buckets = new Array<number>(10).fill(0);
  for (let i = 0; i < 2000; i++) {
    const bucket = Math.floor(backoff.delay(0) / 100);
    buckets[bucket] = (buckets[bucket] as number) + 1;
  }
  expect(Math.max(...buckets)).toBeLessThan(2000 * 0.15);
});

test('seeded numbers repeat, lie in [0, 1), and differ by seed', () => {
  const take = (s: number): number[] => {
    const random = seededRandom(s);
    return Array.from({ length: 10_000 }, random);
  };
  expect(take(1)).toEqual(take(1));
  expect(take(1)).not.toEqual(take(2));
  const many = take(3);
  expect(many.every((n) => n >= 0 && n < 1)).toBe(true);
  expect(many.reduce((a, b) => a + b) / many.length).toBeCloseTo(0.5, 1);
});

test.each<[BackoffOptions, RegExp]>([
  [{ base: 0 }, /backoff.base: 0 ms/],
  [{ base: 100, cap: 50 }, /backoff.cap: 50 ms .*100 ms/],
  [{ factor: 0.5 }, /backoff.factor: 0.5/],
  [{ jitter: 'some' as never }, /backoff.jitter: 'some'/],
  [{ jitter: 0 }, /backoff.jitter: '0'/],
  [{ jitter: 1.1 }, /backoff.jitter: '1.1'/],
  [{ from: 'now' as never }, /backoff.from: 'now'/],
])('%p is refused', (options, message) => {
  expect(() => new Backoff(options)).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringMatching(message) }),
  );
});
