import { Raised } from './harness.errors.js';

/**
 * What differs between a recording and an outcome, one line each: `path: recorded … but was …`. A `Raised` in the
 * outcome stands for an error and is compared by the rules for errors.
 */
export function differences(expected: unknown, actual: unknown, path = ''): string[] {
  if (actual instanceof Raised) {
    return actual.matches(expected) ? [] : [line(path, expected, actual.toString())];
  }
  if (Array.isArray(expected) && Array.isArray(actual)) return arrayDifferences(expected, actual, path);
  if (isRecord(expected) && isRecord(actual)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].flatMap((key) =>
      differences(expected[key], actual[key], path === '' ? key : `${path}.${key}`),
    );
  }
  return Object.is(expected, actual) ? [] : [line(path, expected, actual)];
}

/** The first differing element, and the two lists around it: what follows is seldom of interest. */
function arrayDifferences(expected: readonly unknown[], actual: readonly unknown[], path: string): string[] {
  const length = Math.max(expected.length, actual.length);
  for (let i = 0; i < length; i++) {
    const missing = i >= expected.length || i >= actual.length;
    if (missing) return [line(`${path}[${i}]`, around(expected, i), around(actual, i))];
    const inside = differences(expected[i], actual[i], `${path}[${i}]`);
    if (inside.length > 0) return inside;
  }
  return [];
}

function around(list: readonly unknown[], i: number): unknown {
  return i < list.length ? list.slice(i, i + 3) : 'nothing more';
}

function line(path: string, expected: unknown, actual: unknown): string {
  return `${path}: recorded ${text(expected)} but was ${text(actual)}`;
}

function text(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner) => (inner instanceof Raised ? inner.toString() : inner)) ?? 'nothing'
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
