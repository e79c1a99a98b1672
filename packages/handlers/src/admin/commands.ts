import type { Channel } from '@sluice/core';
import { closeBecause } from '../close/CloseReason.js';
import { eventLoopLag } from '../heartbeat/eventLoopLag.js';
import type { AdminCommand, AdminOptions } from './AdminOptions.js';
import { describeChannel, describeClient, peerOf, time } from './describe.js';

/** How many connections `info` and `list` show unless told otherwise. */
const FEW = 20;
const MANY = 200;

/** The commands that are always there. */
export function builtIn(options: AdminOptions): Record<string, AdminCommand> {
  return {
    info: {
      help: 'info [key]: this process, its clients and first connections; or one connection',
      run: ([key]) =>
        key === undefined ? [...processInfo(options), ...listed(options, FEW)] : one(options, key),
    },
    list: {
      help: `list [n]: the first n connections (${MANY})`,
      run: ([n]) => listed(options, n === undefined ? MANY : Number(n)),
    },
    close: {
      help: 'close <key>: closes a connection',
      run: ([key = '']) => {
        const channel = find(options, key);
        if (channel === undefined) return `no connection ${key}`;
        closeBecause(channel, 'kicked');
        return `closed ${key}`;
      },
    },
  };
}

/** Keys and open channels; a registry tells its keys, other channels go by their peer's address. */
function* entries({ channels = [] }: AdminOptions): Iterable<[string, Channel]> {
  const keys = channels as { keyOf?: (channel: Channel) => unknown };
  for (const channel of 'channels' in channels ? channels.channels() : channels) {
    if (channel.isOpen) yield [String(keys.keyOf?.(channel) ?? peerOf(channel)), channel];
  }
}

function find(options: AdminOptions, key: string): Channel | undefined {
  for (const [other, channel] of entries(options)) if (other === key) return channel;
  return undefined;
}

function one(options: AdminOptions, key: string): string {
  const channel = find(options, key);
  return channel === undefined ? `no connection ${key}` : describeChannel(channel, key);
}

function listed(options: AdminOptions, most: number): string[] {
  if (!(most >= 0)) return ['list: not a number'];
  const lines: string[] = [];
  let count = 0;
  for (const [key, channel] of entries(options))
    if (count++ < most) lines.push(describeChannel(channel, key));
  if (count > most) lines.push(`… and ${count - most} more`);
  lines.unshift(`connections ${count}`);
  return lines;
}

function processInfo({ closed, clients = {}, info }: AdminOptions): string[] {
  const lines = [
    `process ${process.pid}, Node ${process.version}, up ${time(process.uptime() * 1000)}, ` +
      `memory ${Math.round(process.memoryUsage.rss() / 1e6)} MB, event loop lag ${time(eventLoopLag())}`,
  ];
  if (closed !== undefined) {
    const reasons = Array.from(closed, ([kind, count]) => `, ${kind} ${count}`).join('');
    lines.push(`opened ${closed.opened}, closed ${closed.closed}${reasons}`);
  }
  for (const [name, client] of Object.entries(clients)) lines.push(describeClient(name, client));
  for (const [name, value] of Object.entries(info?.() ?? {})) lines.push(`${name} ${String(value)}`);
  return lines;
}
