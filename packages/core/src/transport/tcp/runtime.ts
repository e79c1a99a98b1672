import { type Server, Socket, type SocketConstructorOpts } from 'node:net';
import { channelOf } from '../ByteStreamChannel.js';
import { readBuffer, takeChunk } from './readBuffer.js';

/**
 * The only file that touches internals of Node: reading into a shared buffer (`onread`) also on accepted sockets, which
 * Node offers for outgoing ones only. Everything here is checked for at run time; without it sockets read by `'data'`.
 */

/** How sockets read. `'data'` is Node's public way. */
export type ReadMode = 'onread' | 'data';

let mode: ReadMode = process.env.SLUICE_READ_MODE === 'data' ? 'data' : 'onread';

/** The mode of sockets made from now on. */
export function readMode(): ReadMode {
  return mode;
}
/** Sets the mode of sockets made from now on; the environment variable `SLUICE_READ_MODE` sets the first. */
export function setReadMode(value: ReadMode): void {
  mode = value;
}

function onRead(this: Socket, length: number, buffer: Uint8Array): boolean {
  return channelOf(this).received(takeChunk(buffer, length));
}

/** One object for all sockets. */
const ONREAD = { buffer: readBuffer, callback: onRead as (length: number, buffer: Uint8Array) => boolean };

/** A socket to connect, and whether its input comes by `'data'`. */
export function newSocket(): { socket: Socket; events: boolean } {
  const events = mode === 'data';
  const options: SocketConstructorOpts = { allowHalfOpen: true };
  if (!events) Object.assign(options, { onread: ONREAD });
  return { socket: new Socket(options), events };
}

interface Internals {
  _handle: object | null;
  _server: Server | null;
  server: Server | null;
}

/**
 * Puts the connection of an accepted, paused socket into a new one that reads into the shared buffer. The server keeps
 * counting it: its link moves along, so `close()`, `getConnections()` and `maxConnections` stay right.
 */
export function adoptAccepted(accepted: Socket): { socket: Socket; events: boolean } {
  const shell = accepted as unknown as Internals;
  const handle = shell._handle;
  if (mode === 'data' || typeof handle !== 'object' || handle === null || !('_server' in shell)) {
    return { socket: accepted, events: true };
  }
  const server = shell._server;
  // noDelay only tells the new socket what the server has set already; else it would ignore setNoDelay(false).
  const options = { handle, allowHalfOpen: true, pauseOnCreate: true, noDelay: true, onread: ONREAD };
  shell._handle = null;
  const socket = new Socket(options as unknown as SocketConstructorOpts);
  shell._server = null;
  accepted.destroy();
  const linked = socket as unknown as Internals;
  linked._server = server;
  linked.server = server;
  return { socket, events: false };
}
