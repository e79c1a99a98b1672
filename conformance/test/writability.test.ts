import { join } from 'node:path';
import { setLogger } from '@sluice/core';
import { describeReport, readCases, runCases, silentLogger } from '../src/harness.js';
import { type WritabilityCase, writabilitySuite } from '../src/writability.js';

beforeAll(() => setLogger(silentLogger));
afterAll(() => setLogger());

test('500 recorded sequences of writes, flushes and water marks behave as in Netty', () => {
  const cases = readCases<WritabilityCase>(join(__dirname, '../vectors/writability.jsonl.gz'));
  const report = runCases(writabilitySuite, cases);
  expect(describeReport(report).split('\n')).toEqual([
    'writability: 500 of 500 cases pass',
    '  462 deviate: bytesBeforeUnwritable and bytesBeforeWritable count the byte that changes the state',
    '  9 deviate: the text about a negative low water mark',
  ]);
});
