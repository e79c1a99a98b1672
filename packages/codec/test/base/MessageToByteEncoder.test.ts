import type { ByteBuf } from '@sluice/core';
import { MessageToByteEncoder } from '../../src/base/MessageToByteEncoder.js';
import { EncoderException } from '../../src/errors.js';
import { Writes } from '../support/Writes.js';

class IntEncoder extends MessageToByteEncoder<number> {
  constructor() {
    super((message) => typeof message === 'number');
  }
  protected override encode(_ctx: unknown, message: number, out: ByteBuf): void {
    if (message === 13) throw new RangeError('unlucky');
    if (message === 14) throw new EncoderException('own');
    if (message !== 0) out.writeInt(message);
  }
}

test('writes one Buffer with the bytes', () => {
  const { out, cause } = new Writes(new IntEncoder()).write(1);
  expect([out, cause]).toEqual([[Buffer.of(0, 0, 0, 1)], null]);
  expect(Buffer.isBuffer(out[0])).toBe(true);
});

test('writes an empty Buffer when there are no bytes, so that the promise is completed', () => {
  expect(new Writes(new IntEncoder()).write(0)).toEqual({ out: [Buffer.alloc(0)], cause: null });
});

test('passes what it does not take', () => {
  expect(new Writes(new IntEncoder()).write('text')).toEqual({ out: ['text'], cause: null });
});

test('a foreign error fails the promise wrapped, its own as it is; nothing is written', () => {
  const { out, cause } = new Writes(new IntEncoder()).write(13);
  expect(out).toEqual([]);
  expect(cause).toBeInstanceOf(EncoderException);
  expect(cause?.cause).toEqual(new RangeError('unlucky'));
  const own = new Writes(new IntEncoder()).write(14);
  expect([own.out, own.cause?.message, own.cause?.cause]).toEqual([[], 'own', undefined]);
});

test('without a matcher everything is encoded; an override decides otherwise', () => {
  class Lengths extends MessageToByteEncoder<{ length: number }> {
    protected override encode(_ctx: unknown, message: { length: number }, out: ByteBuf): void {
      out.writeByte(message.length);
    }
  }
  class NotText extends Lengths {
    override acceptOutboundMessage(message: unknown): message is { length: number } {
      return typeof message !== 'string';
    }
  }
  expect(new Writes(new Lengths()).write('abc').out).toEqual([Buffer.of(3)]);
  expect(new Writes(new NotText()).write('abc').out).toEqual(['abc']);
  expect(new Writes(new NotText()).write([1]).out).toEqual([Buffer.of(1)]);
});

test('a matcher may be a class', () => {
  class Dates extends MessageToByteEncoder<Date> {
    constructor() {
      super(Date);
    }
    protected override encode(_ctx: unknown, message: Date, out: ByteBuf): void {
      out.writeInt(message.getTime());
    }
  }
  expect(new Writes(new Dates()).write(new Date(5)).out).toEqual([Buffer.of(0, 0, 0, 5)]);
});

test('the messages it makes are of their own memory', () => {
  const writes = new Writes(new IntEncoder());
  const first = writes.write(1).out[0];
  writes.write(2);
  expect(first).toEqual(Buffer.of(0, 0, 0, 1));
});

test('an async encode is refused', () => {
  class Async extends MessageToByteEncoder<string> {
    protected override async encode(): Promise<void> {
      throw new Error('lost');
    }
  }
  expect(new Writes(new Async()).write('a').cause?.message).toMatch(/^Async\.encode\(\) returned a promise/);
});
