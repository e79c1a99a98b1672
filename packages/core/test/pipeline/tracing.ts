import type { AnyChannelHandler, ChannelHandlerContext, ChannelPromise, SocketAddress } from '@sluice/core';

type Ctx = ChannelHandlerContext;

/** Keeps a list of what happened: `name event argument`. */
export class Trace {
  readonly entries: string[] = [];

  /** What happened since the last call. */
  take(): string[] {
    return this.entries.splice(0);
  }

  note(...parts: unknown[]): void {
    this.entries.push(parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' '));
  }

  /** A handler that implements everything, notes it and passes it on; `own` replaces callbacks. */
  handler(name: string, own: AnyChannelHandler = {}): AnyChannelHandler {
    const all: Required<Omit<AnyChannelHandler, 'isSharable' | 'isTransparent'>> = {
      handlerAdded: () => this.note(name, 'handlerAdded'),
      handlerRemoved: () => this.note(name, 'handlerRemoved'),
      exceptionCaught: (ctx: Ctx, cause: Error) => {
        this.note(name, 'exceptionCaught', cause);
        ctx.fireExceptionCaught(cause);
      },
      channelRegistered: (ctx: Ctx) => {
        this.note(name, 'channelRegistered');
        ctx.fireChannelRegistered();
      },
      channelUnregistered: (ctx: Ctx) => {
        this.note(name, 'channelUnregistered');
        ctx.fireChannelUnregistered();
      },
      channelActive: (ctx: Ctx) => {
        this.note(name, 'channelActive');
        ctx.fireChannelActive();
      },
      channelInactive: (ctx: Ctx) => {
        this.note(name, 'channelInactive');
        ctx.fireChannelInactive();
      },
      channelRead: (ctx: Ctx, message: unknown) => {
        this.note(name, 'channelRead', message);
        ctx.fireChannelRead(message);
      },
      channelReadComplete: (ctx: Ctx) => {
        this.note(name, 'channelReadComplete');
        ctx.fireChannelReadComplete();
      },
      userEventTriggered: (ctx: Ctx, event: unknown) => {
        this.note(name, 'userEventTriggered', event);
        ctx.fireUserEventTriggered(event);
      },
      channelWritabilityChanged: (ctx: Ctx) => {
        this.note(name, 'channelWritabilityChanged');
        ctx.fireChannelWritabilityChanged();
      },
      bind: (ctx: Ctx, local: SocketAddress, promise: ChannelPromise) => {
        this.note(name, 'bind');
        ctx.bind(local, promise);
      },
      connect: (ctx: Ctx, remote: SocketAddress, local: SocketAddress | null, promise: ChannelPromise) => {
        this.note(name, 'connect');
        ctx.connect(remote, local, promise);
      },
      disconnect: (ctx: Ctx, promise: ChannelPromise) => {
        this.note(name, 'disconnect');
        ctx.disconnect(promise);
      },
      close: (ctx: Ctx, promise: ChannelPromise) => {
        this.note(name, 'close');
        ctx.close(promise);
      },
      deregister: (ctx: Ctx, promise: ChannelPromise) => {
        this.note(name, 'deregister');
        ctx.deregister(promise);
      },
      read: (ctx: Ctx) => {
        this.note(name, 'read');
        ctx.read();
      },
      write: (ctx: Ctx, message: unknown, promise: ChannelPromise) => {
        this.note(name, 'write', message);
        ctx.write(message, promise);
      },
      flush: (ctx: Ctx) => {
        this.note(name, 'flush');
        ctx.flush();
      },
    };
    return { ...all, ...own };
  }
}

/** The events of a pipeline with their arguments, as calls on a context. */
export const INBOUND = {
  channelRegistered: (ctx: Ctx) => ctx.fireChannelRegistered(),
  channelUnregistered: (ctx: Ctx) => ctx.fireChannelUnregistered(),
  channelActive: (ctx: Ctx) => ctx.fireChannelActive(),
  channelInactive: (ctx: Ctx) => ctx.fireChannelInactive(),
  channelRead: (ctx: Ctx) => ctx.fireChannelRead('message'),
  channelReadComplete: (ctx: Ctx) => ctx.fireChannelReadComplete(),
  userEventTriggered: (ctx: Ctx) => ctx.fireUserEventTriggered('event'),
  channelWritabilityChanged: (ctx: Ctx) => ctx.fireChannelWritabilityChanged(),
} as const;

/** The operations, as calls on a context; those that have a promise return it. */
export const OUTBOUND = {
  bind: (ctx: Ctx) => ctx.bind({ local: 'here' }),
  connect: (ctx: Ctx) => ctx.connect({ local: 'there' }),
  disconnect: (ctx: Ctx) => ctx.disconnect(),
  close: (ctx: Ctx) => ctx.close(),
  deregister: (ctx: Ctx) => ctx.deregister(),
  write: (ctx: Ctx) => ctx.write('message'),
  read: (ctx: Ctx) => ctx.read(),
  flush: (ctx: Ctx) => ctx.flush(),
} as const;

/** A tick with its microtasks, and what they put off. */
export const ticksLater = (): Promise<void> =>
  new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
