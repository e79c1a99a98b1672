import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');
const PACKAGES = ['core', 'codec', 'handlers', 'testing'] as const;
const JEST = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');

/** What a consumer's program prints: the kind of every export of every package. */
type Report = Record<(typeof PACKAGES)[number], Record<string, string>>;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project of somebody else, with the built packages in its node_modules. */
let project: string;

beforeAll(async () => {
  for (const name of PACKAGES) {
    if (!existsSync(join(ROOT, 'packages', name, 'dist', 'index.js'))) {
      throw new Error(`packages/${name} is not built: run \`npm run build\` first (\`npm test\` does)`);
    }
  }
  project = await realpath(await mkdtemp(join(tmpdir(), 'sluice-consumer-')));
  await mkdir(join(project, 'node_modules', '@sluice'), { recursive: true });
  for (const name of PACKAGES) {
    await symlink(join(ROOT, 'packages', name), join(project, 'node_modules', '@sluice', name), 'junction');
  }
  await writeFile(join(project, 'package.json'), '{ "name": "consumer", "private": true }\n');
});

afterAll(async () => {
  if (project) await rm(project, { recursive: true, force: true });
});

/** Runs node in the consumer's project, free of what this jest run put into the environment. */
function node(...args: string[]): Promise<Outcome> {
  const {
    NODE_OPTIONS: _options,
    NODE_ENV: _env,
    JEST_WORKER_ID: _worker,
    FORCE_COLOR: _color,
    ...rest
  } = process.env;
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      args,
      { cwd: project, env: { ...rest, NO_COLOR: '1' }, timeout: 15_000 },
      (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number') reject(error);
        else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
      },
    );
  });
}

/** stderr without Node's own notice that a feature (require of ESM, vm modules) is experimental. */
function withoutExperimentalNotice(stderr: string): string {
  return stderr
    .split('\n')
    .filter(
      (line) =>
        !/ExperimentalWarning: |^Support for loading ES Module in require\(\)|--trace-warnings/.test(line),
    )
    .join('\n')
    .trim();
}

const printReport = `
  const report = {};
  for (const [name, mod] of Object.entries(modules)) {
    report[name] = Object.fromEntries(Object.keys(mod).map((key) => [key, typeof mod[key]]));
  }
  console.log(JSON.stringify(report));`;

function expectExports(stdout: string): void {
  const report = JSON.parse(stdout) as Report;
  expect(report.core).toMatchObject({ ByteBuf: 'function' });
  for (const name of PACKAGES) {
    expect([name, Object.keys(report[name]).length]).toEqual([name, expect.any(Number)]);
    expect([name, Object.keys(report[name]).length > 0]).toEqual([name, true]);
  }
}

describe('the built packages load', () => {
  test('from an ES module', async () => {
    const imports = PACKAGES.map((name) => `import * as ${name} from '@sluice/${name}';`).join('\n');
    await writeFile(
      join(project, 'esm.mjs'),
      `${imports}\nconst modules = { ${PACKAGES.join(', ')} };${printReport}`,
    );
    const { code, stdout, stderr } = await node('esm.mjs');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expectExports(stdout);
  });

  test('from CommonJS require', async () => {
    const requires = PACKAGES.map((name) => `${name}: require('@sluice/${name}')`).join(', ');
    await writeFile(join(project, 'cjs.cjs'), `const modules = { ${requires} };${printReport}`);
    const { code, stdout, stderr } = await node('cjs.cjs');
    expect({ code, stderr: withoutExperimentalNotice(stderr) }).toEqual({ code: 0, stderr: '' });
    expectExports(stdout);
  });

  test('to the same classes from both in one process', async () => {
    await writeFile(
      join(project, 'both.mjs'),
      `import { createRequire } from 'node:module';
       import * as imported from '@sluice/core';
       const required = createRequire(import.meta.url)('@sluice/core');
       console.log(typeof imported.ByteBuf, imported.ByteBuf === required.ByteBuf);`,
    );
    const { code, stdout } = await node('both.mjs');
    expect({ code, stdout: stdout.trim() }).toEqual({ code: 0, stdout: 'function true' });
  });

  test('from a jest run with ES modules', async () => {
    await writeFile(
      join(project, 'jest.config.json'),
      '{ "testMatch": ["**/*.test.mjs"], "transform": {} }\n',
    );
    const assertions = PACKAGES.map(
      (name) => `test('${name}', async () => {
         const mod = await import('@sluice/${name}');
         expect(Object.keys(mod).length).toBeGreaterThan(0);
       });`,
    ).join('\n');
    await writeFile(
      join(project, 'consumer.test.mjs'),
      `import { ByteBuf } from '@sluice/core';
       test('ByteBuf', () => expect(typeof ByteBuf).toBe('function'));
       ${assertions}`,
    );
    const args = ['--config', 'jest.config.json', '--json', '--no-cache', '--watchman=false', '--runInBand'];
    const { code, stdout, stderr } = await node('--experimental-vm-modules', JEST, ...args);
    const summary = code === 0 ? JSON.parse(stdout) : { stderr };
    expect(summary).toMatchObject({ success: true, numPassedTests: PACKAGES.length + 1, numFailedTests: 0 });
    expect(withoutExperimentalNotice(stderr)).not.toMatch(/warning/i);
  });
});
