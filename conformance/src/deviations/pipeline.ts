import type { Deviation } from '../harness.js';
import { type PipelineCase, runProgram } from '../pipeline.program.js';

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
  {
    name: 'what follows when a context was taken out twice',
    reason: 'changed by a later Netty',
    why:
      'The same: once a list has lost its neighbours, what old releases make of it depends on what else is removed, and ' +
      'on when. What came before that is compared, and the whole with 4.2.20.',
    anchor: 'handlers-that-are-out-already',
    before: '4.2.20',
    kinds: ['pipeline'],
    applies: (what) => editedFromLifecycle(what) >= 0,
    until: (what) => editedFromLifecycle(what),
  },
];

const EDITS = /^(add|remove|replace|throw)/;

/**
 * The first step in which `handlerAdded` or `handlerRemoved` edits the pipeline, or a handler is out in the step in which it
 * was added, as one is whose `handlerAdded` fails; -1 if there is none.
 */
function editedFromLifecycle({ input }: Pick<PipelineCase, 'input'>): number {
  const { steps } = runProgram(input, { version: '4.2.20', quirks: new Set() });
  return steps.findIndex(({ trace }) => {
    const seen = new Map<unknown, unknown>();
    return trace.some(([name, event]) => {
      if (seen.has(name) && EDITS.test(String(event).replace('!', ''))) return true;
      if (event === 'handlerRemoved' && seen.get(name) === 'handlerAdded') return true;
      if (event === 'handlerAdded' || event === 'handlerRemoved') seen.set(name, event);
      return false;
    });
  });
}
