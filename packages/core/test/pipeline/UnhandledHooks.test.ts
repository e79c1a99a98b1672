import {
  ClosedChannelException,
  EmbeddedChannel,
  type Logger,
  setLogger,
  type UnhandledHooks,
} from '@sluice/core';

const boom = new Error('boom');
const logger = { debug: jest.fn(), info: jest.fn(), warn: jest.fn(), error: jest.fn() } satisfies Logger;
let channel: EmbeddedChannel;
let emitWarning: jest.SpyInstance;

beforeEach(() => {
  jest.clearAllMocks();
  setLogger(logger);
  emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  channel = new EmbeddedChannel();
  channel.pipeline.unhandled = {};
});
afterEach(() => {
  emitWarning.mockRestore();
  setLogger();
  channel.finishAndReleaseAll();
});

describe('what reaches the end of the pipeline', () => {
  test('rule 4: an exception is a warning and the channel stays open', () => {
    channel.pipeline.addLast('a', {});
    channel.pipeline.fireExceptionCaught(boom);
    expect(logger.warn.mock.calls).toEqual([
      [
        { err: boom, channel: String(channel), handlers: ['a'] },
        expect.stringMatching(
          /^An exceptionCaught\(\) event was fired, and it reached at the tail of the pipeline\. /,
        ),
      ],
    ]);
    expect(channel.isOpen).toBe(true);
  });

  test.each([new ClosedChannelException('gone'), Object.assign(new Error('reset'), { code: 'ECONNRESET' })])(
    'a plain disconnect (%s) is debug only',
    (cause) => {
      channel.pipeline.fireExceptionCaught(cause);
      expect([logger.warn.mock.calls.length, logger.debug.mock.calls.length]).toEqual([0, 1]);
    },
  );

  test('rule 5: a message is logged at debug level, with one warning for each shape of pipeline', () => {
    channel.pipeline.addLast('UnhandledHooksTest', {});
    channel.pipeline.fireChannelRead('a message that is very much longer than forty characters');
    channel.pipeline.fireChannelRead('second');
    const text =
      /^Discarded inbound message "a message that is very much longer than …" that reached at the tail of the pipeline\. Please check your pipeline configuration\. Handlers: \[UnhandledHooksTest\]\./;
    expect(logger.debug).toHaveBeenCalledTimes(2);
    expect(logger.debug.mock.calls[0]).toEqual([{ channel: String(channel) }, expect.stringMatching(text)]);
    expect(logger.warn.mock.calls).toEqual([[{}, expect.stringMatching(text)]]);
    channel.pipeline.addLast('UnhandledHooksTest2', {});
    channel.pipeline.fireChannelRead('third');
    expect(logger.warn).toHaveBeenCalledTimes(2);
    expect(emitWarning).not.toHaveBeenCalled();
  });

  test.each(['the default logger', 'a logger that drops debug lines'])(
    'with %s no text is made for a message that would not be told of',
    (which) => {
      setLogger(which === 'the default logger' ? undefined : { ...logger, isLevelEnabled: () => false });
      const names = jest.spyOn(channel.pipeline, 'names');
      const warnings = (): number => emitWarning.mock.calls.length + logger.warn.mock.calls.length;
      channel.pipeline.addLast(which, {});
      for (let i = 0; i < 5; i++) channel.pipeline.fireChannelRead('message');
      expect([names.mock.calls.length, warnings(), logger.debug.mock.calls.length]).toEqual([1, 1, 0]);
      channel.pipeline.addLast(`${which}, another`, {});
      for (let i = 0; i < 5; i++) channel.pipeline.fireChannelRead('message');
      expect([names.mock.calls.length, warnings(), logger.debug.mock.calls.length]).toEqual([2, 2, 0]);
    },
  );

  test.each([
    [Buffer.alloc(3), 'Buffer(3 bytes)'],
    [new Uint8Array(2), 'Uint8Array(2 bytes)'],
    [new Map(), 'Map'],
    [Object.create(null), 'object'],
    [17, '17'],
  ])('a message is described by its kind', (message, description) => {
    channel.pipeline.fireChannelRead(message);
    expect(logger.debug.mock.calls[0]?.[1]).toContain(`Discarded inbound message ${description} that`);
  });

  test('everything else is silent', () => {
    channel.pipeline.fireUserEventTriggered('u').fireChannelReadComplete().fireChannelWritabilityChanged();
    channel.pipeline.fireChannelRegistered().fireChannelActive().fireChannelInactive();
    for (const log of Object.values(logger)) expect(log).not.toHaveBeenCalled();
    expect(emitWarning).not.toHaveBeenCalled();
  });
});

test('each hook takes the place of what happens otherwise', () => {
  const heard: unknown[] = [];
  const hear =
    (name: string) =>
    (of: unknown, detail?: unknown): void => {
      expect(of).toBe(channel);
      heard.push(detail === undefined ? [name] : [name, detail]);
    };
  channel.pipeline.unhandled = {
    message: hear('message'),
    exception: hear('exception'),
    userEvent: hear('userEvent'),
    active: hear('active'),
    inactive: hear('inactive'),
    readComplete: hear('readComplete'),
    writabilityChanged: hear('writabilityChanged'),
    failure: hear('failure'),
  } satisfies Required<UnhandledHooks>;
  const { pipeline } = channel;
  pipeline.fireChannelRead('m').fireExceptionCaught(boom).fireUserEventTriggered('u').fireChannelActive();
  pipeline.fireChannelInactive().fireChannelReadComplete().fireChannelWritabilityChanged();
  expect(heard).toEqual([
    ['message', 'm'],
    ['exception', boom],
    ['userEvent', 'u'],
    ['active'],
    ['inactive'],
    ['readComplete'],
    ['writabilityChanged'],
  ]);
  for (const log of Object.values(logger)) expect(log).not.toHaveBeenCalled();
});
