// Checks what the types promise: programs under test/types/good must compile and between them use every export of the
// packages; each program under test/types/bad must be rejected with the message it names in its first lines
// (`// expect: text`), by the native compiler and by the TypeScript 6 API, under the repository's flags and under plain
// `strict`; and pipelines must not cost the compiler more than test/types/budget/budget.json allows, a stage of a long one
// no more than a stage of a short one. Needs built packages: `npm run types` builds them.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { uncoveredExports } from './typeExports.mjs';
import { writeStages } from './typeStages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const types = 'test/types';
const compilers = [
  // One thread, so that the count of instantiations is the same on every machine.
  { name: 'tsc 7', bin: 'node_modules/@typescript/native/bin/tsc', flags: ['--singleThreaded'] },
  { name: 'tsc 6', bin: 'node_modules/typescript/bin/tsc6', flags: [] },
];
const modes = [
  { name: 'our flags', flags: [] },
  {
    name: 'plain strict',
    flags: ['--exactOptionalPropertyTypes', 'false', '--noUncheckedIndexedAccess', 'false'],
  },
];

const complaints = [];

function compile(compiler, project, flags) {
  const args = [join(root, compiler.bin), '-p', join(root, project), '--pretty', 'false'];
  const result = spawnSync(process.execPath, [...args, ...compiler.flags, ...flags], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (result.error) throw result.error;
  return `${result.stdout}${result.stderr}`;
}

/** The errors of a compiler's output, each with its continuation lines: file (or '') to texts. */
function errorsByFile(output) {
  const found = new Map();
  let current;
  for (const line of output.split('\n')) {
    const start = /^(?:(?<file>[^\s(][^(]*)\(\d+,\d+\): )?error TS\d+: /.exec(line);
    if (start) {
      current = { text: line };
      const file = start.groups?.file ?? '';
      found.set(file, [...(found.get(file) ?? []), current]);
    } else if (current && /^\s/.test(line)) current.text += `\n${line}`;
    else if (line.trim() !== '') found.set('', [...(found.get('') ?? []), { text: line }]);
  }
  return new Map([...found].map(([file, errors]) => [file, errors.map(({ text }) => text)]));
}

function expectationsOf(file) {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  const end = lines.findIndex((line) => !line.startsWith('// expect: '));
  return lines.slice(0, end).map((line) => line.slice('// expect: '.length).trim());
}

/** What is wrong with the errors of a bad program; each line is a complaint. */
function judge(file, errors) {
  const expected = expectationsOf(file);
  if (expected.length === 0) return [`${file}: says in no first line what is expected (// expect: …)`];
  if (errors.length === 0)
    return [`${file}: ACCEPTED, but it must be rejected with: ${expected.join(' … ')}`];
  const missing = expected.filter((text) => !errors.some((error) => error.includes(text)));
  const surplus = errors.filter((error) => !expected.some((text) => error.includes(text)));
  return [
    ...missing.map((text) => `${file}: no message says: ${text}\n${errors.join('\n')}`),
    ...surplus.map((error) => `${file}: rejected for another reason than expected\n${error}`),
  ];
}

function checkPrograms(compiler, mode, bad) {
  const errors = errorsByFile(compile(compiler, types, mode.flags));
  const wrong = bad.flatMap((file) => judge(file, errors.get(file) ?? []));
  for (const [file, texts] of errors) {
    if (bad.includes(file)) continue;
    wrong.push(...texts.map((text) => `${file || 'the compiler'}: REJECTED, but it must compile\n${text}`));
  }
  complaints.push(...wrong.map((text) => `${compiler.name}, ${mode.name}: ${text}`));
}

function instantiations(compiler, project) {
  const output = compile(compiler, project, ['--extendedDiagnostics']);
  const count = /^Instantiations:\s+(\d+)$/m.exec(output)?.[1];
  if (count !== undefined && !/error TS\d+/.test(output)) return Number(count);
  complaints.push(`${compiler.name}: ${project} does not compile or reports no Instantiations\n${output}`);
  return 0;
}

/** Complains if `what` costs more than `limit`. */
function checkCost(compiler, what, used, limit) {
  if (used > limit) complaints.push(`${compiler.name}: ${what} costs ${used} instantiations of ${limit}`);
}

function checkTwenty(compiler, { instantiations: limit }) {
  const start = instantiations(compiler, `${types}/budget/tsconfig.start.json`);
  const used = instantiations(compiler, `${types}/budget/tsconfig.json`) - start;
  checkCost(compiler, 'a pipeline of twenty handlers', used, limit);
  return used;
}

/** What pipelines of 10, 20 and 40 stages cost on top of one without; and whether the cost grows with the number only. */
function checkStages(compiler, { instantiations: limits, growth }) {
  const folder = join(root, 'node_modules/.cache/types');
  const cost = (stages) => instantiations(compiler, writeStages(root, folder, stages));
  const empty = cost(0);
  const used = limits.map(({ stages, limit }) => {
    const of = cost(stages) - empty;
    checkCost(compiler, `a pipeline of ${stages} stages`, of, limit);
    return of;
  });
  const [ten, twenty, forty] = used;
  const expected = 2 * (twenty - ten);
  if (forty - twenty > growth * expected) {
    complaints.push(
      `${compiler.name}: the cost of a pipeline grows faster than its length: ${used.join(', ')} instantiations for ` +
        `10, 20 and 40 stages; the last twenty cost more than ${growth} times what the second ten let expect`,
    );
  }
  return used;
}

const bad = readdirSync(join(root, types, 'bad')).map((name) => `${types}/bad/${name}`);
const good = readdirSync(join(root, types, 'good'));
const budget = JSON.parse(readFileSync(join(root, types, 'budget/budget.json'), 'utf8'));

const { total, missing } = uncoveredExports(root, ['core', 'codec', 'handlers', 'testing']);
console.log(`${total - missing.length} of ${total} exports are used by the good programs`);
for (const name of missing)
  complaints.push(`${name} is used by no program under ${types}/good: add it to one`);

for (const compiler of compilers) {
  for (const mode of modes) checkPrograms(compiler, mode, bad);
  const twenty = checkTwenty(compiler, budget.twentyHandlers);
  const stages = checkStages(compiler, budget.stages);
  console.log(
    `${compiler.name}: ${good.length} good and ${bad.length} bad programs; twenty handlers cost ${twenty} ` +
      `instantiations, pipelines of 10, 20 and 40 stages ${stages.join(', ')}`,
  );
}
for (const complaint of complaints) console.error(`types: ${complaint}`);
if (complaints.length > 0) process.exitCode = 1;
else console.log('types: all as promised');
