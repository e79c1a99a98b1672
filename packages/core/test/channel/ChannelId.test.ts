import { ChannelId } from '@sluice/core';

test('10,000 ids differ in both texts', () => {
  const ids = Array.from({ length: 10_000 }, () => new ChannelId());
  expect(new Set(ids.map((id) => id.asShortText())).size).toBe(10_000);
  expect(new Set(ids.map((id) => id.asLongText())).size).toBe(10_000);
});

test('the short text is 8 hex digits, the long one contains it and stays the same', () => {
  const id = new ChannelId();
  expect(id.asShortText()).toMatch(/^[0-9a-f]{8}$/);
  expect(String(id)).toBe(id.asShortText());
  expect(id.asLongText()).toMatch(/^[0-9a-f]{16}-[0-9a-f]{8}-[0-9a-f]{8}$/);
  expect(id.asLongText().endsWith(id.asShortText())).toBe(true);
  expect(id.asLongText()).toBe(id.asLongText());
});
