import { CODEC_KINDS } from './codec.handlers.js';
import { type CodecCase, type CodecExpected, runCodecCase } from './codec.run.js';
import type { Suite } from './harness.js';

/** Gives errors a place of their own. */
function separateErrors(expected: CodecExpected): CodecExpected {
  if ('ctorError' in expected) {
    return { ctorError: { type: expected.ctorError, msg: expected.msg } } as unknown as CodecExpected;
  }
  const steps = expected.steps.map((step) => ({
    ...step,
    ev: step.ev.map(({ e, ...details }) => (e === 'exc' ? { e, error: details } : { e, ...details })),
  }));
  return { ...expected, steps };
}

/** One codec between two recorders. */
export const codecSuite: Suite<CodecCase> = {
  kinds: CODEC_KINDS,
  ops: ['in', 'out', 'remove', 'finish', 'close', 'inputShutdown'],
  run: runCodecCase,
  prepare: separateErrors,
};
