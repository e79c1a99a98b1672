import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import {
  type ConnectionFault,
  checkBytes,
  checkDelay,
  checkDirection,
  checkDirections,
  checkFunction,
  checkRate,
  type FaultControls,
  type FaultDirection,
  type FaultTransform,
} from './FaultControls.js';
import { Lane } from './Lane.js';

/** What a {@link ProxyConnection} tells. */
export interface ProxyConnectionEvents {
  /** Both sides are closed. Comes once. */
  close: [];
}

/**
 * One connection through a `FaultProxy`. Emits {@link ProxyConnectionEvents}. Its faults are its own; those of the proxy
 * come to all connections.
 */
export class ProxyConnection extends EventEmitter<ProxyConnectionEvents> implements FaultControls {
  readonly #sockets: readonly [client: Socket, server: Socket];
  readonly #lanes: Readonly<Record<FaultDirection, Lane>>;
  #open = 2;

  /** @internal Made by `FaultProxy`. */
  constructor(client: Socket, server: Socket, forwarded: (direction: FaultDirection, bytes: number) => void) {
    super();
    this.#sockets = [client, server];
    const lane = (direction: FaultDirection, source: Socket, target: Socket): Lane =>
      new Lane(source, target, {
        reset: () => this.reset(),
        forwarded: (bytes) => forwarded(direction, bytes),
      });
    this.#lanes = {
      toServer: lane('toServer', client, server),
      toClient: lane('toClient', server, client),
    };
    for (const socket of this.#sockets) {
      socket.setNoDelay();
      socket.once('close', () => this.#socketClosed());
    }
  }

  /** Bytes that were handed to the server's socket. */
  get bytesToServer(): number {
    return this.#lanes.toServer.forwarded;
  }

  /** Bytes that were handed to the client's socket. */
  get bytesToClient(): number {
    return this.#lanes.toClient.forwarded;
  }

  /** Whether both sides are closed. */
  get closed(): boolean {
    return this.#open === 0;
  }

  /** See {@link FaultControls.blackhole}. */
  blackhole(direction?: FaultDirection): void {
    for (const each of checkDirections(direction)) this.#lanes[each].hold();
  }

  /** See {@link FaultControls.drop}. */
  drop(direction: FaultDirection): void {
    this.#lanes[checkDirection(direction)].drop();
  }

  /** See {@link FaultControls.delay}. */
  delay(ms: number, direction?: FaultDirection): void {
    checkDelay(ms);
    for (const each of checkDirections(direction)) this.#lanes[each].delay(ms);
  }

  /** See {@link FaultControls.throttle}. */
  throttle(bytesPerSecond: number, direction?: FaultDirection): void {
    checkRate(bytesPerSecond);
    for (const each of checkDirections(direction)) this.#lanes[each].throttle(bytesPerSecond);
  }

  /** See {@link FaultControls.transform}. */
  transform(transform: FaultTransform): void {
    checkFunction('transform', transform);
    for (const each of checkDirections(undefined)) {
      this.#lanes[each].transform((chunk) => transform(each, chunk));
    }
  }

  /** See {@link FaultControls.after}. */
  after(bytes: number, direction: FaultDirection, fault: ConnectionFault): void {
    checkFunction('after: the fault', fault);
    this.#lanes[checkDirection(direction)].after(checkBytes(bytes), () => fault(this));
  }

  /** See {@link FaultControls.reset}. */
  reset(): void {
    // One that is still connecting is reset as soon as it is connected.
    this.#end((socket) => socket.resetAndDestroy());
  }

  /** See {@link FaultControls.halfClose}. */
  halfClose(direction: FaultDirection): void {
    this.#lanes[checkDirection(direction)].shut();
  }

  /** See {@link FaultControls.cut}. */
  cut(): void {
    this.#end((socket) => socket.destroy());
  }

  /** See {@link FaultControls.restore}. */
  restore(): void {
    for (const each of checkDirections(undefined)) this.#lanes[each].restore();
  }

  #end(end: (socket: Socket) => void): void {
    for (const each of checkDirections(undefined)) this.#lanes[each].close();
    for (const socket of this.#sockets) if (!socket.destroyed) end(socket);
  }

  #socketClosed(): void {
    if (--this.#open > 0) return;
    for (const each of checkDirections(undefined)) this.#lanes[each].close();
    this.emit('close');
  }
}
