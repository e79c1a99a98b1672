import { forward } from '../../src/datagram/forward.js';

test('what the base already has, and what is missing, is not forwarded', () => {
  const base = { channelActive() {}, flush() {} };
  const called: unknown[] = [];
  const inner = Object.assign(Object.create(base), {
    flush(this: unknown, ...args: unknown[]): string {
      called.push(this, ...args);
      return 'result';
    },
  });
  const outer: Record<string, unknown> = {};
  forward(outer as never, inner, base as never, ['channelActive', 'flush', 'read']);
  expect(Object.keys(outer)).toEqual(['flush']);
  expect((outer.flush as (...args: unknown[]) => unknown)('ctx')).toBe('result');
  expect(called).toEqual([inner, 'ctx']);
});
