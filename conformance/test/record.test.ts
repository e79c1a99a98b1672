import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { requiresProgram } from '../../test/support/requiresProgram.js';
import { type Dropped, JavaRecorder, type Recording } from '../src/record.java.js';
import { record } from '../src/record.js';
import { NettyRelease } from '../src/record.netty.js';
import { parseOptions, seedOfCommit } from '../src/record.options.js';

const CONFORMANCE = join(__dirname, '..');
/** Of the fixed sets. */
const SEED = 2026n;
/** A JDK may have to start, and to compile, on a busy machine. */
const PATIENCE = 120_000;

/** The cases of a stored file, in their order. */
function stored(version: string, suite: string): string[] {
  const file = join(CONFORMANCE, 'vectors', `netty-${version}`, `${suite}.jsonl.gz`);
  return gunzipSync(readFileSync(file)).toString().trimEnd().split('\n');
}

async function collect(recorder: JavaRecorder, recording: Recording): Promise<(string | Dropped)[]> {
  const results: (string | Dropped)[] = [];
  for await (const result of recorder.record(recording)) results.push(result);
  return results;
}

function idOf(line: unknown): unknown {
  return typeof line === 'string' ? JSON.parse(line).id : line;
}

describe.each(['4.1', '4.2'])('recording from Netty %s', (line) => {
  const release = new NettyRelease(line, CONFORMANCE);

  requiresProgram(
    'java',
    'javac',
    ...release.requirements,
  )('with a JDK and its jars', () => {
    let recorder: JavaRecorder;

    beforeAll(async () => {
      recorder = await JavaRecorder.compile(release, CONFORMANCE);
    }, PATIENCE);

    test.each([
      ['codec', 300],
      ['pipeline', 300],
      ['writability', 50],
      ['idle', 50],
    ])(
      '%s cases come out as they are stored, byte for byte',
      async (suite, count) => {
        const cases = await collect(recorder, { suite, count, seed: SEED });
        expect(cases).toEqual(stored(release.version, suite).slice(0, count));
      },
      PATIENCE,
    );

    test(
      'goes on behind a program that does not end',
      async () => {
        // The one in the fixed set of 4.1.48, and one of another seed that 4.2.20 recurses in without end.
        const [seed, first, why] = line === '4.1' ? [SEED, 2229, 'endless'] : [1n, 761, 'endless recursion'];
        const results = await collect(recorder, { suite: 'pipeline', count: 1, seed, first });
        expect(results.map(idOf)).toEqual([{ dropped: first, why }, `pipeline-${first + 1}`]);
      },
      PATIENCE,
    );

    test(
      'a caller may stop early',
      async () => {
        const cases = recorder.record({ suite: 'idle', count: 100_000, seed: SEED });
        for await (const first of cases) {
          expect(idOf(first)).toBe('idle-0');
          break;
        }
        await expect(cases.next()).resolves.toEqual({ done: true, value: undefined });
      },
      PATIENCE,
    );

    test(
      'reports what the Java program has to say when it fails',
      async () => {
        await expect(collect(recorder, { suite: 'nothing', count: 1, seed: SEED })).rejects.toThrow(
          /^recording 1 nothing cases of seed 2026 failed \(1\): .*no suite is called nothing/s,
        );
      },
      PATIENCE,
    );

    test(
      'the command writes a file a suite',
      async () => {
        const out = await mkdtemp(join(tmpdir(), 'sluice-record-'));
        try {
          const printed: string[] = [];
          const args = ['--netty', line, '--out', out, '--seed', '7'];
          const count = ['--count', 'codec=0,pipeline=0,writability=0,idle=3'];
          await record([...args, ...count], CONFORMANCE, (text) => printed.push(text));

          const folder = join(out, `netty-${release.version}`);
          expect(await readdir(folder)).toEqual(['idle.jsonl.gz']);
          const cases = gunzipSync(readFileSync(join(folder, 'idle.jsonl.gz'))).toString();
          expect(cases.trimEnd().split('\n').map(idOf)).toEqual(['idle-0', 'idle-1', 'idle-2']);
          expect(printed).toEqual([
            `Netty ${release.version}, seed 7: ${folder}`,
            expect.stringMatching(/^ {2}idle: 3 cases, sha256 [0-9a-f]{16} unzipped$/),
          ]);
        } finally {
          await rm(out, { recursive: true });
        }
      },
      PATIENCE,
    );
  });
});

describe('the stored sets', () => {
  test.each(['codec', 'pipeline', 'writability', 'idle'])('hold the same %s programs', (suite) => {
    const programs = (version: string): Map<string, string> =>
      new Map(
        stored(version, suite).map((line) => {
          const { id, kind, args, input } = JSON.parse(line);
          return [id, JSON.stringify({ kind, args, input })];
        }),
      );
    const older = programs('4.1.48');
    const newer = programs('4.2.20');
    // A program without an end in one of them makes room for one more at the end.
    const common = [...older.keys()].filter((id) => newer.has(id));
    expect(common.length).toBeGreaterThanOrEqual(older.size - 1);
    expect(newer.size).toBe(older.size);
    for (const id of common) expect(newer.get(id)).toBe(older.get(id));
  });
});

describe('the command line', () => {
  test('has defaults for all but the folder', () => {
    expect(parseOptions(['--out', 'x'])).toEqual({
      out: 'x',
      releases: ['4.2'],
      seed: undefined,
      counts: { codec: 4000, pipeline: 3000, writability: 500, idle: 200 },
    });
  });

  test('takes releases, a seed and counts', () => {
    const args = ['--out', 'x', '--netty', '4.1,4.2.19', '--seed', '12345', '--count', 'codec=5,idle=0'];
    expect(parseOptions(args)).toEqual({
      out: 'x',
      releases: ['4.1', '4.2.19'],
      seed: 12345n,
      counts: { codec: 5, pipeline: 3000, writability: 500, idle: 0 },
    });
  });

  test.each([
    [[], '--out is missing: it says where to write'],
    [['--out', 'x', '--seed', 'abc'], '--seed takes a whole number of at most 18 digits, and not "abc"'],
    [
      ['--out', 'x', '--count', 'proto=1'],
      '--count takes entries such as codec=100, for codec, pipeline, writability, idle, and not "proto=1"',
    ],
    [
      ['--out', 'x', '--count', 'codec=-1'],
      '--count takes entries such as codec=100, for codec, pipeline, writability, idle, and not "codec=-1"',
    ],
  ])('%j is refused with a reason', (args, message) => {
    expect(() => parseOptions(args)).toThrow(new Error(message));
  });

  test('an unknown option is refused', () => {
    expect(() => parseOptions(['--out', 'x', '--sed', '1'])).toThrow(/--sed/);
  });
});

describe('the seed', () => {
  test('is the same for a commit each time', async () => {
    const seed = await seedOfCommit(CONFORMANCE);
    expect(seed).toBeGreaterThan(0n);
    expect(await seedOfCommit(CONFORMANCE)).toBe(seed);
  });

  test('is a constant outside of a repository', async () => {
    expect(await seedOfCommit(join(tmpdir(), 'not-there'))).toBe(2026n);
  });
});

describe('what is missing', () => {
  const path = process.env.PATH;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-record-'));
    process.env.PATH = folder;
  });
  afterEach(async () => {
    process.env.PATH = path;
    await rm(folder, { recursive: true });
  });

  test.each(['5', '4', '4.3', '4.2.x', '4.2.20.Final'])('"%s" is no release to record from', (name) => {
    expect(() => new NettyRelease(name, folder)).toThrow(
      new Error(`"${name}" is no Netty release to record from: give 4.2, 4.1, or one such as 4.2.20`),
    );
  });

  test('Maven, for a release that is not here yet', async () => {
    const jars = join(folder, '.cache', 'netty-4.2.1.Final');
    await expect(new NettyRelease('4.2.1', folder).jars()).rejects.toThrow(
      `Netty 4.2.1 is not in ${jars}, and there is no mvn on the PATH: install Maven`,
    );
  });

  test('a JDK', async () => {
    for (const part of ['.cache/netty-4.2.1.Final', 'recorder/src/main', 'recorder/src/netty-4.2']) {
      await mkdir(join(folder, part), { recursive: true });
    }
    await writeFile(join(folder, '.cache', 'netty-4.2.1.Final', 'netty.jar'), '');
    await expect(JavaRecorder.compile(new NettyRelease('4.2.1', folder), folder)).rejects.toThrow(
      'recording needs a JDK, 17 or newer, and there is no javac on the PATH',
    );
    expect(await readdir(join(folder, '.cache'))).toEqual(['netty-4.2.1.Final']);
  });
});
