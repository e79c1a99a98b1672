import type { Deviation } from '../harness.js';
import { argumentDeviations } from './arguments.js';
import { base64Deviations } from './base64.js';
import { codecDeviations } from './codec.js';
import { pipelineDeviations } from './pipeline.js';
import { writabilityDeviations } from './writability.js';

/** Every known difference from Netty; what is not on this list is an error. Each has a section in the docs. */
export const DEVIATIONS: readonly Deviation[] = [
  ...codecDeviations,
  ...base64Deviations,
  ...argumentDeviations,
  ...pipelineDeviations,
  ...writabilityDeviations,
];
