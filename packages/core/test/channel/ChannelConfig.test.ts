import { ChannelOption, EmbeddedChannel, WriteBufferWaterMark } from '@sluice/core';

let channel: EmbeddedChannel;
beforeEach(() => {
  channel = new EmbeddedChannel();
});
afterEach(() => channel.finish());

test('has the defaults of Netty', () => {
  expect(channel.config).toMatchObject({
    autoRead: true,
    autoClose: true,
    allowHalfClosure: false,
    connectTimeoutMillis: 30_000,
    writeBufferWaterMark: WriteBufferWaterMark.DEFAULT,
  });
});

test('options and properties are the same settings', () => {
  const marks = new WriteBufferWaterMark(1, 2);
  const estimator = (): number => 3;
  const hooks = { message() {} };
  const settings = [
    [ChannelOption.AUTO_READ, false, () => channel.config.autoRead],
    [ChannelOption.AUTO_CLOSE, false, () => channel.config.autoClose],
    [ChannelOption.ALLOW_HALF_CLOSURE, true, () => channel.config.allowHalfClosure],
    [ChannelOption.CONNECT_TIMEOUT_MILLIS, 5, () => channel.config.connectTimeoutMillis],
    [ChannelOption.WRITE_BUFFER_WATER_MARK, marks, () => channel.config.writeBufferWaterMark],
    [ChannelOption.MESSAGE_SIZE_ESTIMATOR, estimator, () => channel.config.messageSizeEstimator],
    [ChannelOption.UNHANDLED, hooks, () => channel.pipeline.unhandled],
  ] as const;
  for (const [option, value, property] of settings) {
    const untyped = option as ChannelOption<unknown>;
    expect(channel.setOption(untyped, value)).toBe(true);
    expect([option.name, property()]).toEqual([option.name, value]);
    expect([option.name, channel.getOption(untyped)]).toEqual([option.name, value]);
  }
});

test('refuses a connect timeout below 0', () => {
  expect(() => channel.setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, -1)).toThrow(
    expect.objectContaining({
      code: 'ERR_OUT_OF_RANGE',
      message: 'connectTimeoutMillis : -1 (expected: >= 0)',
    }),
  );
  expect(channel.config.connectTimeoutMillis).toBe(30_000);
});

test("Netty's old pair of water marks sets one and leaves the other", () => {
  expect(channel.getOption(ChannelOption.WRITE_BUFFER_LOW_WATER_MARK)).toBe(32 * 1024);
  expect(channel.setOption(ChannelOption.WRITE_BUFFER_HIGH_WATER_MARK, 100_000)).toBe(true);
  expect(channel.setOption(ChannelOption.WRITE_BUFFER_LOW_WATER_MARK, 50_000)).toBe(true);
  expect(channel.config.writeBufferWaterMark).toMatchObject({ low: 50_000, high: 100_000 });
  expect(channel.getOption(ChannelOption.WRITE_BUFFER_HIGH_WATER_MARK)).toBe(100_000);
  for (const [option, value] of [
    [ChannelOption.WRITE_BUFFER_HIGH_WATER_MARK, 49_999],
    [ChannelOption.WRITE_BUFFER_LOW_WATER_MARK, 100_001],
  ] as const) {
    expect(() => channel.setOption(option, value)).toThrow(
      expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
    );
  }
  expect(channel.config.writeBufferWaterMark).toMatchObject({ low: 50_000, high: 100_000 });
});

test('an option the transport does not know is ignored with one warning by its name', () => {
  const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const option = ChannelOption.valueOf<number>('ChannelConfigTest.UNKNOWN');
  expect([channel.setOption(option, 1), channel.setOption(option, 2)]).toEqual([false, false]);
  expect(channel.getOption(option)).toBeUndefined();
  const texts = emitWarning.mock.calls.map(([text]) => String(text));
  emitWarning.mockRestore();
  expect(texts).toEqual([
    expect.stringMatching(/^Unknown channel option 'ChannelConfigTest\.UNKNOWN' for EmbeddedChannel/),
  ]);
});

test('an option the transport applies can be read back', () => {
  const option = ChannelOption.valueOf<number>('ChannelConfigTest.OWN');
  const applied: unknown[] = [];
  class OwnChannel extends EmbeddedChannel {
    override applyOption(given: ChannelOption<unknown>, value: unknown): boolean {
      applied.push([given.name, value]);
      return given === (option as ChannelOption<unknown>);
    }
  }
  const own = new OwnChannel();
  expect(own.setOption(option, 7)).toBe(true);
  expect(own.getOption(option)).toBe(7);
  expect(applied).toEqual([['ChannelConfigTest.OWN', 7]]);
  own.finish();
});

test('turning autoRead on reads once; setting it to what it is does nothing', () => {
  const reads = jest.fn();
  channel.pipeline.addLast({
    read(ctx) {
      reads();
      ctx.read();
    },
  });
  channel.config.autoRead = true;
  expect(reads).toHaveBeenCalledTimes(0);
  channel.config.autoRead = false;
  expect(reads).toHaveBeenCalledTimes(0);
  channel.config.autoRead = true;
  expect(reads).toHaveBeenCalledTimes(1);
});
