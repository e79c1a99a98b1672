import { TooLongFrameException } from '@sluice/codec';
import { type ChannelHandlerContext, ChannelInboundHandlerAdapter, ServerShutdownEvent } from '@sluice/core';
import { isUserName } from '../protocol/wire.js';
import type { Member } from './Room.js';
import type { ServerContext } from './ServerContext.js';

type Context = ChannelHandlerContext<never, string>;

/** Longest line a person may type, in bytes. */
export const MAX_LINE = 4096;

/** Somebody with `nc`: a line is said to everybody, a line that begins with a colon is a command. */
export class LineHandler extends ChannelInboundHandlerAdapter<string, never, string> {
  readonly #server: ServerContext;
  #member: Member | undefined;
  #farewell: string | undefined;

  constructor(server: ServerContext) {
    super();
    this.#server = server;
  }

  override channelActive(ctx: Context): void {
    const { remoteAddress } = ctx.channel;
    // The peer's port makes the name unique on this machine, whichever server people come to.
    const number = remoteAddress !== null && 'port' in remoteAddress ? remoteAddress.port : 0;
    this.#join(ctx, `guest-${number}`);
    this.#print(ctx, `Welcome to ${this.#server.name}. You are guest-${number}.`);
    this.#print(ctx, 'Type to talk; :name NAME, :info, :all, :q to leave.');
    ctx.fireChannelActive();
  }

  override channelRead(ctx: Context, line: string): void {
    const text = line.trim();
    if (text.startsWith(':')) this.#command(ctx, text);
    else if (text !== '' && this.#member !== undefined) this.#server.room.say(this.#member.name, text);
  }

  override userEventTriggered(ctx: Context, event: unknown): void {
    if (event instanceof ServerShutdownEvent) {
      event.waitUntil(ctx.writeAndFlush(`bye: ${this.#server.name} shuts down\n`));
    }
    ctx.fireUserEventTriggered(event);
  }

  override channelInactive(ctx: Context): void {
    this.#leave(this.#farewell ?? 'hung up');
    ctx.fireChannelInactive();
  }

  override exceptionCaught(ctx: Context, cause: Error): void {
    if (cause instanceof TooLongFrameException) this.#print(ctx, `Lines have at most ${MAX_LINE} bytes.`);
    else ctx.fireExceptionCaught(cause);
  }

  #command(ctx: Context, text: string): void {
    const [command, ...rest] = text.split(/\s+/);
    switch (command) {
      case ':info':
        return this.#info(ctx);
      case ':all':
        return this.#all(ctx);
      case ':name':
        return this.#rename(ctx, rest.join(' '));
      case ':q':
        this.#farewell = 'said bye';
        this.#print(ctx, 'bye');
        void ctx.channel.closeGracefully({ timeout: 1000 });
        return;
      default:
        this.#print(ctx, `There is no ${command}; try :info, :all, :name NAME or :q.`);
    }
  }

  #info(ctx: Context): void {
    this.#print(ctx, `you       ${this.#member?.name ?? 'not here any more'}`);
    for (const line of this.#server.describe()) this.#print(ctx, line);
  }

  #all(ctx: Context): void {
    const { name, room } = this.#server;
    this.#print(ctx, `${name}: ${room.roster.users.join(', ')}`);
    for (const [server, users] of room.elsewhere) {
      this.#print(ctx, `${server}: ${users.join(', ') || 'nobody'}`);
    }
  }

  #rename(ctx: Context, name: string): void {
    if (!isUserName(name))
      this.#print(ctx, 'A name has 1 to 32 letters, digits, dots, dashes or underscores.');
    else if (this.#server.room.has(name)) this.#print(ctx, `${name} is here already.`);
    else {
      this.#leave(`is now ${name}`);
      this.#join(ctx, name);
      this.#print(ctx, `You are ${name}.`);
    }
  }

  #join(ctx: Context, name: string): void {
    this.#member = {
      name,
      via: 'line',
      deliver: (message) => {
        if (!ctx.channel.isWritable) return;
        this.#print(ctx, message.kind === 'chat' ? `${message.from}: ${message.text}` : `* ${message.text}`);
      },
      replaced: () => {
        this.#member = undefined;
        this.#print(ctx, `${name} logged in from somewhere else; bye`);
        void ctx.channel.closeGracefully({ timeout: 1000 });
      },
    };
    this.#server.room.join(this.#member);
  }

  #leave(reason: string): void {
    if (this.#member !== undefined) this.#server.room.leave(this.#member, reason);
    this.#member = undefined;
  }

  #print(ctx: Context, line: string): void {
    ctx.writeAndFlush(`${printable(line)}\n`);
  }
}

/** What others typed must not move the cursor of the reader's terminal. */
function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, ' ');
}
