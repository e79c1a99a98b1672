import type { Deviation } from '../harness.js';
import type { PipelineCase } from '../pipeline.program.js';

/** Where the pipeline differs on purpose. */
export const pipelineDeviations: readonly Deviation<PipelineCase>[] = [
  {
    name: 'what other callbacks throw within exceptionCaught reaches their handler',
    reason: 'changed by a later Netty',
    why:
      'Up to 4.1.48 an exception of an inbound callback, read or flush was dropped while any exceptionCaught was on the ' +
      'stack; since then only what exceptionCaught itself throws is.',
    netty: '#10176',
    anchor: 'exceptions-within-exceptioncaught',
    before: '4.1.49',
    kinds: ['pipeline'],
    applies: ({ input }) =>
      input.mode === 'initializer' || Object.values(input.handlers).some(({ on }) => 'exceptionCaught' in on),
    quirk: 'drops nested exceptions',
  },
  {
    name: 'a handler that is out of the pipeline is not taken out again',
    reason: 'changed by a later Netty',
    why:
      'When handlerAdded or handlerRemoved edited the pipeline, or failed, Netty could take a context out of the list ' +
      'that was not in it any more, and lose its neighbours with it. 4.2.20 looks first, as Sluice does.',
    anchor: 'handlers-that-are-out-already',
    before: '4.2.20',
    kinds: ['pipeline'],
    applies: ({ input }) =>
      Object.values(input.handlers).some(({ on }) =>
        [...(on.handlerAdded ?? []), ...(on.handlerRemoved ?? [])].some(({ a }) => EDITS.test(a)),
      ),
    quirk: 'unlinks contexts twice',
  },
];

const EDITS = /^(add|remove|replace|throw)/;
