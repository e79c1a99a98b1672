import type { Deviation } from './harness.js';
import type { WritabilityCase, WritabilityStep } from './writability.js';

/** Where the accounting of pending writes differs from Netty 4.1.48 on purpose. */
export const writabilityDeviations: readonly Deviation<WritabilityCase>[] = [
  {
    name: 'bytesBeforeUnwritable and bytesBeforeWritable count the byte that changes the state',
    reason: 'changed by a later Netty',
    why:
      '4.1.48 gave the distance to the mark, where the channel does not change yet (it does above the high and below ' +
      'the low one); later versions give one more.',
    applies: ({ expected }) => expected.steps !== undefined,
    adjust: ({ input, expected }) => {
      let low = input.low ?? 32 * 1024;
      let high = input.high ?? 64 * 1024;
      const steps = (expected.steps ?? []).map((step, i) => {
        const op = input.ops[i];
        if (op?.op === 'water') ({ low, high } = op);
        return withOneMore(step, low, high);
      });
      return { steps };
    },
  },
  {
    name: 'the text about a negative low water mark',
    reason: 'changed by a later Netty',
    why: 'Its argument checks say `low : -1` since they are shared by all classes.',
    applies: ({ input }) => input.low !== null && input.low < 0,
    adjust: ({ input, expected }) => ({ ...expected, msg: `low : ${input.low} (expected: >= 0)` }),
  },
];

function withOneMore(step: WritabilityStep, low: number, high: number): WritabilityStep {
  const { pending, isWritable } = step;
  if (pending === null) return step;
  if (isWritable) return pending > high ? step : { ...step, bytesBeforeUnwritable: high - pending + 1 };
  return pending < low ? step : { ...step, bytesBeforeWritable: pending - low + 1 };
}
