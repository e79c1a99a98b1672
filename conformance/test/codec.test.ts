import { join } from 'node:path';
import { setLogger } from '@sluice/core';
import { CODEC_KINDS, type CodecKind } from '../src/codec.handlers.js';
import { codecSuite } from '../src/codec.js';
import { type CodecCase, type CodecStep, runCodecCase } from '../src/codec.run.js';
import { codecDeviations } from '../src/deviations.codec.js';
import { describeReport, readCases, runCases, silentLogger } from '../src/harness.js';

const cases = readCases<CodecCase>(join(__dirname, '../vectors/netty-4.1.48/codec.jsonl.gz'));

/** How many cases of each kind were recorded: all of them have to pass. */
const COUNTS: Readonly<Record<CodecKind, number>> = {
  LengthFieldBasedFrameDecoder: 1360,
  FixedLengthFrameDecoder: 200,
  LineBasedFrameDecoder: 360,
  DelimiterBasedFrameDecoder: 400,
  JsonObjectDecoder: 360,
  ProtobufVarint32FrameDecoder: 240,
  StringDecoder: 160,
  StringEncoder: 80,
  LineEncoder: 120,
  LengthFieldPrepender: 280,
  ProtobufVarint32LengthFieldPrepender: 80,
  Base64Decoder: 160,
  Base64Encoder: 120,
  ByteArrayCodec: 80,
};

/** How many of them need a deviation. */
const DEVIATING: Partial<Record<CodecKind, Record<string, number>>> = {
  LengthFieldBasedFrameDecoder: { 'the end of the input is announced after what it made decodable': 22 },
  LineBasedFrameDecoder: { 'a delimiter counts where two reads meet': 26 },
  DelimiterBasedFrameDecoder: {
    'a delimiter counts where two reads meet': 28,
    'the end of the input is announced after what it made decodable': 6,
  },
  JsonObjectDecoder: { 'the limit of a JSON object is for one object': 57 },
  Base64Decoder: { 'Base64 without padding is decoded to its end': 63 },
};

const ofKind = (kind: CodecKind): CodecCase[] => cases.filter((recorded) => recorded.kind === kind);

beforeAll(() => setLogger(silentLogger));
afterAll(() => setLogger());

describe('codec cases recorded from Netty 4.1.48', () => {
  test('are all there', () => {
    expect(cases).toHaveLength(4000);
    expect(new Set(cases.map(({ kind }) => kind))).toEqual(new Set(CODEC_KINDS));
    expect(new Set(cases.map(({ id }) => id)).size).toBe(4000);
  });

  test.each(CODEC_KINDS)('%s behaves as recorded, or deviates as listed', (kind) => {
    const report = runCases(codecSuite(kind), ofKind(kind));
    expect(report.failures.length === 0 ? '' : describeReport(report)).toBe('');
    expect(report.passed).toBe(COUNTS[kind]);
    expect(Object.fromEntries(report.deviating)).toEqual(DEVIATING[kind] ?? {});
  });

  test('no deviation is listed that no case needs', () => {
    const needed = new Set(Object.values(DEVIATING).flatMap((counts) => Object.keys(counts)));
    expect([...needed].sort()).toEqual(codecDeviations.map(({ name }) => name).sort());
  });
});

describe('the comparison notices', () => {
  /** How many cases of a kind fail if what was recorded is changed. */
  function failuresWhen(kind: CodecKind, spoil: (step: CodecStep) => CodecStep): number {
    const spoiled = ofKind(kind).map((recorded) =>
      'ctorError' in recorded.expected
        ? recorded
        : { ...recorded, expected: { ...recorded.expected, steps: recorded.expected.steps.map(spoil) } },
    );
    return runCases({ ...codecSuite(kind), deviations: [] }, spoiled).failures.length;
  }

  test('a message that is missing', () => {
    const spoil = (step: CodecStep): CodecStep => ({ ...step, ev: step.ev.filter(({ e }) => e !== 'read') });
    expect(failuresWhen('FixedLengthFrameDecoder', spoil)).toBeGreaterThan(100);
  });

  test('an error of another type', () => {
    const spoil = (step: CodecStep): CodecStep => ({
      ...step,
      ev: step.ev.map((event) => (event.e === 'exc' ? { ...event, type: 'CorruptedFrameException' } : event)),
    });
    expect(failuresWhen('LineBasedFrameDecoder', spoil)).toBeGreaterThan(100);
  });

  test('a read that was asked for', () => {
    const spoil = (step: CodecStep): CodecStep => ({
      ...step,
      ev: step.ev.filter(({ e }) => e !== 'outRead'),
    });
    expect(failuresWhen('LengthFieldBasedFrameDecoder', spoil)).toBeGreaterThan(100);
  });

  test('a write that failed', () => {
    const spoil = (step: CodecStep): CodecStep =>
      typeof step.promise === 'object' ? { ...step, promise: 'ok' } : step;
    expect(failuresWhen('LengthFieldPrepender', spoil)).toBeGreaterThan(5);
  });

  test('a constructor that refuses', () => {
    const refused = ofKind('LengthFieldBasedFrameDecoder').filter(({ expected }) => 'ctorError' in expected);
    expect(refused.length).toBeGreaterThan(10);
    for (const recorded of refused) expect(runCodecCase(recorded)).toHaveProperty('ctorError');
  });
});
