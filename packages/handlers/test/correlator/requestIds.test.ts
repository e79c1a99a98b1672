import { requestIds } from '@sluice/handlers';

const take = (next: () => number, count: number): number[] => Array.from({ length: count }, () => next());

test('counts from 1, and from 1 again after 2³¹ − 1', () => {
  expect(take(requestIds(), 3)).toEqual([1, 2, 3]);
  expect(take(requestIds({ first: 2 ** 31 - 2 }), 3)).toEqual([2 ** 31 - 2, 2 ** 31 - 1, 1]);
});

test('or within another range', () => {
  expect(take(requestIds({ min: -1, max: 1 }), 5)).toEqual([-1, 0, 1, -1, 0]);
  expect(take(requestIds({ min: 0, first: 3, max: 3 }), 2)).toEqual([3, 0]);
});

test.each([{ min: 2, max: 1 }, { first: 0 }, { first: 2 ** 31 }, { min: 0.5 }, { max: Number.NaN }])(
  '%p is refused',
  (options) => {
    expect(() => requestIds(options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  },
);
