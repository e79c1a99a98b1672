// Checks what the types promise: programs under test/types/good must compile, each program under test/types/bad must be
// rejected with the message it names in its first lines (`// expect: text`), by the native compiler and by the
// TypeScript 6 API, under the repository's flags and under plain `strict`; and a pipeline of twenty handlers must not
// cost the compiler more than test/types/budget/budget.json allows. Needs built packages: `npm run types` builds them.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

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

function checkBudget(compiler, budget) {
  const start = instantiations(compiler, `${types}/budget/tsconfig.start.json`);
  const used = instantiations(compiler, `${types}/budget/tsconfig.json`) - start;
  if (used > budget) {
    complaints.push(
      `${compiler.name}: a pipeline of twenty handlers costs ${used} instantiations of ${budget}`,
    );
  }
  return used;
}

const bad = readdirSync(join(root, types, 'bad')).map((name) => `${types}/bad/${name}`);
const good = readdirSync(join(root, types, 'good'));
const { twentyHandlers } = JSON.parse(readFileSync(join(root, types, 'budget/budget.json'), 'utf8'));

for (const compiler of compilers) {
  for (const mode of modes) checkPrograms(compiler, mode, bad);
  const used = checkBudget(compiler, twentyHandlers.instantiations);
  console.log(
    `${compiler.name}: ${good.length} good and ${bad.length} bad programs; twenty handlers cost ` +
      `${used} instantiations (budget ${twentyHandlers.instantiations})`,
  );
}
for (const complaint of complaints) console.error(`types: ${complaint}`);
if (complaints.length > 0) process.exitCode = 1;
else console.log('types: all as promised');
