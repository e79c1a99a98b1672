import { type Channel, formatAddress } from '@sluice/core';
import { ACTIVITY } from '../evict/ActivityHandler.js';
import { KEEP_ALIVE } from '../evict/keepAlive.js';
import { HEARTBEAT } from '../heartbeat/marker.js';
import type { ReconnectingClient } from '../reconnect/ReconnectingClient.js';

/** One connection in one line, its key first. */
export function describeChannel(channel: Channel, key: string): string {
  const facts: string[] = [];
  const { now } = channel.eventLoop;
  const activity = channel.attr(ACTIVITY).get();
  if (activity !== undefined) {
    facts.push(
      `up ${time(now - activity.since)}`,
      `last read ${time(now - activity.lastRead)} ago`,
      `last write ${time(now - activity.lastWrite)} ago`,
    );
  }
  const heartbeat = channel.attr(HEARTBEAT).get();
  if (heartbeat !== undefined) facts.push(`rtt ${time(heartbeat.rtt)}`, `missed ${heartbeat.missed}`);
  const keepAlive = channel.attr(KEEP_ALIVE).get();
  if (keepAlive !== undefined) facts.push(`keepalive ${time(keepAlive.detection)}`);
  facts.push(`pending ${channel.outboundBuffer?.totalPendingWriteBytes ?? 0} B`);
  const peer = peerOf(channel);
  return `${key}${key === peer ? '' : ` (${peer})`}: ${facts.join(', ')}`;
}

/** The peer's address. */
export function peerOf(channel: Channel): string {
  return channel.remoteAddress === null ? 'unknown' : formatAddress(channel.remoteAddress);
}

/** A client in one line. */
export function describeClient(name: string, client: Pick<ReconnectingClient, 'info'>): string {
  const { state, stateAge, endpoint, attempts, connections, lastClose, lastError, channel } = client.info();
  const facts = [
    `${state} for ${time(stateAge)}`,
    `server ${endpoint === null ? 'unknown' : formatAddress(endpoint)}`,
    `attempts ${attempts}`,
    `connections ${connections}`,
  ];
  const rtt = channel?.attr(HEARTBEAT).get()?.rtt;
  if (rtt !== undefined) facts.push(`rtt ${time(rtt)}`);
  if (lastClose !== undefined) facts.push(`last end ${lastClose.kind}`);
  if (lastError !== undefined) facts.push(`last error ${lastError.message}`);
  return `client ${name}: ${facts.join(', ')}`;
}

/** `12 ms`, `3.4 s`; `unknown`. */
export function time(ms: number | undefined): string {
  if (ms === undefined) return 'unknown';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** What others chose, a user name for instance, must not forge lines or move the cursor of who reads it. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?');
}
