import { Buffer } from 'node:buffer';
import {
  type AnyChannelHandler,
  type ByteBuf,
  type Channel,
  type ChannelHandlerContext,
  EmbeddedChannel,
} from '@sluice/core';
import {
  Base64Encoder,
  ByteArrayEncoder,
  type Charset,
  EncoderException,
  LengthFieldPrepender,
  LineEncoder,
  type MessageList,
  MessageToByteEncoder,
  MessageToMessageEncoder,
  ProtobufVarint32LengthFieldPrepender,
  StringEncoder,
} from '../../src/index.js';

/** Bytes that claim to be this long, for what no machine can hold. */
function claimingLength(length: number): Uint8Array {
  return Object.defineProperty(Buffer.from('short'), 'length', { value: length });
}

const failing: Charset = {
  name: 'failing',
  decode: () => '',
  encode: () => {
    throw new RangeError('Invalid string length');
  },
};

class Throwing extends MessageToByteEncoder<string> {
  constructor() {
    super((message) => message === 'bad');
  }
  protected override encode(
    _ctx: ChannelHandlerContext<never, Buffer>,
    _message: string,
    out: ByteBuf,
  ): void {
    out.writeInt(1);
    throw new TypeError('no such message');
  }
}

class Nothing extends MessageToMessageEncoder<string> {
  constructor() {
    super((message) => message === 'bad');
  }
  protected override encode(
    _ctx: ChannelHandlerContext<never>,
    _message: string,
    _out: MessageList<unknown>,
  ): void {}
}

const GOOD = Buffer.from('good');

describe.each<[name: string, make: () => AnyChannelHandler, bad: unknown, cause: RegExp]>([
  ['a string without characters', () => new StringEncoder(), '', /must produce at least one message/],
  [
    'a string too long for its bytes',
    () => new StringEncoder({ charset: failing }),
    'x',
    /Invalid string length/,
  ],
  [
    'a length of 256 in one byte',
    () => new LengthFieldPrepender({ lengthFieldLength: 1 }),
    Buffer.alloc(256),
    /does not fit into a byte: 256/,
  ],
  [
    'a length of 65,536 in two',
    () => new LengthFieldPrepender({ lengthFieldLength: 2 }),
    Buffer.alloc(65_536),
    /does not fit into a short integer/,
  ],
  [
    '16 MiB in three',
    () => new LengthFieldPrepender({ lengthFieldLength: 3 }),
    Buffer.alloc(1 << 24),
    /does not fit into a medium integer/,
  ],
  [
    '4 GiB in four',
    () => new LengthFieldPrepender({ lengthFieldLength: 4 }),
    claimingLength(2 ** 32),
    /does not fit into an integer/,
  ],
  [
    'a length below zero',
    () => new LengthFieldPrepender({ lengthFieldLength: 4, lengthAdjustment: -4 }),
    Buffer.alloc(0),
    /length : -4/,
  ],
  ['what its encoder refuses', () => new Throwing(), 'bad', /no such message/],
  ['what its encoder makes nothing of', () => new Nothing(), 'bad', /must produce at least one message/],
])('%s', (_name, make, bad, cause) => {
  test('fails its own write only, with an EncoderException', () => {
    const channel = new EmbeddedChannel(make());
    const [before, during, after] = [GOOD, bad, GOOD].map((message) => channel.writeAndFlush(message));
    expect(before?.isSuccess).toBe(true);
    expect(during?.cause).toBeInstanceOf(EncoderException);
    expect(during?.cause?.message).toMatch(cause);
    expect(after?.isSuccess).toBe(true);
    expect(channel.isOpen).toBe(true);
    const content = Buffer.concat(channel.outboundMessages as Buffer[]).toString();
    expect(content.split('good')).toHaveLength(3);
    expect(content).not.toMatch(/short/);
  });
});

describe('a message an encoder is not for', () => {
  const encoders: [string, AnyChannelHandler][] = [
    ['StringEncoder', new StringEncoder()],
    ['LineEncoder', new LineEncoder()],
    ['Base64Encoder', new Base64Encoder()],
    ['ByteArrayEncoder', new ByteArrayEncoder()],
    ['LengthFieldPrepender', new LengthFieldPrepender({ lengthFieldLength: 4 })],
    ['ProtobufVarint32LengthFieldPrepender', new ProtobufVarint32LengthFieldPrepender()],
  ];
  const strange: unknown[] = [
    0,
    Number.NaN,
    true,
    12n,
    Symbol('message'),
    () => {},
    {},
    { length: 5, 0: 1 },
    Object.create(null),
    new Proxy({}, {}),
    [1, 2, 3],
    new ArrayBuffer(8),
    new Uint16Array(4),
    new DataView(new ArrayBuffer(4)),
    new Date(0),
  ];
  test.each(encoders)('passes a %s untouched', (_name, encoder) => {
    const channel: Channel & EmbeddedChannel = new EmbeddedChannel(encoder);
    for (const message of strange) {
      expect(channel.writeAndFlush(message).isSuccess).toBe(true);
      expect(channel.outboundMessages.pop()).toBe(message);
    }
  });
});

test('a text of 64 MiB is one message of bytes', () => {
  const channel = new EmbeddedChannel(
    new LengthFieldPrepender({ lengthFieldLength: 4 }),
    new StringEncoder(),
  );
  expect(channel.writeAndFlush('ä'.repeat(1 << 25)).isSuccess).toBe(true);
  const [header, content] = channel.outboundMessages as [Buffer, Buffer];
  expect([header.readUInt32BE(), content.length]).toEqual([1 << 26, 1 << 26]);
});
