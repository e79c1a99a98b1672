import {
  type AnyChannelHandler,
  ByteBuf,
  type ByteSource,
  type ChannelHandlerContext,
  EmbeddedChannel,
} from '@sluice/core';
import {
  type DecoderFault,
  type DecoderVerification,
  DecoderVerificationException,
  verifyDecoder,
} from '@sluice/testing';

const bytesOf = (chunk: ByteSource): Buffer =>
  ByteBuf.isByteBuf(chunk) ? chunk.toBuffer() : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);

/** Length byte, then that many bytes. Each switch breaks it in one way. */
interface Mistakes {
  readonly perRead?: boolean;
  readonly oneMessagePerRead?: boolean;
  readonly waitsForNext?: boolean;
  readonly looksBeyond?: boolean;
  readonly looksBehind?: boolean;
  readonly emitsRestAtEnd?: boolean;
  readonly failsAtEnd?: boolean;
  readonly reusesMemory?: boolean;
  readonly neverReads?: boolean;
  readonly alwaysReads?: boolean;
  readonly failsOnEmpty?: boolean;
  readonly throwsOn?: number;
  readonly forgetsRest?: boolean;
  readonly doubles?: boolean;
}

class Decoder implements AnyChannelHandler {
  #held: Buffer = Buffer.alloc(0);
  readonly #memory = Buffer.alloc(16);
  constructor(readonly mistakes: Mistakes = {}) {}

  channelRead(ctx: ChannelHandlerContext, chunk: ByteSource): void {
    const { mistakes } = this;
    let bytes = bytesOf(chunk);
    if (mistakes.failsOnEmpty && bytes.length === 0) throw new Error('empty');
    if (mistakes.looksBeyond) bytes = Buffer.from(bytes.buffer).subarray(bytes.byteOffset);
    if (mistakes.looksBehind && ByteBuf.isByteBuf(chunk)) bytes = chunk.toBuffer(0, chunk.writerIndex);
    this.#held = mistakes.perRead ? bytes : Buffer.concat([this.#held, bytes]);
    let made = 0;
    while (this.#held.length > (this.#held[0] ?? 0) + (mistakes.waitsForNext ? 1 : 0)) {
      const end = (this.#held[0] as number) + 1;
      const message = this.#held.subarray(1, end);
      this.#held = this.#held.subarray(end);
      if (message.length > 0 && message[0] === mistakes.throwsOn) throw new Error('do not like it');
      made++;
      if (mistakes.reusesMemory) {
        message.copy(this.#memory);
        ctx.fireChannelRead(this.#memory.subarray(0, message.length));
      } else ctx.fireChannelRead(message);
      if (mistakes.doubles && message.length === 0) ctx.fireChannelRead(message);
      if (mistakes.oneMessagePerRead) break;
    }
    const reads = mistakes.alwaysReads || (made === 0 && !mistakes.neverReads);
    if (reads && !ctx.channel.config.autoRead) ctx.read();
  }

  channelInactive(ctx: ChannelHandlerContext): void {
    const rest = this.#held;
    this.#held = Buffer.alloc(0);
    if (rest.length > 0 && this.mistakes.emitsRestAtEnd) ctx.fireChannelRead(rest);
    ctx.fireChannelInactive();
    if (rest.length > 0 && this.mistakes.failsAtEnd) throw new Error('cut off');
  }

  handlerRemoved(ctx: ChannelHandlerContext): void {
    if (this.#held.length > 0 && !this.mistakes.forgetsRest) ctx.fireChannelRead(this.#held);
  }
}

const EXAMPLES = [
  { bytes: Buffer.from('\x03abc'), messages: [Buffer.from('abc')] },
  { bytes: Buffer.from('\x00'), messages: [Buffer.alloc(0)] },
  { bytes: Buffer.from('\x01d\x02ef'), messages: [Buffer.from('d'), Buffer.from('ef')] },
];

const verification = (mistakes: Mistakes, more: Partial<DecoderVerification> = {}): DecoderVerification => ({
  decoder: () => new Decoder(mistakes),
  examples: EXAMPLES,
  handsRestOn: true,
  ...more,
});

function faultOf(mistakes: Mistakes, more: Partial<DecoderVerification> = {}): DecoderVerificationException {
  try {
    verifyDecoder(verification(mistakes, more));
  } catch (error) {
    expect(error).toBeInstanceOf(DecoderVerificationException);
    return error as DecoderVerificationException;
  }
  throw new Error(`${JSON.stringify(mistakes)} was not found`);
}

test('a good decoder passes', () => {
  verifyDecoder(verification({}));
  verifyDecoder(verification({}, { atEnd: 'nothing' }));
  verifyDecoder(verification({ failsAtEnd: true }));
  verifyDecoder(verification({ failsAtEnd: true }, { atEnd: 'error' }));
  verifyDecoder(verification({ emitsRestAtEnd: true }, { atEnd: 'anything' }));
  verifyDecoder(verification({ neverReads: true }, { readsOnDemand: false }));
  verifyDecoder(verification({ forgetsRest: true }, { handsRestOn: false }));
  // Memory behind a view of its own, and before a ByteBuf's reader index, is then not there.
  verifyDecoder(verification({ looksBehind: true }, { buffersOnly: true }));
});

test.each<[Mistakes, DecoderFault, RegExp]>([
  [{ perRead: true }, 'under-production', /in \d+ pieces/],
  [{ oneMessagePerRead: true }, 'under-production', /all of 10 bytes, in one piece, as Buffers of their own/],
  [{ waitsForNext: true }, 'under-production', /message 4 of 4 did not come/],
  [{ looksBeyond: true }, 'over-production', /views into a larger ArrayBuffer/],
  [{ looksBehind: true }, 'wrong-production', /ByteBufs whose readerIndex/],
  [{ emitsRestAtEnd: true }, 'over-production', /the end of the input made a message/],
  [{ reusesMemory: true }, 'changed-message', /message 1 was right when it came/],
  [{ neverReads: true }, 'no-read', /with autoRead off/],
  [{ alwaysReads: true }, 'needless-read', /with autoRead off/],
  [{ failsOnEmpty: true }, 'error', /\(empty\)/],
  [{ throwsOn: 0x64 }, 'error', /Got: Error: do not like it/],
  [{ forgetsRest: true }, 'lost-bytes', /then the decoder is removed/],
  [{ doubles: true }, 'wrong-production', /message 3 of 4/],
])('%p is found: %s', (mistakes, fault, message) => {
  const error = faultOf(mistakes);
  expect([error.fault, error.code]).toEqual([fault, 'ERR_DECODER_VERIFICATION']);
  expect(error.message).toMatch(message);
});

test('what the end leads to can be laid down', () => {
  expect(faultOf({ failsAtEnd: true }, { atEnd: 'nothing' }).message).toMatch(
    /^error: the end of the input made the decoder fail\n.*then the channel closes\n/,
  );
  expect(faultOf({}, { atEnd: 'error' }).message).toMatch(/^error: .*no exception was fired/);
});

test('bytes in excess make an over-production', () => {
  const error = faultOf(
    {},
    { examples: [{ bytes: Buffer.from('\x01a\x01b'), messages: [Buffer.from('a')] }] },
  );
  expect([error.fault, error.actual]).toEqual(['over-production', Buffer.from('b')]);
});

test('the report shows the split, what was expected and what came', () => {
  const error = faultOf({ perRead: true });
  expect(error.message).toBe(
    [
      'under-production: message 1 of 4 did not come although its bytes are complete',
      'Delivered: all of 10 bytes, in 10 pieces (1, 1, 1, 1, 1, 1, 1, 1, 1, 1 bytes), as Buffers of their own',
      'Expected: 3 bytes',
      '         +-------------------------------------------------+',
      '         |  0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f |',
      '+--------+-------------------------------------------------+----------------+',
      '|00000000| 61 62 63                                        |abc             |',
      '+--------+-------------------------------------------------+----------------+',
      'Bytes so far, | ends a piece: 03 | 61 | 62 | 63',
    ].join('\n'),
  );
  expect(error).toMatchObject({
    fault: 'under-production',
    expected: Buffer.from('abc'),
    actual: undefined,
    pieces: [Buffer.from('\x03'), Buffer.from('a'), Buffer.from('b'), Buffer.from('c')],
  });
});

test('a long report is cut', () => {
  const error = faultOf(
    { waitsForNext: true },
    {
      examples: Array.from({ length: 10 }, () => ({
        bytes: Buffer.concat([Buffer.from([200]), Buffer.alloc(200, 7)]),
        messages: [Buffer.alloc(200, 7)],
      })),
    },
  );
  expect(error.message.length).toBeLessThan(4000);
  expect(error.message).toContain('piece: … 07');
});

test('the cause is kept', () => {
  expect(faultOf({ throwsOn: 0x61 }).cause).toMatchObject({ message: 'do not like it' });
});

test('messages are compared by `equals`', () => {
  const examples = EXAMPLES.map(({ bytes, messages }) => ({ bytes, messages: messages.map(String) }));
  expect(faultOf({}, { examples }).fault).toBe('wrong-production');
  verifyDecoder(
    verification({}, { examples, equals: (actual, expected) => String(actual) === String(expected) }),
  );
});

test('ByteBuf messages are the same if their readable bytes are', () => {
  const decoder = (wrong: boolean) => () => ({
    channelRead: (ctx: ChannelHandlerContext, chunk: ByteSource) => {
      const content = bytesOf(chunk);
      if (content.length > 0) ctx.fireChannelRead(ByteBuf.wrap(wrong ? Buffer.from('b') : content));
    },
  });
  const examples = [{ bytes: Buffer.from('a'), messages: [ByteBuf.alloc(9).writeBytes(Buffer.from('a'))] }];
  verifyDecoder({ decoder: decoder(false), examples });
  expect(() => verifyDecoder({ decoder: decoder(true), examples })).toThrow(/^wrong-production/);
});

test('what surrounds a piece is changed afterwards: a message off by one that looked right is found', () => {
  const decoder = (): AnyChannelHandler => ({
    channelRead(ctx, chunk: ByteSource) {
      const { buffer, byteOffset, length } = bytesOf(chunk);
      const shift = buffer.byteLength > length ? 1 : 0;
      for (let i = 0; i < length; i++) ctx.fireChannelRead(Buffer.from(buffer, byteOffset + shift + i, 1));
    },
  });
  const examples = [{ bytes: Buffer.from('aaaa'), messages: Array(4).fill(Buffer.from('a')) }];
  expect(() => verifyDecoder({ decoder, examples, readsOnDemand: false })).toThrow(
    /^changed-message: message 4 /,
  );
});

test('a long input is sampled: a mistake at its end is found, with work in proportion', () => {
  const count = 4000;
  const examples = Array.from({ length: count }, (_, i) => ({
    bytes: Buffer.from([1, i & 0xff]),
    messages: [Buffer.from([i & 0xff])],
  }));
  let channels = 0;
  verifyDecoder({
    decoder: () => {
      channels++;
      return new Decoder();
    },
    examples,
    exhaustive: 16,
    samples: 10,
  });
  expect(channels).toBeLessThan(400);
  expect(
    faultOf({ waitsForNext: true }, { examples, exhaustive: 16, samples: 10, handsRestOn: false }).fault,
  ).toBe('under-production');
});

test('the same seed gives the same deliveries, another one others', () => {
  const sizesWith = (seed: number): number[] => {
    const sizes: number[] = [];
    verifyDecoder({
      decoder: () => {
        const inner = new Decoder();
        return {
          channelRead(ctx: ChannelHandlerContext, chunk: ByteSource) {
            sizes.push(bytesOf(chunk).length);
            inner.channelRead(ctx, chunk);
          },
        };
      },
      examples: EXAMPLES,
      seed,
    });
    return sizes;
  };
  expect(sizesWith(1)).toEqual(sizesWith(1));
  expect(sizesWith(1)).not.toEqual(sizesWith(2));
});

test('a whole pipeline is verified', () => {
  const text: AnyChannelHandler = {
    channelRead: (ctx, message) => void ctx.fireChannelRead(String(message)),
  };
  verifyDecoder({
    decoder: () => [new Decoder(), { ...text }],
    examples: [{ bytes: Buffer.from('\x02hi'), messages: ['hi'] }],
  });
});

test('bytes of one example may be a ByteBuf, or make no message', () => {
  const buf = ByteBuf.wrap(Buffer.from('xx\x01a')).skipBytes(2);
  const comment: AnyChannelHandler = {
    channelRead: (ctx, chunk) => {
      const rest = bytesOf(chunk).filter((byte) => byte !== 0x23);
      if (rest.length > 0) ctx.fireChannelRead(rest);
      else ctx.read();
    },
  };
  verifyDecoder({
    decoder: () => [{ ...comment }, new Decoder()],
    examples: [
      { bytes: buf, messages: [Buffer.from('a')] },
      { bytes: Buffer.from('##'), messages: [] },
    ],
    readsOnDemand: false,
  });
});

test('what makes no sense is refused', () => {
  expect(() => verifyDecoder({ decoder: () => new Decoder(), examples: [] })).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
  );
  expect(() => verifyDecoder(verification({}, { decoder: () => [new Decoder(), new Decoder()] }))).toThrow(
    /^handsRestOn: the factory made 2 handlers/,
  );
  const single = new Decoder();
  expect(() => verifyDecoder({ decoder: () => single, examples: EXAMPLES })).toThrow(
    expect.objectContaining({ code: 'ERR_CHANNEL_PIPELINE' }),
  );
});

test('the channel under test is an embedded one', () => {
  expect.hasAssertions();
  verifyDecoder({
    decoder: () => ({
      handlerAdded: (ctx: ChannelHandlerContext) => expect(ctx.channel).toBeInstanceOf(EmbeddedChannel),
      channelRead: (ctx: ChannelHandlerContext, chunk: ByteSource) =>
        bytesOf(chunk).length > 0 && ctx.fireChannelRead('x'),
    }),
    examples: [{ bytes: Buffer.from('1'), messages: ['x'] }],
  });
});
