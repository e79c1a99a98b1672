import { describeCase } from './harness.diff.js';
import { type Deviation, type RecordedCase, type Result, runCase, type Suite } from './harness.js';
import { readCases, VectorError, type VectorFile } from './harness.vectors.js';
import type { NettyVersion } from './netty.js';

/** What became of the cases of one kind in one set. */
export interface Tally {
  readonly netty: NettyVersion;
  readonly kind: string;
  passed: number;
  deviating: number;
  failed: number;
  /** Cases for each deviation that was needed, by its name. */
  readonly deviations: Map<string, number>;
  /** The first failing case, for people. */
  firstFailure: string | undefined;
}

/** Which cases are run. */
export interface Selection {
  /** Default: all. */
  readonly kinds?: ReadonlySet<string>;
  /** At most so many cases of each kind and release. Default: all. */
  readonly limit?: number;
}

/** Runs the cases of files, one after the other, and counts. */
export class Runner {
  readonly #suites: ReadonlyMap<string, Suite>;
  readonly #deviations: readonly Deviation[];
  readonly #selection: Selection;
  readonly #tallies = new Map<string, Tally>();

  constructor(suites: readonly Suite[], deviations: readonly Deviation[], selection: Selection = {}) {
    this.#suites = new Map(suites.flatMap((suite) => suite.kinds.map((kind) => [kind, suite])));
    this.#deviations = deviations;
    this.#selection = selection;
  }

  /** One entry for each kind of each release, in the order they were met. */
  get tallies(): readonly Tally[] {
    return [...this.#tallies.values()];
  }

  /** @throws VectorError that names the line, if it is no case or one that cannot be run */
  async run(file: VectorFile): Promise<void> {
    const { kinds, limit = Number.POSITIVE_INFINITY } = this.#selection;
    for await (const { line, recorded } of readCases(file)) {
      const suite = this.#suites.get(recorded.kind);
      if (suite === undefined) {
        const known = [...this.#suites.keys()].join(', ');
        throw new VectorError(
          `${file.name}:${line}: there is no kind "${recorded.kind}"; there are ${known}.`,
        );
      }
      if (kinds !== undefined && !kinds.has(recorded.kind)) continue;
      const tally = this.#tallyOf(file.netty, recorded.kind);
      if (tally.passed + tally.deviating + tally.failed >= limit) continue;
      const result = this.#runCase(suite, recorded, file, line);
      count(tally, result);
      if (result.outcome === 'failed') {
        tally.firstFailure ??= describeFailure(`${file.name}:${line}`, recorded, result, suite);
      }
    }
  }

  #runCase(suite: Suite, recorded: RecordedCase, { name, netty }: VectorFile, line: number): Result {
    try {
      checkOperations(suite, recorded);
      return runCase(suite, this.#deviations, recorded, netty);
    } catch (error) {
      const { message } = error as Error;
      throw new VectorError(`${name}:${line}: case ${recorded.id} cannot be run: ${message}`, {
        cause: error,
      });
    }
  }

  #tallyOf(netty: NettyVersion, kind: string): Tally {
    const key = `${netty} ${kind}`;
    let tally = this.#tallies.get(key);
    if (tally === undefined) {
      const deviations = new Map<string, number>();
      tally = { netty, kind, passed: 0, deviating: 0, failed: 0, deviations, firstFailure: undefined };
      this.#tallies.set(key, tally);
    }
    return tally;
  }
}

function checkOperations({ ops }: Suite, { input }: RecordedCase): void {
  const list = (input as { readonly ops?: unknown }).ops;
  if (!Array.isArray(list)) throw new Error('"input" has no list of operations, "ops".');
  const unknown = list.find((op) => !ops.includes(op?.op));
  if (unknown !== undefined) throw new Error(`there is no operation ${JSON.stringify(unknown)}.`);
}

function count(tally: Tally, { outcome, deviations }: Result): void {
  tally[outcome]++;
  if (outcome !== 'deviating') return;
  for (const { name } of deviations) tally.deviations.set(name, (tally.deviations.get(name) ?? 0) + 1);
}

function describeFailure(
  where: string,
  recorded: RecordedCase,
  { expected, actual, deviations }: Result,
  suite: Suite,
): string {
  return [
    `first failing case of ${recorded.kind}: ${recorded.id}, ${where} (- recorded, + Sluice)`,
    ...deviations.map(({ name }) => `  taken into account: ${name}`),
    ...describeCase(recorded, expected, actual, suite.stepsBefore).map((line) => `  ${line}`),
  ].join('\n');
}

/** The counts by release and kind, the deviations, and the first failing case of each kind. */
export function describeTallies(tallies: readonly Tally[]): string {
  const releases = [...new Set(tallies.map(({ netty }) => netty))];
  return releases
    .flatMap((netty) => describeSet(tallies.filter((tally) => tally.netty === netty)))
    .join('\n');
}

function describeSet(tallies: readonly Tally[]): string[] {
  const rows = [...tallies, totalOf(tallies)].map(({ kind, passed, deviating, failed }) =>
    row(kind, [passed + deviating + failed, passed, deviating, failed].map(String)),
  );
  const { deviating, deviations, passed, failed } = totalOf(tallies);
  const lines = [row(`Netty ${tallies[0]?.netty}`, ['cases', 'passed', 'deviating', 'failed']), ...rows];
  if (deviating > 0) {
    const share = ((100 * deviating) / (passed + deviating + failed)).toFixed(2);
    lines.push(`Deviations, ${share} % of the cases:`);
    for (const [name, cases] of deviations) lines.push(`${String(cases).padStart(7)}  ${name}`);
  }
  for (const { firstFailure } of tallies) if (firstFailure !== undefined) lines.push('', firstFailure);
  return [...lines, ''];
}

function row(name: string, numbers: readonly string[]): string {
  return name.padEnd(38) + numbers.map((number) => number.padStart(11)).join('');
}

/** All kinds together. */
export function totalOf(tallies: readonly Tally[]): Omit<Tally, 'netty' | 'firstFailure'> {
  const total = { kind: 'total', passed: 0, deviating: 0, failed: 0, deviations: new Map<string, number>() };
  for (const tally of tallies) {
    total.passed += tally.passed;
    total.deviating += tally.deviating;
    total.failed += tally.failed;
    for (const [name, cases] of tally.deviations) {
      total.deviations.set(name, (total.deviations.get(name) ?? 0) + cases);
    }
  }
  return total;
}

/** The set that counts: at most so much of it may deviate. */
const REFERENCE = '4.2.';
const MAX_SHARE = 0.01;

/**
 * What is wrong with the list of deviations, seen by a run over all cases of the repository: one that no case needs, or
 * too many cases that need one.
 */
export function checkDeviations(deviations: readonly Deviation[], tallies: readonly Tally[]): string[] {
  const needed = totalOf(tallies).deviations;
  const wrong = deviations
    .filter(({ name }) => !needed.has(name))
    .map(({ name }) => `No case deviates any more by "${name}": take it off the list.`);
  const reference = totalOf(tallies.filter(({ netty }) => netty.startsWith(REFERENCE)));
  const cases = reference.passed + reference.deviating + reference.failed;
  if (reference.deviating > MAX_SHARE * cases) {
    wrong.push(`${reference.deviating} of ${cases} cases of Netty ${REFERENCE}x deviate: more than 1 %.`);
  }
  return wrong;
}
