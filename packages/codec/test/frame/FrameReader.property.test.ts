import fc from 'fast-check';
import { DelimiterBasedFrameDecoder } from '../../src/frame/DelimiterBasedFrameDecoder.js';
import { FixedLengthFrameDecoder } from '../../src/frame/FixedLengthFrameDecoder.js';
import type { FrameDecoder } from '../../src/frame/FrameDecoder.js';
import { FrameReader } from '../../src/frame/FrameReader.js';
import { LengthFieldBasedFrameDecoder } from '../../src/frame/LengthFieldBasedFrameDecoder.js';
import { LineBasedFrameDecoder } from '../../src/frame/LineBasedFrameDecoder.js';
import { JsonObjectDecoder } from '../../src/json/JsonObjectDecoder.js';
import { ProtobufVarint32FrameDecoder } from '../../src/protobuf/ProtobufVarint32FrameDecoder.js';
import { bytes, check, cutsOf, drip, Outcome, shown } from '../support/decoding.js';

interface Subject {
  readonly make: () => FrameDecoder;
  /** Streams that are not hopeless, so that something is decoded. */
  readonly stream: fc.Arbitrary<Buffer>;
}

/** Pieces put together at random: what is special about a format, and now and then what is not. */
function madeOf(...pieces: string[]): fc.Arbitrary<Buffer> {
  const piece = fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...pieces.map(bytes)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3 }) },
  );
  return fc.array(piece, { minLength: 1, maxLength: 40, size: 'max' }).map((parts) => Buffer.concat(parts));
}

const DELIMITERS = ['|', '$_', 'abc', '\r\n'];

const subjects: Readonly<Record<string, Subject>> = {
  LengthField: {
    make: () =>
      new LengthFieldBasedFrameDecoder({
        maxFrameLength: 20,
        lengthFieldOffset: 1,
        lengthFieldLength: 2,
        lengthAdjustment: -1,
        initialBytesToStrip: 3,
        failFast: false,
      }),
    stream: madeOf('<ff 0005>abcd', '<ff 0001>', '<ff 0019>', '<ff 0000>', '<00>'),
  },
  Line: {
    make: () => new LineBasedFrameDecoder({ maxLength: 6 }),
    stream: madeOf('\n', '\r\n', '\r', 'abc', 'a'),
  },
  strictLine: {
    make: () => new LineBasedFrameDecoder({ maxLength: 6, strictCrlf: true, stripDelimiter: false }),
    stream: madeOf('\n', '\r\n', '\r', 'abc', 'a'),
  },
  Delimiter: {
    make: () =>
      new DelimiterBasedFrameDecoder({ maxFrameLength: 6, delimiters: DELIMITERS, failFast: false }),
    stream: madeOf('|', '$', '_', 'ab', 'c', '\r', '\n', 'x'),
  },
  Fixed: {
    make: () => new FixedLengthFrameDecoder({ frameLength: 7 }),
    stream: madeOf('abc'),
  },
  Json: {
    make: () => new JsonObjectDecoder({ maxObjectLength: 12 }),
    stream: madeOf('{', '}', '[', ']', '"', '\\', ' ', '{}', '["a"]', '{"\\"":1}', ' []'),
  },
  JsonElements: {
    make: () => new JsonObjectDecoder({ maxObjectLength: 5, streamArrayElements: true }),
    stream: madeOf('{', '}', '[', ']', '"', '\\', ' ', '[1,', '2]', '["a"]', '[3, 4 ]', ' [{}]'),
  },
  Varint: {
    make: () => new ProtobufVarint32FrameDecoder({ maxFrameLength: 10 }),
    stream: madeOf('<03>abc', '<00>', '<0c>', '<8100>x', '<ffffffff0f>', '<80>', '<01>x'),
  },
};

/** Frames and names of errors; how many bytes an error had seen depends on the cuts. */
function results(decoder: FrameDecoder, chunks: readonly Uint8Array[]): string[] {
  const reader = new FrameReader(decoder);
  const log: string[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (;;) {
      try {
        const frame = reader.next();
        if (frame === undefined) break;
        log.push(shown(frame));
      } catch (error) {
        log.push(`! ${(error as Error).name}`);
      }
    }
  }
  return log;
}

describe.each(Object.entries(subjects))('%s', (_name, { make, stream }) => {
  test('however a stream is cut, the same frames come out', () => {
    let frames = 0;
    check(
      fc.property(
        stream.chain((content) => cutsOf(content).map((chunks) => ({ content, chunks }))),
        ({ content, chunks }) => {
          const whole = results(make(), [content]);
          frames += whole.filter((line) => !line.startsWith('!')).length;
          expect(results(make(), chunks)).toEqual(whole);
          expect(results(make(), drip(content))).toEqual(whole);
        },
      ),
      300,
    );
    expect(frames).toBeGreaterThan(100);
  });

  test('a pipeline makes the same of it, once every byte has been asked for', () => {
    check(
      fc.property(
        stream.chain((content) => cutsOf(content).map((chunks) => ({ content, chunks }))),
        ({ content, chunks }) => {
          const outcome = new Outcome(make());
          const log = chunks.flatMap((chunk) => outcome.read(chunk));
          // After an error the rest of a read waits for the next one.
          for (let more = outcome.read(''); more.length > 0; more = outcome.read('')) log.push(...more);
          const named = log.map((line) => (line.startsWith('!') ? (line.split(':')[0] as string) : line));
          expect(named).toEqual(results(make(), [content]));
        },
      ),
      150,
    );
  });

  test('whatever bytes come, it takes a bounded part of them, and never fails in another way', () => {
    check(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (content) => {
        const reader = new FrameReader(make());
        for (let at = 0; at < content.length; at += 50) {
          reader.push(content.subarray(at, at + 50));
          for (let more = true; more; ) {
            try {
              more = reader.next() !== undefined;
            } catch (error) {
              expect((error as Error).name).toMatch(/^(TooLong|Corrupted)FrameException$/);
            }
          }
          expect(reader.pendingBytes).toBeLessThanOrEqual(30);
        }
      }),
      100,
    );
  });
});

test('large chunks, large frames: the bytes are the same however they are joined', () => {
  check(
    fc.property(
      fc.array(fc.nat(30_000), { minLength: 1, maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 6 }),
      (sizes, steps) => {
        const frames = sizes.map((size, i) => Buffer.alloc(size, i + 1));
        const stream = Buffer.concat(
          frames.flatMap((frame) => {
            const header = Buffer.alloc(4);
            header.writeUInt32BE(frame.length);
            return [header, frame];
          }),
        );
        const outcome = new Outcome(
          new LengthFieldBasedFrameDecoder({
            maxFrameLength: 1 << 20,
            lengthFieldLength: 4,
            initialBytesToStrip: 4,
          }),
        );
        for (let at = 0, i = 0; at < stream.length; i++) {
          const step = steps[i % steps.length] as number;
          outcome.channel.pipeline.fireChannelRead(Buffer.from(stream.subarray(at, at + step)));
          at += step;
        }
        expect(outcome.messages).toHaveLength(frames.length);
        expect(frames.every((frame, i) => frame.equals(outcome.messages[i] as Buffer))).toBe(true);
      },
    ),
    60,
  );
});
