import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import * as stream from 'node:stream';
import { ChannelOption } from '@sluice/core';
import { type CodeBlock, parsePage, readPages } from './support/markdown.js';

const ROOT = join(__dirname, '..');
const PACKAGES = ['core', 'codec', 'handlers', 'testing'];
const TSC = join(ROOT, 'node_modules', '@typescript', 'native', 'bin', 'tsc');

const pages = readPages(ROOT);
/** Pages that teach: their programs have to be right. */
const taught = pages.filter(({ path }) => /^(README\.md|docs\/.*|packages\/\w+\/README\.md)$/.test(path));
const blocks = taught.flatMap((page) => page.blocks);
/** Blocks that stand by themselves, and those that are part of a file, which is compiled where it is. */
const snippets = blocks.filter(({ language, from }) => language === 'ts' && from === undefined);
const excerpts = blocks.filter(({ from }) => from !== undefined);
const nameOf = ({ page, line }: CodeBlock): string => `${page}:${line}`;

describe('the pages', () => {
  test('are found', () => {
    expect(pages.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'README.md',
        'docs/README.md',
        'docs/guides/pipeline.md',
        'packages/core/README.md',
      ]),
    );
    expect(snippets.length).toBeGreaterThan(20);
  });

  test('are all reachable from the map, docs/README.md', () => {
    const linked = new Set(['docs/README.md']);
    for (const path of linked) {
      const page = pages.find((candidate) => candidate.path === path);
      for (const { target } of page?.links ?? []) {
        linked.add(posix.normalize(posix.join(dirname(path), target.replace(/#.*/, ''))));
      }
    }
    const lost = pages
      .map(({ path }) => path)
      .filter((path) => path.startsWith('docs/') && !linked.has(path));
    expect(lost).toEqual([]);
  });

  test('have no dead links', () => {
    const dead: string[] = [];
    for (const { path, links, anchors } of pages) {
      for (const { line, target } of links) {
        if (/^[a-z]+:/.test(target)) continue;
        const [file = '', anchor] = target.split('#');
        const wanted = file === '' ? path : posix.normalize(posix.join(dirname(path), file));
        const other = pages.find((candidate) => candidate.path === wanted.replace(/\/$/, '/README.md'));
        if (!existsSync(join(ROOT, wanted))) dead.push(`${path}:${line}: ${target}`);
        else if (anchor !== undefined && !(file === '' ? anchors : other?.anchors)?.has(anchor)) {
          dead.push(`${path}:${line}: ${target} (no such heading)`);
        }
      }
    }
    expect(dead).toEqual([]);
  });

  test('quote files as they are', () => {
    const wrong = excerpts.filter(({ from, code }) => {
      const file = join(ROOT, from as string);
      return !existsSync(file) || !withoutIndent(readFileSync(file, 'utf8')).includes(withoutIndent(code));
    });
    expect(wrong.map((block) => `${nameOf(block)} is not part of ${block.from}`)).toEqual([]);
    expect(excerpts.length).toBeGreaterThan(5);
  });

  test('name in the porting tables only what exists', () => {
    const guide = pages.find(({ path }) => path === 'docs/guides/porting-from-netty.md');
    const known = new Set([
      ...exportedNames(),
      ...Object.keys(ChannelOption),
      ...Object.keys(net),
      ...Object.keys(stream),
      ...Object.getOwnPropertyNames(globalThis),
    ]);
    const unknown = (guide?.rows ?? []).flatMap(([, ours = '']) =>
      Array.from(ours.matchAll(/`(?:new )?(?<name>[A-Z]\w+)\b[^`]*`/g), (match) => match.groups?.name ?? ''),
    );
    expect(unknown.filter((name) => !known.has(name))).toEqual([]);
    expect(unknown.length).toBeGreaterThan(100);
  });
});

/** Excerpts may be indented less than in their file. */
function withoutIndent(text: string): string {
  return text.replace(/^[ \t]+/gm, '');
}

/** Every name that a package exports: `*` is followed, as far as the packages use it. */
function exportedNames(): string[] {
  return PACKAGES.flatMap((name) => {
    const folder = join(ROOT, 'packages', name, 'src');
    const index = readFileSync(join(folder, 'index.ts'), 'utf8');
    const starred = Array.from(index.matchAll(/export (?:type )?\* from '(.+)\.js'/g), ([, file]) =>
      readFileSync(join(folder, `${file}.ts`), 'utf8'),
    );
    const lists = Array.from(index.matchAll(/export (?:type )?\{([^}]+)\}/g), ([, list]) => list as string);
    return [
      ...lists.flatMap((list) => list.split(',').map((item) => item.trim().replace(/^type /, ''))),
      ...starred.flatMap((file) =>
        Array.from(
          file.matchAll(/^export (?:const|class|interface|type|function) (\w+)/gm),
          ([, item]) => item ?? '',
        ),
      ),
    ];
  });
}

describe('the programs in the pages', () => {
  /** A project of a user, with the built packages in its node_modules. */
  let project: string;
  /** What the compiler says, by the name of the snippet. */
  const errors = new Map<string, string[]>();

  beforeAll(async () => {
    project = await realpath(await mkdtemp(join(tmpdir(), 'sluice-docs-')));
    await mkdir(join(project, 'node_modules', '@sluice'), { recursive: true });
    for (const name of PACKAGES) {
      if (!existsSync(join(ROOT, 'packages', name, 'dist', 'index.js'))) {
        throw new Error(`packages/${name} is not built: run \`npm run build\` first (\`npm test\` does)`);
      }
      await symlink(join(ROOT, 'packages', name), join(project, 'node_modules', '@sluice', name), 'junction');
    }
    await symlink(join(ROOT, 'node_modules', '@types'), join(project, 'node_modules', '@types'), 'junction');
    await writeFile(join(project, 'package.json'), '{ "type": "module", "private": true }');
    await writeFile(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          target: 'es2022',
          lib: ['es2023', 'esnext.disposable'],
          module: 'nodenext',
          moduleDetection: 'force',
          strict: true,
          noImplicitOverride: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          skipLibCheck: true,
          types: ['node'],
          outDir: 'out',
          rootDir: '.',
        },
        include: ['*.ts'],
      }),
    );
    await Promise.all(snippets.map((block, i) => writeFile(join(project, `s${i}.ts`), sourceOf(block))));
    const { stdout } = await run(process.execPath, [TSC, '-p', '.', '--pretty', 'false'], project);
    for (const line of stdout.split('\n').filter((text) => text !== '')) {
      const found = /^s(?<index>\d+)\.ts\((?<line>\d+),\d+\): (?<text>.*)$/.exec(line)?.groups;
      const block = snippets[Number(found?.index)];
      const name = block === undefined ? 'the compiler' : nameOf(block);
      errors.set(name, [...(errors.get(name) ?? []), block === undefined ? line : inPage(block, found)]);
    }
  }, 60_000);

  afterAll(() => rm(project, { recursive: true, force: true }));

  test('compile as a project', () => {
    expect(errors.get('the compiler') ?? []).toEqual([]);
  });

  test.each(snippets.map((block) => [nameOf(block)]))('%s compiles', (name) => {
    expect(errors.get(name) ?? []).toEqual([]);
  });

  const programs = snippets.filter(({ flags }) => flags.includes('program'));
  test.each(programs.map((block) => [nameOf(block), block] as const))(
    '%s runs to its end and prints what the page says',
    async (_name, block) => {
      const result = await run(process.execPath, [join(project, 'out', `s${snippets.indexOf(block)}.js`)]);
      const next = blocks[blocks.indexOf(block) + 1];
      const shown = next?.page === block.page && next.flags.includes('output') ? next.code : undefined;
      expect(result).toEqual({
        code: 0,
        stderr: '',
        stdout: shown === undefined ? result.stdout : `${shown}\n`,
      });
    },
  );

  const servers = snippets.filter(({ flags }) => flags.includes('server'));
  test.each(servers.map((block) => [nameOf(block), block] as const))('%s serves', async (_name, block) => {
    const file = join(project, 'out', `s${snippets.indexOf(block)}.js`);
    const port = await freePort();
    await writeFile(file, readFileSync(file, 'utf8').replaceAll('9000', String(port)));
    const server = spawn(process.execPath, [file], { stdio: ['ignore', 'inherit', 'inherit'] });
    try {
      while (server.exitCode === null && !(await answers(port))) await new Promise(setImmediate);
      server.kill('SIGTERM');
      expect(await once(server, 'exit')).toEqual([0, null]);
    } finally {
      server.kill('SIGKILL');
    }
  });

  test('there are some to run', () => {
    expect(programs.length + servers.length).toBeGreaterThan(3);
  });
});

/** A block with what it builds on: its setup, and the block before if it is `continued`. */
function sourceOf(block: CodeBlock): string {
  const own = block.setup === '' ? block.code : `${block.setup}\n${block.code}`;
  if (!block.flags.includes('continued')) return own;
  const before = snippets[snippets.indexOf(block) - 1];
  if (before?.page !== block.page) throw new Error(`${nameOf(block)} continues nothing`);
  return `${sourceOf(before)}\n${own}`;
}

/** Where in the page an error is. */
function inPage(block: CodeBlock, found: Record<string, string> | undefined): string {
  const before = sourceOf(block).split('\n').length - block.code.split('\n').length;
  const line = Number(found?.line) - before;
  return line > 0 ? `${block.page}:${block.line + line - 1}: ${found?.text}` : `in the setup: ${found?.text}`;
}

function run(
  command: string,
  args: string[],
  cwd = ROOT,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, timeout: 30_000, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether somebody accepts a connection. */
function answers(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1').resume();
  // The system accepts before the program runs on; only the program itself can end its side.
  return once(socket.end(), 'end')
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy());
}

describe('a page', () => {
  test('is read with blocks, what belongs to them, links and anchors', () => {
    const page = parsePage(
      'a.md',
      [
        '# A `b` c!',
        'See [x](b.md#c) and `[no](link)`.',
        '<!-- setup',
        'declare const x: number;',
        '-->',
        '```ts program',
        'x;',
        '```',
        '# A b c',
        '| a \\| b | c |',
        '| --- | --- |',
      ].join('\n'),
    );
    expect(page).toEqual({
      path: 'a.md',
      blocks: [
        {
          page: 'a.md',
          line: 7,
          language: 'ts',
          flags: ['program'],
          code: 'x;',
          setup: 'declare const x: number;',
          from: undefined,
        },
      ],
      links: [{ line: 2, target: 'b.md#c' }],
      anchors: new Set(['a-b-c', 'a-b-c-1']),
      rows: [['a \\| b', 'c']],
    });
  });
});
