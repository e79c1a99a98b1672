import { Buffer } from 'node:buffer';
import { areLineEnds, delimitersOf, makeReference, unfinishedDelimiter } from '../codec.reference.js';
import {
  type CodecCase,
  type CodecExpected,
  type CodecInput,
  type CodecOutcome,
  runCodecCase,
} from '../codec.run.js';
import { Raised } from '../harness.errors.js';
import type { Deviation } from '../harness.js';

type What = Pick<CodecCase, 'kind' | 'args' | 'input'>;

/** Where the frame decoders differ on purpose. */
export const codecDeviations: readonly Deviation<CodecCase>[] = [
  {
    name: 'a line end counts where two reads meet',
    reason: 'a Netty bug that is not to be copied',
    why:
      'When the \\r of a line end comes at the end of one read and its \\n in the next, Netty counts the \\r as part of ' +
      'the line: a line of just the longest length is too long then, and is decoded if both come in one read.',
    anchor: 'line-ends-between-two-reads',
    kinds: ['LineBasedFrameDecoder', 'DelimiterBasedFrameDecoder'],
    applies: (what) => isOfLines(what) && receivedBuffers(what).some((text) => text.endsWith('\r')),
    adjust: referenceOutcome,
  },
  {
    name: 'a delimiter counts where two reads meet',
    reason: 'changed by a later Netty',
    why:
      'Netty discarded the first half of a delimiter along with a frame that is too long, so that the frame went on ' +
      'behind it. 4.2.20 keeps it, as Sluice does.',
    anchor: 'delimiters-between-two-reads',
    before: '4.2.20',
    kinds: ['DelimiterBasedFrameDecoder'],
    applies: (what) =>
      !isOfLines(what) &&
      receivedBuffers(what).some((text) => unfinishedDelimiter(text, delimitersOf(what.args)) > 0),
    adjust: referenceOutcome,
  },
  {
    name: 'the limit of a JSON object is for one object',
    reason: 'a Netty bug that is not to be copied',
    why:
      'Netty compares the limit with the index of the last byte in its buffer, so that small objects that come in one ' +
      'read are discarded together; and it then goes on at a stale index, in the midst of whatever comes next.',
    anchor: 'the-limit-of-json-objects',
    kinds: ['JsonObjectDecoder'],
    applies: (what) => receivedBuffers(what).join('').length > what.args.maxObjectLength,
    adjust: referenceOutcome,
  },
  {
    name: 'a brace may close a streamed array',
    reason: 'a Netty bug that is not to be copied',
    why:
      'Netty counts braces and brackets together, but ends a streamed array at a bracket only: after one that a brace ' +
      'closes it waits for ever.',
    anchor: 'streamed-arrays-that-a-brace-closes',
    kinds: ['JsonObjectDecoder'],
    applies: (what) => what.args.streamArrayElements && braceClosesArray(receivedBuffers(what).join('')),
    adjust: referenceOutcome,
  },
  {
    name: 'a varint may have five bytes, and is skipped if it has more',
    reason: 'a Netty bug that is not to be copied',
    why:
      'Netty 4.2 takes four bytes that are not the last of a varint for malformed if no fifth has arrived yet, and skips ' +
      'no malformed one: each later read reports it again, and all bytes are kept.',
    anchor: 'varints-of-five-bytes',
    kinds: ['ProtobufVarint32FrameDecoder'],
    applies: (what) => /[\x80-\xff]{4}/.test(receivedBuffers(what).join('')),
    adjust: referenceOutcome,
  },
];

/** What was received, a text of one character a byte for each buffer. */
export function receivedBuffers({ input }: { readonly input: CodecInput }): string[] {
  return input.ops
    .flatMap((op) => (op.op === 'in' ? op.bufs : []))
    .map((hex) => Buffer.from(hex, 'hex').toString('latin1'));
}

function isOfLines({ kind, args }: What): boolean {
  return kind === 'LineBasedFrameDecoder' || areLineEnds(delimitersOf(args));
}

/** Whether a brace comes where, outside strings, only a bracket is open. */
function braceClosesArray(text: string): boolean {
  const open: string[] = [];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[^"]/gs)) {
    if (token === '{' || token === '[') open.push(token);
    else if (token === '}' || token === ']') {
      if (open.pop() === '[' && token === '}' && open.length === 0) return true;
    }
  }
  return false;
}

/** What the reference makes of a case, in the form of a recording. */
function referenceOutcome(recorded: CodecCase): CodecExpected {
  // No case of these kinds depends on when tasks run.
  const outcome: CodecOutcome = runCodecCase(recorded, { version: '4.2.20' }, makeReference);
  return JSON.parse(
    JSON.stringify(outcome, (_key, value) => {
      if (value instanceof Raised) return described(value);
      return value?.e === 'exc' ? { e: 'exc', ...described(value.error) } : value;
    }),
  );
}

function described(raised: Raised): { type: string; msg: string } {
  const { name, message } = raised.error as Error;
  return { type: name, msg: message };
}
