import { isStackOverflow } from '../../src/util/errors.js';
import { reserveStack } from '../../src/util/stack.js';

test('throws what a used-up stack throws, while there is room for some calls more', () => {
  reserveStack();
  const refusals: unknown[] = [];
  let calls = 0;
  const call = (left: number): void => {
    calls++;
    if (left > 0) call(left - 1);
  };
  call(10);
  calls = 0;
  const dive = (): void => {
    try {
      dive();
    } finally {
      // On the way back, each frame has a little more.
      try {
        reserveStack();
      } catch (error) {
        refusals[refusals.length] = error;
        calls = 0;
        call(10);
      }
    }
  };
  expect(dive).toThrow('Maximum call stack size exceeded');
  expect(refusals.length).toBeGreaterThan(1);
  expect(refusals.every(isStackOverflow)).toBe(true);
  // The last that was refused could still make all its calls.
  expect(calls).toBe(11);
});
