import {
  ByteBuf,
  type ChannelHandlerContext,
  ChannelInputShutdownEvent,
  CombinedChannelDuplexHandler,
  EmbeddedChannel,
  IllegalStateException,
} from '@sluice/core';
import { ByteToMessageDecoder } from '../../src/base/ByteToMessageDecoder.js';
import type { MessageList } from '../../src/base/MessageList.js';
import { DecoderException } from '../../src/errors.js';
import { FixedLengthFrameDecoder } from '../../src/frame/FixedLengthFrameDecoder.js';
import { LengthFieldPrepender } from '../../src/frame/LengthFieldPrepender.js';
import { bytes, Outcome } from '../support/decoding.js';
import { FramedChannel } from '../support/framed.js';

type Ctx = ChannelHandlerContext<unknown, never>;
type Decode = (this: Scripted, input: ByteBuf, out: MessageList<unknown>, ctx: Ctx) => void;

/** A decoder from a function, with a log of the calls. */
class Scripted extends ByteToMessageDecoder<unknown> {
  readonly calls: string[] = [];
  readonly #decode: Decode;
  onLast: Decode | undefined;

  constructor(decode: Decode) {
    super();
    this.#decode = decode;
  }

  protected override decode(ctx: Ctx, input: ByteBuf, out: MessageList<unknown>): void {
    this.calls.push(`decode ${input.toString('latin1')}`);
    return this.#decode.call(this, input, out, ctx);
  }
  protected override decodeLast(ctx: Ctx, input: ByteBuf, out: MessageList<unknown>): void {
    this.calls.push(`last ${input.toString('latin1')}`);
    if (this.onLast === undefined) super.decodeLast(ctx, input, out);
    else this.onLast(input, out, ctx);
  }
  protected override handlerRemoved0(): void {
    this.calls.push('removed');
  }
  get unused(): number {
    return this.actualReadableBytes();
  }
}

const oneByte: Decode = (input, out) => out.push(input.readBuffer(1));

describe('reading', () => {
  test('decode is called as long as it makes messages', () => {
    const decoder = new Scripted(oneByte);
    expect(new Outcome(decoder).read('abc')).toEqual(['a', 'b', 'c']);
    expect(decoder.calls).toEqual(['decode abc', 'decode bc', 'decode c']);
  });

  test('a message is handed on before the next is decoded', () => {
    const decoder = new Scripted(oneByte);
    const outcome = new Outcome(decoder, (message) => decoder.calls.push(`got ${message}`));
    outcome.read('ab');
    expect(decoder.calls).toEqual(['decode ab', 'got a', 'decode b', 'got b']);
  });

  test('several messages of one call keep their order', () => {
    const decoder = new Scripted((input, out) => {
      for (const byte of input.readBuffer(input.readableBytes)) out.push(byte);
    });
    expect(new Outcome(decoder).read('AB', 'C')).toEqual(['65', '66', '67']);
  });

  test('decode is called again when it used bytes without a message, and not when it did neither', () => {
    const decoder = new Scripted((input) => {
      if (input.readableBytes > 1) input.skipBytes(1);
    });
    expect(new Outcome(decoder).read('abc')).toEqual([]);
    expect(decoder.calls).toEqual(['decode abc', 'decode bc', 'decode c']);
  });

  test('what is left waits for the next read, in front of what comes then', () => {
    const decoder = new Scripted((input, out) => {
      if (input.readableBytes >= 4) out.push(input.readBuffer(4));
    });
    const outcome = new Outcome(decoder);
    expect(outcome.read('abcdef')).toEqual(['abcd']);
    expect(decoder.unused).toBe(2);
    expect(outcome.read('g')).toEqual([]);
    expect(outcome.read('hij', 'kl')).toEqual(['efgh', 'ijkl']);
    expect(decoder.unused).toBe(0);
  });

  test('takes any bytes, and passes everything else untouched', () => {
    const outcome = new Outcome(new Scripted(oneByte));
    const other = { content: 'a' };
    expect(outcome.read(Uint8Array.of(0x61), ByteBuf.from('xby').skipBytes(1), 'c')).toEqual([
      'a',
      'b',
      'y',
      'c',
    ]);
    outcome.channel.pipeline.fireChannelRead(other);
    outcome.channel.pipeline.fireChannelRead(7);
    expect(outcome.messages.slice(-2)).toEqual([other, 7]);
  });

  test('an empty chunk decodes nothing', () => {
    const decoder = new Scripted(oneByte);
    expect(new Outcome(decoder).read('', 'a', '')).toEqual(['a']);
    expect(decoder.calls).toEqual(['decode a']);
  });

  test('channelReadComplete is always passed on', () => {
    const outcome = new Outcome(new Scripted(() => {}));
    outcome.read('a');
    expect(outcome.log).toEqual(['[readComplete]']);
  });
});

describe('errors', () => {
  test('a message that used no bytes is an error, after the message', () => {
    class NeverReads extends ByteToMessageDecoder<string> {
      protected override decode(_ctx: unknown, _input: ByteBuf, out: MessageList<string>): void {
        out.push('thin air');
      }
    }
    expect(new Outcome(new NeverReads()).read('a')).toEqual([
      'thin air',
      '! DecoderException: NeverReads.decode() did not read anything but decoded a message.',
    ]);
  });

  test('a foreign error is wrapped, a DecoderException is not', () => {
    const cause = new RangeError('bad');
    const own = new DecoderException('own');
    const outcome = new Outcome(
      new Scripted((input) => {
        throw input.readByte() === 0x61 ? cause : own;
      }),
    );
    expect(outcome.read('a')).toEqual(['! DecoderException: RangeError: bad']);
    expect(outcome.errors[0]?.cause).toBe(cause);
    outcome.read('b');
    expect(outcome.errors[1]).toBe(own);
  });

  test('messages made before the error come before it; the rest waits for the next read', () => {
    const decoder = new Scripted((input, out) => {
      out.push(input.readBuffer(1));
      if (input.readableBytes > 0 && input.getByte(input.readerIndex) === 0x21) {
        out.push('and');
        input.skipBytes(1);
        throw new Error('!');
      }
    });
    const outcome = new Outcome(decoder);
    expect(outcome.read('ab!cd')).toEqual(['a', 'b', 'and', '! DecoderException: Error: !']);
    expect(decoder.unused).toBe(2);
    expect(outcome.read('')).toEqual(['c', 'd']);
  });

  test('the rest of a chunk that was only partly joined is not lost in an error', () => {
    const decoder = new Scripted((input, out) => {
      if (input.readableBytes < 10) return;
      const frame = input.readBuffer(10);
      if (frame[0] === 0x21) throw new Error('!');
      out.push(frame.toString());
    });
    const outcome = new Outcome(decoder);
    outcome.read('!234');
    expect(outcome.read(bytes(`567890${'abcdefghij'.repeat(2000)}`))).toEqual([
      '! DecoderException: Error: !',
    ]);
    expect(decoder.unused).toBe(20_000);
    expect(outcome.read('x')).toHaveLength(2000);
    expect(decoder.unused).toBe(1);
  });

  test('an async decode is refused, not lost', () => {
    const decoder = new Scripted((input) => {
      input.skipBytes(1);
      return Promise.reject(new Error('late')) as never;
    });
    expect(new Outcome(decoder).read('a')).toEqual([
      expect.stringMatching(/^! DecoderException: Scripted\.decode\(\) returned a promise, but/),
    ]);
  });

  test('a decoder cannot be sharable', () => {
    class Shared extends ByteToMessageDecoder {
      override get isSharable(): boolean {
        return true;
      }
      protected override decode(): void {}
    }
    expect(() => new Shared()).toThrow(IllegalStateException);
    expect(() => new Shared()).toThrow(/^Shared is not allowed to be shared/);
  });
});

describe('singleDecode', () => {
  test('makes one message a read and keeps the rest', () => {
    const decoder = new Scripted(oneByte);
    decoder.singleDecode = true;
    const outcome = new Outcome(decoder);
    expect(outcome.read('abc')).toEqual(['a']);
    expect(outcome.read('d', '')).toEqual(['b', 'c']);
    outcome.log = [];
    outcome.channel.pipeline.remove('codec');
    expect(outcome.log).toEqual(['d', '[readComplete]']);
  });

  test('shows the decoder all that has arrived', () => {
    const decoder = new Scripted((input, out) => {
      if (input.readableBytes > 3) out.push(input.readBuffer(1));
    });
    decoder.singleDecode = true;
    const outcome = new Outcome(decoder);
    outcome.read('abc');
    decoder.calls.length = 0;
    outcome.read(Buffer.alloc(50_000, 'd'));
    expect(decoder.calls).toEqual([`decode abc${'d'.repeat(50_000)}`]);
    expect(decoder.unused).toBe(50_002);
  });
});

describe('the end of the input', () => {
  test('decodeLast is called with the rest, then channelInactive is passed on', () => {
    const decoder = new Scripted((input, out) => {
      if (input.readableBytes >= 3) out.push(input.readBuffer(3));
    });
    decoder.onLast = (input, out) => out.push(input.readBuffer(input.readableBytes));
    const outcome = new Outcome(decoder);
    outcome.read('abcd');
    expect(outcome.close()).toEqual(['d', '[readComplete]', '[inactive]']);
    expect(decoder.calls.slice(-3)).toEqual(['decode d', 'last d', 'removed']);
  });

  test('decodeLast is called without a byte left too; by default it does not decode then', () => {
    const decoder = new Scripted(oneByte);
    const outcome = new Outcome(decoder);
    outcome.read('a');
    expect(outcome.close()).toEqual(['[inactive]']);
    expect(decoder.calls).toEqual(['decode a', 'last ', 'removed']);
    const unused = new Scripted(oneByte);
    unused.onLast = (_input, out) => out.push('the end');
    expect(new Outcome(unused).close()).toEqual(['the end', '[readComplete]', '[inactive]']);
  });

  test('an incomplete rest is dropped', () => {
    const outcome = new Outcome(new FixedLengthFrameDecoder({ frameLength: 3 }));
    outcome.read('ab');
    expect(outcome.close()).toEqual(['[inactive]']);
  });

  test('the input shutdown event does the same, and is passed on', () => {
    const decoder = new Scripted(() => {});
    decoder.onLast = (input, out) => out.push(input.readBuffer(input.readableBytes));
    const outcome = new Outcome(decoder);
    outcome.read('ab');
    outcome.log = [];
    outcome.channel.pipeline.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    expect(outcome.log).toEqual(['ab', '[readComplete]', '[ChannelInputShutdownEvent]']);
    outcome.channel.pipeline.fireUserEventTriggered(new Date());
    expect(outcome.log.at(-1)).toBe('[Date]');
    expect(decoder.calls).toEqual(['decode ab', 'decode ab', 'last ab']);
  });

  // Found in recordings of Netty 4.2.20: a message counts if no further `decode` came after it.
  test('the last message that the end made decodable is followed by channelReadComplete, unless bytes are left', () => {
    for (const [rest, events] of [
      ['abcd', ['ab', 'cd', '[readComplete]', '[inactive]']],
      ['abcde', ['ab', 'cd', '[inactive]']],
    ] as const) {
      let isOpen = false;
      const decoder = new Scripted((input, out) => {
        if (isOpen && input.readableBytes >= 2) out.push(input.readBuffer(2));
      });
      const outcome = new Outcome(decoder);
      outcome.read(rest);
      isOpen = true;
      expect(outcome.close()).toEqual(events);
    }
  });

  test('an error at the end takes the place of the input shutdown event, and follows channelInactive', () => {
    for (const [end, events] of [
      [(outcome: Outcome) => void outcome.close(), ['[inactive]']],
      [
        (outcome: Outcome) =>
          void outcome.channel.pipeline.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE),
        [],
      ],
    ] as const) {
      const decoder = new Scripted(() => {});
      decoder.onLast = (_input, out) => {
        out.push('made');
        throw new Error('bad end');
      };
      const outcome = new Outcome(decoder);
      outcome.read('a');
      outcome.log = [];
      end(outcome);
      expect(outcome.log).toEqual([
        'made',
        '[readComplete]',
        ...events,
        '! DecoderException: Error: bad end',
      ]);
    }
  });

  test('decodeLast is not called when decode removed the decoder', () => {
    let remove = false;
    const decoder = new Scripted((_input, _out, ctx) => {
      if (remove) ctx.pipeline.remove('codec');
    });
    const outcome = new Outcome(decoder);
    outcome.read('abc');
    remove = true;
    expect(outcome.close()).toEqual(['abc', '[readComplete]', '[inactive]']);
    expect(decoder.calls).toEqual(['decode abc', 'decode abc', 'removed']);
  });
});

describe('removal', () => {
  test('hands on what is left as one Buffer, with channelReadComplete', () => {
    const decoder = new Scripted(() => {});
    const outcome = new Outcome(decoder);
    outcome.read('ab', 'cd');
    outcome.log = [];
    outcome.channel.pipeline.remove('codec');
    expect(outcome.log).toEqual(['abcd', '[readComplete]']);
    expect(outcome.messages).toEqual([Buffer.from('abcd')]);
    expect(decoder.calls.at(-1)).toBe('removed');
  });

  test('hands on nothing when nothing is left', () => {
    const outcome = new Outcome(new Scripted(oneByte));
    outcome.read('a');
    outcome.log = [];
    outcome.channel.pipeline.remove('codec');
    expect(outcome.log).toEqual([]);
  });

  test('by a handler that got a message: the rest goes there undecoded', () => {
    const decoder = new Scripted(oneByte);
    const outcome = new Outcome(decoder, (message) => {
      if (String(message) === 'b') outcome.channel.pipeline.remove('codec');
    });
    expect(outcome.read('abcd')).toEqual(['a', 'b', 'cd']);
    expect(decoder.calls).toEqual(['decode abcd', 'decode bcd', 'removed']);
  });

  test('messages that were made already come before the rest', () => {
    const decoder = new Scripted((input, out) => {
      out.push(input.readBuffer(1));
      out.push(input.readBuffer(1));
    });
    const outcome = new Outcome(decoder, (message) => {
      if (String(message) === 'a') outcome.channel.pipeline.remove('codec');
    });
    expect(outcome.read('abcdef')).toEqual(['a', 'b', 'cdef']);
  });

  test('replacing the decoder hands the rest to its successor', () => {
    const next = new FixedLengthFrameDecoder({ frameLength: 2 });
    const outcome = new Outcome(new Scripted(oneByte), (message) => {
      if (String(message) === 'a') outcome.channel.pipeline.replace('codec', 'next', next);
    });
    expect(outcome.read('abcdefg')).toEqual(['a', 'bc', 'de', 'fg']);
  });
});

describe('AUTO_READ off', () => {
  function counting(decoder: ByteToMessageDecoder): { channel: EmbeddedChannel; reads: () => number } {
    let reads = 0;
    const channel = new EmbeddedChannel();
    channel.config.autoRead = false;
    channel.pipeline.addLast({
      read: (ctx) => {
        reads++;
        ctx.read();
      },
    });
    channel.pipeline.addLast(decoder);
    return { channel, reads: () => reads };
  }

  test('a read without a message asks for the next, one with a message does not', () => {
    const { channel, reads } = counting(new FixedLengthFrameDecoder({ frameLength: 3 }));
    const rounds: [string[], number][] = [
      [['ab'], 1],
      [['c', 'def'], 1],
      [['ghi', 'j'], 1],
      [['kl', 'm'], 1],
      [['n'], 2],
      [['o'], 2],
    ];
    for (const [chunks, expected] of rounds) {
      channel.writeInbound(...chunks.map(bytes));
      expect([chunks, reads()]).toEqual([chunks, expected]);
    }
    channel.finishAndReleaseAll();
  });

  test('channelReadComplete without a read asks for nothing', () => {
    const { channel, reads } = counting(new Scripted(() => {}));
    channel.pipeline.fireChannelReadComplete();
    expect(reads()).toBe(0);
    channel.pipeline.fireChannelRead(Buffer.alloc(8));
    expect(reads()).toBe(0);
    channel.pipeline.fireChannelReadComplete();
    channel.pipeline.fireChannelReadComplete();
    expect(reads()).toBe(1);
    channel.finishAndReleaseAll();
  });

  test('messages that only pass through count for nothing', () => {
    const { channel, reads } = counting(new Scripted(() => {}));
    channel.writeInbound('no bytes');
    expect(reads()).toBe(0);
    channel.finishAndReleaseAll();
  });
});

describe('as a part of a combined handler', () => {
  const combined = () =>
    new CombinedChannelDuplexHandler(
      new FixedLengthFrameDecoder({ frameLength: 2 }),
      new LengthFieldPrepender({ lengthFieldLength: 1 }),
    );

  test('it decodes, and hands on what is left when it is removed', () => {
    const outcome = new Outcome(combined());
    expect(outcome.read('abc')).toEqual(['ab']);
    outcome.log = [];
    outcome.channel.pipeline.remove('codec');
    expect(outcome.log).toEqual(['c', '[readComplete]']);
  });

  test('removed alone while messages are handed on', () => {
    const handler = combined();
    const outcome = new Outcome(handler, () => handler.removeInboundHandler());
    expect(outcome.read('abcdef', 'gh')).toEqual(['ab', 'cdef', 'gh']);
  });

  test('the encoder beside it still sends one message', () => {
    const channel = new FramedChannel(combined());
    channel.writeOutbound(Buffer.from('ab'));
    expect(channel.outboundMessages).toHaveLength(1);
  });
});
