import {
  type ChannelMatcher,
  ChannelMatchers,
  EmbeddedChannel,
  LocalServerChannel,
} from '../../src/index.js';

class Special extends EmbeddedChannel {}

const plain = new EmbeddedChannel();
const special = new Special();
const server = new LocalServerChannel();
const matched = (matcher: ChannelMatcher): boolean[] => [plain, special, server].map(matcher);

afterAll(() => {
  for (const channel of [plain, special, server]) channel.close();
});

test.each<[string, ChannelMatcher, boolean[]]>([
  ['all', ChannelMatchers.all(), [true, true, true]],
  ['is', ChannelMatchers.is(plain), [true, false, false]],
  ['isNot', ChannelMatchers.isNot(plain), [false, true, true]],
  ['isInstanceOf', ChannelMatchers.isInstanceOf(EmbeddedChannel), [true, true, false]],
  ['isInstanceOf a subclass', ChannelMatchers.isInstanceOf(Special), [false, true, false]],
  ['isNotInstanceOf', ChannelMatchers.isNotInstanceOf(Special), [true, false, true]],
  ['isServerChannel', ChannelMatchers.isServerChannel(), [false, false, true]],
  ['isNonServerChannel', ChannelMatchers.isNonServerChannel(), [true, true, false]],
  ['invert', ChannelMatchers.invert(ChannelMatchers.is(plain)), [false, true, true]],
  ['compose of one', ChannelMatchers.compose(ChannelMatchers.is(special)), [false, true, false]],
  [
    'compose of two',
    ChannelMatchers.compose(ChannelMatchers.isNonServerChannel(), ChannelMatchers.isNot(plain)),
    [false, true, false],
  ],
])('%s', (_name, matcher, expected) => {
  expect(matched(matcher)).toEqual(expected);
});

test('compose asks until one refuses', () => {
  const last = jest.fn(() => true);
  expect(ChannelMatchers.compose(() => false, last)(plain)).toBe(false);
  expect(last).not.toHaveBeenCalled();
});

test('compose of nothing is refused', () => {
  expect(() => ChannelMatchers.compose()).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_ARG_VALUE',
      message: 'matchers must at least contain one element',
    }),
  );
});
