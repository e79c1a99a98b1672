import { ChannelException } from '../../channel/errors.js';
import { formatAddress, type LocalAddressLike, type SocketAddress } from '../../channel/SocketAddress.js';
import { invalidArgValue } from '../../util/errors.js';

let sequence = 0;

/**
 * The name of a channel within this thread. Case does not count. `{ local: 'name' }` means the same as
 * `new LocalAddress('name')`. Netty: LocalAddress.
 */
export class LocalAddress implements LocalAddressLike {
  /** The name, in lower case. */
  readonly local: string;

  /** Throws `TypeError` (`ERR_INVALID_ARG_VALUE`) for a name that is empty or blank. */
  constructor(name: string) {
    this.local = name.trim().toLowerCase();
    if (this.local === '') throw invalidArgValue('id must not be empty: a LocalAddress needs a name');
  }

  /** Binding this gives a name that nobody else has. */
  static readonly ANY: LocalAddress = new LocalAddress('ANY');

  /** A name that nobody else has: it holds an upper-case letter, which no name of a user does. */
  static ephemeral(): LocalAddress {
    const address = Object.create(LocalAddress.prototype) as LocalAddress;
    return Object.assign(address, { local: `E:${(++sequence).toString(16).padStart(8, '0')}` });
  }

  /** `address` as one of these. Throws `ChannelException` (`ERR_CHANNEL`) if it belongs to another transport. */
  static from(address: SocketAddress): LocalAddress {
    if (address instanceof LocalAddress) return address;
    if ('local' in address) return new LocalAddress(address.local);
    throw new ChannelException(
      `unsupported address type: ${formatAddress(address)}. A local channel needs a LocalAddress or { local: name }.`,
    );
  }

  /** Whether both name the same channel. */
  equals(other: SocketAddress | null): boolean {
    return other !== null && 'local' in other && LocalAddress.from(other).local === this.local;
  }

  /** `local:name`. */
  toString(): string {
    return formatAddress(this);
  }
}
