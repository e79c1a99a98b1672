import { ChannelInitializer, type HandlerOrInit, StreamChannel } from '@sluice/core';
import { type DuplexPairOptions, duplexPair } from './duplexPair.js';

/**
 * Two channels connected in memory, registered and active: what one writes the other reads, as bytes. `initA` and
 * `initB` fill their pipelines, as for a bootstrap: a function, or an initializer that the typed builder made.
 *
 * ```ts
 * const [client, server] = channelPair(
 *   (channel) => channel.pipeline.addLast(new MyCodec(), recorder),
 *   (channel) => channel.pipeline.addLast(new MyCodec(), new MyServerHandler()),
 *   { chunkSize: 1 },
 * );
 * ```
 *
 * They are closed when either is; nothing else has to be cleaned up. See {@link duplexPair} for the options.
 */
export function channelPair(
  initA: HandlerOrInit<StreamChannel>,
  initB: HandlerOrInit<StreamChannel>,
  options: DuplexPairOptions = {},
): [StreamChannel, StreamChannel] {
  const [near, far] = duplexPair(options);
  const a = new StreamChannel(near, { localAddress: { local: 'a' }, remoteAddress: { local: 'b' } });
  const b = new StreamChannel(far, { localAddress: { local: 'b' }, remoteAddress: { local: 'a' } });
  a.pipeline.addLast(toHandler(initA));
  b.pipeline.addLast(toHandler(initB));
  // The one that answers first: it is there when the other one begins to talk.
  b.register();
  a.register();
  return [a, b];
}

function toHandler(init: HandlerOrInit<StreamChannel>) {
  return typeof init === 'function' ? ChannelInitializer.of<StreamChannel>(init) : init;
}
