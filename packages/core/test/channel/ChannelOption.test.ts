import { ChannelOption } from '@sluice/core';

test('options of one name are one object', () => {
  expect(ChannelOption.valueOf('AUTO_READ')).toBe(ChannelOption.AUTO_READ);
  expect(ChannelOption.exists('ChannelOptionTest.own')).toBe(false);
  const own = ChannelOption.valueOf<number>('ChannelOptionTest.own');
  expect(ChannelOption.exists('ChannelOptionTest.own')).toBe(true);
  expect(ChannelOption.valueOf('ChannelOptionTest.own')).toBe(own);
  expect([own.name, String(own)]).toEqual(['ChannelOptionTest.own', 'ChannelOptionTest.own']);
});

test('newInstance makes one that must be new', () => {
  const made = ChannelOption.newInstance<number>('ChannelOptionTest.new');
  expect(ChannelOption.valueOf('ChannelOptionTest.new')).toBe(made);
  for (const taken of ['ChannelOptionTest.new', 'AUTO_READ']) {
    expect(() => ChannelOption.newInstance(taken)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE', message: `'${taken}' is already in use` }),
    );
  }
});

test('every constant has its own name', () => {
  const constants = Object.entries(ChannelOption).filter(([, value]) => value instanceof ChannelOption);
  expect(constants.length).toBeGreaterThan(15);
  for (const [name, option] of constants) expect((option as ChannelOption<unknown>).name).toBe(name);
});
