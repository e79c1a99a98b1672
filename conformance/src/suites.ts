import { codecSuite } from './codec.js';
import type { Suite } from './harness.js';
import { idleSuite } from './idle.js';
import { pipelineSuite } from './pipeline.js';
import { writabilitySuite } from './writability.js';

/** All suites. */
export const SUITES: readonly Suite[] = [codecSuite, pipelineSuite, writabilitySuite, idleSuite];

/** All kinds by the names a command line may have for several: `codec` stands for all codecs. */
export const KINDS_BY_NAME: ReadonlyMap<string, readonly string[]> = new Map([
  ['codec', codecSuite.kinds],
  ...SUITES.flatMap(({ kinds }) => kinds.map((kind): [string, readonly string[]] => [kind, [kind]])),
]);
