import type { Logger } from '@sluice/core';
import { type Logger as PinoLogger, pino } from 'pino';

let root: PinoLogger | undefined;

/** A logger that writes `level` and above to the standard output. All of them share one destination. */
export function pinoLogger(name: string, level: string): Logger {
  root ??= pino({ level: 'trace' });
  return root.child({ name }, { level });
}
