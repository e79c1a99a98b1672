import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const PACKAGE = join(__dirname, '../..');

test('without a logger lines go to the standard output as JSON, from the level on', () => {
  const program = `
    import { EmbeddedChannel } from '@sluice/core';
    import { LoggingHandler } from '@sluice/handlers';
    const quiet = new LoggingHandler({ name: 'quiet', level: 'info' });
    const channel = new EmbeddedChannel(new LoggingHandler({ name: 'wire' }), quiet);
    channel.writeInbound('hello');
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: PACKAGE,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { name: string; level: number; msg: string });
  const reads = lines.filter((line) => line.msg.endsWith('READ: hello'));
  expect(reads.map(({ name, level }) => [name, level])).toEqual([
    ['wire', 20],
    ['quiet', 30],
  ]);
});
