import { CorruptedFrameException, DecoderException, TooLongFrameException } from '@sluice/codec';
import { type ChannelHandlerContext, EmbeddedChannel, pipeline, setLogger } from '@sluice/core';
import { CLOSE_REASON, CloseOnErrorHandler, CloseReasonHandler } from '@sluice/handlers';

afterEach(() => setLogger());

const systemError = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

test.each([
  ['protocol', new DecoderException('bad')],
  ['protocol', new TooLongFrameException('too long')],
  ['protocol', new CorruptedFrameException('negative')],
  ['protocol', new RangeError('my own check')],
  ['reset', systemError],
  ['error', new TypeError('a bug')],
])('it closes as %s for %p, and the error goes no further', (kind, error) => {
  const isProtocolError = (e: Error) => e instanceof RangeError;
  const channel = new EmbeddedChannel(new CloseReasonHandler(), new CloseOnErrorHandler({ isProtocolError }));
  channel.pipeline.fireExceptionCaught(error);
  channel.checkException();
  expect(channel.isOpen).toBe(false);
  expect(channel.attr(CLOSE_REASON).get()).toMatchObject({ kind, cause: error });
});

test('one line for a channel, if asked for; one handler for all channels', () => {
  const info = jest.fn();
  setLogger({ debug: jest.fn(), info, warn: jest.fn(), error: jest.fn() });
  const handler = new CloseOnErrorHandler({ log: 'info' });
  const error = new DecoderException('bad magic');
  for (const channel of [new EmbeddedChannel(handler), new EmbeddedChannel(handler)]) {
    const ctx = channel.pipeline.context(handler) as ChannelHandlerContext;
    channel.pipeline.fireExceptionCaught(error);
    // On a socket the handlers are still there while it is being closed.
    handler.exceptionCaught(ctx, new Error('late'));
  }
  expect(info.mock.calls).toEqual([
    [{ err: error }, expect.stringMatching(/^\[id: .*\] is closed \(protocol\): bad magic$/)],
    [{ err: error }, expect.stringMatching(/is closed/)],
  ]);
  pipeline<'up', 'down'>().addLast(handler).build();
});
