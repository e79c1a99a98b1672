import type { Via } from '../ipc.js';
import type { Chat, Notice, Roster } from '../protocol/messages.js';

/** Somebody who is online at this server. */
export interface Member {
  readonly name: string;
  readonly via: Via;
  deliver(message: Chat | Notice): void;
  /** Another connection has taken the name. */
  replaced(): void;
}

/** What a room tells the rest of the service. */
export interface RoomWatcher {
  joined(member: Member): void;
  left(member: Member, reason: string): void;
  /** For the other server. */
  relay(message: Chat | Roster): void;
}

/** The one room of the service: who is in it, here and at the other server, and what they say. */
export class Room {
  readonly #watcher: RoomWatcher;
  readonly #members = new Map<string, Member>();
  readonly #elsewhere = new Map<string, { readonly source: object; readonly users: readonly string[] }>();

  constructor(watcher: RoomWatcher) {
    this.#watcher = watcher;
  }

  /** Who is here. */
  get roster(): Roster {
    return { kind: 'roster', users: [...this.#members.keys()].sort() };
  }

  /** Who is at the other servers: their names and their users. */
  get elsewhere(): readonly (readonly [server: string, users: readonly string[]])[] {
    return [...this.#elsewhere].map(([server, { users }]) => [server, users]);
  }

  has(name: string): boolean {
    return this.#members.has(name) || this.elsewhere.some(([, users]) => users.includes(name));
  }

  /** The newcomer wins: after a lost connection the same person may be back before the old one is found dead. */
  join(member: Member): void {
    const before = this.#members.get(member.name);
    this.#members.set(member.name, member);
    if (before !== undefined) {
      before.replaced();
      this.#watcher.left(before, 'logged in again');
    }
    this.#watcher.joined(member);
    this.#watcher.relay(this.roster);
    this.#tell(member.name, { kind: 'notice', text: `${member.name} is here` });
  }

  /** Does nothing if the name has gone to another connection: the end of the old one comes late. */
  leave(member: Member, reason: string): void {
    if (this.#members.get(member.name) !== member) return;
    this.#members.delete(member.name);
    this.#watcher.left(member, reason);
    this.#watcher.relay(this.roster);
    this.#tell(member.name, { kind: 'notice', text: `${member.name} has left: ${reason}` });
  }

  /** A member says something: everybody else hears it, at the other server too. */
  say(from: string, text: string): void {
    const chat: Chat = { kind: 'chat', from, text };
    this.#tell(from, chat);
    this.#watcher.relay(chat);
  }

  /** Something was said at the other server. It is not relayed again. */
  hear(chat: Chat): void {
    this.#tell(chat.from, chat);
  }

  /** Who is at the other server, as the connection `source` tells. */
  setElsewhere(server: string, users: readonly string[], source: object): void {
    this.#elsewhere.set(server, { source, users });
  }

  /** The connection `source` is gone. Does nothing if the other server has made a new one meanwhile. */
  forget(server: string, source: object): void {
    if (this.#elsewhere.get(server)?.source === source) this.#elsewhere.delete(server);
  }

  #tell(except: string, message: Chat | Notice): void {
    for (const member of this.#members.values()) {
      if (member.name !== except) member.deliver(message);
    }
  }
}
