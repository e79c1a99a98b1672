import { ChannelOption, EmbeddedChannel, LocalChannel, setLogger } from '@sluice/core';
import { checkKeepAlive, KEEP_ALIVE, keepAlive } from '@sluice/handlers';

const warn = jest.fn();
beforeEach(() => {
  warn.mockClear();
  setLogger({ debug: jest.fn(), info: jest.fn(), warn, error: jest.fn() });
});
afterEach(() => setLogger());

/** A channel that can set the options of this list only. */
function channelWith(...options: unknown[]): EmbeddedChannel {
  const channel = new EmbeddedChannel();
  jest.spyOn(channel, 'setOption').mockImplementation((option) => options.includes(option));
  return channel;
}
const { SO_KEEPALIVE, TCP_KEEPCNT, TCP_KEEPIDLE, TCP_KEEPINTVL } = ChannelOption;

test('what is set holds, and can be read later', () => {
  const channel = channelWith(SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT);
  const held = keepAlive(channel, { idle: 60_000, interval: 5000, count: 3, heartbeat: 90_000 });
  expect(held).toEqual({
    idle: 60_000,
    interval: 5000,
    count: 3,
    detection: 75_000,
    ignored: [],
    warnings: [],
  });
  expect(channel.attr(KEEP_ALIVE).get()).toBe(held);
  expect(jest.mocked(channel.setOption).mock.calls).toEqual([
    [TCP_KEEPIDLE, 60],
    [TCP_KEEPINTVL, 5],
    [TCP_KEEPCNT, 3],
    [SO_KEEPALIVE, true],
  ]);
});

test('what cannot be set is told, and what holds instead', () => {
  const old = keepAlive(channelWith(SO_KEEPALIVE, TCP_KEEPIDLE), { idle: 30_000, interval: 5000, count: 3 });
  expect(old).toMatchObject({ interval: 1000, count: 10, detection: 40_000, ignored: ['interval', 'count'] });
  const none = keepAlive(new LocalChannel(), { idle: 30_000 });
  expect(none).toMatchObject({ idle: 7_200_000, ignored: ['idle', 'keepAlive'] });
  const user = keepAlive(channelWith(SO_KEEPALIVE), { userTimeout: 20_000 });
  expect(user.ignored).toEqual(['userTimeout']);
  expect(user.warnings).toEqual([expect.stringMatching(/^TCP_USER_TIMEOUT cannot be set by Node/)]);
});

test('a keepalive that does not fit the heartbeat is warned of, once', () => {
  for (let i = 0; i < 2; i++) {
    const { warnings } = keepAlive(channelWith(SO_KEEPALIVE, TCP_KEEPIDLE), {
      idle: 7_200_000,
      heartbeat: 10_000,
    });
    expect(warnings).toEqual([
      'TCP keepalive finds a dead peer after 7210000 ms, the heartbeat after 10000 ms: keepalive does nothing. ' +
        'Set its idle time below 10000 ms.',
    ]);
  }
  expect(warn.mock.calls.filter(([, text]) => /keepalive does nothing/.test(text as string))).toHaveLength(1);
});

test.each([
  [{ heartbeat: 10_000 }, 7_875_000, /keepalive does nothing/],
  [{ idle: 1000, heartbeat: 45_000 }, 11_000, /the heartbeat finds only peers that are frozen/],
  [{ idle: 30_000, heartbeat: 10_000 }, 40_000, undefined],
  [{ idle: 1000 }, 11_000, undefined],
])('checkKeepAlive(%j)', (options, detection, warning) => {
  const checked = checkKeepAlive(options);
  expect(checked.detection).toBe(detection);
  expect(checked.warnings).toEqual(warning === undefined ? [] : [expect.stringMatching(warning)]);
  expect(warn).not.toHaveBeenCalled();
});

test.each([{ idle: 1500 }, { idle: 0 }, { count: 1.5 }, { interval: -1000 }])('%j is refused', (options) => {
  expect(() => keepAlive(channelWith(), options)).toThrow(
    expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
  );
});
