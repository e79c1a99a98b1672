import { RoundTripTime } from '../../src/heartbeat/RoundTripTime.js';

test('is smoothed as RFC 6298 says', () => {
  const rtt = new RoundTripTime();
  expect([rtt.latest, rtt.smoothed, rtt.jitter]).toEqual([undefined, undefined, undefined]);
  rtt.sample(100);
  expect([rtt.latest, rtt.smoothed, rtt.jitter]).toEqual([100, 100, 50]);
  rtt.sample(180);
  // RTTVAR = 3/4 * 50 + 1/4 * |100 - 180|, then SRTT = 7/8 * 100 + 1/8 * 180.
  expect([rtt.latest, rtt.smoothed, rtt.jitter]).toEqual([180, 110, 57.5]);
  rtt.sample(110);
  expect([rtt.smoothed, rtt.jitter]).toEqual([110, 43.125]);
});

test('tells how long to wait: the mean and four deviations, between the limits', () => {
  const rtt = new RoundTripTime();
  expect(rtt.patience(1000, 5000)).toBe(5000);
  rtt.sample(100);
  expect(rtt.patience(10, 5000)).toBe(300);
  expect(rtt.patience(1000, 5000)).toBe(1000);
  expect(rtt.patience(10, 200)).toBe(200);
});
