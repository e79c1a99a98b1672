import type { Deviation } from './harness.js';
import { type PipelineCase, runProgram } from './pipeline.program.js';

/** Where the pipeline differs from Netty 4.1.48 on purpose. */
export const pipelineDeviations: readonly Deviation<PipelineCase>[] = [
  {
    name: 'exceptions thrown within exceptionCaught by other callbacks reach their handler',
    reason: 'changed by a later Netty',
    why:
      '4.1.48 dropped any exception of an inbound callback, read or flush while an exceptionCaught was on the stack; ' +
      'since 4.1.49 (#10176) only what exceptionCaught itself throws is dropped.',
    applies: ({ input }) =>
      input.mode === 'initializer' || Object.values(input.handlers).some(({ on }) => 'exceptionCaught' in on),
    undo: ({ input }) => {
      const { stackTraceLimit } = Error;
      Error.stackTraceLimit = Number.POSITIVE_INFINITY;
      try {
        return runProgram(input, true);
      } finally {
        Error.stackTraceLimit = stackTraceLimit;
      }
    },
  },
];
