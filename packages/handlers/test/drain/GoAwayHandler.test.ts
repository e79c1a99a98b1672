import { EmbeddedChannel } from '@sluice/core';
import { GoAwayHandler, ReconnectAfterEvent } from '@sluice/handlers';

test('the message becomes an event for the whole pipeline, others pass', () => {
  const events: string[] = [];
  const listener = (name: string) => ({
    userEventTriggered(ctx: { fireUserEventTriggered(event: unknown): unknown }, event: unknown) {
      events.push(`${name}: ${event}`);
      ctx.fireUserEventTriggered(event);
    },
  });
  const read = jest.fn();
  const channel = new EmbeddedChannel(
    { read: (ctx) => read(ctx.read()) },
    listener('first'),
    new GoAwayHandler((message) => (message === 'go' ? new ReconnectAfterEvent(50) : undefined)),
    listener('last'),
  );
  channel.writeInbound('news', 'go');
  expect(channel.inboundMessages).toEqual(['news']);
  expect(events).toEqual(['first: ReconnectAfterEvent(50 ms)', 'last: ReconnectAfterEvent(50 ms)']);

  // Where reads are asked for one by one, nobody behind asks after a message that it never got.
  channel.config.autoRead = false;
  read.mockClear();
  channel.writeInbound('go');
  expect(read).toHaveBeenCalledTimes(1);
  channel.writeInbound('news');
  expect(read).toHaveBeenCalledTimes(1);
  channel.close();
});
