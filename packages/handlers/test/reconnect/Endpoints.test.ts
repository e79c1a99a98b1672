import type { SocketAddress } from '@sluice/core';
import fc from 'fast-check';
import { Endpoints } from '../../src/reconnect/Endpoints.js';

const [A, B, C, D] = ['a', 'b', 'c', 'd'].map((local): SocketAddress => ({ local })) as [
  SocketAddress,
  SocketAddress,
  SocketAddress,
  SocketAddress,
];

/** Takes the server that an attempt without a race would. */
async function next(endpoints: Endpoints, now: number): Promise<SocketAddress> {
  const plan = await endpoints.plan(now, 1);
  expect(plan).toHaveLength(1);
  endpoints.taken(plan[0] as SocketAddress);
  return plan[0] as SocketAddress;
}

test('goes round the list', async () => {
  const endpoints = new Endpoints([A, B, C], 0, 0);
  const taken: SocketAddress[] = [];
  for (let i = 0; i < 5; i++) taken.push(await next(endpoints, 0));
  expect(taken).toEqual([A, B, C, A, B]);
  expect(endpoints.size).toBe(3);
});

test('goes on where it was when the list changes, and forgets servers that are no more', async () => {
  let list: SocketAddress[] = [A, B];
  const endpoints = new Endpoints(() => list, 1000, 3000);
  expect(await next(endpoints, 0)).toBe(A);
  endpoints.failed(A, 0);
  list = [C, A, B];
  expect(await next(endpoints, 0)).toBe(B);
  list = [C];
  expect(await next(endpoints, 0)).toBe(C);
  list = [A];
  expect(await next(endpoints, 0)).toBe(A);
});

test('passes over a server that failed, for the quarantine', async () => {
  const endpoints = new Endpoints([A, B, C], 1000, 3000);
  endpoints.failed(A, 0);
  expect(await next(endpoints, 500)).toBe(B);
  expect(await next(endpoints, 500)).toBe(C);
  expect(await next(endpoints, 500)).toBe(B);
  expect(await next(endpoints, 1000)).toBe(C);
  expect(await next(endpoints, 1000)).toBe(A);
});

test('or until it has proved good', async () => {
  const endpoints = new Endpoints([A, B], 1000, 3000);
  endpoints.failed(A, 0);
  endpoints.proved(A);
  expect(await next(endpoints, 0)).toBe(A);
});

test('when all have failed, takes the one that was left alone the longest', async () => {
  const endpoints = new Endpoints([A, B, C], 1000, 3000);
  endpoints.failed(B, 10);
  endpoints.failed(C, 20);
  endpoints.failed(A, 30);
  expect(await next(endpoints, 100)).toBe(B);
  endpoints.failed(B, 100);
  expect(await next(endpoints, 200)).toBe(C);
});

test('counts doubles once', async () => {
  const endpoints = new Endpoints([A, { ...A }, B], 0, 0);
  const taken = [await next(endpoints, 0), await next(endpoints, 0), await next(endpoints, 0)];
  expect(taken).toEqual([A, B, A]);
  expect(endpoints.size).toBe(2);
});

test('an empty list is refused, an empty answer fails', async () => {
  expect(() => new Endpoints([], 0, 0)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  await expect(new Endpoints(() => Promise.resolve([]), 0, 0).plan(0, 1)).rejects.toMatchObject({
    code: 'ERR_ILLEGAL_STATE',
  });
});

test('a race takes the good ones in their order, and one that is half open among them', async () => {
  const endpoints = new Endpoints([A, B, C, D], 1000, 3000);
  endpoints.failed(B, 0);
  expect(await endpoints.plan(500, 9)).toEqual([A, C, D]);
  expect(await endpoints.plan(500, 2)).toEqual([A, C]);
  endpoints.failed(D, 0);
  expect(await endpoints.plan(1000, 9)).toEqual([A, B, C]);
  endpoints.taken(B);
  expect(await endpoints.plan(1000, 9)).toEqual([C, D, A]);
});

test('without a good one the race goes on to those in quarantine, the longest left alone first', async () => {
  const endpoints = new Endpoints([A, B, C], 1000, 3000);
  endpoints.failed(C, 0);
  endpoints.failed(A, 500);
  endpoints.failed(B, 400);
  expect(await endpoints.plan(600, 9)).toEqual([C, B, A]);
  expect(await endpoints.plan(1000, 9)).toEqual([C, B, A]);
});

describe('a quarantine', () => {
  test('grows when the probe after it fails, up to a limit, and begins anew when the server proved good', async () => {
    const endpoints = new Endpoints([A, B], 1000, 2500);
    const passedOver = async (from: number): Promise<number> => {
      endpoints.failed(A, from);
      endpoints.taken(B);
      let now = from;
      for (; (await endpoints.plan(now, 1))[0] !== A; now += 100);
      return now - from;
    };
    expect(await passedOver(0)).toBe(1000);
    expect(await passedOver(5000)).toBe(2000);
    expect(await passedOver(10_000)).toBe(2500);
    expect(await passedOver(15_000)).toBe(2500);
    endpoints.proved(A);
    expect(await passedOver(20_000)).toBe(1000);
  });

  test('does not grow by attempts within it, which are made because there is nobody else', async () => {
    const endpoints = new Endpoints([A, B], 1000, 100_000);
    for (let now = 0; now < 900; now += 100) endpoints.failed(A, now);
    endpoints.taken(B);
    expect(await endpoints.plan(1799, 1)).toEqual([B]);
    expect(await endpoints.plan(1800, 1)).toEqual([A]);
  });

  test('is what a server gets that drains, for as long as it asked at least', async () => {
    const endpoints = new Endpoints([A, B], 1000, 3000);
    endpoints.taken(B);
    endpoints.draining(A, 0, 100);
    expect(await endpoints.plan(999, 1)).toEqual([B]);
    expect(await endpoints.plan(1000, 1)).toEqual([A]);
    endpoints.draining(A, 1000, 5000);
    expect(await endpoints.plan(5999, 1)).toEqual([B]);
    // It did not fail: a failure now is the first.
    endpoints.failed(A, 6000);
    expect(await endpoints.plan(7000, 1)).toEqual([A]);
  });
});

test('a server that is preferred comes first once, also one that is not in the list', async () => {
  const endpoints = new Endpoints([A, B], 1000, 3000);
  endpoints.prefer(B);
  expect(await endpoints.plan(0, 9)).toEqual([B, A]);
  expect(await endpoints.plan(0, 9)).toEqual([A, B]);
  endpoints.prefer(C);
  expect(await endpoints.plan(0, 2)).toEqual([C, A]);
  expect(await endpoints.plan(0, 2)).toEqual([A, B]);
});

test('nobody starves: over time each server that is not in quarantine is tried', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), async (outcomes) => {
      const endpoints = new Endpoints([A, B, C, D], 300, 900);
      const tried = new Map<SocketAddress, number>();
      let now = 0;
      for (const isGood of outcomes) {
        const server = await next(endpoints, now);
        tried.set(server, (tried.get(server) ?? 0) + 1);
        if (isGood) endpoints.proved(server);
        else endpoints.failed(server, now);
        now += 100;
      }
      expect(tried.size).toBe(4);
      expect(Math.min(...tried.values())).toBeGreaterThan(2);
    }),
    { seed: Number(process.env.FAST_CHECK_SEED ?? 42) },
  );
});
