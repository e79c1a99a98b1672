import { type AnyChannelHandler, ChannelDuplexHandler, EmbeddedChannel } from '@sluice/core';

test('100,000 edits while events travel lose and duplicate nothing', () => {
  const channel = new EmbeddedChannel();
  const { pipeline } = channel;
  let visits = 0;
  let edits = 0;
  const visiting = (): AnyChannelHandler => ({
    channelRead(ctx, message) {
      visits++;
      const step = message as number;
      if (ctx.name === `r${step}`) {
        ctx.fireChannelRead(message);
        return;
      }
      // The handler that the event came through leaves, another takes its place, one more comes and goes.
      pipeline.replace(ctx.name, `r${step}`, visiting());
      pipeline.addAfter(`r${step}`, `x${step}`, {});
      pipeline.remove(`x${step}`);
      pipeline.addFirst(`f${step}`, {});
      pipeline.removeFirst();
      edits += 5;
      ctx.fireChannelRead(message);
    },
  });
  pipeline.addLast('start', visiting());
  let received = 0;
  pipeline.addLast({ channelRead: () => void received++ });
  for (let step = 0; step < 20_000; step++) pipeline.fireChannelRead(step);
  expect([edits, received]).toEqual([100_000, 20_000]);
  // Each message meets the handler that was there and the one that replaced it, which stands behind it.
  expect(visits).toBe(40_000);
  expect(pipeline.names()).toHaveLength(2);
  channel.finish();
});

test('an edit costs its neighbours, not the whole chain (D18)', () => {
  const channel = new EmbeddedChannel();
  const { pipeline } = channel;
  const reading = (): AnyChannelHandler => ({
    channelRead: (ctx, message) => void ctx.fireChannelRead(message),
  });
  for (let i = 0; i < 500; i++) pipeline.addLast(`h${i}`, reading());
  pipeline.fireChannelRead('m');
  const cached = (): boolean[] =>
    Array.from(
      { length: 500 },
      (_, i) => (pipeline.context(`h${i}`) as unknown as { nextRead: unknown }).nextRead !== null,
    );
  expect(cached().every(Boolean)).toBe(true);
  pipeline.addAfter('h250', 'new', reading());
  expect(cached().flatMap((has, i) => (has ? [] : [i]))).toEqual([250]);
  pipeline.fireChannelRead('m');
  expect(cached().every(Boolean)).toBe(true);
  pipeline.remove('new');
  expect(cached().flatMap((has, i) => (has ? [] : [i]))).toEqual([250]);
  channel.finishAndReleaseAll();
});

test('10,000 handlers that skip an event cost no stack (D18)', () => {
  class Skipping extends ChannelDuplexHandler {}
  const channel = new EmbeddedChannel();
  for (let i = 0; i < 10_000; i++) channel.pipeline.addLast(`s${i}`, new Skipping());
  expect(channel.writeInbound('in')).toBe(true);
  expect(channel.writeOutbound('out')).toBe(true);
  channel.pipeline.fireUserEventTriggered('u').fireExceptionCaught(new Error('x'));
  expect(() => channel.checkException()).toThrow('x');
  expect([channel.readInbound(), channel.readOutbound()]).toEqual(['in', 'out']);
  expect(channel.finish()).toBe(false);
});
