import { types } from 'node:util';

/** The part of pino's interface that Sluice calls, so that a pino instance can be used as it is. */
export interface Logger {
  /** What is of interest when looking for a fault: plain disconnects, for instance. */
  debug(obj: object, msg: string): void;
  /** Not used by the framework itself. */
  info(obj: object, msg: string): void;
  /** Something is wrong and the framework goes on: misuse, a failure nobody handled. */
  warn(obj: object, msg: string): void;
  /** Something is wrong that ends what was under way. */
  error(obj: object, msg: string): void;
  /** Whether lines of a level (`'debug'`) are written at all; taken for true where it is missing. */
  isLevelEnabled?(level: string): boolean;
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

/** Whether a debug line would be written: whoever would build a text for each message asks first. */
export function isDebugEnabled(): boolean {
  return current !== defaultLogger && (current.isLevelEnabled?.('debug') ?? true);
}

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
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (obj: object, msg: string): void => {
      try {
        logger[level](obj, msg);
      } catch (error) {
        emitOnce('logger', `The logger threw: ${withCause('', { err: error })}`);
      }
    };
  return {
    debug: guard('debug'),
    info: guard('info'),
    warn: guard('warn'),
    error: guard('error'),
    isLevelEnabled: (level) => logger.isLevelEnabled?.(level) ?? true,
  };
}

/** Logs the rejection of what a callback returned, if that is a native promise: nobody else would see it. */
export function logRejection(result: unknown, message: string): void {
  if (types.isPromise(result)) result.catch((err: unknown) => current.warn({ err }, message));
}

/** Kinds already warned about. Bounded: a program that makes endless kinds stops being warned, not its memory. */
const warned = new Set<string>();
const MAX_KINDS = 256;

/**
 * Tells of misuse the first time `kind` is seen: as a warning of the logger that `setLogger` installed, as a process
 * warning without one.
 */
export function warnOnce(kind: string, message: string): void {
  if (current === defaultLogger) emitOnce(kind, message);
  else if (isFirst(kind)) current.warn({}, message);
}

function emitOnce(kind: string, message: string): void {
  if (isFirst(kind)) process.emitWarning(message, 'SluiceWarning');
}

function isFirst(kind: string): boolean {
  if (warned.has(kind) || warned.size >= MAX_KINDS) return false;
  warned.add(kind);
  return true;
}
