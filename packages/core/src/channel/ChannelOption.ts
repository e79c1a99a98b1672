import type { BlockList } from 'node:net';
import type { UnhandledHooks } from '../pipeline/UnhandledHooks.js';
import { invalidArgValue } from '../util/errors.js';
import type { MessageSizeEstimator } from './MessageSizeEstimator.js';
import type { WriteBufferWaterMark } from './WriteBufferWaterMark.js';

const options = new Map<string, ChannelOption<unknown>>();

/**
 * Names a typed setting of a channel. An option that the channel's transport cannot honour is ignored with one
 * warning by name. Netty: ChannelOption.
 */
export class ChannelOption<T> {
  /** Only in the type: the value it takes. */
  declare readonly '~value': T;
  /** Unique; for `valueOf` and for messages. */
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** The option of this name, made on first use. */
  static valueOf<T>(name: string): ChannelOption<T> {
    let option = options.get(name);
    if (option === undefined) options.set(name, (option = new ChannelOption<unknown>(name)));
    return option as ChannelOption<T>;
  }

  /** An option that must be new. Throws `TypeError` (`ERR_INVALID_ARG_VALUE`) when the name is taken. */
  static newInstance<T>(name: string): ChannelOption<T> {
    if (options.has(name)) throw invalidArgValue(`'${name}' is already in use`);
    return ChannelOption.valueOf<T>(name);
  }

  /** Whether an option of this name was made. */
  static exists(name: string): boolean {
    return options.has(name);
  }

  /** The name. */
  toString(): string {
    return this.name;
  }

  /** Read without being asked (default true). When false, nothing is read until `channel.read()`. */
  static readonly AUTO_READ: ChannelOption<boolean> = ChannelOption.valueOf('AUTO_READ');
  /**
   * Close when writing fails (default true); when false only the output side is shut down. A socket whose write failed is
   * destroyed by Node and closes in any case.
   */
  static readonly AUTO_CLOSE: ChannelOption<boolean> = ChannelOption.valueOf('AUTO_CLOSE');
  /** Keep the channel open when the peer ends its side (default false) and fire `ChannelInputShutdownEvent`. */
  static readonly ALLOW_HALF_CLOSURE: ChannelOption<boolean> = ChannelOption.valueOf('ALLOW_HALF_CLOSURE');
  /** Milliseconds a connect may take (default 30000; 0 waits as long as the system does). */
  static readonly CONNECT_TIMEOUT_MILLIS: ChannelOption<number> =
    ChannelOption.valueOf('CONNECT_TIMEOUT_MILLIS');
  /** Bytes waiting to be written at which the channel turns unwritable and writable again (default 32 KiB, 64 KiB). */
  static readonly WRITE_BUFFER_WATER_MARK: ChannelOption<WriteBufferWaterMark> =
    ChannelOption.valueOf('WRITE_BUFFER_WATER_MARK');
  /**
   * The high water mark alone; it may not be below the low one.
   * @deprecated As in Netty: set both with `WRITE_BUFFER_WATER_MARK`.
   */
  static readonly WRITE_BUFFER_HIGH_WATER_MARK: ChannelOption<number> = ChannelOption.valueOf(
    'WRITE_BUFFER_HIGH_WATER_MARK',
  );
  /**
   * The low water mark alone; it may not be above the high one.
   * @deprecated As in Netty: set both with `WRITE_BUFFER_WATER_MARK`.
   */
  static readonly WRITE_BUFFER_LOW_WATER_MARK: ChannelOption<number> = ChannelOption.valueOf(
    'WRITE_BUFFER_LOW_WATER_MARK',
  );
  /** Tells how many bytes a message counts for the water marks. */
  static readonly MESSAGE_SIZE_ESTIMATOR: ChannelOption<MessageSizeEstimator> =
    ChannelOption.valueOf('MESSAGE_SIZE_ESTIMATOR');
  /** What happens to events that no handler took (default: see `UnhandledHooks`). */
  static readonly UNHANDLED: ChannelOption<UnhandledHooks> = ChannelOption.valueOf('UNHANDLED');

  /** Send small packets at once (default true, as Netty's). */
  static readonly TCP_NODELAY: ChannelOption<boolean> = ChannelOption.valueOf('TCP_NODELAY');
  /** Let the system probe an idle connection (default false). */
  static readonly SO_KEEPALIVE: ChannelOption<boolean> = ChannelOption.valueOf('SO_KEEPALIVE');
  /** Seconds of silence before the first probe (with SO_KEEPALIVE). */
  static readonly TCP_KEEPIDLE: ChannelOption<number> = ChannelOption.valueOf('TCP_KEEPIDLE');
  /** Seconds between probes; Node 24.19 and later. */
  static readonly TCP_KEEPINTVL: ChannelOption<number> = ChannelOption.valueOf('TCP_KEEPINTVL');
  /** Unanswered probes until the connection is dead; Node 24.19 and later. */
  static readonly TCP_KEEPCNT: ChannelOption<number> = ChannelOption.valueOf('TCP_KEEPCNT');
  /** 0 makes `close()` reset the connection; negative restores the default. Node honours no other value. */
  static readonly SO_LINGER: ChannelOption<number> = ChannelOption.valueOf('SO_LINGER');
  /** Type-of-service byte; Node 24 and later. */
  static readonly IP_TOS: ChannelOption<number> = ChannelOption.valueOf('IP_TOS');

  /** Connections that may wait to be accepted (Node's default 511). */
  static readonly SO_BACKLOG: ChannelOption<number> = ChannelOption.valueOf('SO_BACKLOG');
  /** Several sockets on one address. UDP, and TCP from Node 22.12. */
  static readonly SO_REUSEPORT: ChannelOption<boolean> = ChannelOption.valueOf('SO_REUSEPORT');
  /** UDP: bind an address in use. For TCP the runtime decides (on Unix: always on). */
  static readonly SO_REUSEADDR: ChannelOption<boolean> = ChannelOption.valueOf('SO_REUSEADDR');
  /** Listen on IPv6 only. */
  static readonly IPV6_V6ONLY: ChannelOption<boolean> = ChannelOption.valueOf('IPV6_V6ONLY');
  /** Connections a server serves at a time; more are dropped at once. Node: `server.maxConnections`. */
  static readonly MAX_CONNECTIONS: ChannelOption<number> = ChannelOption.valueOf('MAX_CONNECTIONS');
  /** Server: connections from these addresses are dropped at once, with a `ConnectionDroppedEvent`. */
  static readonly BLOCK_LIST: ChannelOption<BlockList> = ChannelOption.valueOf('BLOCK_LIST');
  /**
   * Server: listen on a descriptor that is bound already, as systemd hands over (3 is its first). The address that `bind`
   * is given only names it then. Not on Windows. Node: `fd`.
   */
  static readonly LISTEN_FD: ChannelOption<number> = ChannelOption.valueOf('LISTEN_FD');
  /** In a cluster worker: do not share the listening socket. Node: `exclusive`. */
  static readonly EXCLUSIVE: ChannelOption<boolean> = ChannelOption.valueOf('EXCLUSIVE');

  /** Unix-socket server: let all users read from the socket. Node: `readableAll`. */
  static readonly READABLE_ALL: ChannelOption<boolean> = ChannelOption.valueOf('READABLE_ALL');
  /** Unix-socket server: let all users write to the socket. Node: `writableAll`. */
  static readonly WRITABLE_ALL: ChannelOption<boolean> = ChannelOption.valueOf('WRITABLE_ALL');
  /** Try the IPv6 and IPv4 addresses of a host name side by side (RFC 8305; Node's default: true). */
  static readonly AUTO_SELECT_FAMILY: ChannelOption<boolean> = ChannelOption.valueOf('AUTO_SELECT_FAMILY');

  /** UDP: bytes of the send buffer. */
  static readonly SO_SNDBUF: ChannelOption<number> = ChannelOption.valueOf('SO_SNDBUF');
  /** UDP: bytes of the receive buffer. */
  static readonly SO_RCVBUF: ChannelOption<number> = ChannelOption.valueOf('SO_RCVBUF');
  /** UDP: allow sending to broadcast addresses. */
  static readonly SO_BROADCAST: ChannelOption<boolean> = ChannelOption.valueOf('SO_BROADCAST');
  /** UDP: hops of a multicast packet. */
  static readonly IP_MULTICAST_TTL: ChannelOption<number> = ChannelOption.valueOf('IP_MULTICAST_TTL');
  /** UDP: address of the interface that multicast packets leave by. */
  static readonly IP_MULTICAST_IF: ChannelOption<string> = ChannelOption.valueOf('IP_MULTICAST_IF');
  /** UDP: the same as `IP_MULTICAST_IF`, by Netty's name for an interface given by its address. */
  static readonly IP_MULTICAST_ADDR: ChannelOption<string> = ChannelOption.valueOf('IP_MULTICAST_ADDR');
  /** UDP: true keeps own multicast packets from coming back. */
  static readonly IP_MULTICAST_LOOP_DISABLED: ChannelOption<boolean> = ChannelOption.valueOf(
    'IP_MULTICAST_LOOP_DISABLED',
  );
}
