import { EmbeddedChannel } from '@sluice/core';
import { HEARTBEAT, isHeartbeat } from '@sluice/handlers';
import { heartbeatChannel } from './harness.js';

test('handlers before the heartbeat tell its messages from business, both ways', () => {
  const { channel } = heartbeatChannel();
  const counts = { heartbeats: 0, business: 0 };
  channel.pipeline.addFirst({
    channelRead(ctx, message) {
      counts[isHeartbeat(ctx, message) ? 'heartbeats' : 'business']++;
      ctx.fireChannelRead(message);
    },
    write(ctx, message, promise) {
      counts[isHeartbeat(ctx, message) ? 'heartbeats' : 'business']++;
      ctx.write(message, promise);
    },
  });
  for (let i = 0; i < 100; i++) {
    channel.writeInbound('ping 1');
    if (i % 10 === 0) channel.writeInbound('business');
  }
  channel.writeOutbound('business');
  expect(counts).toEqual({ heartbeats: 200, business: 11 });
  channel.finishAndReleaseAll();
});

test('without a heartbeat nothing is one', () => {
  const channel = new EmbeddedChannel();
  expect(isHeartbeat(channel, 'ping 1')).toBe(false);
  channel.finish();
});

test('the handler is found at its channel while it is in the pipeline', () => {
  const { channel, heartbeat } = heartbeatChannel();
  expect(channel.attr(HEARTBEAT).get()).toBe(heartbeat);
  channel.pipeline.remove(heartbeat);
  expect(channel.hasAttr(HEARTBEAT)).toBe(false);
  channel.finish();
});
