import { type ByteBuf, ChannelInputShutdownEvent } from '@sluice/core';
import { ByteToMessageCodec } from '../../src/base/ByteToMessageCodec.js';
import type { MessageList } from '../../src/base/MessageList.js';
import { bytes, Outcome } from '../support/decoding.js';
import { Writes } from '../support/Writes.js';

class Shorts extends ByteToMessageCodec<number, number> {
  caught: Error[] = [];

  constructor() {
    super((message) => typeof message === 'number');
  }
  protected override encode(_ctx: unknown, message: number, out: ByteBuf): void {
    out.writeShort(message);
  }
  protected override decode(_ctx: unknown, input: ByteBuf, out: MessageList<number>): void {
    if (input.readableBytes < 2) return;
    const value = input.readUnsignedShort();
    if (value === 0xffff) throw new Error('too much');
    out.push(value);
  }
}

test('decodes and encodes', () => {
  const outcome = new Outcome(new Shorts());
  expect(outcome.read('<0001>', '<00>', '<02>', '<0003 0004>')).toEqual(['1', '2', '3', '4']);
  const writes = new Writes(new Shorts());
  expect(writes.write(0x6162)).toEqual({ out: [Buffer.from('ab')], cause: null });
  expect(writes.write('text')).toEqual({ out: ['text'], cause: null });
});

test('the rest is handed on when it is removed', () => {
  const outcome = new Outcome(new Shorts());
  outcome.read('<000161>');
  outcome.log = [];
  outcome.channel.pipeline.remove('codec');
  expect(outcome.log).toEqual(['a', '[readComplete]']);
});

test('singleDecode, decodeLast and the end of the input', () => {
  class Last extends Shorts {
    protected override decodeLast(ctx: unknown, input: ByteBuf, out: MessageList<number>): void {
      out.push(-input.readableBytes);
      super.decodeLast(ctx as never, input, out);
    }
  }
  const codec = new Last();
  codec.singleDecode = true;
  expect(codec.singleDecode).toBe(true);
  const outcome = new Outcome(codec);
  expect(outcome.read('<0001 0002 0003>')).toEqual(['1']);
  outcome.log = [];
  outcome.channel.pipeline.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
  expect(outcome.log).toEqual(['2', '-2', '3', '[readComplete]', '[ChannelInputShutdownEvent]']);
  expect(outcome.close()).toEqual(['0', '[readComplete]', '[inactive]']);
});

test('errors go by its own name and through its own exceptionCaught', () => {
  class Caught extends Shorts {
    override exceptionCaught(_ctx: unknown, cause: Error): unknown {
      this.caught.push(cause);
      return undefined;
    }
    protected override decode(ctx: unknown, input: ByteBuf, out: MessageList<number>): void {
      if (input.getByte(input.readerIndex) === 0) out.push(0);
      else super.decode(ctx, input, out);
    }
  }
  const codec = new Caught();
  const outcome = new Outcome(codec);
  outcome.read('<00>');
  outcome.channel.pipeline.fireChannelRead(bytes('<>'));
  expect(codec.caught.map(String)).toEqual([
    'DecoderException: Caught.decode() did not read anything but decoded a message.',
    'DecoderException: Caught.decode() did not read anything but decoded a message.',
  ]);
});

test('an error followed by a read that waited goes through its own exceptionCaught too', () => {
  const caught: string[] = [];
  class Reentrant extends Shorts {
    override exceptionCaught(_ctx: unknown, cause: Error): unknown {
      caught.push(cause.message);
      return undefined;
    }
    protected override decode(ctx: unknown, input: ByteBuf, out: MessageList<number>): void {
      if (input.getByte(input.readerIndex) !== 0) outcome.channel.pipeline.fireChannelRead(bytes('<0005>'));
      super.decode(ctx, input, out);
    }
  }
  const outcome = new Outcome(new Reentrant());
  expect(outcome.read('<ffff>')).toEqual(['5']);
  expect(caught).toEqual(['Error: too much']);
});

test('async methods are refused by its own name', () => {
  class Async extends Shorts {
    protected override async encode(): Promise<void> {}
  }
  expect(new Writes(new Async()).write(1).cause?.message).toMatch(/^Async\.encode\(\) returned a promise/);
});

test('an override decides what is encoded', () => {
  class Even extends Shorts {
    override acceptOutboundMessage(message: unknown): message is number {
      return super.acceptOutboundMessage(message) && message % 2 === 0;
    }
  }
  const writes = new Writes(new Even());
  expect([writes.write(2).out, writes.write(3).out]).toEqual([[Buffer.of(0, 2)], [3]]);
});

test('cannot be sharable', () => {
  class Shared extends Shorts {
    override get isSharable(): boolean {
      return true;
    }
  }
  expect(() => new Shared()).toThrow(/^Shared is not allowed to be shared/);
});
