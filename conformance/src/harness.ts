import type { Logger } from '@sluice/core';
import { differences } from './harness.compare.js';
import { firstDifference } from './harness.diff.js';
import { isBefore, type Netty, type NettyVersion, type Quirk } from './netty.js';

/** One recorded case: what was done to real Netty, and what it did. */
export interface RecordedCase<Input = unknown, Expected = unknown> {
  readonly id: string;
  readonly kind: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly input: Input;
  readonly expected: Expected;
}

/** Why Sluice may differ from a recording; nothing else is a reason. */
type DeviationReason =
  | 'a Netty bug that is not to be copied'
  | 'a reduction that Netty 5 makes'
  | 'changed by a later Netty'
  | 'impossible in Node'
  | `ruling D${number}`;

/**
 * A known difference. Whether it may apply is decided from what was done, never from what came of it; and it says
 * exactly what is different, by one of `adjust`, `quirk` and `until`, so that nothing else passes with it.
 */
export interface Deviation<C extends RecordedCase = RecordedCase> {
  readonly name: string;
  readonly reason: DeviationReason;
  /** One or two sentences for people. */
  readonly why: string;
  /** The pull request or issue of Netty that it is about, where there is one. */
  readonly netty?: `#${number}`;
  /** The heading of the section about it in `docs/differences-from-netty.md`, in the form links have. */
  readonly anchor: string;
  /** Holds for recordings of older releases than this; without it for all. */
  readonly before?: NettyVersion;
  readonly kinds: readonly string[];
  applies(what: Pick<C, 'kind' | 'args' | 'input'>): boolean;
  /** What is expected instead. */
  adjust?(recorded: C): C['expected'];
  /** Netty's way, taken on for one run: everything must then be as recorded. */
  readonly quirk?: Quirk;
  /** How many steps can be compared, where nothing else can be said. */
  until?(what: Pick<C, 'kind' | 'args' | 'input'>): number;
}

/** How cases of some kinds are run. */
export interface Suite<C extends RecordedCase = RecordedCase> {
  readonly kinds: readonly string[];
  /** The operations there are. */
  readonly ops: readonly string[];
  /** Runs the case and returns what is to be compared with `expected`; throws only when the case makes no sense. */
  run(recorded: C, netty: Netty): unknown;
  /** Puts the recording into the form that `run` returns (names Sluice hides, for instance). */
  prepare?(expected: C['expected']): C['expected'];
  /** How many steps come before that of the first operation. Default 0. */
  readonly stepsBefore?: number;
}

/** What became of one case. */
export interface Result {
  readonly outcome: 'passed' | 'deviating' | 'failed';
  /** The deviations that explain it; of a failed case those that come nearest to it. */
  readonly deviations: readonly Deviation[];
  /** Of a failed case: what should have come out, in the form of `actual`, and what came out. */
  readonly expected?: unknown;
  readonly actual?: unknown;
}

const nothing = (): void => {};

/** For runs: recorded programs do a thousand things that are worth a warning. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Runs a case. Deviations are looked at only where the plain comparison fails: a needless one shows as unused. */
export function runCase(
  suite: Suite,
  deviations: readonly Deviation[],
  recorded: RecordedCase,
  version: NettyVersion,
): Result {
  const applying = deviations.filter((deviation) => mayApply(deviation, recorded, version));
  let nearest: Result = { outcome: 'failed', deviations: [] };
  let steps = -1;
  for (const some of subsets(applying)) {
    const [expected, actual] = attempt(suite, recorded, version, some);
    if (differences(expected, actual).length === 0) {
      return { outcome: some.length === 0 ? 'passed' : 'deviating', deviations: some };
    }
    const same = firstDifference(expected, actual) ?? 0;
    if (same > steps) {
      steps = same;
      nearest = { outcome: 'failed', deviations: some, expected, actual };
    }
  }
  return nearest;
}

/** Runs the case with some deviations taken into account. */
function attempt(
  suite: Suite,
  recorded: RecordedCase,
  version: NettyVersion,
  deviations: readonly Deviation[],
): [expected: unknown, actual: unknown] {
  const expected = deviations.reduce(
    (changed, deviation) => deviation.adjust?.({ ...recorded, expected: changed }) ?? changed,
    recorded.expected,
  );
  const quirks = new Set(deviations.flatMap(({ quirk }) => quirk ?? []));
  const actual = suite.run(recorded, { version, quirks });
  const end = Math.min(
    ...deviations.map((deviation) => deviation.until?.(recorded) ?? Number.MAX_SAFE_INTEGER),
  );
  return [upTo(end, suite.prepare?.(expected) ?? expected), upTo(end, actual)];
}

function upTo(end: number, outcome: unknown): unknown {
  const { steps } = outcome as { readonly steps?: readonly unknown[] };
  return steps === undefined || steps.length <= end ? outcome : { steps: steps.slice(0, end) };
}

function mayApply(deviation: Deviation, recorded: RecordedCase, version: NettyVersion): boolean {
  const { before, kinds } = deviation;
  if (before !== undefined && !isBefore(version, before)) return false;
  return kinds.includes(recorded.kind) && deviation.applies(recorded);
}

/** All subsets, small ones first. */
function subsets<T>(items: readonly T[]): T[][] {
  let sets: T[][] = [[]];
  for (const item of items) sets = [...sets, ...sets.map((set) => [...set, item])];
  return sets.sort((a, b) => a.length - b.length);
}
