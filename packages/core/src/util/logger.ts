import { types } from 'node:util';

/** The part of pino's interface that Sluice calls, so that a pino instance can be used as it is. */
export interface Logger {
  debug(obj: object, msg: string): void;
  info(obj: object, msg: string): void;
  warn(obj: object, msg: string): void;
  error(obj: object, msg: string): void;
}

const nothing = (): void => {};

/** Warnings reach the process as `SluiceWarning`, once per text (`node --trace-warnings` shows where); the rest is silent. */
const defaultLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn(obj, msg) {
    warnOnce(msg, withCause(msg, obj));
  },
  error(obj, msg) {
    warnOnce(msg, withCause(msg, obj));
  },
};

function withCause(msg: string, obj: object): string {
  const err = (obj as { err?: unknown }).err;
  return types.isNativeError(err) ? `${msg}: ${err.stack ?? err.message}` : msg;
}

let current: Logger = defaultLogger;

/** The logger in use. */
export function getLogger(): Logger {
  return current;
}

/**
 * Replaces the logger for the whole process, for instance by a pino instance; without an argument the default returns:
 * warnings go to `process.emitWarning` once per kind, everything else is dropped.
 */
export function setLogger(logger: Logger = defaultLogger): void {
  current = logger === defaultLogger ? logger : guarded(logger);
}

/** A logger that throws must not end what it was to tell of. */
function guarded(logger: Logger): Logger {
  const guard =
    (level: keyof Logger) =>
    (obj: object, msg: string): void => {
      try {
        logger[level](obj, msg);
      } catch (error) {
        warnOnce('logger', `The logger threw: ${withCause('', { err: error })}`);
      }
    };
  return { debug: guard('debug'), info: guard('info'), warn: guard('warn'), error: guard('error') };
}

/** Logs the rejection of what a callback returned, if that is a native promise: nobody else would see it. */
export function logRejection(result: unknown, message: string): void {
  if (types.isPromise(result)) result.catch((err: unknown) => current.warn({ err }, message));
}

/** Kinds already warned about. Bounded: a program that makes endless kinds stops being warned, not its memory. */
const warned = new Set<string>();
const MAX_KINDS = 256;

/** Emits `message` as a process warning the first time `kind` is seen. */
export function warnOnce(kind: string, message: string): void {
  if (warned.has(kind) || warned.size >= MAX_KINDS) return;
  warned.add(kind);
  process.emitWarning(message, 'SluiceWarning');
}
