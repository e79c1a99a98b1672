import { inspect } from 'node:util';
import { invalidArgType } from '../util/errors.js';

/** Where a TCP or UDP socket is. */
export interface InetSocketAddress {
  /** Name or address; to bind, `''` is every address of the machine. */
  readonly host: string;
  /** 0 to 65535; 0 binds any free port. */
  readonly port: number;
  /** Told by addresses that come from a socket. */
  readonly family?: 'IPv4' | 'IPv6';
}

/** Where a Unix-domain socket (or, on Windows, a named pipe) is. */
export interface PathAddress {
  /** The path of the socket. */
  readonly path: string;
}

/** Where a `LocalServerChannel` is. */
export interface LocalAddressLike {
  /** The name, without regard to case. */
  readonly local: string;
}

/** Where a channel is or goes. */
export type SocketAddress = InetSocketAddress | PathAddress | LocalAddressLike;

/** `127.0.0.1:80`, `[::1]:80`, `*:80`, `/run/x.sock`, `local:name`. */
export function formatAddress(address: SocketAddress): string {
  if ('path' in address) return address.path;
  if ('local' in address) return `local:${address.local}`;
  const { host, port } = address;
  return `${host.includes(':') ? `[${host}]` : host || '*'}:${port}`;
}

/** The address as it came. Throws `TypeError` (`ERR_INVALID_ARG_TYPE`) for what is none, a bare port for instance. */
export function checkAddress(address: SocketAddress): SocketAddress {
  if (typeof address === 'object' && address !== null) {
    if ('port' in address || 'path' in address || 'local' in address) return address;
  }
  throw invalidArgType(
    `Not an address: ${inspect(address)} (expected: { host: '127.0.0.1', port: 9000 } or { path: '/run/my.sock' })`,
  );
}
