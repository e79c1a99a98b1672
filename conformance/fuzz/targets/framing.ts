import { Buffer } from 'node:buffer';
import {
  DelimiterBasedFrameDecoder,
  FixedLengthFrameDecoder,
  type FrameDecoder,
  FrameReader,
  JsonObjectDecoder,
  LengthFieldBasedFrameDecoder,
  LineBasedFrameDecoder,
  ProtobufVarint32FrameDecoder,
} from '@sluice/codec';
import { ByteBuf, EmbeddedChannel } from '@sluice/core';
import {
  areAmbiguous,
  delimitedIn,
  fixedFramesIn,
  jsonIn,
  lengthFieldFramesIn,
  linesIn,
  varintFramesIn,
} from '../../../test/support/framingModels.js';
import { WorkMeter } from '../../../test/support/WorkMeter.js';
import { Random } from '../Random.js';
import { mustEqual, type Target, Violation } from '../Target.js';

/** A decoder with the options that the first bytes of an input chose. */
interface Subject {
  readonly make: () => FrameDecoder;
  readonly expected: (stream: Uint8Array) => string[];
  /** The most bytes it may keep while it waits. */
  readonly limit: number;
}

/** Bytes of an input that choose the options and the cuts; the rest is the stream. */
const HEADER = 12;

/** Reads options from the header, one byte each. */
class Options {
  #at = 4;
  constructor(readonly header: Uint8Array) {}
  below(limit: number): number {
    return (this.header[this.#at++] ?? 0) % limit;
  }
  flag(): boolean {
    return this.below(2) === 1;
  }
  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

const DELIMITER_SETS: readonly (readonly string[])[] = [
  ['|'],
  ['\0'],
  ['\r\n', '\n'],
  ['$_', '|', 'abc'],
  ['aaab', 'b'],
  ['aab', 'ab'],
  ['abab', 'bb', 'c'],
  ['aabaac'],
  [`${'ab'.repeat(10)}c`],
  ['a', 'aa'],
].filter((set) => !areAmbiguous(set));

const SUBJECTS: Readonly<Record<string, (options: Options) => Subject>> = {
  line(options) {
    const chosen = {
      maxLength: 1 + options.below(40),
      stripDelimiter: options.flag(),
      failFast: options.flag(),
      strictCrlf: options.flag(),
    };
    return {
      make: () => new LineBasedFrameDecoder(chosen),
      expected: (stream) => linesIn(stream, chosen),
      limit: chosen.maxLength + 1,
    };
  },
  delimiter(options) {
    const chosen = {
      maxFrameLength: 1 + options.below(40),
      delimiters: options.of(DELIMITER_SETS),
      stripDelimiter: options.flag(),
      failFast: options.flag(),
    };
    return {
      make: () => new DelimiterBasedFrameDecoder(chosen),
      expected: (stream) => delimitedIn(stream, chosen),
      limit: chosen.maxFrameLength + Math.max(...chosen.delimiters.map((delimiter) => delimiter.length)),
    };
  },
  lengthField(options) {
    const chosen = {
      maxFrameLength: 12 + options.below(100),
      lengthFieldOffset: options.below(4),
      lengthFieldLength: options.of([1, 2, 3, 4, 8] as const),
      lengthAdjustment: options.below(24) - 16,
      initialBytesToStrip: options.below(16),
      failFast: options.flag(),
      byteOrder: options.of(['BE', 'LE'] as const),
    };
    return {
      make: () => new LengthFieldBasedFrameDecoder(chosen),
      expected: (stream) => lengthFieldFramesIn(stream, chosen),
      limit: chosen.maxFrameLength,
    };
  },
  fixed(options) {
    const frameLength = 1 + options.below(60);
    return {
      make: () => new FixedLengthFrameDecoder({ frameLength }),
      expected: (stream) => fixedFramesIn(stream, frameLength),
      limit: frameLength,
    };
  },
  varint(options) {
    const maxFrameLength = 1 + options.below(200);
    return {
      make: () => new ProtobufVarint32FrameDecoder({ maxFrameLength }),
      expected: (stream) => varintFramesIn(stream, maxFrameLength),
      limit: maxFrameLength + 5,
    };
  },
  json(options) {
    const chosen = { maxObjectLength: 1 + options.below(60), streamArrayElements: options.flag() };
    return {
      make: () => new JsonObjectDecoder(chosen),
      expected: (stream) => jsonIn(stream, chosen),
      limit: chosen.maxObjectLength,
    };
  },
};

/** The stream in pieces, some of them empty; the seed decides how many. */
function cut(stream: Buffer, seed: number): Buffer[] {
  const random = new Random(seed);
  const longest = random.of([1, 3, 20, 400, 5000]);
  const chunks: Buffer[] = [];
  for (let at = 0; at < stream.length; ) {
    const length = random.below(longest + 1);
    // In memory of its own, so that nothing is right by chance.
    chunks.push(Buffer.from(stream.subarray(at, at + length)));
    at += length;
  }
  return chunks;
}

function readAll(decoder: FrameDecoder, chunks: readonly Buffer[], limit: number): string[] {
  const reader = new FrameReader(decoder);
  const results: string[] = [];
  const most = mostResults(chunks);
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let more = true; more; ) {
      if (results.length > most) throw new Violation(`more than ${most} results: it does not end`);
      try {
        const frame = reader.next();
        more = frame !== undefined;
        if (frame !== undefined) results.push(frame.toString('latin1'));
      } catch (error) {
        results.push(codeOf(error));
      }
    }
    if (reader.pendingBytes > limit) {
      throw new Violation(`${reader.pendingBytes} bytes are kept, more than ${limit}`);
    }
  }
  return results;
}

/** Each result takes a byte at least; more of them would never end. */
function mostResults(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

function codeOf(error: unknown): string {
  const { code } = error as { readonly code?: string };
  if (!/^ERR_(TOO_LONG|CORRUPTED)_FRAME$/.test(String(code))) throw error;
  return `✗ ${code}`;
}

/** The same through a pipeline, which is asked again until nothing more comes. */
function pipelineResults(decoder: FrameDecoder, chunks: readonly Buffer[]): string[] {
  const results: string[] = [];
  let unexpected: unknown;
  const channel = new EmbeddedChannel(decoder, {
    channelRead: (_ctx, frame) => void results.push((frame as Buffer).toString('latin1')),
    exceptionCaught: (_ctx, cause) => {
      try {
        results.push(codeOf(cause));
      } catch (error) {
        unexpected = error;
      }
    },
  });
  for (const chunk of chunks) channel.writeInbound(chunk);
  for (let before = -1; before !== results.length && results.length <= mostResults(chunks); ) {
    before = results.length;
    channel.writeInbound(Buffer.alloc(0));
  }
  channel.close();
  channel.checkException();
  if (unexpected !== undefined) throw unexpected;
  return results;
}

/** How the results look from afar: which kinds follow each other, and how long frames are. */
function behaviourOf(results: readonly string[]): string[] {
  const kinds = results.map((result) =>
    result.startsWith('✗') ? result : `frame ${Math.ceil(Math.log2(result.length + 1))}`,
  );
  return kinds.map((kind, i) => `${kinds[i - 1]} > ${kind}`);
}

/** A byte may be looked at and copied so often, for each delimiter and for each option that has to do with it. */
const WORK_PER_BYTE = 80;

function targetOf(
  name: string,
  dictionary: readonly (string | Uint8Array)[],
  streams: readonly (string | Uint8Array)[],
): Target {
  const choose = SUBJECTS[name] as (options: Options) => Subject;
  const meter = new WorkMeter(ByteBuf);
  return {
    prepare: () => meter.start(),
    dictionary,
    seeds: streams.map((stream) =>
      Buffer.concat([Buffer.alloc(HEADER, 7), Buffer.from(stream as string, 'latin1')]),
    ),
    run(input) {
      const header = Buffer.alloc(HEADER);
      header.set(input.subarray(0, HEADER));
      const stream = Buffer.from(input.subarray(HEADER));
      const { make, expected, limit } = choose(new Options(header));
      const right = expected(stream);
      const chunks = cut(stream, header.readUInt32BE());
      mustEqual('as a whole', readAll(make(), [stream], limit), right);
      mustEqual('in pieces', readAll(make(), chunks, limit), right);
      const before = meter.total;
      const results = pipelineResults(make(), chunks);
      mustEqual('in a pipeline', results, right);
      const allowed = WORK_PER_BYTE * (stream.length + chunks.length) + 1000;
      const done = meter.total - before;
      if (done > allowed) throw new Violation(`work of ${done}, more than ${allowed}`);
      return behaviourOf(right);
    },
  };
}

/** The frame decoders. */
export const framing: Readonly<Record<string, Target>> = {
  line: targetOf(
    'line',
    ['\n', '\r\n', '\r', '\n\n', 'x'.repeat(41)],
    ['one\ntwo\r\n', '\r\r\n\n', 'x'.repeat(60)],
  ),
  delimiter: targetOf(
    'delimiter',
    ['|', '\0', '\r\n', '\n', '$_', 'abc', 'aaab', 'aab', 'abab', 'bb', `${'ab'.repeat(10)}c`],
    ['one|two$_', 'aaaaab', 'ababbb', 'abababababababababababc'],
  ),
  lengthField: targetOf(
    'lengthField',
    ['\0\0\0\x05', '\x05\0\0\0', '\0\x05', '\x05\0', '\xff\xff\xff\xff', 'payload'],
    ['\x05hello\0\x05hello\0\0\0\x05hello', Buffer.alloc(40), Buffer.alloc(40, 0xff)],
  ),
  fixed: targetOf('fixed', ['abc', 'x'.repeat(60)], ['abcdefgh', '']),
  varint: targetOf(
    'varint',
    ['\x03abc', '\x80\x01', '\x80\x80\x80\x80\x80', '\xff\xff\xff\xff\x0f', '\xff\xff\xff\xff\x07'],
    ['\x03abc\x00\x01x', '\x80\x80\x80\x80\x80\x01x', '\xc8\x01'],
  ),
  json: targetOf(
    'json',
    ['{', '}', '[', ']', '"', '\\', '\\"', ' ', '    ', ',', '{}', '[1,2]', '{"a":"}"}', '\n'],
    ['{"a":1} [2]', '[1, {"a":[2]}, "x,]"]', '["\\\\\\""]', ' [ ] x'],
  ),
};
