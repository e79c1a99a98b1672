import { join } from 'node:path';
import { conformance } from './conformance.js';

// Started by npm in the root of the repository; paths on the command line are meant from where the user is.
process.exitCode = await conformance(process.argv.slice(2), {
  fixed: join(process.cwd(), 'conformance', 'vectors'),
  from: process.env.INIT_CWD ?? process.cwd(),
  print: (text) => void process.stdout.write(`${text}\n`),
  complain: (text) => void process.stderr.write(`${text}\n`),
});
