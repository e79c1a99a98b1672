import type { Channel } from '@sluice/core';
import type { ReconnectingClient } from '@sluice/handlers';
import type { Caller } from '../caller/Caller.js';
import { call } from '../caller/call.js';
import type { ClientEvent, ClientSettings, CommonEvent } from '../ipc.js';
import type { Farewell } from '../protocol/farewell.js';
import type { Chat, Login, Notice } from '../protocol/messages.js';
import type { Timing } from '../timing.js';

/** Sentences kept for the next connection. */
const MAX_UNSAID = 100;

/** One user: stays connected to one server or the other, and talks. */
export class ImClient implements Caller {
  readonly login: Login;
  readonly timing: Timing;
  readonly trace: ((text: string) => void) | undefined;
  readonly #report: (what: ClientEvent | CommonEvent) => void;
  readonly #client: ReconnectingClient;
  #session: { readonly server: string; readonly channel: Channel } | undefined;
  #stayAway = false;
  #stopping = false;
  readonly #unsaid: string[] = [];

  constructor(settings: ClientSettings, report: (what: ClientEvent | CommonEvent) => void) {
    this.login = { kind: 'login', user: settings.user, role: 'user' };
    this.timing = settings.timing;
    this.trace = settings.verbose ? (text) => report({ event: 'trace', text }) : undefined;
    this.#report = report;
    this.#client = call(this, settings.endpoints, () => !this.#stayAway);
    this.#client.on('attemptFailed', ({ message }) => report({ event: 'unreachable', message }));
    this.#client.on('backoff', (delay) => report({ event: 'waiting', delay }));
  }

  /** Says it now, or as soon as there is a session again. */
  say(text: string): void {
    if (this.#session === undefined) {
      if (this.#unsaid.length < MAX_UNSAID) this.#unsaid.push(text);
      return;
    }
    const chat: Chat = { kind: 'chat', from: this.login.user, text };
    this.#session.channel.writeAndFlush(chat);
    this.#report({ event: 'said', text });
  }

  /** Says good-bye and connects no more. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const bye = { kind: 'bye', reason: 'said bye', comeBack: false } as const;
    await this.#session?.channel.writeAndFlush(bye).catch(() => {});
    await this.#client.close();
  }

  // ---- what the connections tell ---------------------------------------------------------------------------------

  welcomed(server: string, channel: Channel): void {
    this.#session = { server, channel };
    this.#report({ event: 'online', server });
    for (const text of this.#unsaid.splice(0)) this.say(text);
  }

  dismissed(comeBack: boolean): void {
    if (!comeBack) this.#stayAway = true;
  }

  ended(farewell: Farewell): void {
    const server = this.#session?.server;
    this.#session = undefined;
    if (server === undefined || this.#stopping) return;
    this.#report({ event: 'offline', server, ...farewell });
  }

  heard(message: Chat | Notice): void {
    if (message.kind === 'chat') this.#report({ event: 'heard', from: message.from, text: message.text });
  }

  ponged(rtt: number): void {
    if (this.#session !== undefined) this.#report({ event: 'rtt', server: this.#session.server, ms: rtt });
  }

  idle(): void {
    this.#report({ event: 'idle', after: this.timing.idle });
  }
}
