import {
  type ChannelHandlerContext,
  type ChannelPromise,
  IllegalStateException,
  type Passing,
  PassThroughHandler,
  type SocketAddress,
  type Untyped,
  type WaitOptions,
} from '@sluice/core';

type Context = ChannelHandlerContext<Passing, Passing>;

/** What comes with each event and operation, in the order of the callback's arguments; promises are left out. */
interface RecordedArguments {
  handlerAdded: [];
  handlerRemoved: [];
  channelRegistered: [];
  channelUnregistered: [];
  channelActive: [];
  channelInactive: [];
  channelRead: [message: Untyped];
  channelReadComplete: [];
  userEventTriggered: [event: Untyped];
  channelWritabilityChanged: [isWritable: boolean];
  exceptionCaught: [cause: Error];
  bind: [localAddress: SocketAddress];
  connect: [remoteAddress: SocketAddress, localAddress: SocketAddress | null];
  disconnect: [];
  close: [];
  deregister: [];
  read: [];
  write: [message: Untyped];
  flush: [];
}

/** The name of a callback. */
export type RecordedName = keyof RecordedArguments;

/** One event or operation that passed: its name and its arguments, without contexts and promises. */
export type RecordedEvent<Name extends RecordedName = RecordedName> = {
  [N in Name]: readonly [event: N, ...RecordedArguments[N]];
}[Name];

/** Somebody who waits for an event that has not come. */
interface Waiter {
  readonly name: RecordedName;
  resolve(event: RecordedEvent): void;
  reject(cause: Error): void;
}

/**
 * Notes every event and operation that passes, in order, and passes it on. Put it where you want to look:
 *
 * ```ts
 * const recorder = new RecordingHandler();
 * const channel = new EmbeddedChannel(new MyDecoder(), recorder);
 * channel.writeInbound(bytes);
 * expect(recorder.named('channelRead')).toEqual([['channelRead', 'message']]);
 * ```
 *
 * On a real connection wait for an event with {@link next}: `await recorder.next('channelInactive')`.
 */
export class RecordingHandler extends PassThroughHandler {
  /** What has passed so far, in order. */
  readonly events: RecordedEvent[] = [];
  /** By name, what `next` has not given yet. */
  readonly #fresh = new Map<RecordedName, RecordedEvent[]>();
  #waiters: Waiter[] = [];
  #removed = false;

  get isTransparent(): boolean {
    return true;
  }

  /** The events of one name. */
  named<Name extends RecordedName>(name: Name): RecordedEvent<Name>[] {
    return this.events.filter((event) => event[0] === name) as never[];
  }
  /** The names alone. */
  get names(): RecordedName[] {
    return this.events.map(([name]) => name);
  }
  /** Forgets everything and returns it. What `next` has not given yet it still gives. */
  take(): RecordedEvent[] {
    return this.events.splice(0);
  }

  /**
   * The next event of this name: the first call gives the first one, whether it has come already or not, each further
   * call the one after. Rejects with the signal's reason when that aborts first, and with `IllegalStateException` when
   * the handler is removed first, since nothing comes any more then.
   */
  next<Name extends RecordedName>(name: Name, options: WaitOptions = {}): Promise<RecordedEvent<Name>> {
    const { signal } = options;
    const event = this.#fresh.get(name)?.shift();
    if (event !== undefined) return Promise.resolve(event as never);
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#removed) return Promise.reject(this.#nothingMore(name));
    return new Promise((resolve, reject) => {
      const aborted = (): void => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        name,
        resolve: (found) => {
          signal?.removeEventListener('abort', aborted);
          resolve(found as never);
        },
        reject: (cause) => {
          signal?.removeEventListener('abort', aborted);
          reject(cause);
        },
      };
      this.#waiters.push(waiter);
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }

  #nothingMore(name: RecordedName): Error {
    return new IllegalStateException(
      `Waited for ${name}, but the recording handler has been removed from its pipeline, as a channel's end does. ` +
        `Recorded: ${this.names.join(', ')}`,
    );
  }

  #note(...event: RecordedEvent): void {
    this.events.push(event);
    const name = event[0];
    const i = this.#waiters.findIndex((waiter) => waiter.name === name);
    if (i >= 0) {
      for (const waiter of this.#waiters.splice(i, 1)) waiter.resolve(event);
      return;
    }
    const fresh = this.#fresh.get(name);
    if (fresh === undefined) this.#fresh.set(name, [event]);
    else fresh.push(event);
  }

  // ---- events ----------------------------------------------------------------------------------------------------

  override handlerAdded(_ctx: ChannelHandlerContext): unknown {
    this.#note('handlerAdded');
    return undefined;
  }
  override handlerRemoved(_ctx: ChannelHandlerContext): unknown {
    this.#note('handlerRemoved');
    this.#removed = true;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#nothingMore(waiter.name));
    return undefined;
  }
  override channelRegistered(ctx: Context): unknown {
    this.#note('channelRegistered');
    return super.channelRegistered(ctx);
  }
  override channelUnregistered(ctx: Context): unknown {
    this.#note('channelUnregistered');
    return super.channelUnregistered(ctx);
  }
  override channelActive(ctx: Context): unknown {
    this.#note('channelActive');
    return super.channelActive(ctx);
  }
  override channelInactive(ctx: Context): unknown {
    this.#note('channelInactive');
    return super.channelInactive(ctx);
  }
  override channelRead(ctx: Context, message: Passing): unknown {
    this.#note('channelRead', message);
    return super.channelRead(ctx, message);
  }
  override channelReadComplete(ctx: Context): unknown {
    this.#note('channelReadComplete');
    return super.channelReadComplete(ctx);
  }
  override userEventTriggered(ctx: Context, event: unknown): unknown {
    this.#note('userEventTriggered', event);
    return super.userEventTriggered(ctx, event);
  }
  override channelWritabilityChanged(ctx: Context): unknown {
    this.#note('channelWritabilityChanged', ctx.channel.isWritable);
    return super.channelWritabilityChanged(ctx);
  }
  override exceptionCaught(ctx: ChannelHandlerContext, cause: Error): unknown {
    this.#note('exceptionCaught', cause);
    return super.exceptionCaught(ctx, cause);
  }

  // ---- operations ------------------------------------------------------------------------------------------------

  override bind(ctx: Context, localAddress: SocketAddress, promise: ChannelPromise): unknown {
    this.#note('bind', localAddress);
    return super.bind(ctx, localAddress, promise);
  }
  override connect(
    ctx: Context,
    remoteAddress: SocketAddress,
    localAddress: SocketAddress | null,
    promise: ChannelPromise,
  ): unknown {
    this.#note('connect', remoteAddress, localAddress);
    return super.connect(ctx, remoteAddress, localAddress, promise);
  }
  override disconnect(ctx: Context, promise: ChannelPromise): unknown {
    this.#note('disconnect');
    return super.disconnect(ctx, promise);
  }
  override close(ctx: Context, promise: ChannelPromise): unknown {
    this.#note('close');
    return super.close(ctx, promise);
  }
  override deregister(ctx: Context, promise: ChannelPromise): unknown {
    this.#note('deregister');
    return super.deregister(ctx, promise);
  }
  override read(ctx: Context): unknown {
    this.#note('read');
    return super.read(ctx);
  }
  override write(ctx: Context, message: Passing, promise: ChannelPromise): unknown {
    this.#note('write', message);
    return super.write(ctx, message, promise);
  }
  override flush(ctx: Context): unknown {
    this.#note('flush');
    return super.flush(ctx);
  }
}
