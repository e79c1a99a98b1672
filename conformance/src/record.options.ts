import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';

/** How many cases of each suite are recorded unless `--count` says otherwise: those of the fixed sets. */
const DEFAULT_COUNTS: Readonly<Record<string, number>> = {
  codec: 4000,
  pipeline: 3000,
  writability: 500,
  idle: 200,
};

/** The seed where there is no commit to take it from. */
const SEED_WITHOUT_COMMIT = 2026n;

export const USAGE: string = `npm run conformance:record -- --out DIR [options]

Records cases from real Netty into DIR/netty-<version>/<suite>.jsonl.gz.

  --out DIR     where to write
  --netty LIST  releases, separated by commas: 4.2 (the default), 4.1, or for instance 4.2.19
  --seed N      a whole number; default: one that is derived from the current commit
  --count LIST  cases by suite, for instance codec=100,idle=0; default: ${Object.entries(DEFAULT_COUNTS)
    .map(([suite, count]) => `${suite}=${count}`)
    .join(',')}
`;

export interface RecordOptions {
  readonly out: string;
  readonly releases: readonly string[];
  /** Undefined: the commit's. */
  readonly seed: bigint | undefined;
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * Reads the command line.
 *
 * @throws Error that says what is wrong with it.
 */
export function parseOptions(args: readonly string[]): RecordOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      out: { type: 'string' },
      netty: { type: 'string', default: '4.2' },
      seed: { type: 'string' },
      count: { type: 'string', default: '' },
    },
  });
  if (values.out === undefined) throw new Error('--out is missing: it says where to write');
  if (values.seed !== undefined && !/^-?\d{1,18}$/.test(values.seed)) {
    throw new Error(`--seed takes a whole number of at most 18 digits, and not "${values.seed}"`);
  }
  return {
    out: values.out,
    releases: values.netty.split(','),
    seed: values.seed === undefined ? undefined : BigInt(values.seed),
    counts: parseCounts(values.count),
  };
}

function parseCounts(list: string): Record<string, number> {
  const counts: Record<string, number> = { ...DEFAULT_COUNTS };
  for (const entry of list.split(',').filter((text) => text !== '')) {
    const [, suite = '', count] = /^([a-z]+)=(\d{1,7})$/.exec(entry) ?? [];
    if (!Object.hasOwn(DEFAULT_COUNTS, suite)) {
      const suites = Object.keys(DEFAULT_COUNTS).join(', ');
      throw new Error(`--count takes entries such as codec=100, for ${suites}, and not "${entry}"`);
    }
    counts[suite] = Number(count);
  }
  return counts;
}

/** A seed that is the same for everybody who has the same commit, so that a failure can be repeated. */
export async function seedOfCommit(folder: string): Promise<bigint> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd: folder });
    return BigInt(`0x${stdout.trim().slice(0, 8)}`);
  } catch {
    // No git, or no commit.
    return SEED_WITHOUT_COMMIT;
  }
}
