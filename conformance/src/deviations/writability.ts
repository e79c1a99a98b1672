import type { Deviation } from '../harness.js';
import type { WritabilityCase, WritabilityStep } from '../writability.js';

/** Where the accounting of pending writes differs on purpose. */
export const writabilityDeviations: readonly Deviation<WritabilityCase>[] = [
  {
    name: 'bytesBeforeUnwritable and bytesBeforeWritable count the byte that changes the state',
    reason: 'changed by a later Netty',
    why:
      'Up to 4.1.92 they gave the distance to the mark, where the channel does not change yet (it does above the high and ' +
      'below the low one); since then one more.',
    netty: '#13389',
    anchor: 'bytes-before-the-channel-changes',
    before: '4.1.93',
    kinds: ['writability'],
    applies: () => true,
    adjust({ input, expected }) {
      if (expected.steps === undefined) return expected;
      let low = input.low ?? 32 * 1024;
      let high = input.high ?? 64 * 1024;
      const steps = expected.steps.map((step, i) => {
        const op = input.ops[i];
        if (op?.op === 'water') ({ low, high } = op);
        return withOneMore(step, low, high);
      });
      return { steps };
    },
  },
  {
    name: 'a flush tells of all cancelled writes at once',
    reason: 'changed by a later Netty',
    why:
      'A flush gave back the bytes of each cancelled write by itself, so that a write or flush by who heard that the ' +
      'channel is writable met a buffer that was half marked, and some entries were counted twice. 4.2.20 marks all ' +
      'first, as Sluice does.',
    anchor: 'cancelled-writes',
    before: '4.2.20',
    kinds: ['writability'],
    applies: ({ input }) => flushOfCancelled(input) >= 0,
    until: ({ input }) => flushOfCancelled(input),
  },
];

/** The first operation that flushes after one that cancels, or -1. */
function flushOfCancelled({ ops }: WritabilityCase['input']): number {
  const cancel = ops.findIndex(({ op }) => op === 'cancel');
  return cancel < 0 ? -1 : ops.findIndex(({ op }, i) => i > cancel && FLUSHES.has(op));
}

const FLUSHES: ReadonlySet<string> = new Set(['flush', 'writeAndFlush']);

function withOneMore(step: WritabilityStep, low: number, high: number): WritabilityStep {
  const { pending, isWritable } = step;
  if (pending === null) return step;
  if (isWritable) return pending > high ? step : { ...step, bytesBeforeUnwritable: high - pending + 1 };
  return pending < low ? step : { ...step, bytesBeforeWritable: pending - low + 1 };
}
