import type { Logger } from '@sluice/core';

/** A fresh copy of the module: it remembers what it warned about. */
function freshLogger(): typeof import('../../src/util/logger.js') {
  let copy: typeof import('../../src/util/logger.js') | undefined;
  jest.isolateModules(() => {
    copy = require('../../src/util/logger.js');
  });
  return copy as typeof import('../../src/util/logger.js');
}

let emitWarning: jest.SpyInstance;
beforeEach(() => {
  emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => emitWarning.mockRestore());

describe('warnOnce', () => {
  test('emits each kind once', () => {
    const { warnOnce } = freshLogger();
    warnOnce('a', 'first');
    warnOnce('a', 'second');
    warnOnce('b', 'third');
    expect(emitWarning.mock.calls).toEqual([
      ['first', 'SluiceWarning'],
      ['third', 'SluiceWarning'],
    ]);
  });

  test('remembers a bounded number of kinds and is silent beyond', () => {
    const { warnOnce } = freshLogger();
    for (let i = 0; i < 1000; i++) warnOnce(`kind ${i}`, `text ${i}`);
    expect(emitWarning).toHaveBeenCalledTimes(256);
    warnOnce('kind 0', 'again');
    warnOnce('kind 999', 'again');
    expect(emitWarning).toHaveBeenCalledTimes(256);
  });
});

test('warnOnce tells the logger that is installed, each kind once whoever was told', () => {
  const { setLogger, warnOnce } = freshLogger();
  const warn = jest.fn();
  setLogger({ debug() {}, info() {}, warn, error() {} });
  warnOnce('a', 'first');
  warnOnce('a', 'second');
  setLogger();
  warnOnce('a', 'third');
  expect(warn.mock.calls).toEqual([[{}, 'first']]);
  expect(emitWarning).not.toHaveBeenCalled();
});

test('debug lines are enabled as the logger says, and always if it does not', () => {
  const { isDebugEnabled, setLogger } = freshLogger();
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  expect(isDebugEnabled()).toBe(false);
  setLogger(silent);
  expect(isDebugEnabled()).toBe(true);
  setLogger({ ...silent, isLevelEnabled: (level) => level !== 'debug' });
  expect(isDebugEnabled()).toBe(false);
});

describe('the default logger', () => {
  test('warns about each text once, with the stack of its error', () => {
    const logger = freshLogger().getLogger();
    const err = new Error('deep reason');
    logger.warn({ err }, 'It failed');
    logger.warn({ err: new Error('another') }, 'It failed');
    logger.error({}, 'It failed badly');
    expect(emitWarning.mock.calls).toEqual([
      [`It failed: ${err.stack}`, 'SluiceWarning'],
      ['It failed badly', 'SluiceWarning'],
    ]);
  });

  test('drops debug and info', () => {
    const logger = freshLogger().getLogger();
    logger.debug({}, 'detail');
    logger.info({}, 'news');
    expect(emitWarning).not.toHaveBeenCalled();
  });
});

test('setLogger replaces the logger, and without an argument brings the default back', () => {
  const { getLogger, setLogger } = freshLogger();
  const before = getLogger();
  const own: Logger = { debug: jest.fn(), info: jest.fn(), warn: jest.fn(), error: jest.fn() };
  setLogger(own);
  expect(getLogger()).not.toBe(before);
  getLogger().warn({ a: 1 }, 'text');
  expect(own.warn).toHaveBeenCalledWith({ a: 1 }, 'text');
  expect(emitWarning).not.toHaveBeenCalled();
  setLogger();
  expect(getLogger()).toBe(before);
});

test('a logger that throws does not end what it was to tell of', () => {
  const { getLogger, setLogger } = freshLogger();
  const failing = (): never => {
    throw new Error('disk full');
  };
  setLogger({ debug: failing, info: failing, warn: failing, error: failing });
  getLogger().warn({}, 'text');
  getLogger().error({}, 'text');
  expect(emitWarning.mock.calls).toEqual([
    [expect.stringMatching(/^The logger threw: .*disk full/), 'SluiceWarning'],
  ]);
});
