import { type ChannelFuture, ChannelInitializer, WriteBufferWaterMark } from '@sluice/core';
import { Raised } from './harness.errors.js';
import type { RecordedCase } from './harness.js';
import type { Netty } from './netty.js';
import { DupH, InH, OutH, type Scripted } from './pipeline.handlers.js';
import { type Action, Boom, Script, World } from './pipeline.script.js';
import { RecordedEmbeddedChannel } from './RecordedEmbeddedChannel.js';

/** One operation on the channel or its pipeline. */
interface PipelineOp {
  readonly op: string;
  readonly name?: string | null;
  readonly base?: string;
  readonly h?: string;
  readonly msg?: string;
  readonly msgs?: readonly string[];
  readonly value?: boolean;
  readonly index?: number;
}

interface HandlerScript {
  readonly type: 'InH' | 'OutH' | 'DupH';
  readonly sharable: boolean;
  readonly on: Readonly<Record<string, readonly Action[]>>;
}

export interface PipelineInput {
  readonly mode: 'empty' | 'unregistered' | 'initializer';
  readonly autoRead: boolean;
  readonly hasDisconnect: boolean;
  readonly waterMark: readonly [low: number, high: number] | null;
  readonly handlers: Readonly<Record<string, HandlerScript>>;
  readonly initial: readonly (readonly [name: string, handler: string])[];
  readonly ops: readonly PipelineOp[];
}

export interface PipelineStep {
  readonly trace: readonly (readonly unknown[])[];
  readonly threw?: unknown;
  readonly ret?: unknown;
  readonly tailExc?: unknown;
  readonly in?: readonly string[];
  readonly out?: readonly string[];
  readonly names: readonly string[];
  readonly state: string;
}

export type PipelineCase = RecordedCase<PipelineInput, { readonly steps: readonly PipelineStep[] }>;

/** Runs one program. */
export function runProgram(input: PipelineInput, netty: Netty): { steps: PipelineStep[] } {
  const { stackTraceLimit } = Error;
  // Whether an exception is a nested one is read from its stack.
  if (netty.quirks.has('drops nested exceptions')) Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  try {
    return new PipelineProgram(input, netty).run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** The operations of {@link PipelineProgram}. */
export const PIPELINE_OPS: readonly string[] = [
  ...['register', 'writeInbound', 'writeOutbound', 'write', 'writeAndFlush', 'flush', 'read', 'close'],
  ...['disconnect', 'deregister', 'finish', 'fireUser', 'fireExc', 'fireRead', 'fireReadComplete'],
  ...['ctxFireRead', 'ctxWriteAndFlush', 'writabilityUser', 'autoRead', 'addFirst', 'addLast', 'addBefore'],
  ...['addAfter', 'remove', 'removeH', 'replace', 'removeFirst', 'removeLast', 'query'],
];

const TYPES = { InH, OutH, DupH };
type Result = { -readonly [K in keyof PipelineStep]: PipelineStep[K] };

class PipelineProgram {
  readonly #input: PipelineInput;
  readonly #world: World;
  readonly #channel: RecordedEmbeddedChannel;

  constructor(input: PipelineInput, { version, quirks }: Netty) {
    this.#input = input;
    this.#world = new World(quirks);
    for (const [id, { type, sharable, on }] of Object.entries(input.handlers)) {
      this.#world.handlers.set(id, new TYPES[type](new Script(this.#world, on), sharable));
    }
    this.#channel = new RecordedEmbeddedChannel(version, {
      register: input.mode === 'empty',
      hasDisconnect: input.hasDisconnect,
    });
  }

  run(): { steps: Result[] } {
    const steps = [this.#step('create', () => this.#begin())];
    this.#input.ops.forEach((op, i) => {
      steps.push(this.#step(`op${i}`, () => this.#perform(op)));
    });
    this.#world.overflow = true;
    this.#quietly(() => this.#channel.finishAndReleaseAll());
    return { steps };
  }

  #begin(): undefined {
    const channel = this.#channel;
    const { mode, initial, autoRead, waterMark } = this.#input;
    if (mode === 'initializer') {
      const init = ChannelInitializer.of(({ pipeline }) => {
        for (const [name, id] of initial) pipeline.addLast(name, this.#handler(id));
      });
      channel.pipeline.addLast('init', init);
    }
    channel.config.autoRead = autoRead;
    if (waterMark !== null) channel.config.writeBufferWaterMark = new WriteBufferWaterMark(...waterMark);
    if (mode === 'initializer') this.#register();
    return undefined;
  }

  #register(): undefined {
    const { cause } = this.#channel.register();
    if (cause !== null) throw cause;
    return undefined;
  }

  /** Does one thing and records what it led to. `id` names the future it gives. */
  #step(id: string, action: () => unknown): Result {
    const world = this.#world;
    const step: Result = { trace: (world.trace = []), names: [], state: '' };
    try {
      const result = action();
      if (isFuture(result)) world.watch(id, result);
      else if (result !== undefined && result !== null) step.ret = result;
    } catch (error) {
      step.threw = new Raised(error);
    }
    this.#finish(step);
    return step;
  }

  #finish(step: Result): void {
    const channel = this.#channel;
    channel.runPendingTasks();
    try {
      channel.checkException();
    } catch (error) {
      step.tailExc = new Raised(error);
    }
    const inbound = channel.inboundMessages.splice(0).map(text);
    const outbound = channel.outboundMessages.splice(0).map(text);
    if (inbound.length > 0) step.in = inbound;
    if (outbound.length > 0) step.out = outbound;
    step.names = channel.pipeline.names();
    step.state =
      (channel.isOpen ? 'O' : '-') +
      (channel.isActive ? 'A' : '-') +
      (channel.isRegistered ? 'R' : '-') +
      (channel.isWritable ? 'W' : '-');
  }

  #perform(op: PipelineOp): unknown {
    return this.#operate(op) ?? this.#edit(op);
  }

  /** Operations and events. `null` means: done, nothing to show; `undefined`: not one of these. */
  #operate(op: PipelineOp): unknown {
    const channel = this.#channel;
    const { pipeline } = channel;
    const { msg = '', msgs = [] } = op;
    switch (op.op) {
      case 'register':
        this.#register();
        return null;
      case 'writeInbound':
        return channel.writeInbound(...msgs);
      case 'writeOutbound':
        return channel.writeOutbound(...msgs);
      case 'write':
        return channel.write(msg);
      case 'writeAndFlush':
        return channel.writeAndFlush(msg);
      case 'flush':
        channel.flush();
        return null;
      case 'read':
        channel.read();
        return null;
      case 'close':
        return channel.close();
      case 'disconnect':
        return channel.disconnect();
      case 'deregister':
        return channel.deregister();
      case 'finish':
        return channel.finish();
      case 'fireUser':
        pipeline.fireUserEventTriggered(msg);
        return null;
      case 'fireExc':
        pipeline.fireExceptionCaught(new Boom(msg));
        return null;
      case 'fireRead':
        pipeline.fireChannelRead(msg);
        return null;
      case 'fireReadComplete':
        pipeline.fireChannelReadComplete();
        return null;
      case 'ctxFireRead':
        return pipeline.context(op.base as string)?.fireChannelRead(msg) === undefined ? 'noctx' : null;
      case 'ctxWriteAndFlush':
        return pipeline.context(op.base as string)?.writeAndFlush(msg) ?? 'noctx';
      case 'writabilityUser':
        channel.outboundBuffer?.setUserDefinedWritability(op.index as number, op.value as boolean);
        return null;
      case 'autoRead':
        channel.config.autoRead = op.value as boolean;
        return null;
      default:
        return undefined;
    }
  }

  #edit(op: PipelineOp): unknown {
    const { pipeline } = this.#channel;
    const name = op.name ?? null;
    const base = op.base as string;
    switch (op.op) {
      case 'addFirst':
        pipeline.addFirst(name, this.#handler(op.h));
        return null;
      case 'addLast':
        pipeline.addLast(name, this.#handler(op.h));
        return null;
      case 'addBefore':
        pipeline.addBefore(base, name, this.#handler(op.h));
        return null;
      case 'addAfter':
        pipeline.addAfter(base, name, this.#handler(op.h));
        return null;
      case 'remove':
        return this.#idOf(pipeline.remove(base));
      case 'removeH':
        pipeline.remove(this.#handler(op.h));
        return null;
      case 'replace':
        return this.#idOf(pipeline.replace(base, name, this.#handler(op.h)));
      case 'removeFirst':
        return this.#idOf(pipeline.removeFirst());
      case 'removeLast':
        return this.#idOf(pipeline.removeLast());
      case 'query':
        return {
          get: this.#idOf(pipeline.get(name as string)),
          ctxOfHandler: pipeline.context(this.#handler(op.h))?.name ?? null,
          first: this.#idOf(pipeline.first),
          last: this.#idOf(pipeline.last),
        };
      default:
        return undefined;
    }
  }

  #handler(id: string | undefined): Scripted {
    return this.#world.handlers.get(id as string) as Scripted;
  }

  #idOf(handler: object | null): string | null {
    for (const [id, known] of this.#world.handlers) if (known === handler) return id;
    return handler === null ? null : handler.constructor.name;
  }

  #quietly(action: () => unknown): void {
    try {
      action();
    } catch {
      // What the program leaves behind was recorded above.
    }
  }
}

/** Messages are strings; in the place of a cancelled write comes an empty buffer, by the name that Netty's has. */
function text(message: unknown): string {
  return message instanceof Uint8Array && message.length === 0 ? 'EmptyByteBufBE' : String(message);
}

function isFuture(value: unknown): value is ChannelFuture {
  return typeof (value as ChannelFuture | null | undefined)?.addListener === 'function';
}
