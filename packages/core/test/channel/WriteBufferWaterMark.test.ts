import { WriteBufferWaterMark } from '@sluice/core';

test('holds two marks; the default is 32 and 64 KiB', () => {
  expect(new WriteBufferWaterMark(0, 0)).toMatchObject({ low: 0, high: 0 });
  expect(String(new WriteBufferWaterMark(1, 2))).toBe('WriteBufferWaterMark(low: 1, high: 2)');
  expect(WriteBufferWaterMark.DEFAULT).toMatchObject({ low: 32 * 1024, high: 64 * 1024 });
});

test.each([
  [-1, 1, 'low : -1 (expected: >= 0)'],
  [Number.NaN, 1, 'low : NaN (expected: >= 0)'],
  [2, 1, "write buffer's high water mark cannot be less than  low water mark (2): 1"],
  [2, Number.NaN, "write buffer's high water mark cannot be less than  low water mark (2): NaN"],
])('refuses low %d and high %d', (low, high, message) => {
  expect(() => new WriteBufferWaterMark(low, high)).toThrow(
    expect.objectContaining({ code: 'ERR_OUT_OF_RANGE', message }),
  );
});
