import type { SocketChannel } from '../../src/index.js';

type Method = (this: object, ...args: unknown[]) => unknown;

const WRITES = [
  'writev',
  'writeBuffer',
  'writeUtf8String',
  'writeAsciiString',
  'writeLatin1String',
  'writeUcs2String',
];

/** How often something was called. */
export interface Count {
  calls: number;
}

/** Counts the calls of a method of the socket's native handle; `see` gets the arguments. */
export function watchHandle(
  channel: SocketChannel,
  names: readonly string[],
  see: (...args: unknown[]) => void = () => {},
): Count {
  const handle = (channel.socket as unknown as { _handle: Record<string, Method | undefined> })._handle;
  const count: Count = { calls: 0 };
  for (const name of names) {
    const original = handle[name];
    if (original === undefined) continue;
    handle[name] = function (...args) {
      count.calls++;
      see(...args);
      return original.apply(this, args);
    };
  }
  return count;
}

/** Counts the times Node hands data of this socket to the system: each is one system call while the peer reads. */
export function countWrites(channel: SocketChannel): Count {
  return watchHandle(channel, WRITES);
}
