import { EmbeddedChannel } from '@sluice/core';

test('afterPoll runs a task at the same virtual time, after the timers that are due', () => {
  const channel = new EmbeddedChannel();
  const loop = channel.eventLoop;
  channel.freezeTime();
  const start = loop.now;
  const order: string[] = [];
  const note = (what: string): number => order.push(`${Math.round(loop.now - start)} ${what}`);
  loop.schedule(() => {
    note('verdict due');
    loop.afterPoll(() => note('verdict'));
  }, 10);
  loop.schedule(() => note('input'), 10);
  loop.schedule(() => note('later'), 20);
  channel.elapse(30);
  expect(order).toEqual(['10 verdict due', '10 input', '10 verdict', '20 later']);
  channel.finish();
});
