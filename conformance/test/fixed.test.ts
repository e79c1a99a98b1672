import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setLogger } from '@sluice/core';
import { CODEC_KINDS } from '../src/codec.handlers.js';
import { DEVIATIONS } from '../src/deviations/index.js';
import { silentLogger } from '../src/harness.js';
import { checkDeviations, describeTallies, Runner, totalOf } from '../src/harness.report.js';
import { findVectors } from '../src/harness.vectors.js';
import type { NettyVersion } from '../src/netty.js';
import { SUITES } from '../src/suites.js';
import { FIXED } from './cases.js';

const runner = new Runner(SUITES, DEVIATIONS);

beforeAll(async () => {
  setLogger(silentLogger);
  for (const file of findVectors(FIXED)) await runner.run(file);
}, 120_000);
afterAll(() => setLogger());

/** How many cases deviate, by name, and how many there are. */
const SETS: readonly (readonly [NettyVersion, cases: number, deviating: Readonly<Record<string, number>>])[] =
  [
    [
      '4.2.20',
      17_520,
      {
        'a line end counts where two reads meet': 43,
        'the limit of a JSON object is for one object': 82,
        'a brace may close a streamed array': 1,
        'a varint may have five bytes, and is skipped if it has more': 9,
      },
    ],
    [
      '4.1.48',
      7722,
      {
        'constructors share the words for a number out of range': 91,
        'a line end counts where two reads meet': 28,
        'a delimiter counts where two reads meet': 27,
        'the limit of a JSON object is for one object': 54,
        'a brace may close a streamed array': 1,
        'Base64 without padding is decoded to its end': 63,
        'a handler that is out of the pipeline is not taken out again': 4,
        'what follows when a context was taken out twice': 2,
        'what other callbacks throw within exceptionCaught reaches their handler': 20,
        'bytesBeforeUnwritable and bytesBeforeWritable count the byte that changes the state': 464,
        'a flush tells of all cancelled writes at once': 3,
      },
    ],
  ];

describe.each(SETS)('the cases recorded from Netty %s', (netty, cases, deviating) => {
  const tallies = (): typeof runner.tallies => runner.tallies.filter((tally) => tally.netty === netty);

  test('all pass, but for those that deviate as listed', () => {
    const total = totalOf(tallies());
    expect(total.failed === 0 ? '' : describeTallies(tallies())).toBe('');
    expect(total.passed + total.deviating).toBe(cases);
    expect(Object.fromEntries(total.deviations)).toEqual(deviating);
  });

  test('are of all kinds', () => {
    const kinds = [...CODEC_KINDS, 'pipeline', 'writability', 'idle'];
    expect(tallies().map(({ kind }) => kind)).toEqual(expect.arrayContaining(kinds));
    expect(tallies()).toHaveLength(kinds.length);
  });
});

describe('the list of deviations', () => {
  test('holds none that no case needs, and at most 1 % of the cases of 4.2 need one', () => {
    expect(checkDeviations(DEVIATIONS, runner.tallies)).toEqual([]);
  });

  test('complains about one that no case needs, and about more than 1 %', () => {
    const [first] = DEVIATIONS as [(typeof DEVIATIONS)[0]];
    const spare = { ...first, name: 'a spare one' };
    expect(checkDeviations([...DEVIATIONS, spare], runner.tallies)).toEqual([
      'No case deviates any more by "a spare one": take it off the list.',
    ]);
    const many = { ...runner.tallies[0], netty: '4.2.20', passed: 0, deviating: 200 };
    expect(checkDeviations(DEVIATIONS, [...runner.tallies, many as never])).toEqual([
      expect.stringMatching(/^335 of 17720 cases of Netty 4\.2\.x deviate: more than 1 %/),
    ]);
  });

  test('has a name once, and a section of the docs for each', () => {
    const page = readFileSync(join(__dirname, '../../docs/differences-from-netty.md'), 'utf8');
    const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading as string));
    expect(new Set(DEVIATIONS.map(({ name }) => name)).size).toBe(DEVIATIONS.length);
    for (const { anchor } of DEVIATIONS) expect(anchors).toContain(anchor);
  });

  test('says what is different in one way, and names the releases where a later one changed it', () => {
    for (const { name, reason, adjust, quirk, until, before } of DEVIATIONS) {
      expect([name, [adjust, quirk, until].filter((way) => way !== undefined).length]).toEqual([name, 1]);
      expect([name, before !== undefined]).toEqual([name, reason === 'changed by a later Netty']);
    }
  });
});

/** The link to a heading, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}
