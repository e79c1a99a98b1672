import { checkAddress, type SocketAddress } from '../channel/SocketAddress.js';

/**
 * The address that `'localhost', 9000` or an address stands for. Throws `TypeError` (`ERR_INVALID_ARG_TYPE`) for anything
 * else.
 */
export function addressFrom(address: SocketAddress | string, port?: number): SocketAddress {
  if (typeof address === 'string' && typeof port === 'number') return { host: address, port };
  return checkAddress(address as SocketAddress);
}

/** The same, where a port alone will do: to bind, it is that port on every address of the machine. */
export function localAddressFrom(address: SocketAddress | string | number, port?: number): SocketAddress {
  return typeof address === 'number' ? { host: '', port: address } : addressFrom(address, port);
}
