import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import * as core from '@sluice/core';
import {
  CancellationException,
  ChannelException,
  ClosedChannelException,
  IllegalStateException,
  invalidArgType,
  invalidArgValue,
  outOfRange,
  registerError,
  registeredErrors,
  SluiceError,
} from '@sluice/core';
import { isStackOverflow, toError } from '../../src/util/errors.js';

type ErrorClass = new (message?: string, options?: { cause?: unknown }) => SluiceError;

/** Every error class that the package exports, as [name, class]. */
const exported = Object.entries(core).filter(
  (entry): entry is [string, ErrorClass & (typeof entry)[1]] =>
    typeof entry[1] === 'function' &&
    (entry[1] === SluiceError || Object.getPrototypeOf(entry[1].prototype ?? {}) instanceof SluiceError),
);

/** The same source files, loaded a second time. */
function secondCopy(): typeof core {
  let copy: typeof core | undefined;
  jest.isolateModules(() => {
    copy = require('@sluice/core');
  });
  return copy as typeof core;
}

describe('error classes', () => {
  test('there are some', () => {
    expect(exported.length).toBeGreaterThan(10);
  });

  test.each(exported)('%s is registered with a code, and its errors carry name and code', (name, type) => {
    const code = registeredErrors().get(name);
    expect(code).toMatch(/^ERR_[A-Z_]+$/);
    const error = Object.create(type.prototype) as SluiceError;
    expect(error).toMatchObject({ name, code });
    expect(error).toBeInstanceOf(type);
    expect(error).toBeInstanceOf(SluiceError);
  });

  test('errors have message, cause and a stack that begins with their name', () => {
    const cause = new Error('why');
    const error = new ClosedChannelException('what', { cause });
    expect(error).toMatchObject({ message: 'what', cause });
    expect(String(error)).toBe('ClosedChannelException: what');
    expect(error.stack).toContain('ClosedChannelException: what');
  });

  test('codes are distinct', () => {
    const codes = [...registeredErrors().values()];
    expect(new Set(codes).size).toBe(codes.length);
  });

  test('name and code do not show among the own properties', () => {
    expect(Object.keys(new ClosedChannelException('x'))).toEqual([]);
  });
});

describe('instanceof', () => {
  test('follows the class hierarchy', () => {
    const error = new ClosedChannelException('closed');
    expect(error instanceof ChannelException).toBe(true);
    expect(error instanceof SluiceError).toBe(true);
    expect(error instanceof Error).toBe(true);
    expect(error instanceof IllegalStateException).toBe(false);
    expect(new ChannelException('other') instanceof ClosedChannelException).toBe(false);
  });

  test('holds across two copies of the package', () => {
    const other = secondCopy();
    expect(other.ClosedChannelException).not.toBe(ClosedChannelException);
    const foreign = new other.ClosedChannelException('closed');
    expect(foreign instanceof ClosedChannelException).toBe(true);
    expect(foreign instanceof ChannelException).toBe(true);
    expect(foreign instanceof CancellationException).toBe(false);
    expect(new ClosedChannelException('closed') instanceof other.SluiceError).toBe(true);
  });

  test("a user's subclass keeps ordinary instanceof", () => {
    class TooLoud extends ChannelException {}
    class TooLoudByFar extends TooLoud {}
    expect(new ChannelException('plain') instanceof TooLoud).toBe(false);
    expect(new (secondCopy().ChannelException)('plain') instanceof TooLoud).toBe(false);
    expect(new TooLoud('x') instanceof TooLoud).toBe(true);
    expect(new TooLoud('x') instanceof ChannelException).toBe(true);
    expect(new TooLoud('x') instanceof TooLoudByFar).toBe(false);
    expect(new TooLoudByFar('x') instanceof TooLoud).toBe(true);
  });

  test('is false for values that are no objects', () => {
    for (const value of [undefined, null, 'ERR_CHANNEL', 1]) {
      expect((value as unknown) instanceof ChannelException).toBe(false);
    }
    expect(new Error('plain') instanceof ChannelException).toBe(false);
  });

  test('holds for a class that was registered outside the package', () => {
    class Custom extends SluiceError {
      static {
        registerError(this, 'CustomTestException', 'ERR_CUSTOM_TEST');
      }
    }
    expect(new Custom('x')).toMatchObject({ name: 'CustomTestException', code: 'ERR_CUSTOM_TEST' });
    expect(new Custom('x') instanceof Custom).toBe(true);
    expect(new SluiceError('x') instanceof Custom).toBe(false);
  });
});

test('argument errors are the built-in classes with a code', () => {
  expect(outOfRange('a')).toMatchObject({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE', message: 'a' });
  expect(invalidArgType('b')).toMatchObject({
    name: 'TypeError',
    code: 'ERR_INVALID_ARG_TYPE',
    message: 'b',
  });
  expect(invalidArgValue('c')).toMatchObject({
    name: 'TypeError',
    code: 'ERR_INVALID_ARG_VALUE',
    message: 'c',
  });
});

test('a used-up call stack is told from other range errors', () => {
  const recurse = (): number => recurse() + 1;
  let thrown: unknown;
  try {
    recurse();
  } catch (error) {
    thrown = error;
  }
  expect(isStackOverflow(thrown)).toBe(true);
  expect(isStackOverflow(new RangeError('Invalid array length'))).toBe(false);
  expect(isStackOverflow('Maximum call stack size exceeded')).toBe(false);
  expect(isStackOverflow(null)).toBe(false);
});

test('an error is kept as it is, also one of another realm', () => {
  const error = new Error('x');
  expect(toError(error)).toBe(error);
  const foreign = runInNewContext("new TypeError('far')");
  expect(toError(foreign)).toBe(foreign);
  const like = { message: 'like an error' };
  expect(toError(like)).toBe(like);
});

test.each(['text', 0, undefined, null, { a: 1 }])(
  'a thrown %p becomes an error with it as its cause',
  (thrown) => {
    const error = toError(thrown);
    expect(error).toBeInstanceOf(SluiceError);
    expect(error.cause).toBe(thrown);
    expect(error.message).toBe(`A value that is no Error was thrown: ${inspect(thrown, { depth: 0 })}`);
  },
);
