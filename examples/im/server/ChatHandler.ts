import { type ChannelHandlerContext, ChannelInboundHandlerAdapter } from '@sluice/core';
import type { Chat, Roster } from '../protocol/messages.js';
import type { Room } from './Room.js';
import { SESSION, type Session } from './Session.js';

/** What the service is about: what a user says goes to the room, what the other server says is passed on. */
export class ChatHandler extends ChannelInboundHandlerAdapter<Chat | Roster, never, never> {
  readonly #room: Room;

  constructor(room: Room) {
    super();
    this.#room = room;
  }

  override channelRead(ctx: ChannelHandlerContext<never, never>, message: Chat | Roster): void {
    const session = ctx.attr(SESSION).get();
    if (session === undefined) return;
    if (session.role === 'server') this.#fromServer(session, message);
    // Nobody speaks for somebody else: the name is the session's.
    else if (message.kind === 'chat') this.#room.say(session.name, message.text);
  }

  #fromServer(server: Session, message: Chat | Roster): void {
    if (message.kind === 'chat') this.#room.hear(message);
    else this.#room.setElsewhere(server.name, message.users, server);
  }
}
