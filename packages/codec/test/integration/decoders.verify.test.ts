import {
  type AnyChannelHandler,
  type ByteBuf,
  type ChannelHandlerContext,
  ChannelInboundHandlerAdapter,
} from '@sluice/core';
import { type DecoderExample, type VerifyOptions, verifyCodec, verifyDecoder } from '@sluice/testing';
import { ByteToMessageCodec } from '../../src/base/ByteToMessageCodec.js';
import { ByteToMessageDecoder } from '../../src/base/ByteToMessageDecoder.js';
import type { MessageList } from '../../src/base/MessageList.js';
import { encodeBase64 } from '../../src/base64/Base64.js';
import { Base64Decoder } from '../../src/base64/Base64Decoder.js';
import { Base64Encoder } from '../../src/base64/Base64Encoder.js';
import { ByteArrayDecoder } from '../../src/bytes/ByteArrayDecoder.js';
import { DelimiterBasedFrameDecoder } from '../../src/frame/DelimiterBasedFrameDecoder.js';
import { Delimiters } from '../../src/frame/Delimiters.js';
import { FixedLengthFrameDecoder } from '../../src/frame/FixedLengthFrameDecoder.js';
import { FrameReader } from '../../src/frame/FrameReader.js';
import {
  LengthFieldBasedFrameDecoder,
  type LengthFieldBasedFrameDecoderOptions,
} from '../../src/frame/LengthFieldBasedFrameDecoder.js';
import { LengthFieldPrepender } from '../../src/frame/LengthFieldPrepender.js';
import { LineBasedFrameDecoder } from '../../src/frame/LineBasedFrameDecoder.js';
import { JsonObjectDecoder } from '../../src/json/JsonObjectDecoder.js';
import { ProtobufVarint32FrameDecoder } from '../../src/protobuf/ProtobufVarint32FrameDecoder.js';
import { ProtobufVarint32LengthFieldPrepender } from '../../src/protobuf/ProtobufVarint32LengthFieldPrepender.js';
import { LineEncoder } from '../../src/string/LineEncoder.js';
import { StringDecoder } from '../../src/string/StringDecoder.js';
import { StringEncoder } from '../../src/string/StringEncoder.js';
import { bytes } from '../support/decoding.js';

/** `'bytes' → ['message', …]`, both in the notation of `bytes`. */
function examples(...pairs: (readonly [input: string, ...messages: string[]])[]): DecoderExample<Buffer>[] {
  return pairs.map(([input, ...messages]) => ({ bytes: bytes(input), messages: messages.map(bytes) }));
}

/** Cuts bytes and hands on what is left when it is removed. */
const FRAMER: VerifyOptions<Buffer> = { handsRestOn: true, atEnd: 'nothing' };

const lengthField =
  (options: Partial<LengthFieldBasedFrameDecoderOptions>) => (): LengthFieldBasedFrameDecoder =>
    new LengthFieldBasedFrameDecoder({ maxFrameLength: 1 << 16, lengthFieldLength: 2, ...options });

describe('frames', () => {
  test('of a fixed length', () => {
    verifyDecoder({
      decoder: () => new FixedLengthFrameDecoder({ frameLength: 3 }),
      examples: examples(['abc', 'abc'], ['def', 'def'], ['<000000>', '<000000>']),
      ...FRAMER,
    });
  });

  test.each([
    ['plain', {}, examples(['<0003>abc', '<0003>abc'], ['<0000>', '<0000>'], ['<0001>x', '<0001>x'])],
    ['header stripped', { initialBytesToStrip: 2 }, examples(['<0003>abc', 'abc'], ['<0000>', ''])],
    ['length of all', { lengthAdjustment: -2 }, examples(['<0005>abc', '<0005>abc'], ['<0002>', '<0002>'])],
    ['3 bytes', { lengthFieldLength: 3 }, examples(['<000002>ab', '<000002>ab'])],
    ['8 bytes', { lengthFieldLength: 8 }, examples(['<0000000000000002>ab', '<0000000000000002>ab'])],
    [
      'little-endian',
      { byteOrder: 'LE', initialBytesToStrip: 2 },
      examples(['<0301>'.padEnd(6 + 0x103, 'x'), 'x'.repeat(0x103)], ['<0100>y', 'y']),
    ],
    [
      'headers on both sides of the length',
      { lengthFieldOffset: 1, lengthAdjustment: 1, initialBytesToStrip: 3 },
      examples(['<ca0003fe>abc', '<fe>abc'], ['<ca0000fe>', '<fe>']),
    ],
  ] as const)('by a length field: %s', (_name, options, given) => {
    verifyDecoder({ decoder: lengthField(options), examples: given, ...FRAMER });
  });

  test('by a varint', () => {
    const long = 'x'.repeat(200);
    verifyDecoder({
      decoder: () => new ProtobufVarint32FrameDecoder(),
      examples: examples(['<03>abc', 'abc'], ['<00>', ''], [`<c801>${long}`, long], ['<8100>y', 'y']),
      ...FRAMER,
    });
  });

  test('by lines', () => {
    verifyDecoder({
      decoder: () => new LineBasedFrameDecoder({ maxLength: 80 }),
      examples: examples(['one\n', 'one'], ['two\r\n', 'two'], ['\n', ''], ['\r\n', ''], ['a\rb\n', 'a\rb']),
      ...FRAMER,
    });
    verifyDecoder({
      decoder: () => new LineBasedFrameDecoder({ maxLength: 80, strictCrlf: true, stripDelimiter: false }),
      examples: examples(['a\nb\r\n', 'a\nb\r\n'], ['\r\r\n', '\r\r\n']),
      ...FRAMER,
    });
  });

  test('by delimiters', () => {
    verifyDecoder({
      decoder: () => new DelimiterBasedFrameDecoder({ maxFrameLength: 80, delimiters: ['$_', '|', 'abab'] }),
      examples: examples(['one|', 'one'], ['t$wo$_', 't$wo'], ['$_', ''], ['aabaabab', 'aaba']),
      ...FRAMER,
    });
    verifyDecoder({
      decoder: () =>
        new DelimiterBasedFrameDecoder({
          maxFrameLength: 80,
          delimiters: Delimiters.nulDelimiter(),
          stripDelimiter: false,
        }),
      examples: examples(['a<00>', 'a<00>'], ['<00>', '<00>']),
      ...FRAMER,
    });
  });

  test('of JSON', () => {
    verifyDecoder({
      decoder: () => new JsonObjectDecoder(),
      examples: examples(
        ['{"a":[1,2]}', '{"a":[1,2]}'],
        [' \n["}", "\\"]"]', '["}", "\\"]"]'],
        ['{}', '{}'],
        ['\t'],
      ),
      atEnd: 'nothing',
    });
    verifyDecoder({
      decoder: () => new JsonObjectDecoder({ streamArrayElements: true }),
      examples: examples(['[1, {"a":"]"} ,"x"]', '1', '{"a":"]"}', '"x"']),
      atEnd: 'nothing',
    });
  });

  test('that are large, over chunks of all sizes', () => {
    const frames = [70_000, 3, 0, 9000].map((size, i) => Buffer.alloc(size, i + 1));
    verifyCodec({
      codec: () => [
        new LengthFieldPrepender({ lengthFieldLength: 4 }),
        new LengthFieldBasedFrameDecoder({
          maxFrameLength: 1 << 20,
          lengthFieldLength: 4,
          initialBytesToStrip: 4,
        }),
      ],
      messages: frames,
      exhaustive: 32,
      samples: 40,
    });
  });
});

describe('on top of frames', () => {
  test('strings', () => {
    verifyDecoder({
      decoder: () => [new LineBasedFrameDecoder({ maxLength: 80 }), new StringDecoder()],
      examples: [{ bytes: Buffer.from('Grüße\n€\n\n'), messages: ['Grüße', '€', ''] }],
    });
  });

  test('Base64', () => {
    const payload = Buffer.from(Array.from({ length: 100 }, (_, i) => i * 7));
    const text = Buffer.concat([encodeBase64(payload, { breakLines: false }), Buffer.from(';')]);
    verifyDecoder({
      decoder: () => [
        new DelimiterBasedFrameDecoder({ maxFrameLength: 1000, delimiters: ';' }),
        new Base64Decoder(),
      ],
      examples: [
        { bytes: text, messages: [payload] },
        { bytes: Buffer.from('AA==;'), messages: [Buffer.from([0])] },
      ],
    });
  });

  test('byte arrays', () => {
    verifyDecoder({
      decoder: () => [lengthField({ initialBytesToStrip: 2 })(), new ByteArrayDecoder()],
      examples: [{ bytes: bytes('<0002>ab'), messages: [new Uint8Array([0x61, 0x62])] }],
      equals: (actual, expected) => Buffer.from(actual).equals(expected),
    });
  });
});

describe('there and back', () => {
  const buffers = ['', 'a', 'x'.repeat(300), '\r\n'].map((text) => Buffer.from(text));

  test.each([
    [
      'length field',
      () => [new LengthFieldPrepender({ lengthFieldLength: 2 }), lengthField({ initialBytesToStrip: 2 })()],
    ],
    ['varint', () => [new ProtobufVarint32LengthFieldPrepender(), new ProtobufVarint32FrameDecoder()]],
  ])('bytes behind a %s', (_name, codec: () => AnyChannelHandler[]) => {
    verifyCodec({ codec, messages: buffers });
  });

  test('text', () => {
    verifyCodec({
      codec: () => [new LineBasedFrameDecoder({ maxLength: 80 }), new StringDecoder(), new LineEncoder()],
      messages: ['one', '', 'zwölf'],
    });
    verifyCodec({
      codec: () => [
        new LengthFieldPrepender({ lengthFieldLength: 1 }),
        new LengthFieldBasedFrameDecoder({
          maxFrameLength: 300,
          lengthFieldLength: 1,
          initialBytesToStrip: 1,
        }),
        new Base64Encoder({ breakLines: false }),
        new Base64Decoder(),
        new StringEncoder(),
        new StringDecoder(),
      ],
      messages: ['one', 'zwölf', '€'],
    });
  });
});

describe('decoders of one’s own', () => {
  test('ByteToMessageDecoder: several messages of one call, bytes that make none', () => {
    /** Digits are messages; everything else is skipped, four bytes at a time. */
    class Digits extends ByteToMessageDecoder<number> {
      protected override decode(
        _ctx: ChannelHandlerContext<number, never>,
        input: ByteBuf,
        out: MessageList<number>,
      ): void {
        if (input.readableBytes < 4) return;
        for (const byte of input.readBuffer(4)) {
          if (byte >= 0x30 && byte <= 0x39) out.push(byte - 0x30);
        }
      }
    }
    verifyDecoder({
      decoder: () => new Digits(),
      examples: [
        { bytes: Buffer.from('12a3'), messages: [1, 2, 3] },
        { bytes: Buffer.from('abcd'), messages: [] },
        { bytes: Buffer.from('x9yz'), messages: [9] },
      ],
      handsRestOn: true,
    });
  });

  test('ByteToMessageCodec: both directions', () => {
    class Integers extends ByteToMessageCodec<number, number> {
      protected override encode(_ctx: unknown, message: number, out: ByteBuf): void {
        out.writeInt(message);
      }
      protected override decode(_ctx: unknown, input: ByteBuf, out: MessageList<number>): void {
        if (input.readableBytes >= 4) out.push(input.readInt());
      }
    }
    verifyCodec({ codec: () => new Integers(), messages: [0, -1, 0x7fffffff] });
  });

  test('a handler around a FrameReader', () => {
    class Lines extends ChannelInboundHandlerAdapter<Uint8Array, Buffer> {
      readonly #reader = new FrameReader(new LineBasedFrameDecoder({ maxLength: 80 }));
      override channelRead(ctx: ChannelHandlerContext<Buffer>, chunk: Uint8Array): void {
        this.#reader.push(chunk);
        let line = this.#reader.next();
        if (line === undefined && !ctx.channel.config.autoRead) ctx.read();
        for (; line !== undefined; line = this.#reader.next()) ctx.fireChannelRead(line);
      }
    }
    verifyDecoder({
      decoder: () => new Lines(),
      examples: examples(['one\n', 'one'], ['two\r\n', 'two']),
    });
  });
});
