import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const TIMES = 1000;

test(`${TIMES} reconnects leave no channel, timer, listener or handle behind, and the process ends`, async () => {
  const child = fork(join(__dirname, 'programs/reconnects.mjs'), [String(TIMES)], {
    execArgv: ['--expose-gc'],
  });
  const exited = once(child, 'exit');
  const [report] = await once(child, 'message');
  expect(report.after).toEqual(report.before);
  expect(report.after.listeners).toBe(1);
  expect(report.made).toBe(TIMES + 10);
  // The latest one may still be in somebody's hands: a stack slot, a promise that has just been settled.
  expect(report.channels).toBeLessThanOrEqual(2);
  expect(await exited).toEqual([0, null]);
});
