import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Logger } from '@sluice/core';
import { differences } from './harness.compare.js';

/** One recorded case: what was done to real Netty, and what it did. */
export interface RecordedCase<Input = unknown, Expected = unknown> {
  readonly id: string;
  readonly kind: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly input: Input;
  readonly expected: Expected;
}

/** Why Sluice may differ from the recording. */
type DeviationReason =
  | 'a Netty bug that is not to be copied'
  | 'changed by a later Netty'
  | 'impossible in Node'
  | `ruling D${number}`;

/**
 * A known difference. Whether it applies is decided from the case alone, never from the outcome; and it says exactly
 * what is different, by `adjust` or by `undo`, so that nothing else passes with it.
 */
export interface Deviation<C extends RecordedCase> {
  readonly name: string;
  readonly reason: DeviationReason;
  /** One sentence for people. */
  readonly why: string;
  readonly applies: (recorded: C) => boolean;
  /** What is expected instead. */
  readonly adjust?: (recorded: C) => C['expected'];
  /** Runs the case with the difference taken back: everything else must still be as recorded. */
  readonly undo?: (recorded: C) => unknown;
}

/** How a kind of case is run. */
export interface Suite<C extends RecordedCase> {
  readonly kind: string;
  /** Runs the case and returns what is to be compared with `expected`; throws only when the runner itself is at fault. */
  readonly run: (recorded: C) => unknown;
  readonly deviations: readonly Deviation<C>[];
  /** Puts the recording into the form that `run` returns (names Sluice hides, for instance). */
  readonly prepare?: (expected: C['expected']) => C['expected'];
}

interface Failure<C extends RecordedCase = RecordedCase> {
  readonly recorded: C;
  /** One line a difference: where, what was recorded, what came out. */
  readonly differences: readonly string[];
}

export interface Report<C extends RecordedCase = RecordedCase> {
  readonly kind: string;
  readonly total: number;
  /** Equal to the recording, but for the listed deviations. */
  readonly passed: number;
  /** Cases for each deviation that was needed, by its name. */
  readonly deviating: ReadonlyMap<string, number>;
  readonly failures: readonly Failure<C>[];
}

const nothing = (): void => {};

/** For runs: recorded programs do a thousand things that are worth a warning. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** The cases of one `.jsonl.gz` file. */
export function readCases<C extends RecordedCase>(file: string): C[] {
  const lines = gunzipSync(readFileSync(file)).toString('latin1').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as C);
}

/** Runs the cases. Deviations are looked at only where the plain comparison fails: a needless one shows as unused. */
export function runCases<C extends RecordedCase>(suite: Suite<C>, cases: readonly C[]): Report<C> {
  const deviating = new Map<string, number>();
  const failures: Failure<C>[] = [];
  let passed = 0;
  for (const recorded of cases) {
    const actual = suite.run(recorded);
    const found = compare(suite, recorded.expected, actual);
    if (found.length === 0) {
      passed++;
      continue;
    }
    const deviation = suite.deviations.find((candidate) => candidate.applies(recorded));
    if (deviation === undefined) {
      failures.push({ recorded, differences: found });
      continue;
    }
    deviating.set(deviation.name, (deviating.get(deviation.name) ?? 0) + 1);
    const left = compare(
      suite,
      deviation.adjust?.(recorded) ?? recorded.expected,
      deviation.undo?.(recorded) ?? actual,
    );
    if (left.length === 0) passed++;
    else failures.push({ recorded, differences: left });
  }
  return { kind: suite.kind, total: cases.length, passed, deviating, failures };
}

function compare<C extends RecordedCase>(
  suite: Suite<C>,
  expected: C['expected'],
  actual: unknown,
): string[] {
  return differences(suite.prepare === undefined ? expected : suite.prepare(expected), actual);
}

/** A report for people: the counts, and the first failing case with its input. */
export function describeReport(report: Report): string {
  const { kind, total, passed, deviating, failures } = report;
  const lines = [`${kind}: ${passed} of ${total} cases pass`];
  for (const [name, count] of deviating) lines.push(`  ${count} deviate: ${name}`);
  const first = failures[0];
  if (first !== undefined) {
    lines.push(
      `  ${failures.length} fail: ${failures.map((failure) => failure.recorded.id).join(', ')}`,
      `first failing case ${first.recorded.id}`,
      `  args  ${JSON.stringify(first.recorded.args)}`,
      `  input ${JSON.stringify(first.recorded.input)}`,
      ...first.differences.slice(0, 20).map((line) => `  ${line}`),
    );
  }
  return lines.join('\n');
}
