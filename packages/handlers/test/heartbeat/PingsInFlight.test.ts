import { PingsInFlight } from '../../src/heartbeat/PingsInFlight.js';

test('an answer finds its ping and forgets those before', () => {
  const pings = new PingsInFlight();
  for (let nonce = 1; nonce <= 4; nonce++) pings.sent(nonce, nonce * 100);
  expect([3, 2, 3, 4].map((nonce) => pings.answered(nonce))).toEqual([300, undefined, undefined, 400]);
});

test('an answer without a nonce is taken for that of the only ping', () => {
  const pings = new PingsInFlight();
  expect(pings.answered(undefined)).toBeUndefined();
  pings.sent(1, 100);
  expect(pings.answered(undefined)).toBe(100);
  pings.sent(2, 200);
  pings.sent(3, 300);
  expect(pings.answered(undefined)).toBeUndefined();
  pings.sent(4, 400);
  expect(pings.answered(undefined)).toBe(400);
});

test('the oldest are forgotten when nobody ever answers', () => {
  const pings = new PingsInFlight();
  for (let nonce = 1; nonce <= 1000; nonce++) pings.sent(nonce, nonce);
  expect([984, 985, 1000].map((nonce) => pings.answered(nonce))).toEqual([undefined, 985, 1000]);
});
