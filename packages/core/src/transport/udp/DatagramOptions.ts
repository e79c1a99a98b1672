import type { BindOptions, Socket, SocketOptions } from 'node:dgram';
import { ChannelOption } from '../../channel/ChannelOption.js';
import { getLogger } from '../../util/logger.js';

/** The first version of Node whose UDP sockets take `reusePort`. */
const REUSE_PORT_SINCE = [22, 12] as const;

type LiveOption = (socket: Socket, value: never) => void;

/** Options that a bound socket takes at any time. */
const LIVE: ReadonlyMap<unknown, LiveOption> = new Map<unknown, LiveOption>([
  [ChannelOption.SO_BROADCAST, (socket, on: boolean) => socket.setBroadcast(on)],
  [ChannelOption.SO_SNDBUF, (socket, bytes: number) => socket.setSendBufferSize(bytes)],
  [ChannelOption.SO_RCVBUF, (socket, bytes: number) => socket.setRecvBufferSize(bytes)],
  [ChannelOption.IP_MULTICAST_TTL, (socket, hops: number) => socket.setMulticastTTL(hops)],
  [ChannelOption.IP_MULTICAST_IF, (socket, address: string) => socket.setMulticastInterface(address)],
  [ChannelOption.IP_MULTICAST_ADDR, (socket, address: string) => socket.setMulticastInterface(address)],
  [ChannelOption.IP_MULTICAST_LOOP_DISABLED, (socket, off: boolean) => socket.setMulticastLoopback(!off)],
]);

/** The options of a UDP socket: kept until there is one, then applied. */
export class DatagramOptions {
  readonly #creation: Partial<SocketOptions> & { reusePort?: boolean } = {};
  readonly #live = new Map<LiveOption, unknown>();
  #exclusive: boolean | undefined;

  /**
   * Takes an option; false when this kind of channel, this version of Node, or a socket that exists already cannot
   * honour it. With a bound socket it is applied at once and may throw the system's error.
   */
  set(option: ChannelOption<unknown>, value: unknown, bound: Socket | null, created: boolean): boolean {
    const live = LIVE.get(option);
    if (live !== undefined) {
      this.#live.set(live, value);
      if (bound !== null) live(bound, value as never);
      return true;
    }
    if (created) return false;
    switch (option) {
      case ChannelOption.SO_REUSEADDR:
        this.#creation.reuseAddr = value as boolean;
        return true;
      case ChannelOption.SO_REUSEPORT:
        this.#creation.reusePort = value as boolean;
        return supportsReusePort();
      case ChannelOption.IPV6_V6ONLY:
        this.#creation.ipv6Only = value as boolean;
        return true;
      case ChannelOption.EXCLUSIVE:
        this.#exclusive = value as boolean;
        return true;
      default:
        return false;
    }
  }

  /** What `createSocket` is to be told. */
  get creation(): Partial<SocketOptions> {
    return this.#creation;
  }
  /** What `bind` is to be told. */
  get binding(): Pick<BindOptions, 'exclusive'> {
    return this.#exclusive === undefined ? {} : { exclusive: this.#exclusive };
  }

  /** The socket is bound: sets what was asked for before. One that fails is logged; the channel goes on without it. */
  apply(socket: Socket): void {
    for (const [live, value] of this.#live) {
      try {
        live(socket, value as never);
      } catch (error) {
        getLogger().warn({ err: error, value }, 'Failed to set an option of a UDP socket');
      }
    }
  }
}

function supportsReusePort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > REUSE_PORT_SINCE[0] || (major === REUSE_PORT_SINCE[0] && minor >= REUSE_PORT_SINCE[1]);
}
