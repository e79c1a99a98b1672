import { type ByteBuf, type ChannelHandlerContext, ChannelInputShutdownEvent } from '@sluice/core';
import { ByteToMessageDecoder } from '../../src/base/ByteToMessageDecoder.js';
import type { MessageList } from '../../src/base/MessageList.js';
import { bytes, Outcome } from '../support/decoding.js';

type Ctx = ChannelHandlerContext<unknown, never>;

/** Takes all bytes as one message; `act` runs within the n-th call. */
class Whole extends ByteToMessageDecoder<unknown> {
  readonly calls: string[] = [];
  acts: ((ctx: Ctx, input: ByteBuf, out: MessageList<unknown>) => void)[] = [];

  protected override decode(ctx: Ctx, input: ByteBuf, out: MessageList<unknown>): void {
    this.calls.push(`> ${input.toString('latin1')}`);
    this.acts.shift()?.(ctx, input, out);
    if (input.readableBytes > 0) out.push(input.readBuffer(input.readableBytes));
    this.calls.push('<');
  }
  protected override handlerRemoved0(): void {
    this.calls.push('removed');
  }
}

const fire = (outcome: Outcome, text: string): void => {
  outcome.channel.pipeline.fireChannelRead(bytes(text));
};

describe('within decode', () => {
  test('a read waits until decode has returned', () => {
    const decoder = new Whole();
    const outcome = new Outcome(decoder);
    decoder.acts = [
      () => {
        fire(outcome, 'second');
        outcome.channel.pipeline.fireChannelRead('no bytes');
        fire(outcome, 'third');
      },
    ];
    expect(outcome.read('first')).toEqual(['first', 'second', 'no bytes', 'third']);
    expect(decoder.calls).toEqual(['> first', '<', '> second', '<', '> third', '<']);
    expect(outcome.read('fourth')).toEqual(['fourth']);
  });

  test('a message that is not bytes does not block the decoder for good', () => {
    const decoder = new Whole();
    const outcome = new Outcome(decoder);
    decoder.acts = [() => void outcome.channel.pipeline.fireChannelRead('no bytes')];
    outcome.read('first');
    expect(outcome.read('second')).toEqual(['second']);
  });

  test('an error does not hold up the reads that came in meanwhile, and keeps its place', () => {
    const decoder = new Whole();
    const outcome = new Outcome(decoder);
    decoder.acts = [
      (_ctx, input) => {
        fire(outcome, 'second');
        fire(outcome, 'third');
        input.skipBytes(input.readableBytes);
        throw new Error('one');
      },
      (_ctx, input) => {
        input.skipBytes(input.readableBytes);
        throw new Error('two');
      },
    ];
    expect(outcome.read('first')).toEqual([
      '! DecoderException: Error: one',
      '! DecoderException: Error: two',
      'third',
    ]);
  });

  test('an error that is reported early goes through exceptionCaught, and what that throws on to the next', () => {
    class Catching extends Whole {
      override exceptionCaught(_ctx: unknown, cause: Error): unknown {
        throw new Error(`caught ${cause.message}`);
      }
    }
    const decoder = new Catching();
    const outcome = new Outcome(decoder);
    decoder.acts = [
      (_ctx, input) => {
        fire(outcome, 'second');
        input.skipBytes(input.readableBytes);
        throw new Error('one');
      },
    ];
    expect(outcome.read('first')).toEqual(['! DecoderException: Error: caught Error: one', 'second']);
  });

  test('the removal of the decoder waits, and its message comes first', () => {
    const decoder = new Whole();
    const outcome = new Outcome(decoder);
    decoder.acts = [
      (ctx, input, out) => {
        out.push(input.readBuffer(1));
        ctx.pipeline.remove(decoder);
        decoder.calls.push('still here');
        out.push(input.readBuffer(1));
        throw new Error('and an error');
      },
    ];
    expect(outcome.read('abcd')).toEqual(['a', 'b', 'cd', '! DecoderException: Error: and an error']);
    expect(decoder.calls).toEqual(['> abcd', 'still here', 'removed']);
  });

  test('reads that came in before the removal are decoded', () => {
    const decoder = new Whole();
    const outcome = new Outcome(decoder);
    decoder.acts = [
      () => {
        fire(outcome, 'second');
        fire(outcome, 'third');
      },
      (ctx) => void ctx.pipeline.remove(decoder),
    ];
    expect(outcome.read('first')).toEqual(['first', 'second', 'third']);
    expect(decoder.calls).toEqual(['> first', '<', '> second', '<', '> third', '<', 'removed']);
    expect(outcome.read('fourth')).toEqual(['fourth']);
    expect(decoder.calls).toHaveLength(7);
  });

  test('the removal also happens when the last that came in was no bytes', () => {
    const decoder = new Whole();
    const outcome = new Outcome(decoder);
    decoder.acts = [
      (ctx) => {
        outcome.channel.pipeline.fireChannelRead('no bytes');
        ctx.pipeline.remove(decoder);
      },
    ];
    expect(outcome.read('first')).toEqual(['first', 'no bytes']);
    expect(decoder.calls.at(-1)).toBe('removed');
  });

  test('the end of the input waits', () => {
    const decoder = new Whole();
    const outcome = new Outcome(decoder);
    decoder.acts = [
      () => {
        outcome.channel.pipeline.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        outcome.channel.pipeline.fireChannelInactive();
      },
    ];
    expect(outcome.read('first')).toEqual(['first', '[ChannelInputShutdownEvent]', '[inactive]']);
  });

  test('closing the channel: the messages come, then the end', () => {
    const decoder = new Whole();
    const outcome = new Outcome(decoder);
    decoder.acts = [(ctx) => void ctx.close()];
    expect(outcome.read('first')).toEqual(['first', '[inactive]']);
    expect(decoder.calls).toEqual(['> first', '<', 'removed']);
  });
});

describe('while a message is handed on', () => {
  /** Two messages a call, of one byte each. */
  class Pairs extends ByteToMessageDecoder<unknown> {
    protected override decode(_ctx: Ctx, input: ByteBuf, out: MessageList<unknown>): void {
      if (input.readableBytes < 2) return;
      out.push(input.readBuffer(1));
      out.push(input.readBuffer(1));
    }
  }

  test('a read is decoded at once, behind all that came before it', () => {
    const outcome = new Outcome(new Pairs(), (message) => {
      if (String(message) !== 'a') return;
      fire(outcome, 'ef');
      outcome.log.push('returned');
    });
    expect(outcome.read('abcd')).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'returned']);
  });

  test('a read that completes what is left over keeps its place', () => {
    const outcome = new Outcome(new Pairs(), (message) => {
      if (String(message) === 'a') fire(outcome, 'd');
    });
    expect(outcome.read('abc')).toEqual(['a', 'b', 'c', 'd']);
    expect(outcome.read('ef')).toEqual(['e', 'f']);
  });

  test('the order holds however deep reads nest, and where chunks have to be joined', () => {
    let next = 0;
    const numbers = Array.from({ length: 400 }, (_, i) => Buffer.of(i >> 8, i & 0xff));
    class Shorts extends ByteToMessageDecoder<number> {
      protected override decode(_ctx: unknown, input: ByteBuf, out: MessageList<number>): void {
        while (input.readableBytes >= 2 && out.size < 3) out.push(input.readUnsignedShort());
      }
    }
    // One byte is held back all the time, so that each chunk is joined to the one before.
    const stream = Buffer.concat(numbers);
    const chunk = (): Buffer => stream.subarray(next, (next = Math.min(stream.length, next + 7)));
    const outcome = new Outcome(new Shorts(), (message) => {
      if (next < stream.length && Number(message) % 2 === 0) fireChunk(chunk());
    });
    const fireChunk = (part: Buffer): void => void outcome.channel.pipeline.fireChannelRead(part);
    while (next < stream.length) outcome.read(chunk());
    expect(outcome.messages).toEqual(numbers.map((_, i) => i));
  });

  test('the end of the input comes after the rest', () => {
    const outcome = new Outcome(new Pairs(), (message) => {
      if (String(message) === 'a') outcome.channel.pipeline.fireChannelInactive();
    });
    expect(outcome.read('abcde')).toEqual(['a', 'b', 'c', 'd', '[inactive]']);
  });

  test('closing the channel drops nothing that was decoded', () => {
    const outcome = new Outcome(new Pairs(), (message) => {
      if (String(message) === 'a') outcome.channel.close();
    });
    expect(outcome.read('abcd')).toEqual(['a', 'b', 'c', 'd', '[inactive]']);
  });

  test('a message of another decoder behind does not disturb the order', () => {
    const outcome = new Outcome(new Pairs());
    outcome.channel.pipeline.addAfter('codec', 'second', new Pairs());
    expect(outcome.read('abcd', 'ef')).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });
});

test('a late push into the list is an error of the handler that does it', () => {
  const decoder = new Whole();
  const outcome = new Outcome(decoder);
  let kept: MessageList<unknown> | undefined;
  decoder.acts = [(_ctx, _input, out) => (kept = out)];
  outcome.read('a');
  expect(() => kept?.push('late')).toThrow(/good only until/);
});
