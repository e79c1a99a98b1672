import { Buffer } from 'node:buffer';
import { type AnyChannelHandler, EmbeddedChannel } from '@sluice/core';
import fc from 'fast-check';
import {
  Base64Decoder,
  Base64Dialect,
  Base64Encoder,
  type ByteOrder,
  LengthFieldBasedFrameDecoder,
  LengthFieldPrepender,
  type LengthFieldWidth,
  LineBasedFrameDecoder,
  LineEncoder,
  ProtobufVarint32FrameDecoder,
  ProtobufVarint32LengthFieldPrepender,
  StringDecoder,
  StringEncoder,
} from '../../src/index.js';
import { check, cutsOf } from '../support/decoding.js';

/** What the other side is sent. */
function sent(messages: readonly unknown[], ...handlers: AnyChannelHandler[]): Buffer {
  const channel = new EmbeddedChannel(...handlers);
  for (const message of messages) channel.writeOutbound(message);
  return Buffer.concat(channel.outboundMessages as Buffer[]);
}

interface Received {
  readonly messages: unknown[];
  readonly errors: string[];
}

/** What the other side makes of it. */
function received(chunks: readonly Uint8Array[], ...handlers: AnyChannelHandler[]): Received {
  const errors: string[] = [];
  const channel = new EmbeddedChannel(...handlers, {
    exceptionCaught: (_ctx, cause) => void errors.push(cause.name),
  });
  for (const chunk of chunks) channel.writeInbound(chunk);
  channel.close();
  return { messages: channel.inboundMessages, errors };
}

/** Runs `stream`, cut in any way, against what is expected of it. */
function checkCuts<T>(
  cases: fc.Arbitrary<T>,
  stream: (made: T) => Buffer,
  receive: (made: T, chunks: Uint8Array[]) => unknown,
  expected: (made: T) => unknown,
): void {
  const cutCases = cases.chain((made) => cutsOf(stream(made)).map((chunks) => ({ made, chunks })));
  check(fc.property(cutCases, ({ made, chunks }) => expect(receive(made, chunks)).toEqual(expected(made))));
}

const payloads = fc.array(
  fc.uint8Array({ maxLength: 200, size: 'max' }).map((bytes) => Buffer.from(bytes)),
  { maxLength: 10 },
);

test('what a LengthFieldPrepender sends, a LengthFieldBasedFrameDecoder of the same options receives', () => {
  checkCuts(
    fc.record({
      payloads,
      width: fc.constantFrom<LengthFieldWidth[]>(2, 3, 4, 8),
      byteOrder: fc.constantFrom<ByteOrder[]>('BE', 'LE'),
      adjustment: fc.integer({ min: 0, max: 100 }),
      countsItself: fc.boolean(),
    }),
    ({ payloads, width, byteOrder, adjustment, countsItself }) =>
      sent(
        payloads,
        new LengthFieldPrepender({
          lengthFieldLength: width,
          byteOrder,
          lengthAdjustment: adjustment,
          lengthIncludesLengthFieldLength: countsItself,
        }),
      ),
    ({ width, byteOrder, adjustment, countsItself }, chunks) =>
      received(
        chunks,
        new LengthFieldBasedFrameDecoder({
          maxFrameLength: 1000,
          lengthFieldLength: width,
          byteOrder,
          lengthAdjustment: -adjustment - (countsItself ? width : 0),
          initialBytesToStrip: width,
        }),
      ),
    (made) => ({ messages: made.payloads, errors: [] }),
  );
});

test('what a ProtobufVarint32LengthFieldPrepender sends, a ProtobufVarint32FrameDecoder receives', () => {
  checkCuts(
    payloads,
    (messages) => sent(messages, new ProtobufVarint32LengthFieldPrepender()),
    (_made, chunks) => received(chunks, new ProtobufVarint32FrameDecoder()),
    (messages) => ({ messages, errors: [] }),
  );
});

test('text on lines: no character is torn by a cut', () => {
  const texts = fc.array(
    fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replace(/[\r\n]/g, '')),
    { maxLength: 10 },
  );
  checkCuts(
    texts,
    (messages) => sent(messages, new LineEncoder({ separator: '\n' })),
    (_made, chunks) => received(chunks, new LineBasedFrameDecoder({ maxLength: 1000 }), new StringDecoder()),
    (messages) => ({ messages, errors: [] }),
  );
});

test('Base64 on lines, damaged or not: the same bytes and the same errors, line for line', () => {
  const lines = fc.array(
    fc.oneof(
      fc
        .uint8Array({ maxLength: 60 })
        .map((bytes) => ({ text: Buffer.from(bytes).toString('base64'), bytes: Buffer.from(bytes) })),
      fc.constantFrom('!', 'A', 'AAAA*', 'AAAAA').map((text) => ({ text, bytes: undefined })),
    ),
    { maxLength: 10 },
  );
  checkCuts(
    lines,
    (made) => Buffer.from(made.map(({ text }) => `${text}\n`).join('')),
    (_made, chunks) => received(chunks, new LineBasedFrameDecoder({ maxLength: 1000 }), new Base64Decoder()),
    (made) => ({
      messages: made.flatMap(({ bytes }) => bytes ?? []),
      errors: made.flatMap(({ bytes }) => (bytes === undefined ? ['DecoderException'] : [])),
    }),
  );
});

test.each(['STANDARD', 'URL_SAFE', 'ORDERED'] as const)('8 MiB through Base64 %s and back', (name) => {
  const dialect = Base64Dialect[name];
  const bytes = Buffer.alloc(8 << 20, Buffer.from(Array.from({ length: 251 }, (_, i) => i)));
  const text = sent([bytes], new Base64Encoder({ dialect }));
  expect(text.length).toBeLessThanOrEqual(Math.ceil(bytes.length / 3) * 4 * (77 / 76) + 1);
  const { messages, errors } = received([text], new Base64Decoder({ dialect }));
  expect(errors).toEqual([]);
  expect(bytes.equals(messages[0] as Buffer)).toBe(true);
});

test('strings survive in every charset that has their characters', () => {
  check(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.constantFrom('UTF-8' as const, 'UTF-16' as const, 'UTF-16LE' as const, 'UTF-16BE' as const),
      (text, charset) => {
        const wellFormed = text.replace(/^\ufeff+/, '');
        fc.pre(wellFormed !== '');
        const bytes = sent([wellFormed], new StringEncoder({ charset }));
        expect(received([bytes], new StringDecoder({ charset })).messages).toEqual([wellFormed]);
      },
    ),
  );
});
