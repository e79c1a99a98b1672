import { setLogger } from '@sluice/core';
import { codecSuite } from '../src/codec.js';
import { type CodecCase, type CodecStep, runCodecCase } from '../src/codec.run.js';
import { Raised } from '../src/harness.errors.js';
import { type RecordedCase, runCase, type Suite, silentLogger } from '../src/harness.js';
import { type IdleCase, idleSuite } from '../src/idle.js';
import { pipelineSuite } from '../src/pipeline.js';
import type { PipelineCase } from '../src/pipeline.program.js';
import { Boom } from '../src/pipeline.script.js';
import { type WritabilityCase, writabilitySuite } from '../src/writability.js';
import { casesOf } from './cases.js';

beforeAll(() => setLogger(silentLogger));
afterAll(() => setLogger());

function failures(suite: Suite, cases: readonly RecordedCase[]): number {
  return cases.filter((recorded) => runCase(suite, [], recorded, '4.2.20').outcome === 'failed').length;
}

describe('the comparison notices', () => {
  let codecCases: readonly CodecCase[];
  beforeAll(async () => {
    codecCases = await casesOf<CodecCase>('codec', 2000);
  });

  /** How many cases of a codec fail if what was recorded is changed. */
  function failuresWhen(kind: string, spoil: (step: CodecStep) => CodecStep): number {
    const spoiled = codecCases
      .filter((recorded) => recorded.kind === kind)
      .map((recorded) =>
        'ctorError' in recorded.expected
          ? recorded
          : { ...recorded, expected: { ...recorded.expected, steps: recorded.expected.steps.map(spoil) } },
      );
    return failures(codecSuite, spoiled);
  }

  test('a message that is missing', () => {
    const spoil = (step: CodecStep): CodecStep => ({ ...step, ev: step.ev.filter(({ e }) => e !== 'read') });
    expect(failuresWhen('FixedLengthFrameDecoder', spoil)).toBeGreaterThan(50);
  });

  test('an error of another type', () => {
    const spoil = (step: CodecStep): CodecStep => ({
      ...step,
      ev: step.ev.map((event) => (event.e === 'exc' ? { ...event, type: 'CorruptedFrameException' } : event)),
    });
    expect(failuresWhen('LineBasedFrameDecoder', spoil)).toBeGreaterThan(50);
  });

  test('a read that was asked for', () => {
    const spoil = (step: CodecStep): CodecStep => ({
      ...step,
      ev: step.ev.filter(({ e }) => e !== 'outRead'),
    });
    expect(failuresWhen('LengthFieldBasedFrameDecoder', spoil)).toBeGreaterThan(50);
  });

  test('a write that failed', () => {
    const spoil = (step: CodecStep): CodecStep =>
      typeof step.promise === 'object' ? { ...step, promise: 'ok' } : step;
    expect(failuresWhen('LengthFieldPrepender', spoil)).toBeGreaterThan(2);
  });

  test('a constructor that refuses', () => {
    const refused = codecCases.filter(({ expected }) => 'ctorError' in expected);
    expect(refused.length).toBeGreaterThan(10);
    for (const recorded of refused) {
      expect(runCodecCase(recorded, { version: '4.2.20' })).toHaveProperty('ctorError');
    }
  });

  test('an event of a pipeline that is missing', async () => {
    const cases = await casesOf<PipelineCase>('pipeline', 100);
    const spoiled = cases.map((recorded) => ({
      ...recorded,
      expected: { steps: recorded.expected.steps.map((step) => ({ ...step, trace: step.trace.slice(1) })) },
    }));
    expect(failures(pipelineSuite, spoiled)).toBeGreaterThan(90);
  });

  test('a handler that is a millisecond off', async () => {
    const cases = await casesOf<IdleCase>('idle');
    const late = cases.map((recorded) => ({
      ...recorded,
      input: { ...recorded.input, readerIdleMs: recorded.input.readerIdleMs + 1 },
    }));
    expect(failures(idleSuite, late)).toBeGreaterThan(50);
  });

  test('a byte too much', async () => {
    const cases = await casesOf<WritabilityCase>('writability', 100);
    const spoiled = cases.map((recorded) => ({
      ...recorded,
      expected: {
        ...recorded.expected,
        steps: recorded.expected.steps?.map((step) => ({ ...step, pending: (step.pending ?? 0) + 1 })),
      },
    }));
    expect(failures(writabilitySuite, spoiled as never)).toBeGreaterThan(90);
  });
});

describe('a raised error equals a recorded one', () => {
  const unlike = (text: string): boolean => new Raised(new Boom('boom1')).matches(text);

  test('when type and text are the same', () => {
    expect(unlike('Boom: boom1')).toBe(true);
    expect(unlike('Boom: boom2')).toBe(false);
    expect(unlike('Boom: boom')).toBe(false);
    expect(unlike('Bang: boom1')).toBe(false);
  });

  test('when our class stands for the one of the JDK and our text begins with the recorded one', () => {
    const duplicate = new Raised(new TypeError('Duplicate handler name: n1. Handlers: [n1]'));
    expect(duplicate.matches('IllegalArgumentException: Duplicate handler name: n1')).toBe(true);
    expect(duplicate.matches('IllegalArgumentException: Duplicate handler name: n')).toBe(false);
    expect(duplicate.matches('IllegalStateException: Duplicate handler name: n1')).toBe(false);
    expect(duplicate.matches('IllegalArgumentException: null')).toBe(true);
  });

  test('when the cause has the recorded type too', () => {
    const wrapped = new Raised(
      Object.assign(new Error('outer', { cause: new Boom('x') }), { name: 'Outer' }),
    );
    const recorded = { type: 'Outer', msg: 'outer', cause: { type: 'Boom', msg: 'x' } };
    expect(wrapped.matches(recorded)).toBe(true);
    expect(wrapped.matches({ ...recorded, cause: { type: 'Bang', msg: 'x' } })).toBe(false);
    expect(wrapped.matches(undefined)).toBe(false);
  });

  test('whatever index of its memory Netty shows', () => {
    const invalid = new Raised(new Boom('invalid JSON received at byte position 8: 7d'));
    expect(invalid.matches('Boom: invalid JSON received at byte position 53: 7d')).toBe(true);
    expect(invalid.matches('Boom: invalid JSON received at byte position 8: 7e')).toBe(false);
    const long = new Raised(new Boom('object length exceeds 3: 5 bytes discarded'));
    expect(long.matches('Boom: object length exceeds 3: 9 bytes discarded')).toBe(true);
    expect(long.matches('Boom: object length exceeds 4: 5 bytes discarded')).toBe(false);
  });
});
