import { Buffer } from 'node:buffer';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ByteBuf } from '@sluice/core';
import { WorkMeter } from '../../../../test/support/WorkMeter.js';
import { DelimiterBasedFrameDecoder } from '../../src/frame/DelimiterBasedFrameDecoder.js';
import { FixedLengthFrameDecoder } from '../../src/frame/FixedLengthFrameDecoder.js';
import type { FrameDecoder } from '../../src/frame/FrameDecoder.js';
import { LengthFieldBasedFrameDecoder } from '../../src/frame/LengthFieldBasedFrameDecoder.js';
import { LineBasedFrameDecoder } from '../../src/frame/LineBasedFrameDecoder.js';
import { JsonObjectDecoder } from '../../src/json/JsonObjectDecoder.js';
import { ProtobufVarint32FrameDecoder } from '../../src/protobuf/ProtobufVarint32FrameDecoder.js';
import { PipelineRun } from '../support/PipelineRun.js';

const KIB = 1024;
const CHUNK = 64 * KIB;
const LIMIT = 256 * KIB;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes outside the heap that are in use. Memory is given back a while after a collection, but before the next one. */
function bytesInUse(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

interface Kept {
  /** Most bytes kept between two reads. */
  readonly bytes: number;
  /** Size of the largest memory the decoder was given to read, of which it may keep views. */
  readonly memory: number;
}

/** Hands `total` bytes of a pattern to a decoder, in memory of their own. */
function flood(
  decoder: FrameDecoder,
  first: string,
  pattern: string,
  chunkSize: number,
  total: number,
): Kept {
  const run = new PipelineRun(decoder);
  run.channel.pipeline.addBefore('results', 'sink', { channelRead() {}, exceptionCaught() {} });
  let memory = 0;
  let bytes = 0;
  const step = decoder.step.bind(decoder);
  decoder.step = (input) => {
    memory = Math.max(memory, input.toBuffer(0, input.capacity).buffer.byteLength);
    return step(input);
  };
  const push = (content: string, size: number): void => {
    run.channel.pipeline.fireChannelRead(Buffer.allocUnsafeSlow(size).fill(content, 'latin1'));
    bytes = Math.max(bytes, run.keptBytes);
  };
  if (first !== '') push(first, first.length);
  for (let sent = 0; sent < total; sent += chunkSize) push(pattern, chunkSize);
  run.channel.close();
  expect(run.keptBytes).toBe(0);
  return { bytes, memory };
}

const line = (): FrameDecoder => new LineBasedFrameDecoder({ maxLength: LIMIT });
const delimited = (): FrameDecoder =>
  new DelimiterBasedFrameDecoder({ maxFrameLength: LIMIT, delimiters: [`${'a'.repeat(99)}b`, '\r\n'] });
const lengthField = (adjustment = 0): FrameDecoder =>
  new LengthFieldBasedFrameDecoder({
    maxFrameLength: LIMIT,
    lengthFieldLength: 4,
    lengthAdjustment: adjustment,
  });
const varint = (): FrameDecoder => new ProtobufVarint32FrameDecoder({ maxFrameLength: LIMIT });
const json = (): FrameDecoder => new JsonObjectDecoder({ maxObjectLength: LIMIT });
const elements = (): FrameDecoder =>
  new JsonObjectDecoder({ maxObjectLength: LIMIT, streamArrayElements: true });
const fixed = (): FrameDecoder => new FixedLengthFrameDecoder({ frameLength: LIMIT });

/** What stands in front of the flood, and the flood. */
const attacks: readonly [name: string, make: () => FrameDecoder, first: string, pattern: string][] = [
  ['a line without end', line, '', 'x'],
  ['lines of nothing', line, '', '\n'],
  ['a frame without delimiter', delimited, '', 'x'],
  ['the beginning of a delimiter', delimited, '', 'a'],
  ['a frame of 4 GiB', lengthField, '\xff\xff\xff\xff', 'x'],
  ['the longest frames, one after the other', lengthField, '\0\x03\xff\xfc', '\0\x03\xff\xfc'],
  ['nothing but bad lengths', () => lengthField(-5), '', '\0'],
  ['a message of 2 GiB', varint, '\xff\xff\xff\xff\x07', 'x'],
  ['nothing but endless varints', varint, '', '\x80'],
  ['an object without end', json, '', '['],
  ['no JSON', json, '', 'x'],
  ['white space', json, '', ' '],
  ['an element without end', elements, '[', 'x'],
  ['white space behind an element', elements, '[1', ' '],
  ['frames', fixed, '', 'x'],
];

/** Streams of which every few bytes are a frame or an error. */
const costly = /lines of nothing|nothing but/;

describe.each([
  ['64 KiB at a time', CHUNK, 4096 * KIB],
  ['33 bytes at a time', 33, 768 * KIB],
])('%s', (_how, chunkSize, total) => {
  test.each(attacks)('%s: what is kept is bounded', (name, make, first, pattern) => {
    const { bytes, memory } = flood(make(), first, pattern, chunkSize, costly.test(name) ? 192 * KIB : total);
    expect(bytes).toBeLessThanOrEqual(LIMIT + 100);
    // It doubles as it fills.
    expect(memory).toBeLessThanOrEqual(2 * (LIMIT + chunkSize));
  });
});

test('8 MiB of each leave nothing behind', () => {
  const before = bytesInUse();
  const decoders = attacks
    .filter(([name]) => !costly.test(name))
    .map(([, make, first, pattern]) => {
      const decoder = make();
      flood(decoder, first, pattern, CHUNK, 8192 * KIB);
      return decoder;
    });
  expect(bytesInUse() - before).toBeLessThan(CHUNK);
  expect(decoders.length).toBeGreaterThan(10);
});

test.each<[string, FrameDecoder, Buffer]>([
  [
    'a frame of 2 GiB',
    new LengthFieldBasedFrameDecoder({ maxFrameLength: 2 ** 32, lengthFieldLength: 4 }),
    Buffer.of(127, 255, 255, 255),
  ],
  [
    'a frame of 1 GiB, varint',
    new ProtobufVarint32FrameDecoder({ maxFrameLength: 2 ** 31 }),
    Buffer.of(255, 255, 255, 255, 3),
  ],
  ['a frame of 2 GiB, fixed', new FixedLengthFrameDecoder({ frameLength: 2 ** 31 }), Buffer.of(1)],
])('%s that is announced and does not come takes at most 64 KiB', (_name, decoder, header) => {
  const run = new PipelineRun(decoder);
  const meter = new WorkMeter(ByteBuf);
  meter.measure(() => {
    // In a slab, as sockets deliver it.
    const slab = Buffer.allocUnsafeSlow(64 * KIB);
    for (let at = 0; at < header.length; at++) {
      slab[at] = header[at] as number;
      run.read(slab.subarray(at, at + 1));
    }
  });
  expect(run.keptBytes).toBe(header.length);
  expect(meter.allocated - 64 * KIB).toBeLessThanOrEqual(64 * KIB + 1000);
});

test('a rest of one byte does not keep the memory of the long frame in front of it', () => {
  const run = new PipelineRun(line());
  const before = bytesInUse();
  for (let sent = 0; sent < LIMIT; sent += KIB) run.read(Buffer.alloc(KIB, 'x'));
  expect(bytesInUse() - before).toBeGreaterThan(LIMIT);
  run.read(Buffer.from('\ny'));
  expect(run.keptBytes).toBe(1);
  expect(bytesInUse() - before).toBeLessThan(CHUNK);
});

test('a small frame that is kept pins what it was received with: at most one read', () => {
  const run = new PipelineRun(line());
  const kept: Buffer[] = [];
  run.onMessage = (_ctx, message) => void kept.push(message);
  const before = bytesInUse();
  // In functions of their own, so that no variable of this one holds a chunk.
  const read = (): void => run.read(Buffer.allocUnsafeSlow(CHUNK).fill('abcdefg\n'));
  for (let i = 0; i < 16; i++) read();
  const frames = kept.length;
  const all = bytesInUse() - before;
  kept.splice(1);
  const one = bytesInUse() - before;
  const detach = (): void => void (kept[0] = Buffer.from(kept[0] as Buffer));
  detach();
  const none = bytesInUse() - before;
  expect(frames).toBe((16 * CHUNK) / 8);
  expect(all).toBeGreaterThanOrEqual(16 * CHUNK);
  expect([one >= CHUNK, one < 2 * CHUNK]).toEqual([true, true]);
  expect(none).toBeLessThan(CHUNK / 2);
});
