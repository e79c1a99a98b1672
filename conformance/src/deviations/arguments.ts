import type { CodecArgs } from '../codec.handlers.js';
import type { Deviation, RecordedCase } from '../harness.js';
import type { WritabilityCase } from '../writability.js';

type Refused = RecordedCase<unknown, { readonly ctorError?: unknown; readonly msg?: string | null }>;

/** Where the constructors' checks of their arguments differ. */
export const argumentDeviations: readonly Deviation[] = [
  {
    name: 'constructors share the words for a number out of range',
    reason: 'changed by a later Netty',
    why: 'Up to 4.1.63 they had two forms of their own for "maxFrameLength : 0 (expected: > 0)".',
    netty: '#11170',
    anchor: 'words-for-arguments-out-of-range',
    before: '4.1.64',
    kinds: [
      'LengthFieldBasedFrameDecoder',
      'FixedLengthFrameDecoder',
      'LineBasedFrameDecoder',
      'DelimiterBasedFrameDecoder',
      'JsonObjectDecoder',
      'writability',
    ],
    applies: ({ kind, args, input }) =>
      kind === 'writability'
        ? ((input as WritabilityCase['input']).low ?? 0) < 0
        : Object.entries(args).some(([name, value]) => isOutOfRange(name as keyof CodecArgs, value)),
    adjust({ args, expected }): Refused['expected'] {
      const { ctorError, msg } = expected as Refused['expected'];
      if (typeof msg !== 'string') return expected as Refused['expected'];
      const shared = msg
        .replace(/^(\w+): (?=-?\d+ \(expected)/, '$1 : ')
        .replace(/^(\w+) must be a positive int$/, `$1 : ${args.maxObjectLength} (expected: > 0)`);
      return { ctorError, msg: shared };
    },
  },
];

const LEAST: Partial<Record<keyof CodecArgs, number>> = {
  maxFrameLength: 1,
  frameLength: 1,
  maxLength: 1,
  maxObjectLength: 1,
  initialBytesToStrip: 0,
  lengthFieldOffset: 0,
};

function isOutOfRange(name: keyof CodecArgs, value: unknown): boolean {
  return (value as number) < (LEAST[name] ?? Number.NEGATIVE_INFINITY);
}
