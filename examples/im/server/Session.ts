import { AttributeKey, type Channel } from '@sluice/core';
import type { Bye, Chat, ImMessage, Notice } from '../protocol/messages.js';
import type { Member } from './Room.js';

/** The session of a connection that has logged in: the handlers behind the session handler find it at the channel. */
export const SESSION: AttributeKey<Session> = AttributeKey.valueOf<Session>('im.session');

/** A user or the other server, on a framed connection. */
export class Session implements Member {
  readonly via = 'client';
  readonly name: string;
  readonly role: 'user' | 'server';
  readonly #channel: Channel;

  constructor(channel: Channel, name: string, role: 'user' | 'server') {
    this.#channel = channel;
    this.name = name;
    this.role = role;
  }

  deliver(message: Chat | Notice): void {
    // A reader that is slower than the conversation loses messages: the server's memory is not its mailbox.
    if (this.#channel.isWritable) this.#write(message);
  }

  replaced(): void {
    void this.end({ kind: 'bye', reason: 'you logged in from somewhere else', comeBack: false });
  }

  /** Says good-bye and closes. */
  async end(bye: Bye): Promise<void> {
    this.#write(bye);
    await this.#channel.closeGracefully({ timeout: 1000 });
  }

  #write(message: ImMessage): void {
    this.#channel.writeAndFlush(message);
  }
}
