import { Buffer } from 'node:buffer';
import type { CodecCase, CodecEvent, CodecExpected } from '../codec.run.js';
import type { Deviation } from '../harness.js';
import { receivedBuffers } from './codec.js';

/** Where Base64 differs. */
export const base64Deviations: readonly Deviation<CodecCase>[] = [
  {
    name: 'Base64 without padding is decoded to its end',
    reason: 'changed by a later Netty',
    why: 'Up to three digits that were not filled up with padding were dropped; since 4.1.121 they are decoded.',
    netty: '#15030',
    anchor: 'base64-without-padding',
    before: '4.1.121',
    kinds: ['Base64Decoder'],
    applies: (what) => receivedBuffers(what).some((text) => loneDigits(text).length > 0),
    adjust: decodeLoneDigits,
  },
];

/** The digits after the last complete four, unless padding came before. */
function loneDigits(text: string): string {
  const digits = text.replace(/[\t\n\r ]/g, '');
  for (let i = 3; i < digits.length; i += 4) if (digits[i] === '=') return '';
  return digits.slice(digits.length - (digits.length % 4));
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ALPHABETS = {
  STANDARD: `${LETTERS}+/`,
  URL_SAFE: `${LETTERS}-_`,
  ORDERED: '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz',
} as const;

/** Each buffer leads to one message or one error; errors of other kinds stay as they are. */
function decodeLoneDigits({ args, input, expected }: CodecCase): CodecExpected {
  if ('ctorError' in expected) return expected;
  const texts = receivedBuffers({ input });
  const steps = expected.steps.map((step, i) => {
    if (input.ops[i]?.op !== 'in') return step;
    const ev = step.ev.map((event) => {
      if (event.e !== 'read' && event.e !== 'exc') return event;
      const lone = loneDigits(texts.shift() as string);
      return event.e === 'exc' || lone === '' ? event : completed(event, lone, args.dialect);
    });
    return { ...step, ev };
  });
  return { ...expected, steps };
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
