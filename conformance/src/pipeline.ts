import type { Suite } from './harness.js';
import { PIPELINE_OPS, type PipelineCase, type PipelineStep, runProgram } from './pipeline.program.js';

/** Programs of edits, events and operations on one pipeline of scripted handlers. */
export const pipelineSuite: Suite<PipelineCase> = {
  kinds: ['pipeline'],
  ops: PIPELINE_OPS,
  run: ({ input }, netty) => runProgram(input, netty),
  stepsBefore: 1,
  prepare: (expected) => ({ steps: expected.steps.map(withoutTail) }),
};

const TAIL_NAME = 'DefaultChannelPipeline$TailContext#0';

/** Ruling D20: `names()` hides the pipeline's own two ends. */
function withoutTail(step: PipelineStep): PipelineStep {
  return { ...step, names: step.names.filter((name) => name !== TAIL_NAME) };
}
