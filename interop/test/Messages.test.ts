import { Messages, type MessagesOptions } from '../src/Messages.js';

const COUNT = 10_000;
const MIB = 1024 * 1024;

function make(options: Partial<MessagesOptions> = {}): Buffer[] {
  const messages = new Messages({ seed: 42, count: COUNT, maxBytes: 32 * MIB, lines: false, ...options });
  return Array.from({ length: options.count ?? COUNT }, () => messages.next());
}

test('sizes reach from 0 B to over 128 KiB, and each power of two between is there', () => {
  const sizes = make().map((message) => message.length);
  const powers = new Set(sizes.map((size) => Math.ceil(Math.log2(Math.max(size, 0.5)))));
  expect([...powers].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i - 1));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(256 * 1024);
});

test('large messages come throughout, not only at the start', () => {
  const large = make().flatMap((message, index) => (message.length > 128 * 1024 ? [index] : []));
  for (let tenth = 0; tenth < 10; tenth++) {
    expect(large.filter((index) => Math.floor(index / (COUNT / 10)) === tenth)).not.toEqual([]);
  }
});

test('the total keeps to the limit and comes close to it', () => {
  const total = make().reduce((sum, message) => sum + message.length, 0);
  expect(total).toBeLessThanOrEqual(32 * MIB);
  expect(total).toBeGreaterThan(31 * MIB);
});

test('without a limit that matters every message is log-uniform over the whole range', () => {
  const sizes = make({ count: 2_000, maxBytes: 2 ** 40 }).map((message) => message.length);
  for (const power of [4, 8, 12, 16]) {
    const share = sizes.filter((size) => size <= 2 ** power).length / sizes.length;
    expect(share).toBeCloseTo((power + 2) / 20, 1);
  }
});

test('the seed decides', () => {
  const some = { count: 100 };
  const bytes = Buffer.concat(make(some));
  expect(bytes.equals(Buffer.concat(make(some)))).toBe(true);
  expect(bytes.equals(Buffer.concat(make({ ...some, seed: 43 })))).toBe(false);
  expect(() => make({ seed: 0 })).toThrow(RangeError);
});

test('lines have no LF inside and no CR at the end; other messages do', () => {
  const lines = make({ lines: true });
  expect(lines.filter((line) => line.includes('\n') || line.at(-1) === 0x0d)).toEqual([]);
  expect(lines.some((line) => line.includes('\r'))).toBe(true);
  expect(make().some((message) => message.includes('\n') && message.at(-1) === 0x0d)).toBe(true);
});
