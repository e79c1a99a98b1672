import { inspect } from 'node:util';
import { type InetSocketAddress, invalidArgType, invalidArgValue, outOfRange } from '@sluice/core';
import type { ProxyConnection } from './ProxyConnection.js';

/** One way through a connection of a `FaultProxy`: from the client to the server, or back. */
export type FaultDirection = 'toServer' | 'toClient';

/** Sees all that goes through: returns what to pass on (the chunk, other bytes), or `null` to drop it. */
export type FaultTransform = (direction: FaultDirection, chunk: Buffer) => Buffer | null;

/** What happens to a connection once a number of bytes have passed; see {@link FaultControls.after}. */
export type ConnectionFault = (connection: ProxyConnection) => void;

/**
 * The faults that a `FaultProxy` and each of its connections can be given, at any time. Without a direction both are
 * meant. On a connection that is closed they have no effect.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` or `ERR_INVALID_ARG_TYPE` for what is no direction or no function
 * @throws RangeError `ERR_OUT_OF_RANGE` for a number outside its range
 */
export interface FaultControls {
  /**
   * Nothing is read and nothing forwarded, and both sides stay open: a peer that froze, or a network that swallows all.
   * Writers go on until the buffers of the system are full. What is held goes on its way with {@link restore}.
   */
  blackhole(direction?: FaultDirection): void;
  /** Reads and discards. An end or a reset in this direction stays unknown to the other side until {@link restore}. */
  drop(direction: FaultDirection): void;
  /** Everything that arrives from now on comes this many milliseconds (0 or more) later, in the same order. */
  delay(ms: number, direction?: FaultDirection): void;
  /** Forwards at most this many bytes per second (more than 0), in small pieces. */
  throttle(bytesPerSecond: number, direction?: FaultDirection): void;
  /** Shows each chunk, as the system cut it, to this function, which may drop it or change it. */
  transform(transform: FaultTransform): void;
  /**
   * Runs the fault when exactly `bytes` more bytes (1 or more) of a connection have been forwarded in this direction, and
   * before the next one is: `proxy.after(10, 'toClient', (connection) => connection.reset())`. What it throws is an
   * uncaught exception.
   */
  after(bytes: number, direction: FaultDirection, fault: ConnectionFault): void;
  /** Resets both sides (RST): they fail with `ECONNRESET`. What was not forwarded yet is lost. */
  reset(): void;
  /**
   * Ends the connection in this direction (FIN), as if its sender had. What had not been forwarded, and what comes
   * later, is discarded; the other direction goes on. Cannot be undone.
   */
  halfClose(direction: FaultDirection): void;
  /**
   * Closes both sides as the system does when a process dies: FIN, or RST if there were bytes that nobody had read.
   * What was not forwarded yet is lost.
   */
  cut(): void;
  /** Forgets every fault that lasts, and each {@link after}. What was held or delayed is forwarded at once, in order. */
  restore(): void;
}

/** The direction as it came, if it is one. */
export function checkDirection(direction: FaultDirection): FaultDirection {
  if (direction === 'toServer' || direction === 'toClient') return direction;
  throw invalidArgValue(`direction: ${inspect(direction)} (expected: 'toServer' or 'toClient')`);
}

/** The directions that are meant; both if none is given. */
export function checkDirections(direction: FaultDirection | undefined): readonly FaultDirection[] {
  return direction === undefined ? ['toServer', 'toClient'] : [checkDirection(direction)];
}

/** The delay as it came. The upper bound is that of a timer. */
export function checkDelay(ms: number): number {
  if (ms >= 0 && ms <= 0x7fffffff) return ms;
  throw outOfRange(`delay: ${inspect(ms)} ms (expected: 0 to ${0x7fffffff})`);
}

/** The rate as it came. The lower bound keeps the time between two bytes within that of a timer. */
export function checkRate(bytesPerSecond: number): number {
  if (bytesPerSecond >= 0.001) return bytesPerSecond;
  throw outOfRange(`throttle: ${inspect(bytesPerSecond)} bytes per second (expected: 0.001 or more)`);
}

/** The count as it came. */
export function checkBytes(bytes: number): number {
  if (Number.isSafeInteger(bytes) && bytes >= 1) return bytes;
  throw outOfRange(`after: ${inspect(bytes)} bytes (expected: a whole number, 1 or more)`);
}

/** Throws for what cannot be called; `name` says what it is for. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw invalidArgType(`${name}: ${inspect(value)} (expected: a function)`);
}

/** A copy of an address to connect to. */
export function checkTarget(target: InetSocketAddress): InetSocketAddress {
  if (typeof target !== 'object' || target === null || typeof target.host !== 'string') {
    throw invalidArgType(`target: ${inspect(target)} (expected: { host: '127.0.0.1', port: 9000 })`);
  }
  const { host, port } = target;
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return { host, port };
  throw outOfRange(`Port of the target: ${inspect(port)} (expected: 1 to 65535)`);
}
