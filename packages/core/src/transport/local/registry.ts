import type { Channel } from '../../channel/Channel.js';
import { BindException } from '../../channel/errors.js';
import type { SocketAddress } from '../../channel/SocketAddress.js';
import { IllegalStateException } from '../../util/errors.js';
import { LocalAddress } from './LocalAddress.js';

/** The channels of this thread that have a name. */
const bound = new Map<string, Channel>();

/**
 * Gives `channel` the name `wanted` (`ANY`: a fresh one). Throws `IllegalStateException` if it has one already,
 * `BindException` if another channel has this one. Netty: LocalChannelRegistry.
 */
export function registerName(
  channel: Channel,
  present: LocalAddress | null,
  wanted: SocketAddress,
): LocalAddress {
  if (present !== null) throw new IllegalStateException(`already bound: ${String(channel)}`);
  let address = LocalAddress.from(wanted);
  if (address.equals(LocalAddress.ANY)) address = LocalAddress.ephemeral();
  const other = bound.get(address.local);
  if (other !== undefined) {
    throw new BindException(
      `address already in use by: ${String(other)}. Close that channel first, or bind LocalAddress.ANY.`,
    );
  }
  bound.set(address.local, channel);
  return address;
}

/** The channel of this name, if there is one. */
export function channelNamed(address: LocalAddress): Channel | undefined {
  return bound.get(address.local);
}

/** Takes the name back. */
export function unregisterName(address: LocalAddress): void {
  bound.delete(address.local);
}
