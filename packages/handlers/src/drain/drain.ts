import type { Channel } from '@sluice/core';
import { closeWith } from '../close/closeWith.js';
import type { SweptChannels } from '../evict/ChannelSweep.js';
import { DRAIN } from './DrainHandler.js';
import type { DrainRequest } from './DrainOptions.js';

/**
 * Ends connections without cutting off their work, for a rolling restart or to move clients elsewhere; the server goes on
 * accepting unless it is closed too (`shutdownGracefully` does both). What is given overrides the options of each
 * channel's `DrainHandler`; a channel without one is closed gracefully. Resolves when all are closed; never rejects.
 */
export async function drain(channels: SweptChannels, request: DrainRequest = {}): Promise<void> {
  const all = [...('channels' in channels ? channels.channels() : channels)];
  await Promise.all(all.map((channel) => drainOne(channel, request)));
}

function drainOne(channel: Channel, request: DrainRequest): Promise<void> {
  const handler = channel.attr(DRAIN).get();
  return handler?.drain(request) ?? closeWith(channel, 'draining', undefined, request.grace ?? 10_000);
}
