import type { ChannelPromise } from '@sluice/core';
import type { MessageList } from '../../src/base/MessageList.js';
import { MessageToMessageEncoder } from '../../src/base/MessageToMessageEncoder.js';
import { EncoderException } from '../../src/errors.js';
import { Writes } from '../support/Writes.js';

/** A number n becomes n messages; a negative one fails after so many. */
class Repeat extends MessageToMessageEncoder<number, string> {
  constructor() {
    super((message) => typeof message === 'number');
  }
  protected override encode(_ctx: unknown, message: number, out: MessageList<string>): void {
    for (let i = 0; i < Math.abs(message); i++) out.push(`m${i}`);
    if (message < 0) throw new Error('then an error');
  }
}

test('one message, several messages, and what it does not take', () => {
  const writes = new Writes(new Repeat());
  expect(writes.write(1)).toEqual({ out: ['m0'], cause: null });
  expect(writes.write(3)).toEqual({ out: ['m0', 'm1', 'm2'], cause: null });
  expect(writes.write('other')).toEqual({ out: ['other'], cause: null });
});

test('no message at all is an error', () => {
  const { out, cause } = new Writes(new Repeat()).write(0);
  expect(out).toEqual([]);
  expect(cause).toBeInstanceOf(EncoderException);
  expect(cause?.message).toMatch(/^Repeat must produce at least one message\./);
});

test('messages made before an error are written all the same', () => {
  for (const count of [1, 2]) {
    const writes = new Writes(new Repeat());
    const done = writes.channel.write(-count);
    writes.channel.flush();
    expect(writes.channel.outboundMessages).toHaveLength(count);
    // With one message its write has the promise, which is the first to be completed.
    if (count === 2) expect(done.cause).toBeInstanceOf(EncoderException);
    expect(done.isDone).toBe(true);
  }
});

test('the promise is done when all messages are, and fails with the first failure', () => {
  const writes = new Writes(new Repeat());
  const promises: ChannelPromise[] = [];
  writes.channel.pipeline.addFirst({
    write: (_ctx, _message, promise) => void promises.push(promise),
  });
  const done = writes.channel.writeAndFlush(3);
  expect(promises).toHaveLength(3);
  promises[0]?.setSuccess();
  promises[2]?.setFailure(new Error('third'));
  expect(done.isDone).toBe(false);
  promises[1]?.setFailure(new Error('second'));
  expect([done.isDone, done.cause?.message]).toEqual([true, 'third']);
});

test('an async encode is refused', () => {
  class Async extends MessageToMessageEncoder<string, string> {
    protected override async encode(_ctx: unknown, message: string, out: MessageList<string>): Promise<void> {
      out.push(message);
    }
  }
  const writes = new Writes(new Async());
  writes.channel.pipeline.addFirst({ write: () => {} });
  expect(writes.channel.write('a').cause?.message).toMatch(/^Async\.encode\(\) returned a promise/);
});
