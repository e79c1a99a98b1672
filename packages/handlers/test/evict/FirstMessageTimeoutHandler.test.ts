import { EmbeddedChannel } from '@sluice/core';
import { CLOSE_REASON, FirstMessageTimeoutException, FirstMessageTimeoutHandler } from '@sluice/handlers';

function channelWith(handler: FirstMessageTimeoutHandler): EmbeddedChannel {
  const channel = new EmbeddedChannel();
  channel.freezeTime();
  channel.pipeline.addLast(handler);
  return channel;
}

test('who does not log in goes, also when something else comes', () => {
  const isFirst = (message: unknown) => message === 'login';
  const channel = channelWith(new FirstMessageTimeoutHandler({ timeout: 300, isFirst }));
  for (let i = 0; i < 3; i++) {
    expect(channel.isOpen).toBe(true);
    channel.writeInbound('ping');
    channel.elapse(100);
  }
  expect(channel.isOpen).toBe(false);
  const reason = channel.attr(CLOSE_REASON).get();
  expect(reason?.kind).toBe('idle');
  expect(reason?.cause).toBeInstanceOf(FirstMessageTimeoutException);
  expect(reason?.cause).toMatchObject({ code: 'ERR_FIRST_MESSAGE_TIMEOUT' });
});

test('the message ends it: the handler is gone', () => {
  const handler = new FirstMessageTimeoutHandler({ timeout: 300 });
  const channel = channelWith(handler);
  channel.elapse(299);
  channel.writeInbound('login');
  expect([channel.readInbound(), channel.pipeline.context(handler)]).toEqual(['login', null]);
  channel.elapse(1000);
  expect(channel.isOpen).toBe(true);
  channel.close();
});

test('a handler that takes it out while it gets the message does no harm', () => {
  const handler = new FirstMessageTimeoutHandler({ timeout: 300 });
  const channel = channelWith(handler);
  channel.pipeline.addLast({ channelRead: (ctx) => ctx.pipeline.remove(handler) });
  channel.writeInbound('login');
  channel.checkException();
  expect(() => new FirstMessageTimeoutHandler({ timeout: -1 })).toThrow(RangeError);
  channel.close();
});
