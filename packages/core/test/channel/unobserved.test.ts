import { ClosedChannelException, EmbeddedChannel, type Logger, setLogger } from '@sluice/core';

const unhandledRejection = jest.fn();
let channel: EmbeddedChannel;
let failures: Error[];

beforeAll(() => process.on('unhandledRejection', unhandledRejection));
afterAll(() => {
  process.off('unhandledRejection', unhandledRejection);
  expect(unhandledRejection).not.toHaveBeenCalled();
});
beforeEach(() => {
  channel = new EmbeddedChannel();
  failures = [];
  channel.pipeline.unhandled = {
    ...channel.pipeline.unhandled,
    failure: (_channel, cause) => failures.push(cause),
  };
});
afterEach(() => channel.finishAndReleaseAll());

/** Past the tick, its microtasks and the report. */
const ticksLater = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

const boom = new Error('boom');

test('10,000 pending writes that fail at close are one report', async () => {
  for (let i = 0; i < 10_000; i++) channel.write(i);
  channel.close();
  expect(failures).toEqual([]);
  await ticksLater();
  expect(failures).toEqual([expect.any(ClosedChannelException)]);
});

test('flushed and unflushed writes that fail with one cause are one report, two causes are two', async () => {
  const other = new Error('other');
  for (const cause of [boom, other, boom, other]) channel.newPromise().setFailure(cause);
  await ticksLater();
  expect(failures).toEqual([boom, other]);
});

test('each channel is told of its own', async () => {
  const second = new EmbeddedChannel();
  const told: unknown[] = [];
  second.pipeline.unhandled = { failure: (of, cause) => told.push([of, cause]) };
  channel.newFailedFuture(boom);
  second.newFailedFuture(boom);
  await ticksLater();
  expect(failures).toEqual([boom]);
  expect(told).toEqual([[second, boom]]);
  second.finish();
});

describe('a failure is not reported when somebody', () => {
  test('listens', async () => {
    channel
      .newPromise()
      .addListener(() => {})
      .setFailure(boom);
    channel.newFailedFuture(boom).addListener(() => {});
    await ticksLater();
    expect(failures).toEqual([]);
  });

  test('awaits it, before or in the same tick', async () => {
    const before = channel.newPromise();
    const awaiting = before.catch(() => 'seen');
    before.setFailure(boom);
    await awaiting;
    const sameTick = async (): Promise<void> => {
      await Promise.resolve();
      await channel.newFailedFuture(boom);
    };
    await expect(sameTick()).rejects.toBe(boom);
    await ticksLater();
    expect(failures).toEqual([]);
  });

  test('awaits it a few microtasks later', async () => {
    const failed = channel.newFailedFuture(boom);
    await Promise.resolve();
    await Promise.resolve();
    await expect(failed.then()).rejects.toBe(boom);
    await ticksLater();
    expect(failures).toEqual([]);
  });

  test('reads its cause', async () => {
    expect(channel.newFailedFuture(boom).cause).toBe(boom);
    await ticksLater();
    expect(failures).toEqual([]);
  });
});

test('a passive listener does not count as looking', async () => {
  const heard = jest.fn();
  channel.newPromise().addPassiveListener(heard).setFailure(boom);
  await ticksLater();
  expect(heard).toHaveBeenCalledTimes(1);
  expect(failures).toEqual([boom]);
});

test('a cancelled future is not a failure to report', async () => {
  channel.newPromise().cancel();
  await ticksLater();
  expect(failures).toEqual([]);
});

test('without a hook a plain disconnect is logged at debug level, anything else as a warning', async () => {
  const logger = { debug: jest.fn(), info: jest.fn(), warn: jest.fn(), error: jest.fn() } satisfies Logger;
  setLogger(logger);
  const plain = new EmbeddedChannel();
  plain.newFailedFuture(new ClosedChannelException('gone'));
  await ticksLater();
  expect(logger.warn).not.toHaveBeenCalled();
  expect(logger.debug).toHaveBeenCalledTimes(1);
  plain.newFailedFuture(boom);
  await ticksLater();
  expect(logger.warn).toHaveBeenCalledWith(
    { err: boom, channel: String(plain), handlers: [] },
    'An operation of a channel failed and nobody looked at its future.',
  );
  plain.finish();
  setLogger();
});
