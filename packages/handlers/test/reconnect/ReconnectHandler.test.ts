import { type Channel, EmbeddedChannel } from '@sluice/core';
import {
  CLOSE_REASON,
  CloseReason,
  CloseReasonHandler,
  ReconnectAfterEvent,
  ReconnectHandler,
} from '@sluice/handlers';

function watched() {
  const told: [Channel, Error | undefined][] = [];
  const order: string[] = [];
  const handler = new ReconnectHandler((channel, cause) => {
    order.push('lost');
    told.push([channel, cause]);
  });
  const channel = new EmbeddedChannel(handler, {
    channelInactive: () => order.push('inactive'),
    exceptionCaught: () => order.push('exception'),
  });
  return { channel, told, order };
}

test('tells once that the channel is gone, after the handlers behind it heard', () => {
  const { channel, told, order } = watched();
  channel.close();
  channel.pipeline.fireChannelInactive();
  expect(told).toEqual([[channel, undefined]]);
  expect(order).toEqual(['inactive', 'lost']);
});

test('tells the first error, and hands it on', () => {
  const { channel, told, order } = watched();
  const cause = new Error('reset');
  channel.pipeline.fireExceptionCaught(cause);
  channel.pipeline.fireExceptionCaught(new Error('what followed from it'));
  channel.close();
  expect(told[0]?.[1]).toBe(cause);
  expect(order).toEqual(['exception', 'exception', 'inactive', 'lost']);
});

test('tells the reason for which the framework closed it', () => {
  const { channel, told } = watched();
  const reason = new Error('silent');
  channel.attr(CLOSE_REASON).set(new CloseReason('dead', reason));
  channel.pipeline.fireExceptionCaught(new Error('other'));
  channel.close();
  expect(told[0]?.[1]).toBe(reason);
});

test('finds out why, where nobody said it, and a CloseReasonHandler tells the same, once', () => {
  const heard: unknown[] = [];
  const reasons: CloseReason[] = [];
  const make = (): EmbeddedChannel =>
    new EmbeddedChannel(
      new ReconnectHandler((_channel, _cause, reason) => reasons.push(reason)),
      new CloseReasonHandler(),
      { userEventTriggered: (_ctx, event) => heard.push(event), exceptionCaught() {} },
    );
  make().close();
  const ended = make();
  ended.pipeline.fireChannelInactive();
  const reset = make();
  reset.pipeline.fireExceptionCaught(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
  reset.pipeline.fireChannelInactive();
  expect(reasons.map(String)).toEqual(['local', 'fin', 'reset: read ECONNRESET']);
  expect(heard).toEqual(reasons);
  for (const channel of [ended, reset]) channel.close();
});

test('tells that the server wants the client to move, and hands it on', () => {
  const asked: unknown[] = [];
  const heard: unknown[] = [];
  const channel = new EmbeddedChannel(
    new ReconnectHandler(
      () => {},
      (from, event) => asked.push(from, event),
    ),
    { userEventTriggered: (_ctx, event) => heard.push(event) },
  );
  const event = new ReconnectAfterEvent(100, { local: 'b' });
  channel.pipeline.fireUserEventTriggered('other');
  channel.pipeline.fireUserEventTriggered(event);
  expect(asked).toEqual([channel, event]);
  expect(heard).toEqual(['other', event]);
  expect(String(event)).toBe('ReconnectAfterEvent(100 ms)');
  channel.close();
});
