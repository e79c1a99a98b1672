import type { AnyChannelHandler, ChannelFuture, ChannelHandlerContext, ChannelPromise } from '@sluice/core';
import { Raised } from './harness.errors.js';
import type { Quirk } from './netty.js';

/** One step of a handler's script; see the recording program's notes for what each does. */
export interface Action {
  readonly a: string;
  readonly msg?: string;
  readonly name?: string;
  readonly base?: string;
  readonly h?: string;
  /** Runs at most so many times in the whole program. */
  readonly max?: number;
  readonly acts?: readonly Action[];
}

/** What scripts throw. */
export class Boom extends Error {
  override readonly name = 'Boom';
}

/** Events whose exceptions fail a promise, or are reported in another way. */
const WITH_PROMISE = new Set([
  'write',
  'close',
  'disconnect',
  'deregister',
  'exceptionCaught',
  'handlerAdded',
  'handlerRemoved',
]);

/** Trace entries a program may make; the recording has none that are longer, so more means an endless loop. */
const FUEL = 600;

/** What the scripted handlers of one program share. */
export class World {
  trace: unknown[][] = [];
  readonly handlers = new Map<string, AnyChannelHandler>();
  overflow = false;
  readonly #quirks: ReadonlySet<Quirk>;
  #promises = 0;
  #entries = 0;

  constructor(quirks: ReadonlySet<Quirk>) {
    this.#quirks = quirks;
  }

  /**
   * Netty 4.1.48 dropped what an event handler threw while any `exceptionCaught` was on the stack, which it found by
   * the names in the stack trace (a `Boom` has none).
   */
  drops(error: unknown, event: string): boolean {
    if (error instanceof Boom || WITH_PROMISE.has(event)) return false;
    if (!this.#quirks.has('drops nested exceptions')) return false;
    return /[ .]exceptionCaught \(/.test((error as Error).stack ?? '');
  }

  /** Netty 4.1.48 took a context out of its list without looking whether it was still there. */
  added(ctx: ChannelHandlerContext): void {
    if (!this.#quirks.has('unlinks contexts twice')) return;
    Object.defineProperty(ctx, 'linked', { get: () => true, set: () => {} });
  }

  log(...entry: unknown[]): void {
    if (++this.#entries > FUEL) this.overflow = true;
    if (!this.overflow) this.trace.push(entry);
  }

  promiseId(): string {
    return `p${this.#promises++}`;
  }

  /** Traces the outcome of a future when it is known. */
  watch(id: string, future: ChannelFuture): void {
    future.addListener((done) => {
      const cause = done.cause;
      const outcome = done.isCancelled ? 'cancelled' : cause === null ? 'ok' : new Raised(cause);
      this.log('~', 'done', id, outcome);
    });
  }
}

/** An action and how often it may still run: the count belongs to the action, wherever it is run from. */
interface Counted {
  readonly action: Action;
  left: number;
  readonly inner: readonly Counted[];
}

function counted(actions: readonly Action[]): Counted[] {
  return actions.map((action) => ({
    action,
    left: action.max ?? Number.POSITIVE_INFINITY,
    inner: counted(action.acts ?? []),
  }));
}

/** The event at hand: what `fwd` passes on. */
interface Happening {
  readonly event: string;
  readonly argument: unknown;
  readonly promise: ChannelPromise | undefined;
}

const TASK: Happening = { event: '@task', argument: undefined, promise: undefined };

/** What one handler does in each of its callbacks. */
export class Script {
  readonly #world: World;
  readonly #on = new Map<string, Counted[]>();

  constructor(world: World, on: Readonly<Record<string, readonly Action[]>>) {
    this.#world = world;
    for (const [event, actions] of Object.entries(on)) this.#on.set(event, counted(actions));
  }

  run(event: string, ctx: ChannelHandlerContext, argument?: unknown, promise?: ChannelPromise): void {
    if (argument === undefined) this.#world.log(ctx.name, event);
    else this.#world.log(ctx.name, event, typeof argument === 'string' ? argument : new Raised(argument));
    if (event === 'handlerAdded') this.#world.added(ctx);
    if (this.#world.overflow) return;
    const happening: Happening = { event, argument, promise };
    const actions = this.#on.get(event);
    try {
      if (actions === undefined) forward(ctx, happening, argument);
      else for (const action of actions) this.#act(action, ctx, happening);
    } catch (error) {
      if (!this.#world.drops(error, event)) throw error;
    }
  }

  #act(counter: Counted, ctx: ChannelHandlerContext, happening: Happening): void {
    const world = this.#world;
    if (counter.left <= 0 || world.overflow) return;
    counter.left--;
    const { action } = counter;
    if (action.a === 'exec') {
      world.log(ctx.name, '!exec');
      ctx.executor.execute(() => this.#task(counter.inner, ctx));
      return;
    }
    if (this.#passOn(action, ctx, happening) || this.#complete(action, happening)) return;
    const message = action.msg === '@arg' ? `${String(happening.argument)}~` : (action.msg ?? '');
    if (this.#fire(action, ctx, message) || this.#operate(action, ctx, message)) return;
    this.#edit(action, ctx);
  }

  #task(actions: readonly Counted[], ctx: ChannelHandlerContext): void {
    this.#world.log(ctx.name, '!run');
    try {
      for (const action of actions) this.#act(action, ctx, TASK);
    } catch (error) {
      this.#world.log(ctx.name, '!runErr', new Raised(error));
    }
  }

  #passOn(action: Action, ctx: ChannelHandlerContext, happening: Happening): boolean {
    switch (action.a) {
      case 'fwd':
        forward(ctx, happening, happening.argument);
        return true;
      case 'app':
        forward(ctx, happening, `${String(happening.argument)}+${ctx.name}`);
        return true;
      case 'throw':
        throw new Boom(action.msg);
      case 'isRemoved':
        this.#world.log(ctx.name, '!isRemoved', String(ctx.isRemoved));
        return true;
      default:
        return false;
    }
  }

  #complete(action: Action, happening: Happening): boolean {
    const promise = happening.promise as ChannelPromise;
    switch (action.a) {
      case 'succeed':
        promise.setSuccess();
        return true;
      case 'trySucceed':
        promise.trySuccess();
        return true;
      case 'fail':
        promise.setFailure(new Boom(action.msg));
        return true;
      case 'tryFail':
        promise.tryFailure(new Boom(action.msg));
        return true;
      case 'cancel':
        this.#world.log('~', 'cancel', String(promise.cancel()));
        return true;
      default:
        return false;
    }
  }

  #fire(action: Action, ctx: ChannelHandlerContext, message: string): boolean {
    const fires: Record<string, () => unknown> = {
      ctxFireRead: () => ctx.fireChannelRead(message),
      plFireRead: () => ctx.pipeline.fireChannelRead(message),
      ctxFireReadComplete: () => ctx.fireChannelReadComplete(),
      plFireReadComplete: () => ctx.pipeline.fireChannelReadComplete(),
      ctxFireUser: () => ctx.fireUserEventTriggered(message),
      plFireUser: () => ctx.pipeline.fireUserEventTriggered(message),
      ctxFireExc: () => ctx.fireExceptionCaught(new Boom(message)),
      plFireExc: () => ctx.pipeline.fireExceptionCaught(new Boom(message)),
      ctxFlush: () => ctx.flush(),
      chFlush: () => ctx.channel.flush(),
      ctxRead: () => ctx.read(),
      chRead: () => ctx.channel.read(),
    };
    const fire = fires[action.a];
    if (fire === undefined) return false;
    if (action.msg === undefined) this.#world.log(ctx.name, `!${action.a}`);
    else this.#world.log(ctx.name, `!${action.a}`, message);
    fire();
    return true;
  }

  /** Operations that give a future. */
  #operate(action: Action, ctx: ChannelHandlerContext, message: string): boolean {
    const operations: Record<string, () => ChannelFuture> = {
      ctxWrite: () => ctx.write(message),
      chWrite: () => ctx.channel.write(message),
      ctxWriteAndFlush: () => ctx.writeAndFlush(message),
      chWriteAndFlush: () => ctx.channel.writeAndFlush(message),
      ctxClose: () => ctx.close(),
      plClose: () => ctx.pipeline.close(),
      ctxDisconnect: () => ctx.disconnect(),
      ctxDeregister: () => ctx.deregister(),
    };
    const operation = operations[action.a];
    if (operation === undefined) return false;
    const id = this.#world.promiseId();
    if (action.msg === undefined) this.#world.log(ctx.name, `!${action.a}`, id);
    else this.#world.log(ctx.name, `!${action.a}`, message, id);
    this.#world.watch(id, operation());
    return true;
  }

  #edit(action: Action, ctx: ChannelHandlerContext): void {
    const { pipeline } = ctx;
    const base = (action.base === '@self' ? ctx.name : action.base) as string;
    const name = action.name as string;
    const handler = this.#world.handlers.get(action.h ?? '') as AnyChannelHandler;
    const edits: Record<string, readonly [details: string[], edit: () => unknown]> = {
      addFirst: [[name], () => pipeline.addFirst(name, handler)],
      addLast: [[name], () => pipeline.addLast(name, handler)],
      addBefore: [[base, name], () => pipeline.addBefore(base, name, handler)],
      addAfter: [[base, name], () => pipeline.addAfter(base, name, handler)],
      remove: [[base], () => pipeline.remove(base)],
      replace: [[base, name], () => pipeline.replace(base, name, handler)],
      removeFirst: [[], () => pipeline.removeFirst()],
      removeLast: [[], () => pipeline.removeLast()],
    };
    const found = edits[action.a];
    if (found === undefined) throw new Error(`unknown action ${action.a}`);
    this.#world.log(ctx.name, `!${action.a}`, ...found[0]);
    found[1]();
  }
}

/** Passes the event on from this handler, as its base class would. */
function forward(ctx: ChannelHandlerContext, { event, promise }: Happening, argument: unknown): void {
  switch (event) {
    case 'channelRegistered':
      ctx.fireChannelRegistered();
      return;
    case 'channelUnregistered':
      ctx.fireChannelUnregistered();
      return;
    case 'channelActive':
      ctx.fireChannelActive();
      return;
    case 'channelInactive':
      ctx.fireChannelInactive();
      return;
    case 'channelRead':
      ctx.fireChannelRead(argument);
      return;
    case 'channelReadComplete':
      ctx.fireChannelReadComplete();
      return;
    case 'userEventTriggered':
      ctx.fireUserEventTriggered(argument);
      return;
    case 'channelWritabilityChanged':
      ctx.fireChannelWritabilityChanged();
      return;
    case 'exceptionCaught':
      ctx.fireExceptionCaught(argument as Error);
      return;
    case 'write':
      ctx.write(argument, promise);
      return;
    case 'flush':
      ctx.flush();
      return;
    case 'read':
      ctx.read();
      return;
    case 'close':
      ctx.close(promise);
      return;
    case 'disconnect':
      ctx.disconnect(promise);
      return;
    case 'deregister':
      ctx.deregister(promise);
      return;
    case 'handlerAdded':
    case 'handlerRemoved':
      return;
    default:
      throw new Error(`unknown event ${event}`);
  }
}
