import { Buffer } from 'node:buffer';
import { ByteBuf, EmbeddedChannel } from '@sluice/core';
import { WorkMeter } from '../../../../test/support/WorkMeter.js';
import { DelimiterBasedFrameDecoder } from '../../src/frame/DelimiterBasedFrameDecoder.js';
import { FixedLengthFrameDecoder } from '../../src/frame/FixedLengthFrameDecoder.js';
import type { FrameDecoder } from '../../src/frame/FrameDecoder.js';
import { LengthFieldBasedFrameDecoder } from '../../src/frame/LengthFieldBasedFrameDecoder.js';
import { LineBasedFrameDecoder } from '../../src/frame/LineBasedFrameDecoder.js';
import { JsonObjectDecoder } from '../../src/json/JsonObjectDecoder.js';
import { ProtobufVarint32FrameDecoder } from '../../src/protobuf/ProtobufVarint32FrameDecoder.js';
import { drip } from '../support/decoding.js';
import { Blocks } from '../support/subjects.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const CHUNK = KIB;
const CHUNK_OF_A_SOCKET = 64 * KIB;

/** Work of a stream: steps are calls of the decoder. */
interface Work {
  readonly bytes: number;
  readonly steps: number;
  readonly frames: number;
  readonly errors: number;
  readonly largestAllocation: number;
}

/** Hands the chunks to a decoder in a pipeline, and counts. */
function work(decoder: FrameDecoder, chunks: Iterable<Uint8Array>): Work {
  const channel = new EmbeddedChannel();
  let steps = 0;
  let frames = 0;
  let errors = 0;
  const step = decoder.step.bind(decoder);
  decoder.step = (input) => {
    steps++;
    return step(input);
  };
  channel.pipeline.addLast(decoder, {
    channelRead: () => void frames++,
    exceptionCaught: () => void errors++,
  });
  const meter = new WorkMeter(ByteBuf);
  meter.measure(() => {
    for (const chunk of chunks) channel.pipeline.fireChannelRead(chunk);
  });
  channel.close();
  return { bytes: meter.total, steps, frames, errors, largestAllocation: meter.largestAllocation };
}

/** `length` bytes in chunks: a pattern again and again. The same memory each time, as the decoder changes nothing. */
function* flood(pattern: string, length: number, chunkSize: number = CHUNK): Generator<Buffer> {
  const chunk = Buffer.alloc(chunkSize, pattern, 'latin1');
  for (let sent = 0; sent < length; sent += chunkSize)
    yield chunk.subarray(0, Math.min(chunkSize, length - sent));
}

function* after(first: string | Buffer, rest: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield Buffer.from(first as string, 'latin1');
  yield* rest;
}

const line = (maxLength: number, strictCrlf = false): FrameDecoder =>
  new LineBasedFrameDecoder({ maxLength, strictCrlf });
const delimited = (maxFrameLength: number, ...delimiters: string[]): FrameDecoder =>
  new DelimiterBasedFrameDecoder({ maxFrameLength, delimiters });
const lengthField = (maxFrameLength: number, lengthFieldLength: 1 | 4 | 8 = 4): FrameDecoder =>
  new LengthFieldBasedFrameDecoder({ maxFrameLength, lengthFieldLength });
const json = (maxObjectLength: number, streamArrayElements = false): FrameDecoder =>
  new JsonObjectDecoder({ maxObjectLength, streamArrayElements });
const varint = (maxFrameLength: number): FrameDecoder => new ProtobufVarint32FrameDecoder({ maxFrameLength });

const A99 = 'a'.repeat(99);
const BIG = 1 << 30;

/** Hostile streams of `n` bytes, how many bytes of work one byte may cause, and `n` in KiB where a step is costly. */
const scenarios: readonly [
  name: string,
  make: () => FrameDecoder,
  stream: (n: number) => Iterable<Uint8Array>,
  perByte: number,
  kib?: number,
][] = [
  ['no line end, limit far away', () => line(BIG), (n) => flood('x', n), 8],
  ['no line end, limit passed', () => line(1000), (n) => flood('x', n), 2],
  ['no line end, byte by byte', () => line(BIG), (n) => drip(Buffer.alloc(n, 'x')), 7, 16],
  ['no line end, byte by byte, limit passed', () => line(1000), (n) => drip(Buffer.alloc(n, 'x')), 4, 16],
  ['nothing but line ends', () => line(1000), (n) => flood('\n', n), 3, 32],
  ['strict: lone \\n', () => line(BIG, true), (n) => flood('\n', n), 9, 64],
  ['strict: lone \\n, limit passed', () => line(1000, true), (n) => flood('\n', n), 4, 32],
  ['nothing but \\r', () => line(1000), (n) => flood('\r', n), 4],
  ['every line too long', () => line(1), (n) => flood('xxx\n', n), 4, 16],
  ['no delimiter', () => delimited(BIG, '|'), (n) => flood('x', n), 8],
  ['no delimiter, limit passed', () => delimited(1000, '|'), (n) => flood('x', n), 2],
  ['repeated prefix', () => delimited(BIG, `${A99}b`), (n) => flood('a', n), 9],
  ['repeated prefix, limit passed', () => delimited(1000, `${A99}b`), (n) => flood('a', n), 4],
  [
    'repeated prefix, limit passed, 100 bytes at a time',
    () => delimited(1000, `${A99}b`),
    (n) => flood('a', n, 100),
    12,
    32,
  ],
  ['repeated suffix', () => delimited(1000, `b${A99}`), (n) => flood('a', n), 4],
  ['almost the delimiter, again and again', () => delimited(1000, `${A99}b`), (n) => flood(`${A99}c`, n), 4],
  [
    'a delimiter byte by byte, limit passed',
    () => delimited(1000, 'aaab'),
    (n) => drip(Buffer.alloc(n, 'a')),
    40,
    16,
  ],
  [
    'twenty delimiters, one in sight',
    () => delimited(1000, ...Array.from({ length: 20 }, (_, i) => String.fromCharCode(65 + i).repeat(3))),
    (n) => flood('xxxxAAA', n),
    50,
    32,
  ],
  ['frames of nothing', () => delimited(1000, '|'), (n) => flood('|', n), 3, 32],
  ['frames of one byte', () => new FixedLengthFrameDecoder({ frameLength: 1 }), (n) => flood('x', n), 1, 32],
  [
    'a long frame byte by byte',
    () => new FixedLengthFrameDecoder({ frameLength: BIG }),
    (n) => drip(Buffer.alloc(n)),
    6,
    16,
  ],
  ['frames without payload', () => lengthField(1000), (n) => flood('\0', n), 2, 32],
  ['frames without payload, one-byte field', () => lengthField(1000, 1), (n) => flood('\0', n), 2, 32],
  [
    'a length that is never reached',
    () => lengthField(BIG),
    (n) => after('\x3f\xff\xff\xf0', flood('x', n)),
    6,
  ],
  [
    'the same byte by byte',
    () => lengthField(BIG),
    (n) => after('\x3f\xff\xff\xf0', drip(Buffer.alloc(n))),
    7,
    128,
  ],
  ['a length beyond the limit', () => lengthField(1000), (n) => after('\xff\xff\xff\xff', flood('x', n)), 1],
  [
    'the greatest length',
    () => lengthField(1000, 8),
    (n) => after(`\x7f${'\xff'.repeat(7)}`, flood('x', n)),
    1,
  ],
  ['messages without content', () => varint(1000), (n) => flood('\0', n), 2, 32],
  ['endless varints byte by byte', () => varint(1000), (n) => drip(Buffer.alloc(n, 0x80)), 30, 16],
  ['a message beyond the limit', () => varint(1000), (n) => after('\xff\xff\xff\xff\x07', flood('x', n)), 1],
  ['blocks of nothing', () => new Blocks(), (n) => flood('\0', n), 3, 32],
  ['a long block byte by byte', () => new Blocks(), (n) => after('\xff\xff', drip(Buffer.alloc(n))), 7, 32],
  ['a block beyond the limit', () => new Blocks({ maxBytes: 1000 }), (n) => flood('\xff', n), 3],
  ['nothing but open brackets', () => json(BIG), (n) => flood('[', n), 8],
  ['nothing but open brackets, limit passed', () => json(1000), (n) => flood('[', n), 3],
  ['open brackets as elements', () => json(BIG, true), (n) => flood('[', n), 7],
  ['an endless string', () => json(BIG), (n) => after('{"', flood('x', n)), 8],
  ['escaped quotes', () => json(BIG), (n) => after('{"', flood('\\"', n)), 8],
  ['escaped quotes byte by byte', () => json(BIG), (n) => after('{"', drip(Buffer.alloc(n, '\\"'))), 7, 16],
  ['white space between objects', () => json(1000), (n) => flood(' ', n), 3],
  ['white space in front of an element', () => json(1000, true), (n) => after('[', flood(' ', n)), 3],
  ['white space behind an element', () => json(BIG, true), (n) => after('[1', flood(' ', n)), 8],
  ['elements of nothing', () => json(1000, true), (n) => after('[', flood(',', n)), 4, 32],
  ['elements with space around', () => json(1000, true), (n) => after('[', flood('  1  ,', n)), 5],
  ['objects of nothing', () => json(1000), (n) => flood('{}', n), 3, 32],
  ['bytes behind what is no JSON', () => json(1000), (n) => after('x', flood('{}', n)), 2],
];

// Memory that doubles as it fills is taken in steps, so the ratio is not exactly 4; with the square it would be 16.
test.each(scenarios)('%s: four times the bytes are four times the work', (...row) => {
  const [, make, stream, perByte, kib = 256] = row;
  const n = kib * KIB;
  const once = work(make(), stream(n));
  const fourTimes = work(make(), stream(4 * n));
  expect(fourTimes.bytes / once.bytes).toBeLessThan(4.5);
  expect(fourTimes.steps / once.steps).toBeLessThan(4.5);
  expect(fourTimes.bytes).toBeLessThan(perByte * 4 * n + 1000);
});

/** Frames and errors. */
const outcome = ({ frames, errors }: Work): [frames: number, errors: number] => [frames, errors];

describe('65,536 in one chunk', () => {
  const chunkOf = (pattern: string): Iterable<Uint8Array> =>
    flood(pattern, CHUNK_OF_A_SOCKET, CHUNK_OF_A_SOCKET);
  test.each<[string, FrameDecoder, string]>([
    ['frames of one byte', new FixedLengthFrameDecoder({ frameLength: 1 }), 'x'],
    ['empty lines', line(1000), '\n'],
    ['empty frames', delimited(1000, '|'), '|'],
    ['empty messages', varint(1000), '\0'],
    ['headers without payload', lengthField(1000, 1), '\0'],
  ])('%s: each is one step', (_name, decoder, pattern) => {
    const done = work(decoder, chunkOf(pattern));
    expect(outcome(done)).toEqual([65_536, 0]);
    expect(done.steps).toBe(65_536);
    expect(done.bytes).toBeLessThanOrEqual(3 * 65_536);
  });
});

describe('64 MiB in chunks of 64 KiB', () => {
  const sea = (pattern: string): Iterable<Uint8Array> => flood(pattern, 64 * MIB, CHUNK_OF_A_SOCKET);
  test.each<[string, FrameDecoder, Iterable<Uint8Array>, outcome: [number, number]]>([
    ['no line end, limit passed', line(MIB), sea('x'), [0, 0]],
    ['no delimiter, limit far away', delimited(BIG, '\r\n'), sea('x'), [0, 0]],
    ['no delimiter, limit passed', delimited(MIB, '\r\n'), sea('x'), [0, 1]],
    ['repeated prefix of a delimiter', delimited(MIB, `${A99}b`), sea('a'), [0, 1]],
    ['open brackets, limit far away', json(BIG), sea('['), [0, 0]],
    ['open brackets, limit passed', json(MIB), sea('['), [0, 1]],
    ['an endless string', json(MIB), after('{"', sea('x')), [0, 1]],
    ['an endless element', json(MIB, true), after('[', sea('\\"')), [0, 1]],
    ['a length of 4 GiB', lengthField(MIB), after('\xff\xff\xff\xff', sea('x')), [0, 1]],
    ['a varint of 2 GiB', varint(MIB), after('\xff\xff\xff\xff\x07', sea('x')), [0, 1]],
  ])('%s', (_name, decoder, stream, expected) => {
    const done = work(decoder, stream);
    expect(outcome(done)).toEqual(expected);
    // Steps may not depend on the bytes: a few for each of the 1024 chunks.
    expect(done.steps).toBeLessThan(5000);
    expect(done.bytes).toBeLessThan(9 * 64 * MIB);
  });
});

describe('nothing but bad frames, more than a read ends with', () => {
  test.each<[string, () => FrameDecoder, (n: number) => Iterable<Uint8Array>, bytes: number]>([
    ['negative lengths', () => lengthField(1000, 8), (n) => flood('\xff', n), 8],
    ['lengths that are too long', () => lengthField(7), (n) => flood('\0\0\0\x04abcd', n), 8],
    ['endless varints', () => varint(1000), (n) => flood('\x80', n), 5],
    ['long frames', () => delimited(1, '|'), (n) => flood('abcd|', n), 5],
  ])('%s: an error for each, once there are 64 KiB', (_name, make, stream, bytes) => {
    const once = work(make(), stream(128 * KIB));
    const twice = work(make(), stream(192 * KIB));
    const share = (twice.errors - once.errors) / ((64 * KIB) / bytes);
    expect([share > 0.99, share < 1.01]).toEqual([true, true]);
    expect(twice.bytes - once.bytes).toBeLessThan(8 * 64 * KIB);
    expect(twice.largestAllocation).toBeLessThanOrEqual(256 * KIB);
  });
});
