import { EmbeddedChannel } from '@sluice/core';
import { CloseReasonHandler, CloseStatistics, closeBecause } from '@sluice/handlers';

test('each channel counts once, by the reason for which it ended', () => {
  const closed = new CloseStatistics();
  const connect = () => new EmbeddedChannel(new CloseReasonHandler(), closed.handler());
  const [a, b, c] = [connect(), connect(), connect()];
  a.pipeline.fireChannelActive();
  closeBecause(a, 'idle');
  closeBecause(b, 'idle');
  expect([closed.opened, closed.closed, closed.of('idle'), closed.of('reset')]).toEqual([3, 2, 2, 0]);
  c.close();
  expect([...closed]).toEqual([
    ['idle', 2],
    ['local', 1],
  ]);
  new EmbeddedChannel(closed.handler()).close();
  expect(closed.of('local')).toBe(2);
});
