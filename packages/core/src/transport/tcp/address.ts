import type { InetSocketAddress } from '../../channel/SocketAddress.js';

/** Node's parts of an address as one; `null` where a Unix socket has none. */
export function addressOf(
  host: string | undefined,
  port: number | undefined,
  family: string | undefined,
): InetSocketAddress | null {
  if (host === undefined || port === undefined) return null;
  return { host, port, family: family === 'IPv6' ? 'IPv6' : 'IPv4' };
}
