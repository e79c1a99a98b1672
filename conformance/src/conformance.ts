import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { setLogger } from '@sluice/core';
import { DEVIATIONS } from './deviations/index.js';
import { silentLogger } from './harness.js';
import { checkDeviations, describeTallies, Runner, type Selection } from './harness.report.js';
import { findVectors, VectorError } from './harness.vectors.js';
import { KINDS_BY_NAME, SUITES } from './suites.js';

const USAGE = `npm run conformance -- [options]

Runs cases recorded from real Netty against Sluice, and counts those that pass, deviate as listed, and fail.

  --vectors DIR  where the files are, also in folders below; default: those of the repository
  --kind LIST    only these kinds, separated by commas; codec stands for all codecs
  --limit N      at most so many cases of each kind and release of Netty
`;

/** The surroundings of the command. */
export interface Surroundings {
  /** The folder of the cases that belong to the repository. */
  readonly fixed: string;
  /** The folder that paths are relative to. */
  readonly from: string;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

/**
 * The conformance command. Resolves with its exit code: 0 if all cases pass but for listed deviations, 1 if one fails (or
 * a listed deviation is not needed by the repository's own cases), 2 if there is nothing to run or a file is no good.
 */
export async function conformance(args: readonly string[], around: Surroundings): Promise<number> {
  setLogger(silentLogger);
  try {
    const { vectors, selection } = parse(args);
    const runner = new Runner(SUITES, DEVIATIONS, selection);
    const folder = vectors === undefined ? around.fixed : resolve(around.from, vectors);
    for (const file of findVectors(folder)) await runner.run(file);
    around.print(describeTallies(runner.tallies));
    const isWhole = vectors === undefined && selection.kinds === undefined && selection.limit === undefined;
    const wrong = isWhole ? checkDeviations(DEVIATIONS, runner.tallies) : [];
    for (const sentence of wrong) around.complain(sentence);
    return wrong.length > 0 || runner.tallies.some(({ failed }) => failed > 0) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof VectorError)) throw error;
    around.complain(error.message);
    return 2;
  } finally {
    setLogger();
  }
}

function parse(args: readonly string[]): { vectors: string | undefined; selection: Selection } {
  let values: { vectors?: string; kind?: string; limit?: string };
  try {
    const option = { type: 'string' } as const;
    ({ values } = parseArgs({ args: [...args], options: { vectors: option, kind: option, limit: option } }));
  } catch (error) {
    throw new VectorError(`${(error as Error).message}\n\n${USAGE}`);
  }
  const { vectors, kind, limit } = values;
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit)) {
    throw new VectorError(`--limit takes a whole number greater than 0, and not "${limit}".\n\n${USAGE}`);
  }
  return {
    vectors,
    selection: {
      ...(kind !== undefined && { kinds: new Set(kind.split(',').flatMap(kindsOf)) }),
      ...(limit !== undefined && { limit: Number(limit) }),
    },
  };
}

function kindsOf(name: string): readonly string[] {
  const kinds = KINDS_BY_NAME.get(name);
  if (kinds !== undefined) return kinds;
  throw new VectorError(
    `--kind: there is no kind "${name}"; there are ${[...KINDS_BY_NAME.keys()].join(', ')}.`,
  );
}
