import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { conformance } from '../src/conformance.js';
import type { RecordedCase } from '../src/harness.js';
import { casesOf } from './cases.js';

let folder: string;
let printed: string[];
let complaints: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  printed = [];
  complaints = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function store(name: string, lines: readonly (RecordedCase | string)[]): void {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
}

function run(...args: readonly string[]): Promise<number> {
  return conformance(args, {
    fixed: join(folder, 'fixed'),
    from: dirname(folder),
    print: (text) => void printed.push(...text.split('\n')),
    complain: (text) => void complaints.push(text),
  });
}

const counts = (): string[] => printed.map((line) => line.replace(/ +/g, ' ').trim());

describe('npm run conformance', () => {
  test('runs the files of a folder and those below, and counts by release and kind', async () => {
    store('netty-4.2.20/a/codec.jsonl.gz', await casesOf('codec', 60));
    store('netty-4.2.20/idle.jsonl', await casesOf('idle', 10));
    store('cases-of-netty-4.2.19.jsonl', await casesOf('idle', 3));
    // Relative to where the user is.
    expect(await run('--vectors', join(folder).slice(dirname(folder).length + 1))).toBe(0);
    expect(complaints).toEqual([]);
    expect(counts()).toEqual([
      'Netty 4.2.19 cases passed deviating failed',
      'idle 3 3 0 0',
      'total 3 3 0 0',
      '',
      'Netty 4.2.20 cases passed deviating failed',
      'LengthFieldBasedFrameDecoder 34 34 0 0',
      'FixedLengthFrameDecoder 5 5 0 0',
      'LineBasedFrameDecoder 9 9 0 0',
      'DelimiterBasedFrameDecoder 10 10 0 0',
      'JsonObjectDecoder 2 1 1 0',
      'idle 10 10 0 0',
      'total 70 69 1 0',
      'Deviations, 1.43 % of the cases:',
      '1 the limit of a JSON object is for one object',
      '',
    ]);
  });

  test('runs the cases of the repository when it is not told which, and looks after its deviations', async () => {
    store('fixed/netty-4.2.20/idle.jsonl', await casesOf('idle', 3));
    expect(await run()).toBe(1);
    expect(counts()).toContain('idle 3 3 0 0');
    expect(complaints).toContain(
      'No case deviates any more by "a line end counts where two reads meet": take it off the list.',
    );
    complaints = [];
    expect(await run('--kind', 'idle')).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('runs some kinds only, and some cases of each', async () => {
    store('netty-4.2.20/codec.jsonl', await casesOf('codec', 200));
    store('netty-4.2.20/idle.jsonl', await casesOf('idle', 10));
    expect(await run('--vectors', folder, '--kind', 'idle,FixedLengthFrameDecoder', '--limit', '4')).toBe(0);
    expect(counts().slice(1, 4)).toEqual([
      'FixedLengthFrameDecoder 4 4 0 0',
      'idle 4 4 0 0',
      'total 8 8 0 0',
    ]);
    printed = [];
    expect(await run('--vectors', folder, '--kind', 'codec', '--limit', '1')).toBe(0);
    expect(counts().slice(1, 3)).toEqual([
      'LengthFieldBasedFrameDecoder 1 1 0 0',
      'FixedLengthFrameDecoder 1 1 0 0',
    ]);
  });

  test('shows the first failing case of each kind up to the step that differs', async () => {
    const [first, second, third] = (await casesOf('idle', 3)) as [RecordedCase, RecordedCase, RecordedCase];
    const wrong = {
      ...second,
      id: 'idle-wrong',
      expected: { ...(second.expected as object), open: 'maybe' },
    };
    const program: RecordedCase = {
      id: 'codec-wrong',
      kind: 'FixedLengthFrameDecoder',
      args: { frameLength: 2 },
      input: {
        autoRead: true,
        ops: [{ op: 'in', bufs: ['0102'] }, { op: 'in', bufs: ['03', '04'] }, { op: 'close' }],
      },
      expected: {
        steps: [
          { ev: [{ e: 'read', msg: { buf: '0102' } }, { e: 'readComplete' }] },
          { ev: [{ e: 'exc', type: 'TooLongFrameException', msg: 'no' }, { e: 'readComplete' }] },
          { ev: [{ e: 'outClose' }, { e: 'inactive' }] },
        ],
        open: false,
      },
    };
    store('netty-4.2.20/all.jsonl', [first, wrong, { ...wrong, id: 'another' }, program, third]);
    expect(await run('--vectors', folder)).toBe(1);
    expect(counts().slice(0, 4)).toEqual([
      'Netty 4.2.20 cases passed deviating failed',
      'idle 4 2 0 2',
      'FixedLengthFrameDecoder 1 0 0 1',
      'total 5 2 0 3',
    ]);
    const text = printed.join('\n');
    expect(text).toContain(
      'first failing case of idle: idle-wrong, netty-4.2.20/all.jsonl:2 (- recorded, + Sluice)',
    );
    expect(text).toMatch(/^ {4}- open {2}maybe\n {4}\+ open {2}(true|false)$/m);
    expect(text).not.toContain('another');
    expect(printed.slice(printed.findIndex((line) => line.includes('codec-wrong')))).toEqual([
      'first failing case of FixedLengthFrameDecoder: codec-wrong, netty-4.2.20/all.jsonl:4 (- recorded, + Sluice)',
      '  args   frameLength=2',
      '  autoRead  true',
      '    op 0  in bufs=[0102]',
      '  > op 1  in bufs=[03 04]',
      '  step 1:',
      '    - ev  exc error=[TooLongFrameException: no]',
      '    + ev  read msg=[buf=0304]',
      '      ev  readComplete',
      '',
    ]);
  });
});

describe('what is no good is refused by name', () => {
  const idle = (fields: object): string =>
    JSON.stringify({ id: 'i', kind: 'idle', args: {}, input: { ops: [] }, expected: {}, ...fields });

  test.each<[string, lines: readonly string[], complaint: RegExp]>([
    ['a line that is no JSON', [idle({}).slice(1)], /^netty-4\.2\.20\/x\.jsonl:1 is no JSON: /],
    [
      'a line that is no case',
      ['', '7'],
      /^netty-4\.2\.20\/x\.jsonl:2 is no recorded case: "id" should be of type string\.$/,
    ],
    [
      'a line without a part',
      [idle({ args: null })],
      /x\.jsonl:1 is no recorded case: "args" should be of type object/,
    ],
    [
      'an unknown kind',
      [idle({ kind: 'redis' })],
      /x\.jsonl:1: there is no kind "redis"; there are LengthField.*, idle\.$/,
    ],
    [
      'a case without operations',
      [idle({ input: {} })],
      /x\.jsonl:1: case i cannot be run: "input" has no list of op/,
    ],
    [
      'an unknown operation',
      [idle({ input: { ops: [{ op: 'sleep' }] } })],
      /x\.jsonl:1: case i cannot be run: there is no operation \{"op":"sleep"\}\.$/,
    ],
  ])('%s', async (_name, lines, complaint) => {
    store('netty-4.2.20/x.jsonl', lines);
    expect(await run('--vectors', folder)).toBe(2);
    expect(complaints).toEqual([expect.stringMatching(complaint)]);
  });

  test('a file that is not what its name says', async () => {
    store('netty-4.2.20/x.jsonl', []);
    writeFileSync(join(folder, 'netty-4.2.20/y.jsonl.gz'), 'no gzip');
    expect(await run('--vectors', folder)).toBe(2);
    expect(complaints).toEqual([expect.stringMatching(/^netty-4\.2\.20\/y\.jsonl\.gz cannot be read: /)]);
  });

  test('a line without an end', async () => {
    store('netty-4.2.20/x.jsonl', ['x'.repeat(9 * 1024 * 1024)]);
    expect(await run('--vectors', folder)).toBe(2);
    expect(complaints).toEqual(['netty-4.2.20/x.jsonl: a line has no end.']);
  });

  test.each<[string, args: readonly string[], complaint: RegExp]>([
    ['no folder', ['--vectors', '/nowhere/at/all'], /^\/nowhere\/at\/all is no folder\.$/],
    ['an option there is not', ['--seed', '7'], /'--seed'.*npm run conformance/s],
    [
      'a kind there is not',
      ['--kind', 'idle,redis'],
      /^--kind: there is no kind "redis"; there are codec, Length/,
    ],
    ['a limit that is none', ['--limit', '0'], /^--limit takes a whole number greater than 0, and not "0"\./],
  ])('%s', async (_name, args, complaint) => {
    expect(await run(...args)).toBe(2);
    expect(complaints).toEqual([expect.stringMatching(complaint)]);
  });

  test('a folder without files, and one that names no release', async () => {
    expect(await run('--vectors', folder)).toBe(2);
    store('x.jsonl', []);
    expect(await run('--vectors', folder)).toBe(2);
    expect(complaints).toEqual([
      `${folder} holds no vectors: files that end in .jsonl or .jsonl.gz are looked for.`,
      `${join(folder, 'x.jsonl')} does not tell which Netty it was recorded from: put it into a folder such as netty-4.2.20.`,
    ]);
  });
});
