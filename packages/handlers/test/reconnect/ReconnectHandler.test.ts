import { type Channel, EmbeddedChannel } from '@sluice/core';
import { CLOSE_REASON, ReconnectHandler } from '@sluice/handlers';

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

test('tells the latest error, and hands it on', () => {
  const { channel, told, order } = watched();
  const cause = new Error('reset');
  channel.pipeline.fireExceptionCaught(cause);
  channel.close();
  expect(told[0]?.[1]).toBe(cause);
  expect(order).toEqual(['exception', 'inactive', 'lost']);
});

test('tells the reason for which the framework closed it', () => {
  const { channel, told } = watched();
  const reason = new Error('silent');
  channel.attr(CLOSE_REASON).set(reason);
  channel.pipeline.fireExceptionCaught(new Error('other'));
  channel.close();
  expect(told[0]?.[1]).toBe(reason);
});
