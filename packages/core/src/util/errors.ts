import { inspect, types } from 'node:util';

/**
 * The base of every error Sluice makes, and the two argument errors that stand in for the JDK's.
 *
 * Each framework class carries a brand under `Symbol.for(...)`, so that `instanceof` also works when two copies of the
 * package are loaded (ESM beside CommonJS, a failed npm dedupe). Only the framework's own classes answer by brand: a
 * user's subclass keeps JavaScript's ordinary `instanceof`.
 */

const BRAND = 'sluice.error.';

/** Every error class of the framework that has been loaded, by name: what the error reference is checked against. */
const registry = new Map<string, string>();

/** Any error made by Sluice. `code` is stable across releases; `message` is for people. */
export class SluiceError extends Error {
  /** Stable identifier such as `'ERR_TOO_LONG_FRAME'`. */
  declare readonly code: string;

  /** `message` is for people; `cause` is the error behind this one. */
  constructor(message?: string, options?: { cause?: unknown }) {
    super(message, options);
  }

  /** @internal */
  static override [Symbol.hasInstance](value: unknown): boolean {
    const brand = Object.hasOwn(this, 'brand') ? (this as { brand?: symbol }).brand : undefined;
    if (brand === undefined) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
  }

  static {
    registerError(this, 'SluiceError', 'ERR_SLUICE');
  }
}

/**
 * Gives an error class its name, code and brand. Call it in the class's static block:
 * `static { registerError(this, 'TooLongFrameException', 'ERR_TOO_LONG_FRAME'); }`
 */
export function registerError(type: { readonly prototype: Error }, name: string, code: string): void {
  const brand = Symbol.for(BRAND + name);
  const hidden = { enumerable: false, configurable: true, writable: true };
  Object.defineProperties(type.prototype, {
    name: { value: name, ...hidden },
    code: { value: code, ...hidden },
    [brand]: { value: true, ...hidden },
  });
  Object.defineProperty(type, 'brand', { value: brand });
  registry.set(name, code);
}

/** Names and codes of all loaded framework error classes. */
export function registeredErrors(): ReadonlyMap<string, string> {
  return registry;
}

function withCode<E extends Error>(error: E, code: string): E & { readonly code: string } {
  Object.defineProperty(error, 'code', { value: code, enumerable: true, configurable: true });
  return error as E & { readonly code: string };
}

/** A value outside its permitted range (the JDK's IllegalArgument- or IndexOutOfBoundsException). */
export function outOfRange(message: string): RangeError & { readonly code: string } {
  return withCode(new RangeError(message), 'ERR_OUT_OF_RANGE');
}

/** An argument of the wrong kind (the JDK's IllegalArgument-, NullPointer- or ClassCastException). */
export function invalidArgType(message: string): TypeError & { readonly code: string } {
  return withCode(new TypeError(message), 'ERR_INVALID_ARG_TYPE');
}

/** An argument of the right kind with an unusable value (the JDK's IllegalArgumentException). */
export function invalidArgValue(message: string): TypeError & { readonly code: string } {
  return withCode(new TypeError(message), 'ERR_INVALID_ARG_VALUE');
}

/** The operation does not fit the object's state (JDK: IllegalStateException). */
export class IllegalStateException extends SluiceError {
  static {
    registerError(this, 'IllegalStateException', 'ERR_ILLEGAL_STATE');
  }
}

/** Options that contradict each other or cannot be honoured. */
export class ConfigException extends SluiceError {
  static {
    registerError(this, 'ConfigException', 'ERR_CONFIG');
  }
}

/** More was asked for than a limit allows (JDK: RejectedExecutionException). */
export class RejectedExecutionException extends SluiceError {
  static {
    registerError(this, 'RejectedExecutionException', 'ERR_REJECTED_EXECUTION');
  }
}

/** The future was cancelled (JDK: CancellationException). */
export class CancellationException extends SluiceError {
  static {
    registerError(this, 'CancellationException', 'ERR_CANCELLED');
  }
}

/** What was thrown, as an `Error`: JavaScript can throw anything, and nobody should have to expect it. */
export function toError(thrown: unknown): Error {
  if (types.isNativeError(thrown)) return thrown;
  if (typeof thrown === 'object' && thrown !== null && typeof (thrown as Error).message === 'string') {
    return thrown as Error;
  }
  return new SluiceError(`A value that is no Error was thrown: ${inspect(thrown, { depth: 0 })}`, {
    cause: thrown,
  });
}

/** Whether V8 reports that the call stack is used up. */
export function isStackOverflow(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    (error as Error).name === 'RangeError' &&
    (error as Error).message === 'Maximum call stack size exceeded'
  );
}
