import { Buffer } from 'node:buffer';
import { FrameReader, LineBasedFrameDecoder } from '@sluice/codec';
import { Coverage } from '../fuzz/Coverage.js';
import { Fuzzer } from '../fuzz/Fuzzer.js';
import { FINDINGS } from '../fuzz/findings.js';
import { mustEqual, type Target, Violation } from '../fuzz/Target.js';
import { TARGETS } from '../fuzz/targets/index.js';

test.each(Object.entries(TARGETS))('%s: a short search finds nothing', (_name, target) => {
  const fuzzer = new Fuzzer(target, 42);
  const finding = fuzzer.run(150);
  expect(finding && `${String(finding.error)}, input ${finding.input.toString('hex')}`).toBeUndefined();
  expect(fuzzer.executions).toBeGreaterThan(150);
  expect(fuzzer.corpusSize).toBeGreaterThan(target.seeds.length);
});

test.each(FINDINGS.map((finding): [string, string, string] => [finding.target, finding.what, finding.input]))(
  '%s: %s',
  (target, _what, input) => {
    expect((TARGETS[target] as Target).run(Buffer.from(input, 'hex'))).not.toEqual([]);
  },
);

/** Breaks at inputs that hold this text; how much of it they hold is behaviour. */
function brittle(secret: string): Target {
  return {
    dictionary: [...secret, 'x'],
    seeds: [Buffer.from('.')],
    run(input) {
      const text = Buffer.from(input).toString('latin1');
      let length = secret.length;
      while (!text.includes(secret.slice(0, length))) length--;
      if (length === secret.length) throw new Violation('found');
      return [String(length)];
    },
  };
}

test('what breaks is found step by step, and made small', () => {
  const finding = new Fuzzer(brittle('key'), 1).run(100_000);
  expect(finding?.input.toString()).toBe('key');
  expect(finding?.error).toBeInstanceOf(Violation);
});

test('the same seed searches in the same way, another one in another', () => {
  const corpusOf = (seed: number): number[] => {
    const inputs: number[] = [];
    const target: Target = { ...brittle('????'), run: (input) => [String(inputs.push(input.length))] };
    new Fuzzer(target, seed).run(100);
    return inputs;
  };
  expect(corpusOf(1)).toEqual(corpusOf(1));
  expect(corpusOf(1)).not.toEqual(corpusOf(2));
});

test('an input that runs code which no other has run is kept, though it behaves like them', () => {
  const target: Target = {
    dictionary: ['\n'],
    seeds: [Buffer.from('no line')],
    run(input) {
      const reader = new FrameReader(new LineBasedFrameDecoder({ maxLength: 10_000 }));
      reader.push(Buffer.from(input));
      reader.next();
      return ['the same'];
    },
  };
  const coverage = new Coverage();
  try {
    const fuzzer = new Fuzzer(target, 1, coverage);
    expect(fuzzer.run(64)).toBeUndefined();
    expect(fuzzer.corpusSize).toBeGreaterThan(1);
    target.run(Buffer.from('a\n'));
    expect(coverage.take()).not.toEqual([]);
    expect(coverage.take()).toEqual([]);
  } finally {
    coverage.close();
  }
});

test('a difference is told with its place', () => {
  expect(() => mustEqual('list', ['a', 'b'], ['a', 'b'])).not.toThrow();
  expect(() => mustEqual('list', ['a', 'c'], ['a', 'b'])).toThrow('list: result 1 is "c", expected was "b"');
  expect(() => mustEqual('list', ['a'], ['a', 'b'])).toThrow('list: result 1 is nothing, expected was "b"');
  expect(() => mustEqual('list', ['a', 'b'], ['a'])).toThrow('list: result 1 is "b", expected was nothing');
});
