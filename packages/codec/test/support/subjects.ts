import { Buffer } from 'node:buffer';
import type { ByteBuf } from '@sluice/core';
import fc from 'fast-check';
import {
  areAmbiguous,
  type DelimiterModel,
  delimitedIn,
  fixedFramesIn,
  type JsonModel,
  jsonIn,
  type LengthFieldModel,
  type LineModel,
  lengthFieldFramesIn,
  linesIn,
  varintFramesIn,
} from '../../../../test/support/framingModels.js';
import { DelimiterBasedFrameDecoder } from '../../src/frame/DelimiterBasedFrameDecoder.js';
import { FixedLengthFrameDecoder } from '../../src/frame/FixedLengthFrameDecoder.js';
import type { FrameDecoder } from '../../src/frame/FrameDecoder.js';
import { GeneratorDecoder } from '../../src/frame/GeneratorDecoder.js';
import { LengthFieldBasedFrameDecoder } from '../../src/frame/LengthFieldBasedFrameDecoder.js';
import { LineBasedFrameDecoder } from '../../src/frame/LineBasedFrameDecoder.js';
import { JsonObjectDecoder } from '../../src/json/JsonObjectDecoder.js';
import { ProtobufVarint32FrameDecoder } from '../../src/protobuf/ProtobufVarint32FrameDecoder.js';

/** A decoder with some options, a stream for it, and what it must make of that. */
export interface Trial {
  readonly label: string;
  readonly make: () => FrameDecoder;
  readonly stream: Buffer;
  readonly expected: readonly string[];
  /** The most bytes it may keep when it waits for more. */
  readonly limit: number;
}

type Pieces = readonly (string | Uint8Array)[];

/**
 * Streams of these pieces in any order: as they are, with some bytes changed, or just bytes. So there are valid ones,
 * damaged ones and nonsense.
 */
function streamOf(pieces: Pieces): fc.Arbitrary<Buffer> {
  const piece = fc.constantFrom(...pieces.map((content) => Buffer.from(content as string, 'latin1')));
  const made = fc
    .array(piece, { minLength: 1, maxLength: 40, size: 'max' })
    .map((parts) => Buffer.concat(parts));
  const damages = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0, 10, 127, 128, 255))), {
    minLength: 1,
    maxLength: 4,
  });
  const damaged = fc.tuple(made, damages).map(([content, changes]) => {
    const copy = Buffer.from(content);
    for (const [at, byte] of changes) if (copy.length > 0) copy[at % copy.length] = byte;
    return copy;
  });
  const nonsense = fc.uint8Array({ maxLength: 200, size: 'max' }).map((content) => Buffer.from(content));
  return fc.oneof(
    { weight: 5, arbitrary: made },
    { weight: 3, arbitrary: damaged },
    { weight: 1, arbitrary: nonsense },
  );
}

function trialsOf<O>(
  options: fc.Arbitrary<O>,
  pieces: (options: O) => Pieces,
  make: (options: O) => FrameDecoder,
  expected: (stream: Uint8Array, options: O) => string[],
  limit: (options: O) => number,
): fc.Arbitrary<Trial> {
  return options.chain((chosen) =>
    streamOf(pieces(chosen)).map((stream) => ({
      label: JSON.stringify(chosen),
      make: () => make(chosen),
      stream,
      expected: expected(stream, chosen),
      limit: limit(chosen),
    })),
  );
}

const lines = trialsOf<LineModel>(
  fc.record({
    maxLength: fc.integer({ min: 1, max: 8 }),
    stripDelimiter: fc.boolean(),
    failFast: fc.boolean(),
    strictCrlf: fc.boolean(),
  }),
  () => ['\n', '\r\n', '\r', 'abc', 'a', '\r\r\n'],
  (options) => new LineBasedFrameDecoder(options),
  linesIn,
  ({ maxLength }) => maxLength + 1,
);

/** Sets of which no delimiter is complete within another: what they find does not depend on the cuts. */
const CLEAR_SETS: readonly (readonly string[])[] = [
  ['|'],
  ['\0'],
  ['$_'],
  ['|', '$_', 'abc', '\r\n'],
  ['\r\n', '\n'],
  ['ab', 'b', 'cab'],
  // The end of one is the beginning of another, or of itself.
  ['abc', 'cd', 'dab'],
  ['aab'],
  ['aaaab', 'ab'],
  ['aabaac'],
  ['abab', 'bb'],
  ['a', 'aa', 'aaa'],
  ['\n', '\n\n'],
];

const delimited = trialsOf<DelimiterModel>(
  fc.record({
    maxFrameLength: fc.integer({ min: 1, max: 8 }),
    delimiters: fc.constantFrom(...CLEAR_SETS),
    stripDelimiter: fc.boolean(),
    failFast: fc.boolean(),
  }),
  ({ delimiters }) => [
    ...delimiters,
    ...delimiters.map((text) => text.slice(0, -1)),
    ...delimiters.map((text) => text.slice(1)),
    'xyz',
    'a',
  ],
  (options) => new DelimiterBasedFrameDecoder(options),
  delimitedIn,
  ({ maxFrameLength, delimiters }) => maxFrameLength + Math.max(...delimiters.map((text) => text.length)),
);

const lengthField = trialsOf<LengthFieldModel>(
  fc
    .record({
      maxFrameLength: fc.integer({ min: 11, max: 30 }),
      lengthFieldOffset: fc.nat(3),
      lengthFieldLength: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const, 8 as const),
      lengthAdjustment: fc.integer({ min: -12, max: 4 }),
      initialBytesToStrip: fc.nat(14),
      failFast: fc.boolean(),
      byteOrder: fc.constantFrom('BE' as const, 'LE' as const),
    })
    .map((options) => ({ ...options, maxFrameLength: Math.max(options.maxFrameLength, 11) })),
  (options) => {
    const frame = (length: bigint, payload: number): Buffer => {
      const field = Buffer.from(BigInt.asUintN(64, length).toString(16).padStart(16, '0'), 'hex');
      const width = field.subarray(8 - options.lengthFieldLength);
      if (options.byteOrder === 'LE') width.reverse();
      return Buffer.concat([
        Buffer.alloc(options.lengthFieldOffset, 0xfe),
        width,
        Buffer.alloc(payload, 0x61),
      ]);
    };
    const good = [0, 1, 5, 9].map((payload) => frame(BigInt(payload - options.lengthAdjustment), payload));
    const hostile = [
      0n,
      1n,
      40n,
      0x7fn,
      0x7fff_ffffn,
      0xffff_ffffn,
      2n ** 53n,
      2n ** 63n - 1n,
      2n ** 63n,
      -1n,
    ];
    return [...good, ...good, ...good, ...hostile.map((length) => frame(length, 3)), Buffer.of(0)];
  },
  (options) => new LengthFieldBasedFrameDecoder(options),
  lengthFieldFramesIn,
  ({ maxFrameLength }) => maxFrameLength,
);

const fixed = trialsOf<number>(
  fc.integer({ min: 1, max: 9 }),
  () => ['a', 'bcd', 'efghij'],
  (frameLength) => new FixedLengthFrameDecoder({ frameLength }),
  fixedFramesIn,
  (frameLength) => frameLength,
);

const varint = trialsOf<number>(
  fc.integer({ min: 1, max: 150 }),
  () => [
    '\x03abc',
    '\x01\x01',
    '\x00',
    Buffer.concat([Buffer.of(0x80, 1), Buffer.alloc(128, 'x')]),
    '\x81\x00y',
    '\x80',
    '\xff\xff\xff\xff\x07',
    '\xff\xff\xff\xff\x0f',
    '\x80\x80\x80\x80\x80',
    '\x14twenty',
  ],
  (maxFrameLength) => new ProtobufVarint32FrameDecoder({ maxFrameLength }),
  varintFramesIn,
  (maxFrameLength) => maxFrameLength + 5,
);

const json = trialsOf<JsonModel>(
  fc.record({ maxObjectLength: fc.integer({ min: 1, max: 12 }), streamArrayElements: fc.boolean() }),
  () => [
    ...[
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ' ',
      '   ',
      ',',
      '{}',
      '["a"]',
      '{"\\"":1}',
      ' []',
      '[1,',
      '2 ]',
      '[3, 4 ]',
    ],
    '[      ]',
    ',      ',
    '     1',
    '"\\\\"',
    '\n',
  ],
  (options) => new JsonObjectDecoder(options),
  jsonIn,
  ({ maxObjectLength }) => maxObjectLength,
);

/** A length of two bytes, and so many bytes behind it. */
export class Blocks extends GeneratorDecoder<Buffer> {
  protected override *message(): Generator<number, Buffer, ByteBuf> {
    const length = (yield 2).readUnsignedShort();
    return (yield length).readBuffer(length);
  }
}

const generator = trialsOf<number>(
  fc.integer({ min: 2, max: 20 }),
  () => ['\0\x03abc', '\0\0', '\0\x01', '\0\x15', '\xff\xff', '\0'],
  (maxBytes) => new Blocks({ maxBytes }),
  (stream, maxBytes) =>
    lengthFieldFramesIn(stream, {
      maxFrameLength: maxBytes + 2,
      lengthFieldOffset: 0,
      lengthFieldLength: 2,
      lengthAdjustment: 0,
      initialBytesToStrip: 2,
      failFast: true,
      byteOrder: 'BE',
    }),
  (maxBytes) => maxBytes,
);

/** Each frame decoder with all its options. */
export const SUBJECTS: Readonly<Record<string, fc.Arbitrary<Trial>>> = {
  LineBasedFrameDecoder: lines,
  DelimiterBasedFrameDecoder: delimited,
  LengthFieldBasedFrameDecoder: lengthField,
  FixedLengthFrameDecoder: fixed,
  ProtobufVarint32FrameDecoder: varint,
  JsonObjectDecoder: json,
  GeneratorDecoder: generator,
};

/** Delimiters of which one may be found within another, before that is complete. */
export const AMBIGUOUS_SETS: readonly (readonly string[])[] = [
  ['ab', 'a'],
  ['\n\n', '\n'],
  ['aaaa', 'aa', 'a'],
  ['abc', 'b'],
  ['abcab', 'ca', 'b'],
].filter(areAmbiguous);
