import { Backoff, type BackoffOptions, seededRandom } from '@sluice/handlers';
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

test('no delay is outside its bounds', () => {
  fc.assert(
    fc.property(
      fc.record({
        base: fc.integer({ min: 1, max: 5000 }),
        more: fc.nat(100_000),
        jitter: fc.constantFrom('full', 'equal', 'none'),
        seed: fc.integer(),
        retry: fc.nat(2000),
      }),
      ({ base, more, jitter, retry, ...rest }) => {
        const backoff = new Backoff({
          base,
          cap: base + more,
          jitter: jitter as 'full',
          random: seededRandom(rest.seed),
        });
        const delay = backoff.delay(retry);
        expect(delay).toBeGreaterThanOrEqual(jitter === 'full' ? 0 : base / 2);
        expect(delay).toBeLessThanOrEqual(base + more);
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
])('%p is refused', (options, message) => {
  expect(() => new Backoff(options)).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringMatching(message) }),
  );
});
