import { AttributeKey, EmbeddedChannel } from '@sluice/core';
import { DefaultAttributeMap } from '../../src/util/AttributeMap.js';

describe('AttributeKey', () => {
  test('keys of one name are one object', () => {
    const key = AttributeKey.valueOf<number>('AttributeMapTest.one');
    expect(AttributeKey.valueOf('AttributeMapTest.one')).toBe(key);
    expect(AttributeKey.valueOf('AttributeMapTest.two')).not.toBe(key);
    expect([key.name, String(key)]).toEqual(['AttributeMapTest.one', 'AttributeMapTest.one']);
  });

  test('newInstance refuses a name in use', () => {
    expect(AttributeKey.exists('AttributeMapTest.new')).toBe(false);
    AttributeKey.newInstance('AttributeMapTest.new');
    expect(AttributeKey.exists('AttributeMapTest.new')).toBe(true);
    expect(() => AttributeKey.newInstance('AttributeMapTest.new')).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_VALUE',
        message: "'AttributeMapTest.new' is already in use",
      }),
    );
  });
});

describe('an attribute', () => {
  const key = AttributeKey.valueOf<string>('AttributeMapTest.slot');

  test('is one slot of its map', () => {
    const map = new DefaultAttributeMap();
    expect(map.hasAttr(key)).toBe(false);
    const slot = map.attr(key);
    expect(slot.key).toBe(key);
    expect(map.attr(key)).toBe(slot);
    expect(new DefaultAttributeMap().attr(key)).not.toBe(slot);
    expect(map.hasAttr(key)).toBe(false);
    slot.set('x');
    expect([slot.get(), map.hasAttr(key)]).toEqual(['x', true]);
    slot.set(undefined);
    expect(map.hasAttr(key)).toBe(false);
  });

  test('sets conditionally and tells what was there', () => {
    const slot = new DefaultAttributeMap().attr(key);
    expect(slot.setIfAbsent('a')).toBeUndefined();
    expect(slot.setIfAbsent('b')).toBe('a');
    expect(slot.getAndSet('c')).toBe('a');
    expect(slot.compareAndSet('a', 'd')).toBe(false);
    expect(slot.compareAndSet('c', 'd')).toBe(true);
    expect(slot.get()).toBe('d');
  });

  test("a context's attributes are its channel's", () => {
    const channel = new EmbeddedChannel({ channelRead() {} });
    const ctx = channel.pipeline.firstContext;
    ctx?.attr(key).set('shared');
    expect(channel.attr(key).get()).toBe('shared');
    expect([ctx?.hasAttr(key), channel.hasAttr(key)]).toEqual([true, true]);
    channel.finish();
  });
});
