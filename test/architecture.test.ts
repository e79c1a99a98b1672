import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { findViolations, type Manifest } from './support/architectureRules.js';
import { readSource } from './support/sourceFacts.js';

const ROOT = join(__dirname, '..');

/** Runs the rules over a repository that exists only in the test. */
function violationsOf(files: Record<string, string>, manifests: Record<string, Manifest> = {}): string[] {
  return findViolations({
    sources: new Map(Object.entries(files)),
    manifests: new Map(Object.entries(manifests)),
  });
}

/** The one violation of a source file with this single line. */
function violationOf(
  path: string,
  line: string,
  manifests: Record<string, Manifest> = {},
): string | undefined {
  const found = violationsOf({ [path]: line }, manifests);
  expect(found.length).toBeLessThanOrEqual(1);
  return found[0];
}

function typeScriptFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', 'coverage', 'vectors'].includes(entry.name) || entry.name.startsWith('.')) {
      return [];
    }
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return typeScriptFiles(path);
    return /(?<!\.d)\.ts$/.test(entry.name) ? [path] : [];
  });
}

describe('this repository', () => {
  const sources = new Map(
    typeScriptFiles(ROOT).map((path) => [
      relative(ROOT, path).split(sep).join('/'),
      readFileSync(path, 'utf8'),
    ]),
  );
  const packages = readdirSync(join(ROOT, 'packages'));

  test('is read completely', () => {
    expect(packages.sort()).toEqual(['codec', 'core', 'handlers', 'testing']);
    expect([...sources.keys()]).toEqual(
      expect.arrayContaining(['packages/core/src/index.ts', 'jest.config.ts']),
    );
  });

  test('keeps every rule of the architecture', () => {
    const manifests = packages.map((name): [string, Manifest] => [
      name,
      JSON.parse(readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8')),
    ]);
    expect(findViolations({ sources, manifests: new Map(manifests) })).toEqual([]);
  });
});

describe('rules between packages', () => {
  test('core has no dependency at all', () => {
    expect(violationsOf({}, { core: { dependencies: { pino: '1' } } })).toHaveLength(1);
    expect(violationsOf({}, { core: { peerDependencies: { pino: '1' } } })).toHaveLength(1);
    expect(violationsOf({}, { core: { optionalDependencies: { pino: '1' } } })).toHaveLength(1);
    expect(violationOf('packages/core/src/util/a.ts', "import pino from 'pino';")).toMatch(
      /not a dependency/,
    );
  });

  test.each([
    ['core', 'codec'],
    ['codec', 'handlers'],
    ['codec', 'testing'],
    ['handlers', 'testing'],
    ['testing', 'codec'],
    ['testing', 'handlers'],
  ])('%s may use %s neither in code nor in package.json', (from, to) => {
    const path = `packages/${from}/src/${from === 'core' ? 'util/' : ''}a.ts`;
    expect(violationOf(path, `import type { A } from '@sluice/${to}';`)).toMatch(/must not import/);
    expect(violationsOf({}, { [from]: { dependencies: { [`@sluice/${to}`]: 'workspace:^' } } })).toHaveLength(
      1,
    );
  });

  test.each([
    ['codec', 'core'],
    ['handlers', 'core'],
    ['handlers', 'codec'],
    ['testing', 'core'],
  ])('%s may use %s', (from, to) => {
    expect(violationOf(`packages/${from}/src/a.ts`, `import { A } from '@sluice/${to}';`)).toBeUndefined();
    expect(violationsOf({}, { [from]: { dependencies: { [`@sluice/${to}`]: 'workspace:^' } } })).toEqual([]);
  });

  test('another package is reached by its name only', () => {
    expect(violationOf('packages/codec/src/a.ts', "import { A } from '@sluice/core/dist/a.js';")).toMatch(
      /deep/,
    );
    expect(violationOf('packages/codec/src/a.ts', "import { A } from '../../core/src/index.js';")).toMatch(
      /leaves/,
    );
    expect(
      violationOf('examples/im/main.ts', "import { A } from '../../packages/core/src/index.js';"),
    ).toMatch(/leaves/);
    expect(violationOf('packages/core/src/index.ts', "export * from '@sluice/core';")).toMatch(/itself/);
  });

  test.each(['examples', 'benchmarks', 'conformance', 'interop'])('nothing may use %s', (leaf) => {
    expect(violationOf('packages/codec/src/a.ts', `import '@sluice/${leaf}';`)).toMatch(/nothing may import/);
    expect(violationOf('packages/codec/src/a.ts', `import '../../../${leaf}/a.js';`)).toMatch(
      /nothing may import/,
    );
    expect(violationOf('test/a.test.ts', `import '../${leaf}/a.js';`)).toMatch(/nothing may import/);
  });

  test('every kind of import counts', () => {
    for (const line of [
      "export { A } from '@sluice/codec';",
      "export * from '@sluice/codec';",
      "const a = await import('@sluice/codec');",
      "const a = require('@sluice/codec');",
      "import a = require('@sluice/codec');",
      "let a: import('@sluice/codec').A;",
    ]) {
      expect([line, violationOf('packages/core/src/util/a.ts', line)]).toEqual([
        line,
        expect.stringContaining('core must not import codec'),
      ]);
    }
    expect(violationsOf({ 'packages/core/src/util/a.ts': "// import '@sluice/codec'" })).toEqual([]);
  });

  test('source imports no tests, no index of its own and nothing undeclared', () => {
    expect(violationOf('packages/codec/src/a.ts', "import '../test/a.js';")).toMatch(/outside src/);
    expect(violationOf('packages/codec/src/a.ts', "import './index.js';")).toMatch(/index/);
    expect(violationOf('packages/codec/src/a.ts', "import '../../../test/support/a.js';")).toMatch(/leaves/);
    const declared = { handlers: { dependencies: { pino: '1' } } };
    expect(violationOf('packages/handlers/src/a.ts', "import 'pino/file';", declared)).toBeUndefined();
  });

  test('tests may share test/support', () => {
    const line = "import { requiresProgram } from '../../../test/support/requiresProgram.js';";
    const files = { 'packages/codec/src/a.ts': '', 'packages/codec/test/a.test.ts': line };
    expect(violationsOf(files)).toEqual([]);
  });
});

describe("rules between core's layers", () => {
  const inCore = (path: string, line: string) => violationOf(`packages/core/src/${path}`, line);

  test('a layer uses itself and those before it', () => {
    expect(inCore('pipeline/a.ts', "import { B } from './b.js';")).toBeUndefined();
    expect(inCore('pipeline/a.ts', "import { B } from '../channel/b.js';")).toBeUndefined();
    expect(inCore('transport/tcp/a.ts', "import { B } from '../../util/b.js';")).toBeUndefined();
    expect(inCore('index.ts', "export { B } from './typed/b.js';")).toBeUndefined();
  });

  test('no layer uses a later one', () => {
    expect(inCore('util/a.ts', "import { B } from '../buffer/b.js';")).toMatch(
      /layer util must not import buffer/,
    );
    expect(inCore('transport/tcp/a.ts', "import '../../bootstrap/b.js';")).toMatch(
      /must not import bootstrap/,
    );
    expect(inCore('util/a.ts', "import type { B } from '../buffer/b.js';")).toMatch(/must not import buffer/);
  });

  test('channel and pipeline may name each other in types only', () => {
    expect(inCore('channel/a.ts', "import type { B } from '../pipeline/b.js';")).toBeUndefined();
    expect(inCore('channel/a.ts', "import { type B, type C } from '../pipeline/b.js';")).toBeUndefined();
    expect(inCore('channel/a.ts', "let b: import('../pipeline/b.js').B;")).toBeUndefined();
    expect(inCore('channel/a.ts', "import { B } from '../pipeline/b.js';")).toMatch(/values of pipeline/);
    expect(inCore('channel/a.ts', "import { type B, C } from '../pipeline/b.js';")).toMatch(
      /values of pipeline/,
    );
    expect(inCore('channel/a.ts', "export * from '../pipeline/b.js';")).toMatch(/values of pipeline/);
    expect(inCore('channel/a.ts', "import '../pipeline/b.js';")).toMatch(/values of pipeline/);
  });

  test('a file outside the layers is misplaced', () => {
    expect(inCore('stray.ts', '')).toMatch(/core\/src holds/);
    expect(inCore('other/a.ts', '')).toMatch(/core\/src holds/);
  });
});

describe('rules for files', () => {
  test('builtins carry the node: prefix', () => {
    expect(violationOf('packages/core/src/util/a.ts', "import net from 'net';")).toMatch(/'node:net'/);
    expect(violationOf('test/a.test.ts', "import { readFile } from 'fs/promises';")).toMatch(/node:fs/);
    expect(violationOf('packages/core/src/util/a.ts', "import net from 'node:net';")).toBeUndefined();
  });

  test('relative imports carry their extension', () => {
    expect(violationOf('packages/codec/src/a.ts', "import './b';")).toMatch(/extension/);
  });

  test('tests mirror sources', () => {
    const source = { 'packages/codec/src/frame/A.ts': '' };
    expect(violationsOf({ ...source, 'packages/codec/test/frame/A.test.ts': '' })).toEqual([]);
    expect(violationsOf({ ...source, 'packages/codec/test/frame/A.limits.test.ts': '' })).toEqual([]);
    expect(violationsOf({ ...source, 'packages/codec/test/integration/all.test.ts': '' })).toEqual([]);
    expect(violationsOf({ ...source, 'packages/codec/test/A.test.ts': '' })).toHaveLength(1);
    expect(violationsOf({ ...source, 'packages/codec/test/frame/B.test.ts': '' })).toHaveLength(1);
  });

  test('a source file has at most 350 lines of code', () => {
    const lines = (count: number) => 'f();\n'.repeat(count);
    expect(violationsOf({ 'packages/codec/src/a.ts': lines(350) })).toEqual([]);
    expect(violationOf('packages/codec/src/a.ts', lines(351))).toMatch(/351 lines of code/);
    expect(violationsOf({ 'packages/codec/src/a.ts': lines(350) + '// more\n\n'.repeat(100) })).toEqual([]);
  });

  test('comments and blank lines are not code, the inside of a template is', () => {
    const text = [
      '/** Doc.',
      ' * @param a one',
      ' */',
      'function f(a) { // why',
      '',
      '  return `x',
      'y`;',
      '}',
    ];
    expect(readSource('a.ts', text.join('\n')).codeLines).toBe(4);
    expect(readSource('a.ts', '/* only */\n\n// comments\n').codeLines).toBe(0);
  });
});
