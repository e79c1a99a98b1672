import { Buffer } from 'node:buffer';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Coverage } from './Coverage.js';
import { type Finding, Fuzzer } from './Fuzzer.js';
import type { Target } from './Target.js';
import { TARGETS } from './targets/index.js';

const USAGE = `npm run fuzz -- [--seconds 60] [--seed 1] [--target NAME[,NAME…]] [--input HEX]
  --seconds  how long to search, all targets together (default 60)
  --seed     another seed makes other inputs (default 1)
  --target   what to fuzz: ${Object.keys(TARGETS).join(', ')} (default all)
  --input    try this input with the one target instead of searching
`;

/** How often a run is interrupted to look at the clock. */
const INPUTS_A_TURN = 200;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string', default: Object.keys(TARGETS).join(',') },
    input: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

// Thousands of errors are made on purpose; their stacks are what takes time.
Error.stackTraceLimit = 4;

const names = values.target.split(',');
const unknown = names.filter((name) => !Object.hasOwn(TARGETS, name));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) process.stderr.write(`There is no target ${unknown.join(', ')}.\n`);
  process.stderr.write(USAGE);
  process.exit(values.help ? 0 : 2);
}

if (values.input === undefined) {
  const found = names.filter((name) => !search(name, TARGETS[name] as Target));
  process.exitCode = found.length > 0 ? 1 : 0;
} else {
  for (const name of names) (TARGETS[name] as Target).run(Buffer.from(values.input, 'hex'));
  process.stdout.write('nothing wrong\n');
}

/** Fuzzes a target for its share of the time. True if nothing was found. */
function search(name: string, target: Target): boolean {
  const coverage = new Coverage();
  const cpu = process.cpuUsage();
  const fuzzer = new Fuzzer(target, Number(values.seed), coverage);
  const started = performance.now();
  const end = started + (Number(values.seconds) * 1000) / names.length;
  let finding: Finding | undefined;
  do finding = fuzzer.run(INPUTS_A_TURN);
  while (finding === undefined && performance.now() < end);
  coverage.close();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  process.stdout.write(
    `${name.padEnd(12)} ${fuzzer.executions} inputs in ${seconds.toFixed(0)} s ` +
      `(${((user + system) / 1e6).toFixed(0)} s of CPU), ${fuzzer.corpusSize} kept, ` +
      `${fuzzer.featureCount} features: ${finding === undefined ? 'nothing wrong' : 'FOUND'}\n`,
  );
  if (finding === undefined) return true;
  const { stack } = finding.error as Error;
  process.stdout.write(`${stack ?? String(finding.error)}\n`);
  process.stdout.write(`Again: npm run fuzz -- --target ${name} --input ${finding.input.toString('hex')}\n`);
  return false;
}
