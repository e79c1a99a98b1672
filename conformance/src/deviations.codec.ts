import { makeReference, unfinishedDelimiter } from './codec.reference.js';
import {
  type CodecCase,
  type CodecEvent,
  type CodecExpected,
  type CodecStep,
  runCodecCase,
} from './codec.run.js';
import { Raised } from './harness.errors.js';
import type { Deviation } from './harness.js';

/** Where the codecs differ from Netty 4.1.48 on purpose. The first that applies is the one that counts. */
export const codecDeviations: readonly Deviation<CodecCase>[] = [
  {
    name: 'a delimiter counts where two reads meet',
    reason: 'a Netty bug that is not to be copied',
    why:
      'Netty discards the first half of a delimiter along with a frame that is too long, and counts it as part of the ' +
      'frame, so that what is decoded depends on how the bytes were cut into reads.',
    applies: (recorded) => receivedBuffers(recorded).some((text) => endsUnfinished(recorded, text)),
    adjust: referenceOutcome,
  },
  {
    name: 'the limit of a JSON object is for one object',
    reason: 'a Netty bug that is not to be copied',
    why:
      'Netty compares the limit with the index of the last byte in its buffer, which counts objects decoded before, ' +
      'and takes up decoding in the middle of an object that was too long; here it goes on behind its end.',
    applies: (recorded) =>
      recorded.kind === 'JsonObjectDecoder' &&
      receivedBuffers(recorded).join('').length > recorded.args.maxObjectLength,
    adjust: referenceOutcome,
  },
  {
    name: 'Base64 without padding is decoded to its end',
    reason: 'changed by a later Netty',
    why: '4.1.48 dropped up to three digits that were not filled up with padding; later versions decode them.',
    applies: (recorded) =>
      recorded.kind === 'Base64Decoder' &&
      receivedBuffers(recorded).some((text) => loneDigits(text).length > 0),
    adjust: decodeLoneDigits,
  },
  {
    name: 'the end of the input is announced after what it made decodable',
    reason: 'a Netty bug that is not to be copied',
    why:
      'When messages are decoded at the end of the input and bytes are left over, Netty fires no channelReadComplete ' +
      'after them; and when the rest cannot be decoded it swallows the ChannelInputShutdownEvent.',
    applies: (recorded) => recorded.input.ops.some(({ op }) => ENDS.has(op)),
    adjust: announceEnd,
  },
];

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const ENDS: ReadonlySet<string> = new Set(['finish', 'close', 'inputShutdown']);

/** What was received, a text of one character a byte for each buffer. */
function receivedBuffers({ input }: CodecCase): string[] {
  return input.ops.flatMap((op) => (op.op === 'in' ? op.bufs : [])).map(latin1);
}

function latin1(hex: string): string {
  return Buffer.from(hex, 'hex').toString('latin1');
}

function endsUnfinished({ kind, args }: CodecCase, text: string): boolean {
  if (kind === 'LineBasedFrameDecoder') return text.endsWith('\r');
  return kind === 'DelimiterBasedFrameDecoder' && unfinishedDelimiter(text, args.delimiters.map(latin1)) > 0;
}

function referenceOutcome(recorded: CodecCase): CodecExpected {
  const outcome = runCodecCase(recorded, makeReference);
  return JSON.parse(
    JSON.stringify(outcome, (_key, value) => {
      if (value instanceof Raised)
        return { type: (value.error as Error).name, msg: (value.error as Error).message };
      return value?.e === 'exc' ? { e: 'exc', ...described(value.error) } : value;
    }),
  );
}

function described(raised: Raised): { type: string; msg: string } {
  const { name, message } = raised.error as Error;
  return { type: name, msg: message };
}

function withSteps(
  recorded: CodecCase,
  change: (step: CodecStep, op: CodecCase['input']['ops'][number]) => CodecStep,
): CodecExpected {
  const { expected, input } = recorded;
  if ('ctorError' in expected) return expected;
  return { ...expected, steps: expected.steps.map((step, i) => change(step, input.ops[i] as never)) };
}

function announceEnd(recorded: CodecCase): CodecExpected {
  return withSteps(recorded, (step, { op }) => {
    if (!ENDS.has(op)) return step;
    const ev = [...step.ev];
    const lastRead = ev.findLastIndex(({ e }) => e === 'read');
    if (lastRead >= 0 && ev[lastRead + 1]?.e !== 'readComplete')
      ev.splice(lastRead + 1, 0, { e: 'readComplete' });
    if (op === 'inputShutdown' && !ev.some(({ e }) => e === 'userEvent')) {
      const error = ev.findIndex(({ e }) => e === 'exc');
      ev.splice(error, 0, { e: 'userEvent', type: 'ChannelInputShutdownEvent' });
    }
    return { ...step, ev };
  });
}

/** The digits after the last complete four, unless padding came before. */
function loneDigits(text: string): string {
  const digits = text.replace(/[\t\n\r ]/g, '');
  for (let i = 3; i < digits.length; i += 4) if (digits[i] === '=') return '';
  return digits.slice(digits.length - (digits.length % 4));
}

const ALPHABETS = {
  STANDARD: `${LETTERS}+/`,
  URL_SAFE: `${LETTERS}-_`,
  ORDERED: '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz',
} as const;

/** Each buffer leads to one message or one error; errors of other kinds stay as they are. */
function decodeLoneDigits(recorded: CodecCase): CodecExpected {
  return withSteps(recorded, (step, op) => {
    if (op.op !== 'in') return step;
    const texts = op.bufs.map(latin1);
    const ev = step.ev.map((event) => {
      if (event.e !== 'read' && event.e !== 'exc') return event;
      const lone = loneDigits(texts.shift() as string);
      return event.e === 'exc' || lone === '' ? event : completed(event, lone, recorded.args.dialect);
    });
    return { ...step, ev };
  });
}

function completed(event: CodecEvent, lone: string, dialect: keyof typeof ALPHABETS): CodecEvent {
  if (lone.length === 1) {
    return {
      e: 'exc',
      type: 'DecoderException',
      msg: null,
      cause: { type: 'IllegalArgumentException', msg: null },
    };
  }
  // Netty takes padding in the first two places for a digit of which all bits are set.
  const [a = 0, b = 0, c = -1] = [...lone].map((digit) => ALPHABETS[dialect].indexOf(digit) & 0xff);
  const bytes =
    lone.length === 3 && lone[2] !== '=' ? [(a << 2) | (b >> 4), (b << 4) | (c >> 2)] : [(a << 2) | (b >> 4)];
  return { e: 'read', msg: { buf: (event.msg as { buf: string }).buf + Buffer.from(bytes).toString('hex') } };
}
