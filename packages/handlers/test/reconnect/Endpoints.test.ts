import type { SocketAddress } from '@sluice/core';
import { Endpoints } from '../../src/reconnect/Endpoints.js';

const [A, B, C] = ['a', 'b', 'c'].map((local): SocketAddress => ({ local })) as [
  SocketAddress,
  SocketAddress,
  SocketAddress,
];

test('goes round the list', async () => {
  const endpoints = new Endpoints([A, B, C], 0);
  const taken: SocketAddress[] = [];
  for (let i = 0; i < 5; i++) taken.push(await endpoints.next(0));
  expect(taken).toEqual([A, B, C, A, B]);
  expect(endpoints.size).toBe(3);
});

test('goes on where it was when the list changes, and forgets servers that are no more', async () => {
  let list: SocketAddress[] = [A, B];
  const endpoints = new Endpoints(() => list, 1000);
  expect(await endpoints.next(0)).toBe(A);
  endpoints.failed(A, 0);
  list = [C, A, B];
  expect(await endpoints.next(0)).toBe(B);
  list = [C];
  expect(await endpoints.next(0)).toBe(C);
  list = [A];
  expect(await endpoints.next(0)).toBe(A);
});

test('passes over a server that failed, for the quarantine', async () => {
  const endpoints = new Endpoints([A, B, C], 1000);
  endpoints.failed(A, 0);
  expect(await endpoints.next(500)).toBe(B);
  expect(await endpoints.next(500)).toBe(C);
  expect(await endpoints.next(500)).toBe(B);
  expect(await endpoints.next(1000)).toBe(C);
  expect(await endpoints.next(1000)).toBe(A);
});

test('or until it has proved good', async () => {
  const endpoints = new Endpoints([A, B], 1000);
  endpoints.failed(A, 0);
  endpoints.proved(A);
  expect(await endpoints.next(0)).toBe(A);
});

test('when all have failed, takes the one that was left alone the longest', async () => {
  const endpoints = new Endpoints([A, B, C], 1000);
  endpoints.failed(B, 10);
  endpoints.failed(C, 20);
  endpoints.failed(A, 30);
  expect(await endpoints.next(100)).toBe(B);
  endpoints.failed(B, 100);
  expect(await endpoints.next(200)).toBe(C);
});

test('counts doubles once', async () => {
  const endpoints = new Endpoints([A, { ...A }, B], 0);
  const taken = [await endpoints.next(0), await endpoints.next(0), await endpoints.next(0)];
  expect(taken).toEqual([A, B, A]);
  expect(endpoints.size).toBe(2);
});

test('an empty list is refused, an empty answer fails', async () => {
  expect(() => new Endpoints([], 0)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  await expect(new Endpoints(() => Promise.resolve([]), 0).next(0)).rejects.toMatchObject({
    code: 'ERR_ILLEGAL_STATE',
  });
});
