import { join } from 'node:path';
import { describeReport, readCases, runCases } from '../src/harness.js';
import { type IdleCase, idleSuite } from '../src/idle.js';

const cases = readCases<IdleCase>(join(__dirname, '../vectors/netty-4.1.48/idle.jsonl.gz'));

describe('idle cases recorded from Netty 4.1.48', () => {
  test('are all there', () => {
    expect(cases).toHaveLength(200);
    expect(
      cases.filter((recorded) => recorded.input.handler === 'ReadTimeoutHandler').length,
    ).toBeGreaterThan(10);
    expect(cases.filter((recorded) => recorded.input.observeOutput).length).toBeGreaterThan(30);
  });

  test('all pass, without a deviation', () => {
    const report = runCases(idleSuite, cases);
    expect(report.failures.length === 0 && report.deviating.size === 0 ? '' : describeReport(report)).toBe(
      '',
    );
    expect(report.passed).toBe(200);
  });

  test('a handler that is a millisecond off does not pass', () => {
    const late = cases.map((recorded) => ({
      ...recorded,
      input: { ...recorded.input, readerIdleMs: recorded.input.readerIdleMs + 1 },
    }));
    expect(runCases(idleSuite, late).failures.length).toBeGreaterThan(50);
  });
});
