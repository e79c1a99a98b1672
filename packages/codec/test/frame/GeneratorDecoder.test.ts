import { type ByteBuf, EmbeddedChannel } from '@sluice/core';
import fc from 'fast-check';
import { FrameReader, GeneratorDecoder, LengthFieldBasedFrameDecoder } from '../../src/index.js';
import { bytes, check, cutsOf, decoded, drip, Outcome } from '../support/decoding.js';

/** A kind, a length and a body; kind 0 is a filler, kind 9 is refused. */
class Records extends GeneratorDecoder<string> {
  readonly seen: string[] = [];

  protected override *message(): Generator<number, string | undefined, ByteBuf> {
    this.seen.push('begin');
    try {
      let input = yield 2;
      const kind = input.readUnsignedByte();
      const length = input.readByte();
      if (kind === 9) throw new Error('kind 9');
      input = yield length;
      const body = input.readBuffer(length).toString('latin1');
      return kind === 0 ? undefined : `${kind}:${body}`;
    } finally {
      this.seen.push('end');
    }
  }
}

test('waits for as many bytes as it asks for, and goes on where it was', () => {
  const decoder = new Records();
  const outcome = new Outcome(decoder);
  expect(outcome.read('<01>')).toEqual([]);
  expect(outcome.read('<05>he')).toEqual([]);
  expect(outcome.read('llo<0200><01>')).toEqual(['1:hello', '2:']);
  expect(decoder.seen).toEqual(['begin', 'end', 'begin', 'end', 'begin']);
  expect(outcome.close()).toContain('[inactive]');
});

test('a generator that returns nothing makes no message', () => {
  expect(new Outcome(new Records()).read('<0002>xx<0103>abc<0000>')).toEqual(['1:abc']);
});

test('what it throws ends that message; the next begins behind what it has read', () => {
  expect(decoded(new Records(), [bytes('<0900><0101>a')])).toEqual([
    '! DecoderException: Error: kind 9',
    '1:a',
  ]);
});

describe('a length that comes from the peer', () => {
  test('below 0 is a corrupted frame', () => {
    const decoder = new Records();
    expect(decoded(decoder, [bytes('<01ff><0101>a')])).toEqual([
      '! CorruptedFrameException: negative length: -1. Records yielded it as the number of bytes to wait for.',
      '1:a',
    ]);
    expect(decoder.seen).toEqual(['begin', 'end', 'begin', 'end']);
  });

  test.each([[[bytes('<0105>abcde<0101>a')]], [drip(bytes('<0105>abcde<0101>a'))]])(
    'above maxBytes is discarded, and the next message is read',
    (chunks) => {
      const decoder = new Records({ maxBytes: 4 });
      expect(decoded(decoder, chunks)).toEqual([
        '! TooLongFrameException: frame length exceeds 4: 5 - discarded. Records waits for no more than maxBytes at a time.',
        '1:a',
      ]);
      expect(decoder.seen).toEqual(['begin', 'end', 'begin', 'end']);
    },
  );

  test.each([Number.NaN, 1.5, 'two'])('%p is a corrupted frame, too', (needed) => {
    class Wrong extends GeneratorDecoder<string> {
      protected override *message(): Generator<number, string, ByteBuf> {
        const input = yield 1;
        input.readByte();
        yield needed as number;
        return 'never';
      }
    }
    expect(new Outcome(new Wrong()).read('a')[0]).toMatch(/^! CorruptedFrameException: negative length: /);
  });
});

test.each([0, -1, 1.5])('maxBytes %p is refused', (maxBytes) => {
  expect(() => new Records({ maxBytes })).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
});

test('needs no channel', () => {
  const reader = new FrameReader(new Records());
  reader.push(bytes('<0103>ab'));
  expect(reader.next()).toBeUndefined();
  reader.push(bytes('c<09'.concat('00>')));
  expect(reader.next()).toBe('1:abc');
  expect(() => reader.next()).toThrow('kind 9');
});

test('decodes each message once: a body that comes byte by byte is not looked at again', () => {
  let resumed = 0;
  class Counting extends GeneratorDecoder<number> {
    protected override *message(): Generator<number, number, ByteBuf> {
      const header = yield 4;
      const length = header.readInt();
      resumed++;
      const body = yield length;
      resumed++;
      return body.skipBytes(length).readerIndex;
    }
  }
  const channel = new EmbeddedChannel(new Counting());
  const header = Buffer.alloc(4);
  header.writeInt32BE(10_000);
  for (const chunk of drip(Buffer.concat([header, Buffer.alloc(10_000)]))) channel.writeInbound(chunk);
  expect([channel.inboundMessages.length, resumed]).toEqual([1, 2]);
  channel.finishAndReleaseAll();
});

/** The frames of a length-field decoder, read by a generator. */
class Blocks extends GeneratorDecoder {
  protected override *message(): Generator<number, Buffer, ByteBuf> {
    const header = yield 2;
    const length = header.readUnsignedShort();
    const body = yield length;
    return body.readBuffer(length);
  }
}

test('property: however the bytes are cut, it does what a length-field decoder does', () => {
  const stream = fc
    .array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 })
    .map((frames) => Buffer.concat(frames.flatMap((frame) => [Buffer.of(0, frame.length), frame])));
  check(
    fc.property(
      stream.chain((content) => fc.tuple(fc.constant(content), cutsOf(content))),
      ([content, chunks]) => {
        const expected = decoded(
          new LengthFieldBasedFrameDecoder({
            maxFrameLength: 100,
            lengthFieldLength: 2,
            initialBytesToStrip: 2,
          }),
          [content],
        );
        expect(decoded(new Blocks(), chunks)).toEqual(expected);
      },
    ),
  );
});

test('property: a frame that is too long is told of once, however the bytes are cut', () => {
  const content = Buffer.concat([Buffer.of(0, 20), Buffer.alloc(20, 65), Buffer.of(0, 1, 66)]);
  check(
    fc.property(cutsOf(content), (chunks) => {
      const [error, ...frames] = decoded(new Blocks({ maxBytes: 19 }), chunks);
      expect(error).toMatch(/^! TooLongFrameException: frame length exceeds 19: 20 - discarded/);
      expect(frames).toEqual(['B']);
    }),
    100,
  );
});
