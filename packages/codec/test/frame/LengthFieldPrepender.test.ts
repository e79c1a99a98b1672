import { ByteBuf, EmbeddedChannel } from '@sluice/core';
import {
  LengthFieldPrepender,
  type LengthFieldPrependerOptions,
} from '../../src/frame/LengthFieldPrepender.js';
import { LengthFramedMessage } from '../../src/frame/LengthFramedMessage.js';
import { bytes, shown } from '../support/decoding.js';
import { FramedChannel, sent } from '../support/framed.js';
import { Writes } from '../support/Writes.js';

/** The table of the class's documentation. */
const TABLE: readonly [name: string, options: LengthFieldPrependerOptions, after: string][] = [
  ['plain', { lengthFieldLength: 2 }, '<000c>HELLO, WORLD'],
  [
    'the length counts the field',
    { lengthFieldLength: 2, lengthIncludesLengthFieldLength: true },
    '<000e>HELLO, WORLD',
  ],
  ['adjusted', { lengthFieldLength: 2, lengthAdjustment: -4 }, '<0008>HELLO, WORLD'],
  ['little-endian', { lengthFieldLength: 3, byteOrder: 'LE' }, '<0c0000>HELLO, WORLD'],
];

describe('the table in the documentation', () => {
  test.each(TABLE)('%s', (_name, options, after) => {
    const { out, cause } = new Writes(new LengthFieldPrepender(options)).write(bytes('HELLO, WORLD'));
    expect(cause).toBeNull();
    expect(out).toHaveLength(2);
    expect(shown(Buffer.concat(out as Buffer[]))).toBe(after);

    const channel = new FramedChannel(new LengthFieldPrepender(options));
    channel.writeOutbound(bytes('HELLO, WORLD'));
    expect(channel.outboundMessages).toHaveLength(1);
    expect(shown(sent(channel.readOutbound() as LengthFramedMessage))).toBe(after);
  });
});

test.each([
  [1, 'BE', '<0c>'],
  [1, 'LE', '<0c>'],
  [2, 'BE', '<000c>'],
  [2, 'LE', '<0c00>'],
  [3, 'BE', '<00000c>'],
  [3, 'LE', '<0c0000>'],
  [4, 'BE', '<0000000c>'],
  [4, 'LE', '<0c000000>'],
  [8, 'BE', '<000000000000000c>'],
  [8, 'LE', '<0c00000000000000>'],
] as const)('a field of %i bytes, %s', (lengthFieldLength, byteOrder, header) => {
  const prepender = new LengthFieldPrepender({ lengthFieldLength, byteOrder });
  expect(shown(new Writes(prepender).write(Buffer.alloc(12)).out[0] as Buffer)).toBe(header);
});

describe('messages', () => {
  test('of any kind of bytes; others pass', () => {
    const writes = new Writes(new LengthFieldPrepender({ lengthFieldLength: 1 }));
    expect(writes.write(Uint8Array.of(1, 2)).out).toEqual([Buffer.of(2), Buffer.of(1, 2)]);
    expect(writes.write(ByteBuf.from('xab').skipBytes(1)).out).toEqual([Buffer.of(2), Buffer.from('ab')]);
    expect(writes.write(Buffer.alloc(0)).out).toEqual([Buffer.of(0), Buffer.alloc(0)]);
    expect(writes.write('text').out).toEqual(['text']);
  });

  test('are not copied', () => {
    const payload = Buffer.alloc(20_000);
    expect(new Writes(new LengthFieldPrepender({ lengthFieldLength: 4 })).write(payload).out[1]).toBe(
      payload,
    );
    const channel = new FramedChannel(new LengthFieldPrepender({ lengthFieldLength: 4 }));
    channel.writeOutbound(payload);
    expect(channel.readOutbound<LengthFramedMessage>()?.payload).toBe(payload);
  });
});

describe('as one message', () => {
  test('with the promise of the write, and the size of both for the water marks', () => {
    const channel = new FramedChannel(new LengthFieldPrepender({ lengthFieldLength: 4 }));
    const promise = channel.newPromise();
    channel.write(Buffer.alloc(100), promise);
    expect(channel.outboundBuffer?.totalPendingWriteBytes).toBe(104 + 96);
    expect(promise.isDone).toBe(false);
    channel.flush();
    expect(promise.isSuccess).toBe(true);
    expect(channel.readOutbound()).toBeInstanceOf(LengthFramedMessage);
  });

  test('not when another handler stands in between: it sees two messages of bytes', () => {
    const seen: unknown[] = [];
    const channel = new FramedChannel(
      {
        write: (ctx, message, promise) => {
          seen.push(message);
          ctx.write(message, promise);
        },
      },
      new LengthFieldPrepender({ lengthFieldLength: 1 }),
    );
    channel.writeOutbound(Buffer.from('ab'));
    expect(seen).toEqual([Buffer.of(2), Buffer.from('ab')]);
  });

  test('not for what is no bytes', () => {
    const channel = new FramedChannel(new LengthFieldPrepender({ lengthFieldLength: 1 }));
    channel.writeOutbound('text');
    expect(channel.readOutbound()).toBe('text');
  });
});

describe('lengths that do not fit', () => {
  const failing: readonly [options: LengthFieldPrependerOptions, size: number, message: string][] = [
    [{ lengthFieldLength: 1 }, 256, 'length does not fit into a byte: 256'],
    [{ lengthFieldLength: 2 }, 65_536, 'length does not fit into a short integer: 65536'],
    [
      { lengthFieldLength: 3, lengthAdjustment: 16_777_206 },
      10,
      'length does not fit into a medium integer: 16777216',
    ],
    [
      { lengthFieldLength: 4, lengthAdjustment: 2 ** 32 },
      1,
      'length does not fit into an integer: 4294967297',
    ],
    [{ lengthFieldLength: 2, lengthAdjustment: -3 }, 2, 'length : -1 (expected: >= 0)'],
  ];
  test.each(failing)('%j', (options, size, message) => {
    for (const channel of [EmbeddedChannel, FramedChannel].map(
      (type) => new type(new LengthFieldPrepender(options)),
    )) {
      const { cause } = channel.writeAndFlush(Buffer.alloc(size));
      expect([cause?.name, String(cause?.cause), channel.outboundMessages]).toEqual([
        'EncoderException',
        `RangeError: ${message}`,
        [],
      ]);
      expect(cause?.cause).toBeInstanceOf(RangeError);
    }
  });

  test('the largest that fit do', () => {
    const writes = new Writes(new LengthFieldPrepender({ lengthFieldLength: 1 }));
    expect(writes.write(Buffer.alloc(255)).out[0]).toEqual(Buffer.of(255));
    const huge = new Writes(
      new LengthFieldPrepender({ lengthFieldLength: 4, lengthAdjustment: 2 ** 32 - 2 }),
    );
    expect(huge.write(Buffer.alloc(1)).out[0]).toEqual(Buffer.alloc(4, 0xff));
    const eight = new Writes(new LengthFieldPrepender({ lengthFieldLength: 8, lengthAdjustment: 2 ** 40 }));
    expect(eight.write(Buffer.alloc(1)).out[0]).toEqual(bytes('<0000010000000001>'));
  });
});

test.each([0, 5, 6, 7, -1, 9])('a field of %i bytes is refused', (lengthFieldLength) => {
  const attempt = (): unknown => new LengthFieldPrepender({ lengthFieldLength: lengthFieldLength as never });
  expect(attempt).toThrow(RangeError);
  expect(attempt).toThrow(`lengthFieldLength must be either 1, 2, 3, 4, or 8: ${lengthFieldLength}`);
});

test('may be shared', () => {
  const prepender = new LengthFieldPrepender({ lengthFieldLength: 1 });
  expect(prepender.isSharable).toBe(true);
  for (const channel of [new EmbeddedChannel(prepender), new EmbeddedChannel(prepender)]) {
    channel.writeOutbound(Buffer.of(7));
    expect(channel.outboundMessages).toEqual([Buffer.of(1), Buffer.of(7)]);
  }
});
