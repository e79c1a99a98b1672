import { join } from 'node:path';
import { record } from './record.js';
import { USAGE } from './record.options.js';

// Started by npm in the root of the repository.
try {
  await record(process.argv.slice(2), join(process.cwd(), 'conformance'), (line) => {
    process.stdout.write(`${line}\n`);
  });
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = 1;
}
