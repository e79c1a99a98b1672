import { type ChannelHandlerContext, ChannelInboundHandlerAdapter, ServerShutdownEvent } from '@sluice/core';
import { IdleStateEvent } from '@sluice/handlers';
import { farewellOf } from '../protocol/farewell.js';
import type { Chat, ImMessage, Login, Roster, Talk } from '../protocol/messages.js';
import type { ServerContext } from './ServerContext.js';
import { SESSION, Session } from './Session.js';

type Context = ChannelHandlerContext<Chat | Roster, Talk>;

/**
 * Opens a session when somebody logs in and ends it when the connection does, however that comes: a good-bye, a lost
 * connection, a silence too long. Whatever comes before a login ends the connection; behind this handler everything
 * belongs to a session.
 */
export class SessionHandler extends ChannelInboundHandlerAdapter<ImMessage, Chat | Roster, Talk> {
  readonly #server: ServerContext;
  #session: Session | undefined;
  #bye: string | undefined;

  constructor(server: ServerContext) {
    super();
    this.#server = server;
  }

  override channelRead(ctx: Context, message: ImMessage): void {
    if (message.kind === 'login') this.#login(ctx, message);
    else if (this.#session === undefined) this.#refuse(ctx, 'log in first');
    else if (message.kind === 'bye') this.#bye = message.reason;
    else if (message.kind === 'chat' || message.kind === 'roster') ctx.fireChannelRead(message);
    else this.#refuse(ctx, `a ${message.kind} makes no sense to a server`);
  }

  override userEventTriggered(ctx: Context, event: unknown): void {
    if (event instanceof IdleStateEvent && this.#session === undefined) {
      this.#refuse(ctx, `no login within ${this.#server.timing.login} ms`);
    } else if (event instanceof ServerShutdownEvent) {
      const bye = { kind: 'bye', reason: `${this.#server.name} shuts down`, comeBack: true } as const;
      event.waitUntil(ctx.writeAndFlush(bye));
    }
    ctx.fireUserEventTriggered(event);
  }

  override channelInactive(ctx: Context): void {
    const session = this.#session;
    if (session !== undefined) {
      const { reason } = farewellOf(ctx.channel, this.#bye);
      if (session.role === 'user') this.#server.room.leave(session, reason);
      else this.#unlink(session, reason);
    }
    ctx.fireChannelInactive();
  }

  #login(ctx: Context, { user, role }: Login): void {
    if (this.#session !== undefined) return this.#refuse(ctx, `you are ${this.#session.name} already`);
    this.#session = new Session(ctx.channel, user, role);
    ctx.attr(SESSION).set(this.#session);
    ctx.writeAndFlush({ kind: 'welcome', server: this.#server.name });
    if (role === 'user') this.#server.room.join(this.#session);
  }

  #unlink(session: Session, reason: string): void {
    this.#server.room.forget(session.name, session);
    this.#server.report({ event: 'left', user: session.name, reason });
  }

  #refuse(ctx: Context, reason: string): void {
    ctx.writeAndFlush({ kind: 'bye', reason, comeBack: false });
    void ctx.channel.closeGracefully({ timeout: 1000 });
  }
}
