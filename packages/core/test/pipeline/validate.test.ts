import { EmbeddedChannel } from '@sluice/core';

let channel: EmbeddedChannel;
const boom = new Error('boom');
beforeEach(() => {
  channel = new EmbeddedChannel();
});
afterEach(() => channel.finishAndReleaseAll());

/** What the pipeline's operations are called with, apart from the promise. */
const operations = {
  write: (promise: never) => channel.write('x', promise),
  writeAndFlush: (promise: never) => channel.writeAndFlush('x', promise),
  bind: (promise: never) => channel.bind({ local: 'x' }, promise),
  connect: (promise: never) => channel.connect({ local: 'x' }, null, promise),
  disconnect: (promise: never) => channel.disconnect(promise),
  close: (promise: never) => channel.close(promise),
  deregister: (promise: never) => channel.deregister(promise),
};

describe.each(Object.entries(operations))('%s refuses at once (rule 47)', (_name, operate) => {
  const refused = (message: RegExp) =>
    expect.objectContaining({
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringMatching(message),
    });

  test('a promise that is done', () => {
    expect(() => operate(channel.newSucceededFuture() as never)).toThrow(
      refused(/^promise already done: DefaultChannelPromise\(success\)/),
    );
    const failed = channel.newFailedFuture(boom).addListener(() => {});
    expect(() => operate(failed as never)).toThrow(refused(/^promise already done: .*failure: Error: boom/));
  });

  test('a promise of another channel', () => {
    const other = new EmbeddedChannel();
    expect(() => operate(other.newPromise() as never)).toThrow(
      refused(/^promise\.channel does not match: \[id: 0x[0-9a-f]{8}.*\(expected: \[id: 0x/),
    );
    other.finish();
  });

  test("a channel's closeFuture", () => {
    expect(() => operate(channel.closeFuture as never)).toThrow(
      refused(/^CloseFuture not allowed in a pipeline$/),
    );
  });

  test('but lets a cancelled promise lie', () => {
    const cancelled = channel.newPromise();
    cancelled.cancel();
    expect(operate(cancelled as never)).toBe(cancelled);
    channel.flush();
    expect([channel.isOpen, channel.isRegistered, channel.outboundMessages]).toEqual([true, true, []]);
  });
});

test.each([undefined, null])('a pipeline carries no %s', (nothing) => {
  const refused = (what: string) =>
    expect.objectContaining({
      code: 'ERR_INVALID_ARG_TYPE',
      message: `${what}: a pipeline carries no ${String(nothing)}`,
    });
  expect(() => channel.write(nothing)).toThrow(refused('msg'));
  expect(() => channel.writeAndFlush(nothing)).toThrow(refused('msg'));
  expect(() => channel.pipeline.fireUserEventTriggered(nothing)).toThrow(refused('event'));
  expect(() => channel.pipeline.fireChannelRead(nothing)).toThrow(refused('msg'));
  expect(() => channel.pipeline.fireExceptionCaught(nothing as never)).toThrow(refused('cause'));
});
