import { EventEmitter, once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { IllegalStateException, type InetSocketAddress } from '@sluice/core';
import {
  type ConnectionFault,
  checkBytes,
  checkDelay,
  checkDirection,
  checkDirections,
  checkFunction,
  checkRate,
  checkTarget,
  type FaultControls,
  type FaultDirection,
  type FaultTransform,
} from './FaultControls.js';
import { ProxyConnection } from './ProxyConnection.js';

/** How a {@link FaultProxy} is made. */
export interface FaultProxyOptions {
  /** Where connections go; a port of 1 to 65535. */
  readonly target: InetSocketAddress;
  /** The address to listen at. Default `127.0.0.1`. */
  readonly host?: string;
  /** The port to listen at. Default 0: any free one. */
  readonly port?: number;
}

/** What a {@link FaultProxy} tells. */
export interface FaultProxyEvents {
  /** A client has connected, and the faults of the proxy were given to the connection; nothing was forwarded yet. */
  connection: [ProxyConnection];
}

/**
 * A TCP proxy that makes the faults of a network between a client and a server, on command, without root. Its faults
 * come to all connections: {@link FaultControls.reset | reset}, {@link FaultControls.halfClose | halfClose} and
 * {@link FaultControls.cut | cut} to those there are, the lasting ones to new ones as well, until
 * {@link FaultProxy.restore | restore}. Each of its {@link FaultProxy.connections | connections} can be given faults of
 * its own. Emits {@link FaultProxyEvents}.
 *
 * Without a fault it passes on bytes, ends and resets as they come, and a slow reader holds its writer up. When the target
 * cannot be reached the client's connection is reset.
 *
 * Every fault throws `IllegalStateException` (`ERR_ILLEGAL_STATE`) once the proxy is closed.
 */
export class FaultProxy extends EventEmitter<FaultProxyEvents> implements FaultControls, AsyncDisposable {
  readonly #server: Server;
  readonly #address: InetSocketAddress;
  readonly #connections = new Set<ProxyConnection>();
  /** Lasting faults, in the order they were asked for: what a new connection is given. */
  #lasting: ConnectionFault[] = [];
  #target: InetSocketAddress;
  #refusing = false;
  #closed: Promise<void> | null = null;
  #accepted = 0;
  #refused = 0;
  #forwarded: Record<FaultDirection, number> = { toServer: 0, toClient: 0 };

  private constructor(server: Server, target: InetSocketAddress) {
    super();
    const { address, port } = server.address() as AddressInfo;
    this.#server = server;
    this.#address = { host: address, port };
    this.#target = target;
    server.on('connection', (client) => this.#accept(client));
  }

  /**
   * Starts a proxy.
   *
   * @throws TypeError, RangeError for a target that is no address; Node's error (`EADDRINUSE` …) if it cannot listen
   */
  static async listen({ target, host = '127.0.0.1', port = 0 }: FaultProxyOptions): Promise<FaultProxy> {
    const to = checkTarget(target);
    // Half-closed connections stay so: an end is passed on as what it is.
    const server = createServer({ allowHalfOpen: true });
    server.listen(port, host);
    await once(server, 'listening');
    return new FaultProxy(server, to);
  }

  /** Where clients connect to. */
  get address(): InetSocketAddress {
    return this.#address;
  }

  /** Where new connections go. */
  get target(): InetSocketAddress {
    return this.#target;
  }

  /** The connections of which a side is still open, oldest first. */
  get connections(): readonly ProxyConnection[] {
    return [...this.#connections];
  }

  /** How many connections were let through so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** How many connections {@link refuse} has turned away. */
  get refused(): number {
    return this.#refused;
  }

  /** Bytes that were handed to sockets of servers so far, over all connections. */
  get bytesToServer(): number {
    return this.#forwarded.toServer;
  }

  /** Bytes that were handed to sockets of clients so far, over all connections. */
  get bytesToClient(): number {
    return this.#forwarded.toClient;
  }

  /** New connections go there; those there are stay where they are. Throws as {@link listen} does. */
  retarget(target: InetSocketAddress): void {
    this.#target = checkTarget(target);
  }

  /** Resets new connections as soon as they come, until {@link restore}; those there are stay. */
  refuse(): void {
    this.#checkOpen();
    this.#refusing = true;
  }

  /** See {@link FaultControls.blackhole}. */
  blackhole(direction?: FaultDirection): void {
    checkDirections(direction);
    this.#last((connection) => connection.blackhole(direction));
  }

  /** See {@link FaultControls.drop}. */
  drop(direction: FaultDirection): void {
    checkDirection(direction);
    this.#last((connection) => connection.drop(direction));
  }

  /** See {@link FaultControls.delay}. */
  delay(ms: number, direction?: FaultDirection): void {
    checkDelay(ms);
    checkDirections(direction);
    this.#last((connection) => connection.delay(ms, direction));
  }

  /** See {@link FaultControls.throttle}. The rate is that of each connection. */
  throttle(bytesPerSecond: number, direction?: FaultDirection): void {
    checkRate(bytesPerSecond);
    checkDirections(direction);
    this.#last((connection) => connection.throttle(bytesPerSecond, direction));
  }

  /** See {@link FaultControls.transform}. */
  transform(transform: FaultTransform): void {
    checkFunction('transform', transform);
    this.#last((connection) => connection.transform(transform));
  }

  /** See {@link FaultControls.after}. Each connection counts its own bytes. */
  after(bytes: number, direction: FaultDirection, fault: ConnectionFault): void {
    checkBytes(bytes);
    checkDirection(direction);
    checkFunction('after: the fault', fault);
    this.#last((connection) => connection.after(bytes, direction, fault));
  }

  /** See {@link FaultControls.reset}. */
  reset(): void {
    this.#now((connection) => connection.reset());
  }

  /** See {@link FaultControls.halfClose}. */
  halfClose(direction: FaultDirection): void {
    checkDirection(direction);
    this.#now((connection) => connection.halfClose(direction));
  }

  /** See {@link FaultControls.cut}. */
  cut(): void {
    this.#now((connection) => connection.cut());
  }

  /** See {@link FaultControls.restore}. Also ends {@link refuse}, and the faults that single connections were given. */
  restore(): void {
    this.#refusing = false;
    this.#lasting = [];
    this.#now((connection) => connection.restore());
  }

  /** Stops listening and closes every connection and timer. Completes when all are closed; again is the same. */
  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      // Waits for the connections too.
      this.#server.close(() => {
        if (this.#connections.size === 0) resolve();
        for (const connection of this.#connections) {
          connection.once('close', () => this.#connections.size === 0 && resolve());
        }
      });
      for (const connection of this.#connections) connection.cut();
    });
    return this.#closed;
  }

  /** {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #checkOpen(): void {
    if (this.#closed === null) return;
    const { host, port } = this.#address;
    throw new IllegalStateException(`The fault proxy at ${host}:${port} is closed; make a new one.`);
  }

  #now(fault: ConnectionFault): void {
    this.#checkOpen();
    for (const connection of this.connections) fault(connection);
  }

  #last(fault: ConnectionFault): void {
    this.#now(fault);
    this.#lasting.push(fault);
  }

  #accept(client: Socket): void {
    if (this.#refusing || this.#closed !== null) {
      this.#refused++;
      client.on('error', () => {});
      client.resetAndDestroy();
      return;
    }
    this.#accepted++;
    const { host, port } = this.#target;
    const server = connect({ host, port, allowHalfOpen: true });
    const connection = new ProxyConnection(client, server, (direction, bytes) => {
      this.#forwarded[direction] += bytes;
    });
    this.#connections.add(connection);
    connection.once('close', () => this.#connections.delete(connection));
    for (const fault of this.#lasting) fault(connection);
    this.emit('connection', connection);
  }
}
