import {
  type ChannelHandlerContext,
  type ChannelPromise,
  EmbeddedChannel,
  type Passing,
  PassThroughHandler,
  type SocketAddress,
} from '@sluice/core';
import { describeValue } from '../describeValue.js';
import { ContractViolationException } from './ContractViolationException.js';
import { EventOrder } from './EventOrder.js';
import type { ContractRule } from './rules.js';
import { WriteWatch } from './WriteWatch.js';

/** How a {@link ContractHandler} reports. */
export interface ContractHandlerOptions {
  /**
   * `'throw'` (default) fires each violation as `exceptionCaught`, from where the handler stands; an `EmbeddedChannel`
   * throws it out of the call that caused it. `'collect'` only keeps it for `violations` and `verify()`.
   */
  readonly mode?: 'throw' | 'collect';
  /** Rules that are not checked, for handlers that break them on purpose. Default none. */
  readonly ignore?: readonly ContractRule[];
  /** How many events a violation lists. Default 50. */
  readonly history?: number;
}

/** The events that end a channel: a task of their own fires them. */
const ENDS: ReadonlySet<string> = new Set(['channelInactive', 'channelUnregistered']);

/**
 * Checks, at its place in a pipeline, that events come in the order they have to, and that operations keep their
 * promises. It changes nothing and hands everything on, also what breaks a rule.
 *
 * ```ts
 * const contract = new ContractHandler({ mode: 'collect' });
 * channel.pipeline.addLast(new MyCodec(), contract, new MyHandler());
 * // … what the test does …
 * contract.verify(); // throws a ContractViolationException if anything was wrong
 * ```
 *
 * What comes from the head's side was let through by the handlers before it, what comes from the tail's side by those
 * after it: with one on either side of a handler it is clear who is to blame. The rules are named in `ContractRule`. It
 * may be added late and removed at any time. A message that is never flushed is reported when the channel closes, and by
 * `verify()`. For tests: it costs some work for each event.
 */
export class ContractHandler extends PassThroughHandler {
  readonly #order: EventOrder = new EventOrder();
  readonly #writes: WriteWatch = new WriteWatch((rule, event) => this.#broken(rule, event));
  readonly #violations: ContractViolationException[] = [];
  readonly #events: string[] = [];
  readonly #mode: 'throw' | 'collect';
  readonly #ignored: ReadonlySet<ContractRule>;
  readonly #history: number;
  #ctx: ChannelHandlerContext | null = null;
  /** Events and operations that have begun here and not ended. */
  #depth = 0;
  #writable = true;
  #pending = 0;

  /** Checks everything unless the options leave something out. */
  constructor(options: ContractHandlerOptions = {}) {
    super();
    this.#mode = options.mode ?? 'throw';
    this.#ignored = new Set(options.ignore);
    this.#history = options.history ?? 50;
  }

  get isTransparent(): boolean {
    return true;
  }

  /** What was wrong so far, in order. */
  get violations(): readonly ContractViolationException[] {
    return this.#violations;
  }

  /**
   * Throws the first violation. A message that was written and not flushed by now is one.
   *
   * @throws ContractViolationException if a rule was broken
   */
  verify(): void {
    this.#writes.checkFlushed('at the check');
    const [first] = this.#violations;
    if (first !== undefined) throw first;
  }

  // ---- life cycle ------------------------------------------------------------------------------------------------

  override handlerAdded(ctx: ChannelHandlerContext): unknown {
    this.#ctx = ctx;
    this.#look();
    this.#check('handlerAdded', this.#order.handlerAdded(ctx.channel));
    ctx.channel.closeFuture.addPassiveListener(this.#closed);
    return undefined;
  }
  override handlerRemoved(ctx: ChannelHandlerContext): unknown {
    this.#check('handlerRemoved', this.#order.handlerRemoved());
    ctx.channel.closeFuture.removeListener(this.#closed);
    this.#writes.flushed();
    return undefined;
  }
  /** Comes before the writes that are left fail. */
  readonly #closed = (): void => this.#writes.checkFlushed('when the channel closed');

  // ---- inbound ---------------------------------------------------------------------------------------------------

  override channelRegistered(ctx: ChannelHandlerContext<Passing, Passing>): unknown {
    const broken = this.#order.registered(ctx.channel);
    return this.#pass('channelRegistered', broken, () => ctx.fireChannelRegistered());
  }
  override channelUnregistered(ctx: ChannelHandlerContext<Passing, Passing>): unknown {
    const broken = this.#order.unregistered(ctx.channel);
    return this.#pass('channelUnregistered', broken, () => ctx.fireChannelUnregistered());
  }
  override channelActive(ctx: ChannelHandlerContext<Passing, Passing>): unknown {
    return this.#pass('channelActive', this.#order.active(), () => ctx.fireChannelActive());
  }
  override channelInactive(ctx: ChannelHandlerContext<Passing, Passing>): unknown {
    const broken = this.#order.inactive(ctx.channel);
    // An embedded channel that is closed within a read leaves the end of the batch out, as Netty's does.
    const excused = broken === 'read-completed' && ctx.channel instanceof EmbeddedChannel;
    return this.#pass('channelInactive', excused ? undefined : broken, () => ctx.fireChannelInactive());
  }
  override channelRead(ctx: ChannelHandlerContext<Passing, Passing>, message: Passing): unknown {
    const broken = missing(message) ?? this.#order.read();
    return this.#pass(`channelRead ${describeValue(message)}`, broken, () => ctx.fireChannelRead(message));
  }
  override channelReadComplete(ctx: ChannelHandlerContext<Passing, Passing>): unknown {
    return this.#pass('channelReadComplete', this.#order.readComplete(), () => ctx.fireChannelReadComplete());
  }
  override userEventTriggered(ctx: ChannelHandlerContext<Passing, Passing>, event: unknown): unknown {
    const broken = missing(event) ?? this.#order.userEvent(event);
    return this.#pass(`userEventTriggered ${describeValue(event)}`, broken, () =>
      ctx.fireUserEventTriggered(event),
    );
  }
  override channelWritabilityChanged(ctx: ChannelHandlerContext<Passing, Passing>): unknown {
    const broken = this.#order.present() ?? this.#look();
    const writable = ctx.channel.isWritable ? 'writable' : 'not writable';
    return this.#pass(`channelWritabilityChanged (${writable})`, broken, () =>
      ctx.fireChannelWritabilityChanged(),
    );
  }
  override exceptionCaught(ctx: ChannelHandlerContext, cause: Error): unknown {
    return this.#pass(`exceptionCaught ${describeValue(cause)}`, this.#order.present(), () =>
      ctx.fireExceptionCaught(cause),
    );
  }

  /** Remembers how writable the channel is; whether that is as it was. A closed channel says nothing. */
  #look(): ContractRule | undefined {
    const buffer = this.#ctx?.channel.outboundBuffer ?? null;
    if (buffer === null) return undefined;
    const same = buffer.isWritable === this.#writable && buffer.totalPendingWriteBytes === this.#pending;
    this.#writable = buffer.isWritable;
    this.#pending = buffer.totalPendingWriteBytes;
    return same ? 'writability-changed' : undefined;
  }

  // ---- outbound --------------------------------------------------------------------------------------------------

  override bind(
    ctx: ChannelHandlerContext<Passing, Passing>,
    localAddress: SocketAddress,
    promise: ChannelPromise,
  ): unknown {
    return this.#operate('bind', promise, () => ctx.bind(localAddress, promise));
  }
  override connect(
    ctx: ChannelHandlerContext<Passing, Passing>,
    remoteAddress: SocketAddress,
    localAddress: SocketAddress | null,
    promise: ChannelPromise,
  ): unknown {
    return this.#operate('connect', promise, () => ctx.connect(remoteAddress, localAddress, promise));
  }
  override disconnect(ctx: ChannelHandlerContext<Passing, Passing>, promise: ChannelPromise): unknown {
    return this.#operate('disconnect', promise, () => ctx.disconnect(promise));
  }
  override close(ctx: ChannelHandlerContext<Passing, Passing>, promise: ChannelPromise): unknown {
    return this.#operate('close', promise, () => ctx.close(promise));
  }
  override deregister(ctx: ChannelHandlerContext<Passing, Passing>, promise: ChannelPromise): unknown {
    return this.#operate('deregister', promise, () => ctx.deregister(promise));
  }
  override read(ctx: ChannelHandlerContext<Passing, Passing>): unknown {
    return this.#pass('read', this.#order.present(), () => ctx.read());
  }
  override write(
    ctx: ChannelHandlerContext<Passing, Passing>,
    message: Passing,
    promise: ChannelPromise,
  ): unknown {
    const what = `write ${describeValue(message)}`;
    this.#writes.begun(promise, what);
    return this.#pass(what, missing(message) ?? this.#order.present(), () => {
      ctx.write(message, promise);
      this.#writes.written(promise, what);
    });
  }
  override flush(ctx: ChannelHandlerContext<Passing, Passing>): unknown {
    this.#writes.flushed();
    return this.#pass('flush', this.#order.present(), () => ctx.flush());
  }

  #operate(what: string, promise: ChannelPromise, forward: () => unknown): unknown {
    this.#writes.begun(promise, what);
    return this.#pass(what, this.#order.present(), forward);
  }

  // ---- reporting -------------------------------------------------------------------------------------------------

  #pass(event: string, broken: ContractRule | undefined, forward: () => unknown): unknown {
    this.#check(event, broken ?? (ENDS.has(event) ? this.#withinOther() : undefined));
    this.#depth++;
    try {
      forward();
    } finally {
      this.#depth--;
    }
    return undefined;
  }

  /** An embedded channel runs its tasks before the outermost call returns, as it should. */
  #withinOther(): ContractRule | undefined {
    const embedded = this.#ctx?.channel instanceof EmbeddedChannel;
    return this.#depth > 0 && !embedded ? 'end-in-own-task' : undefined;
  }

  #check(event: string, broken: ContractRule | undefined): void {
    if (broken !== undefined) this.#broken(broken, event);
    this.#events.push(event);
    if (this.#events.length > this.#history) this.#events.shift();
  }

  #broken(rule: ContractRule, event: string): void {
    if (this.#ignored.has(rule)) return;
    const ctx = this.#ctx;
    const place = ctx === null ? 'a handler outside a pipeline' : `'${ctx.name}' of ${String(ctx.channel)}`;
    const violation = new ContractViolationException(rule, { place, event, events: [...this.#events] });
    this.#violations.push(violation);
    if (this.#mode === 'throw') ctx?.fireExceptionCaught(violation);
  }
}

function missing(value: unknown): ContractRule | undefined {
  return value === null || value === undefined ? 'no-null' : undefined;
}
