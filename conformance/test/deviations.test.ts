import { type Deviation, type RecordedCase, type Result, runCase, type Suite } from '../src/harness.js';
import { isBefore, type Netty, type NettyVersion, versionIn } from '../src/netty.js';

/** Doubles its numbers, or triples them by a quirk of Netty. */
const doubling: Suite = {
  kinds: ['double'],
  ops: [],
  run: ({ input }, { quirks }: Netty) => ({
    steps: (input as number[]).map((n) => ({ n: n * (quirks.size > 0 ? 3 : 2) })),
  }),
};

function recorded(input: readonly number[], ...results: readonly number[]): RecordedCase {
  return { id: 'x', kind: 'double', args: {}, input, expected: { steps: results.map((n) => ({ n })) } };
}

function deviation(name: string, way: Partial<Deviation>): Deviation {
  const rest = { why: '', anchor: '', kinds: ['double'], applies: () => true };
  return { name, reason: 'impossible in Node', ...rest, ...way };
}

/** Adds `difference` to the number in one place. */
function adding(name: string, place: number, difference: number): Deviation {
  return deviation(name, {
    adjust: ({ expected }) => ({
      steps: (expected as { steps: { n: number }[] }).steps.map(({ n }, i) => ({
        n: i === place ? n + difference : n,
      })),
    }),
  });
}

function run(deviations: readonly Deviation[], what: RecordedCase, version: NettyVersion = '4.2.20'): string {
  const result: Result = runCase(doubling, deviations, what, version);
  return [result.outcome, ...result.deviations.map(({ name }) => name)].join(' ');
}

describe('a deviation', () => {
  test('is not looked at where a case passes', () => {
    expect(run([adding('a', 0, 1)], recorded([1, 2], 2, 4))).toBe('passed');
  });

  test('explains what it says, and nothing else', () => {
    expect(run([adding('a', 0, 1)], recorded([1, 2], 1, 4))).toBe('deviating a');
    expect(run([adding('a', 0, 1)], recorded([1, 2], 1, 5))).toBe('failed a');
    expect(run([], recorded([1, 2], 1, 4))).toBe('failed');
  });

  test('may be needed together with others', () => {
    const two = [adding('a', 0, 1), adding('b', 1, 1)];
    expect(run(two, recorded([1, 2], 1, 3))).toBe('deviating a b');
    expect(run(two, recorded([1, 2], 2, 3))).toBe('deviating b');
  });

  test('holds for older releases, for its kinds, and where it applies', () => {
    const what = recorded([1], 1);
    const older = { ...adding('a', 0, 1), before: '4.1.49' as const };
    expect(run([older], what, '4.1.48')).toBe('deviating a');
    expect(run([older], what, '4.1.49')).toBe('failed');
    expect(run([{ ...adding('a', 0, 1), kinds: ['triple'] }], what)).toBe('failed');
    const large = {
      ...adding('a', 0, 1),
      applies: ({ input }: RecordedCase) => (input as number[])[0] === 7,
    };
    expect(run([large], what)).toBe('failed');
    expect(run([large], recorded([7], 13))).toBe('deviating a');
  });

  test('may be one that the runner takes on', () => {
    const quirk = deviation('a', { quirk: 'unlinks contexts twice' });
    expect(run([quirk], recorded([1, 2], 3, 6))).toBe('deviating a');
    expect(run([quirk], recorded([1, 2], 3, 4))).toBe('failed a');
  });

  test('may end the comparison early', () => {
    const until = deviation('a', { until: () => 1 });
    expect(run([until], recorded([1, 2], 2, 7))).toBe('deviating a');
    expect(run([until], recorded([1, 2], 7, 7))).toBe('failed');
  });
});

test('releases are compared by their numbers', () => {
  expect(isBefore('4.1.48', '4.1.112')).toBe(true);
  expect(isBefore('4.1.112', '4.2.1')).toBe(true);
  expect(isBefore('4.2.20', '4.2.20')).toBe(false);
  expect(isBefore('4.2.20', '4.2.8')).toBe(false);
});

test.each([
  ['/x/netty-4.2.20/codec.jsonl.gz', '4.2.20'],
  ['/netty-4.1.48/new/codec-netty-4.2.21.jsonl', '4.2.21'],
  ['/netty-4.2/codec.jsonl', undefined],
])('%s is of Netty %s', (path, version) => {
  expect(versionIn(path)).toBe(version);
});
