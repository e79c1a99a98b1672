import type { Channel } from '@sluice/core';
import type { ReconnectingClient } from '@sluice/handlers';
import type { Caller } from '../caller/Caller.js';
import { call } from '../caller/call.js';
import type { Endpoint } from '../ipc.js';
import type { Farewell } from '../protocol/farewell.js';
import type { Bye, Chat, Login, Roster } from '../protocol/messages.js';
import type { Timing } from '../timing.js';
import type { ServerContext } from './ServerContext.js';

/**
 * The way from this server to the other one: what is said here is sent there. It is a client like any other, with the
 * same heartbeat and the same reconnecting; the other server has its own link back.
 */
export class PeerLink implements Caller {
  readonly login: Login;
  readonly timing: Timing;
  readonly trace: ((text: string) => void) | undefined;
  readonly #server: ServerContext;
  readonly #peer: Endpoint;
  readonly #client: ReconnectingClient;
  #channel: Channel | undefined;
  #rtt: number | undefined;

  constructor(server: ServerContext, peer: Endpoint) {
    this.login = { kind: 'login', user: server.name, role: 'server' };
    this.timing = server.timing;
    this.trace = server.trace;
    this.#server = server;
    this.#peer = peer;
    this.#client = call(this, [peer]);
  }

  /** While the other server cannot be reached there is nobody there to hear it: its clients have come here. */
  send(message: Chat | Roster): void {
    if (this.#channel?.isWritable) this.#channel.writeAndFlush(message);
  }

  async close(): Promise<void> {
    const channel = this.#channel;
    this.#channel = undefined;
    const bye: Bye = { kind: 'bye', reason: `${this.#server.name} shuts down`, comeBack: true };
    await channel?.writeAndFlush(bye).catch(() => {});
    await this.#client.close();
  }

  describe(): string {
    if (this.#channel === undefined) return `to ${this.#peer.name}: down`;
    const rtt = this.#rtt === undefined ? '' : `, round trip ${this.#rtt.toFixed(2)} ms`;
    return `to ${this.#peer.name}: up${rtt}`;
  }

  welcomed(_name: string, channel: Channel): void {
    this.#channel = channel;
    this.send(this.#server.room.roster);
    this.#server.report({ event: 'link', peer: this.#peer.name, up: true });
  }

  /** A server that shuts down may be started again. */
  dismissed(): void {}

  ended({ reason }: Farewell): void {
    if (this.#channel === undefined) return;
    this.#channel = undefined;
    this.#rtt = undefined;
    this.#server.report({ event: 'link', peer: this.#peer.name, up: false, reason });
  }

  ponged(rtt: number): void {
    this.#rtt = rtt;
  }
}
