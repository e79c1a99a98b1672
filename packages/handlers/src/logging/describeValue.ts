import { inspect, types } from 'node:util';

/** Objects are shown this deep; a log line is no debugger. */
const DEPTH = 2;

/** A value for a log line: as it describes itself, and plain objects by their fields. */
export function describeValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const describesItself =
    typeof value.toString === 'function' && value.toString !== Object.prototype.toString;
  if (!Array.isArray(value) && (describesItself || types.isNativeError(value))) return String(value);
  return inspect(value, { depth: DEPTH, breakLength: Number.POSITIVE_INFINITY });
}
