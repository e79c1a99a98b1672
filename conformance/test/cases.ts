import { join } from 'node:path';
import type { RecordedCase } from '../src/harness.js';
import { readCases } from '../src/harness.vectors.js';

/** The cases that belong to the repository. */
export const FIXED: string = join(__dirname, '..', 'vectors');

/** The first cases of one of the files recorded from Netty 4.2.20, all of them unless told otherwise. */
export async function casesOf<C extends RecordedCase>(
  name: string,
  count: number = Number.POSITIVE_INFINITY,
): Promise<C[]> {
  const path = join(FIXED, 'netty-4.2.20', `${name}.jsonl.gz`);
  const cases: C[] = [];
  for await (const { recorded } of readCases({ path, name })) {
    cases.push(recorded as C);
    if (cases.length === count) break;
  }
  return cases;
}
