import { differences } from './harness.compare.js';
import { Raised } from './harness.errors.js';
import type { RecordedCase } from './harness.js';

/** Operations shown before the one that failed. */
const SHOWN_OPS = 12;
/** Lines shown of one step around what differs. */
const CONTEXT = 3;

interface Outcome {
  readonly steps?: readonly Readonly<Record<string, unknown>>[];
}

/**
 * A failed case for people: its arguments, its input with the operations up to the step that differs, and that step line
 * by line, `-` what was recorded, `+` what came out.
 */
export function describeCase(
  { args, input }: RecordedCase,
  expected: unknown,
  actual: unknown,
  stepsBefore = 0,
): string[] {
  const { ops = [], ...rest } = input as { readonly ops?: readonly unknown[] };
  const at = firstDifference(expected, actual);
  const lines = [`args   ${show(args)}`, ...Object.entries(rest).flatMap(describeInput)];
  const end = at === undefined ? ops.length : at - stepsBefore + 1;
  const begin = Math.max(0, end - SHOWN_OPS);
  if (begin > 0) lines.push(`  … ${begin} operations before`);
  for (let i = begin; i < end; i++) {
    lines.push(`${at !== undefined && i === end - 1 ? '>' : ' '} op ${i}  ${show(ops[i])}`);
  }
  lines.push(at === undefined ? 'outcome:' : `step ${at}:`);
  const [wanted, got] = at === undefined ? [expected, actual] : [stepOf(expected, at), stepOf(actual, at)];
  const keys = isRecord(wanted) ? Object.keys(wanted) : [];
  return [...lines, ...diff(linesOf(wanted, keys), linesOf(got, keys))];
}

function stepOf(outcome: unknown, at: number): unknown {
  return (outcome as Outcome).steps?.[at];
}

/** The first step that differs; none if the outcomes have no steps or differ elsewhere. */
export function firstDifference(wanted: unknown, got: unknown): number | undefined {
  const [expected, actual] = [wanted as Outcome, got as Outcome];
  if (expected.steps === undefined || actual.steps === undefined) return undefined;
  const length = Math.max(expected.steps.length, actual.steps.length);
  for (let i = 0; i < length; i++) {
    if (differences(expected.steps[i], actual.steps[i]).length > 0) return i;
  }
  return undefined;
}

/** Handlers and their scripts take a line each. */
function describeInput([key, value]: [string, unknown]): string[] {
  if (!isRecord(value) || Object.keys(value).length < 2) return [`${key}  ${show(value)}`];
  return [key, ...Object.entries(value).map(([name, part]) => `  ${name}  ${show(part)}`)];
}

/** A step as lines: an event each, then what else there is by its name. Each keeps the value it stands for. */
interface Line {
  readonly text: string;
  readonly value: unknown;
}

/** The lines of an outcome; these keys come first. */
function linesOf(outcome: unknown, keys: readonly string[]): Line[] {
  if (!isRecord(outcome)) return outcome === undefined ? [] : [{ text: show(outcome), value: outcome }];
  const order = [...keys.filter((key) => key in outcome), ...Object.keys(outcome)];
  return [...new Set(order)].flatMap((key) => {
    const value = outcome[key];
    return Array.isArray(value)
      ? value.map((item) => ({ text: `${key}  ${show(item)}`, value: [key, item] }))
      : [{ text: `${key}  ${show(value)}`, value: [key, value] }];
  });
}

/** Lines that correspond stand once, the others with a sign; long runs of equal ones are cut. */
function diff(expected: readonly Line[], actual: readonly Line[]): string[] {
  const common = lengthsOfCommon(expected, actual);
  const marked: string[] = [];
  let i = 0;
  let j = 0;
  while (i < expected.length || j < actual.length) {
    if (i < expected.length && j < actual.length && same(expected[i], actual[j])) {
      marked.push(`    ${expected[i++]?.text}`);
      j++;
    } else if (j >= actual.length || (i < expected.length && at(common, i + 1, j) >= at(common, i, j + 1))) {
      marked.push(`  - ${expected[i++]?.text}`);
    } else marked.push(`  + ${actual[j++]?.text}`);
  }
  return shorten(marked);
}

function same(expected: Line | undefined, actual: Line | undefined): boolean {
  return differences(expected?.value, actual?.value).length === 0;
}

const at = (table: readonly (readonly number[])[], i: number, j: number): number => table[i]?.[j] ?? 0;

/** For each place in both lists, how many lines behind it correspond at most. */
function lengthsOfCommon(expected: readonly Line[], actual: readonly Line[]): number[][] {
  const table: number[][] = [];
  for (let i = expected.length - 1; i >= 0; i--) {
    const row: number[] = (table[i] = []);
    for (let j = actual.length - 1; j >= 0; j--) {
      row[j] = same(expected[i], actual[j])
        ? at(table, i + 1, j + 1) + 1
        : Math.max(at(table, i + 1, j), at(table, i, j + 1));
    }
  }
  return table;
}

function shorten(lines: readonly string[]): string[] {
  const isNear = (i: number): boolean =>
    lines.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some((line) => !line.startsWith('    '));
  return lines.flatMap((line, i) => {
    if (isNear(i)) return [line];
    return i === 0 || isNear(i - 1) ? ['    …'] : [];
  });
}

/** Names of events, operations and actions, which say more than their keys. */
const KINDS_OF_THINGS = new Set(['e', 'op', 'a']);

/** A value in one line, without the quotes and braces that tell nobody anything. */
function show(value: unknown): string {
  if (value instanceof Raised) return value.toString();
  if (Array.isArray(value)) return value.map(show).join(' ');
  if (typeof value === 'string' && value !== '') return JSON.stringify(value).slice(1, -1);
  if (!isRecord(value)) return JSON.stringify(value);
  const { type, msg, ...others } = value;
  const parts = Object.entries(others).map(([key, part]) =>
    KINDS_OF_THINGS.has(key) ? show(part) : `${key}=${nested(part)}`,
  );
  if (type !== undefined && 'msg' in value) parts.unshift(`${show(type)}: ${show(msg)}`);
  else {
    if (type !== undefined) parts.unshift(`type=${nested(type)}`);
    if ('msg' in value) parts.push(`msg=${nested(msg)}`);
  }
  return parts.join(' ');
}

function nested(value: unknown): string {
  const text = show(value);
  return Array.isArray(value) || (isRecord(value) && !(value instanceof Raised)) ? `[${text}]` : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
