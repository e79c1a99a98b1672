import type { CodecKind } from './codec.handlers.js';
import { type CodecCase, type CodecExpected, runCodecCase } from './codec.run.js';
import { codecDeviations } from './deviations.codec.js';
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

/** The cases of one kind. */
export function codecSuite(kind: CodecKind): Suite<CodecCase> {
  return {
    kind,
    run: (recorded) => runCodecCase(recorded),
    deviations: codecDeviations,
    prepare: separateErrors,
  };
}
