import { type Channel, passThrough, type SharableHandler, type TypedPassThrough } from '@sluice/core';

/** A handler for any place in any pipeline. */
export type WatchingHandler = TypedPassThrough & SharableHandler;

/** A handler that shows each channel once it is active; also one that is active when the handler comes in. */
export function onceActive(show: (channel: Channel) => void): WatchingHandler {
  return passThrough({
    isSharable: true,
    handlerAdded(ctx) {
      if (ctx.channel.isActive) show(ctx.channel);
    },
    channelActive(ctx) {
      show(ctx.channel);
      ctx.fireChannelActive();
    },
  });
}
