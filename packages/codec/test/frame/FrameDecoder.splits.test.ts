import fc from 'fast-check';
import { DelimiterBasedFrameDecoder } from '../../src/frame/DelimiterBasedFrameDecoder.js';
import type { FrameDecoder } from '../../src/frame/FrameDecoder.js';
import { FrameReader, frames } from '../../src/frame/FrameReader.js';
import { check, cutsOf, drip } from '../support/decoding.js';
import { PipelineRun } from '../support/PipelineRun.js';
import { AMBIGUOUS_SETS, SUBJECTS, type Trial } from '../support/subjects.js';

/*
 * What holds for every frame decoder, whatever bytes come:
 * - Frames and errors (type and order) are those of the whole stream, however it is cut, provided that the decoder is
 *   asked until it has nothing more. The numbers in messages of errors may differ: they tell how much had arrived.
 * - Behind an error it has to be asked again: `next()` of a reader, the next read of a pipeline.
 * - Where one delimiter is complete within another before that is, what has arrived decides which one counts.
 * - When the input ends, what stands behind the next error is dropped, and so is what is incomplete.
 */

interface CutTrial extends Trial {
  readonly chunks: readonly Uint8Array[];
}

const EMPTY = new Uint8Array(0);

/** With a piece left out, the stream would not be the same: the places of the cuts are drawn, and empty pieces added. */
function cut(trials: fc.Arbitrary<Trial>): fc.Arbitrary<CutTrial> {
  return trials.chain((trial) =>
    fc.record({ chunks: cutsOf(trial.stream), dripped: fc.boolean() }).map(({ chunks, dripped }) => ({
      ...trial,
      chunks: dripped ? drip(trial.stream).flatMap((byte) => [EMPTY, byte, EMPTY]) : chunks,
    })),
  );
}

/** The results of a reader that is asked until it has nothing more; notes where it keeps more than it should. */
function readAll(decoder: FrameDecoder, chunks: readonly Uint8Array[], limit: number): string[] {
  const reader = new FrameReader(decoder);
  const results: string[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let more = true; more; ) more = readNext(reader, results);
    if (reader.pendingBytes > limit) results.push(`keeps ${reader.pendingBytes} bytes, more than ${limit}`);
  }
  return results;
}

function readNext(reader: FrameReader<Buffer>, results: string[]): boolean {
  try {
    const frame = reader.next();
    if (frame !== undefined) results.push(frame.toString('latin1'));
    return frame !== undefined;
  } catch (error) {
    results.push(`✗ ${(error as { code: string }).code}`);
    return true;
  }
}

/** Where the stream goes on behind the first `count` frames. */
function endOfFrame(trial: Trial, count: number): number {
  const reader = new FrameReader(trial.make());
  reader.push(trial.stream);
  const results: string[] = [];
  // Never more often than there are bytes: what is wrong here must not run for ever.
  for (let i = 0; i <= 2 * trial.stream.length && results.filter(isFrame).length < count; i++) {
    readNext(reader, results);
  }
  return trial.stream.length - reader.pendingBytes;
}

const isFrame = (result: string): boolean => !result.startsWith('✗');

describe.each(Object.entries(SUBJECTS))('%s', (name, trials) => {
  const cutTrials = cut(trials);
  /** Trials with a frame in which something happens. */
  const acts = cutTrials
    .filter(({ expected }) => expected.some(isFrame))
    .chain((trial) =>
      fc.integer({ min: 1, max: trial.expected.filter(isFrame).length }).map((at) => ({ ...trial, at })),
    );

  test('a reader makes of a stream what its format says, however it is cut, and keeps no more than its limit', () => {
    let frameCount = 0;
    let errors = 0;
    check(
      fc.property(cutTrials, (trial) => {
        expect(readAll(trial.make(), [trial.stream], trial.limit)).toEqual(trial.expected);
        expect(readAll(trial.make(), trial.chunks, trial.limit)).toEqual(trial.expected);
        frameCount += trial.expected.filter(isFrame).length;
        errors += trial.expected.length - trial.expected.filter(isFrame).length;
      }),
      800,
    );
    expect(frameCount).toBeGreaterThan(300);
    if (name !== 'FixedLengthFrameDecoder') expect(errors).toBeGreaterThan(100);
  });

  test('a pipeline makes the same of it, with AUTO_READ or without', () => {
    check(
      fc.property(cutTrials, fc.boolean(), (trial, autoRead) => {
        const run = new PipelineRun(trial.make());
        run.channel.config.autoRead = autoRead;
        const wrong: string[] = [];
        for (const chunk of trial.chunks) {
          const before = { frames: run.frames, reads: run.reads };
          run.read(chunk);
          // A read that made no message asks for another one, unless reads come by themselves.
          const wanted = !autoRead && run.frames === before.frames ? 1 : 0;
          if (!autoRead && run.reads - before.reads !== wanted)
            wrong.push(`${run.reads - before.reads} reads`);
        }
        expect(wrong).toEqual([]);
        run.drain();
        expect(run.results).toEqual(trial.expected);
        run.channel.close();
        expect(run.results.slice(trial.expected.length)).toEqual(['(inactive)']);
      }),
      300,
    );
  });

  test('many chunks in one read make the same results', () => {
    check(
      fc.property(cutTrials, (trial) => {
        const run = new PipelineRun(trial.make());
        for (const chunk of trial.chunks) run.channel.pipeline.fireChannelRead(Buffer.from(chunk));
        run.drain();
        expect(run.results).toEqual(trial.expected);
      }),
      150,
    );
  });

  test('a decoder that is removed in the middle hands on the rest of the stream', () => {
    check(
      fc.property(acts, (trial) => {
        const run = new PipelineRun(trial.make());
        const rest: Buffer[] = [];
        let seen = 0;
        run.onMessage = (ctx, message) => {
          if (seen++ >= trial.at) rest.push(message);
          else if (seen === trial.at) ctx.pipeline.remove('decoder');
        };
        for (const chunk of trial.chunks) {
          run.read(chunk);
          if (seen < trial.at) run.drain();
        }
        expect(Buffer.concat(rest)).toEqual(trial.stream.subarray(endOfFrame(trial, trial.at)));
        const before = run.results.slice(0, run.results.length - rest.length);
        expect(before).toEqual(trial.expected.slice(0, before.length));
        expect(before.filter(isFrame)).toHaveLength(trial.at);
      }),
      200,
    );
  });

  test('handlers that come and go in the middle change nothing, and see what comes from then on', () => {
    check(
      fc.property(acts, (trial) => {
        const run = new PipelineRun(trial.make());
        const late: string[] = [];
        let seen = 0;
        run.onMessage = (ctx, message) => {
          ctx.fireChannelRead(message);
          if (++seen === trial.at) {
            ctx.pipeline.addLast('late', {
              channelRead: (_ctx, content: Buffer) => void late.push(content.toString('latin1')),
            });
            ctx.pipeline.addBefore('decoder', 'before', {});
            ctx.pipeline.remove('reads');
          }
        };
        for (const chunk of trial.chunks) run.read(chunk);
        run.drain();
        expect(run.results).toEqual(trial.expected);
        expect(late).toEqual(trial.expected.filter(isFrame).slice(trial.at));
      }),
      150,
    );
  });

  test('a close in the middle: what comes is the beginning of what would have come, and then the end', () => {
    check(
      fc.property(acts, (trial) => {
        const run = new PipelineRun(trial.make());
        let seen = 0;
        run.onMessage = (ctx) => void (++seen === trial.at && ctx.close());
        for (const chunk of trial.chunks) {
          run.read(chunk);
          if (seen < trial.at) run.drain();
        }
        expect(run.results.filter((result) => result === '(inactive)')).toHaveLength(1);
        const results = run.results.filter((result) => result !== '(inactive)');
        expect(results).toEqual(trial.expected.slice(0, results.length));
        expect(results.filter(isFrame).length).toBeGreaterThanOrEqual(trial.at);
        expect(run.keptBytes).toBe(0);
      }),
      200,
    );
  });
});

/** What is found when delimiters are looked for each time bytes come, and the one that begins first is taken. */
function foundSoFar(chunks: readonly Uint8Array[], delimiters: readonly string[]): string[] {
  const results: string[] = [];
  let rest = '';
  for (const chunk of chunks) {
    rest += Buffer.from(chunk).toString('latin1');
    for (let found = firstFrame(rest, delimiters); found > 0; found = firstFrame(rest, delimiters)) {
      results.push(rest.slice(0, found));
      rest = rest.slice(found);
    }
  }
  return results;
}

/** Length of the first frame, its delimiter included; 0 if there is none. */
function firstFrame(text: string, delimiters: readonly string[]): number {
  const ends = delimiters.map((delimiter) => ({ at: text.indexOf(delimiter), length: delimiter.length }));
  const first = ends.filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at)[0];
  return first === undefined ? 0 : first.at + first.length;
}

test.each(AMBIGUOUS_SETS.map((set) => [set]))(
  'delimiters within delimiters, %j: what has arrived counts, and no byte is lost',
  (delimiters) => {
    const stream = fc
      .array(fc.constantFrom(...delimiters.join(''), 'x'), { maxLength: 60, size: 'max' })
      .map((characters) => Buffer.from(characters.join('')));
    let differ = 0;
    check(
      fc.property(stream.chain(cutsOf), (chunks) => {
        const make = (): FrameDecoder =>
          new DelimiterBasedFrameDecoder({ maxFrameLength: 1000, delimiters, stripDelimiter: false });
        const results = readAll(make(), chunks, 1000);
        expect(results).toEqual(foundSoFar(chunks, delimiters));
        const whole = Buffer.concat(chunks).toString('latin1');
        expect(whole.startsWith(results.join(''))).toBe(true);
        if (readAll(make(), [Buffer.from(whole, 'latin1')], 1000).join('|') !== results.join('|')) differ++;
      }),
      150,
    );
    // They would not be tested here if the cuts made no difference.
    expect(differ).toBeGreaterThan(0);
  },
);

test('frames() goes on until the first error', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(...Object.values(SUBJECTS).map(cut)), async (trial) => {
      const results: string[] = [];
      try {
        for await (const frame of frames(trial.make(), trial.chunks)) results.push(frame.toString('latin1'));
      } catch (error) {
        results.push(`✗ ${(error as { code: string }).code}`);
      }
      const firstError = trial.expected.findIndex((result) => !isFrame(result));
      expect(results).toEqual(firstError < 0 ? trial.expected : trial.expected.slice(0, firstError + 1));
    }),
    { seed: 42, numRuns: 300 },
  );
});
