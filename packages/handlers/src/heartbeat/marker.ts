import { AttributeKey, type Channel, type ChannelHandlerContext } from '@sluice/core';
import type { HeartbeatHandler } from './HeartbeatHandler.js';

/**
 * The `HeartbeatHandler` of a channel, while it is in the pipeline: for handlers before it and for administration, which
 * ask it for the round-trip time, switch its log, or turn it off.
 */
export const HEARTBEAT: AttributeKey<HeartbeatHandler> =
  AttributeKey.valueOf<HeartbeatHandler>('sluice.heartbeat');

/**
 * Whether a message is a ping or pong of the channel's `HeartbeatHandler`, in either direction. Handlers behind that one
 * never see any; those before it, a rate limit or a counter for instance, ask this to leave heartbeats out. They must
 * stand behind the codec: what is still bytes cannot be told. False for a channel without a heartbeat.
 */
export function isHeartbeat(target: Channel | ChannelHandlerContext, message: unknown): boolean {
  const channel = 'channel' in target ? target.channel : target;
  return channel.attr(HEARTBEAT).get()?.isHeartbeat(message) ?? false;
}
