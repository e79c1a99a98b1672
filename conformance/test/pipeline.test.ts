import { join } from 'node:path';
import { setLogger } from '@sluice/core';
import { Raised } from '../src/harness.errors.js';
import { describeReport, readCases, runCases, silentLogger } from '../src/harness.js';
import { pipelineSuite } from '../src/pipeline.js';
import type { PipelineCase } from '../src/pipeline.program.js';
import { Boom } from '../src/pipeline.script.js';

const cases = readCases<PipelineCase>(join(__dirname, '../vectors/pipeline.jsonl.gz'));

beforeAll(() => setLogger(silentLogger));
afterAll(() => setLogger());

test('3000 recorded pipeline programs behave as in Netty', () => {
  const report = runCases(pipelineSuite, cases);
  expect(describeReport(report).split('\n')).toEqual([
    'pipeline: 3000 of 3000 cases pass',
    '  20 deviate: exceptions thrown within exceptionCaught by other callbacks reach their handler',
  ]);
});

test('a program that behaves differently is reported with its input and the first difference', () => {
  const recorded = cases.find(({ id }) => id === 'pipeline-2') as PipelineCase;
  const [first, second, ...rest] = recorded.expected.steps;
  const wrong = { ...second, trace: [['n0', 'handlerRemoved']] } as typeof first;
  const changed = { ...recorded, expected: { steps: [first, wrong, ...rest] } } as PipelineCase;
  const report = runCases(pipelineSuite, [recorded, changed]);
  expect(report).toMatchObject({ total: 2, passed: 1 });
  const text = describeReport(report);
  expect(text).toContain('first failing case pipeline-2');
  expect(text).toContain('"op":"writeOutbound"');
  expect(text).toContain('steps[1].trace[0][1]: recorded "handlerRemoved" but was "handlerAdded"');
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
});
