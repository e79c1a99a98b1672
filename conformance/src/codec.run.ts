import { Buffer } from 'node:buffer';
import { type AnyChannelHandler, ByteBuf, ChannelInputShutdownEvent, EMPTY_BUFFER } from '@sluice/core';
import { type CodecArgs, type CodecKind, makeHandlers } from './codec.handlers.js';
import { Raised, type RecordedError } from './harness.errors.js';
import type { RecordedCase } from './harness.js';
import type { Netty, NettyVersion } from './netty.js';
import { RecordedEmbeddedChannel } from './RecordedEmbeddedChannel.js';

/** What is done to the channel, in order. */
type CodecOp =
  | { readonly op: 'in'; readonly bufs: readonly string[] }
  | { readonly op: 'out'; readonly str?: string; readonly hex?: string; readonly bytes?: string }
  | { readonly op: 'remove'; readonly i: number }
  | { readonly op: 'finish' | 'close' | 'inputShutdown' };

/** What a neighbour of the codec saw; one of `exc` carries a {@link RecordedError} in `error`. */
export interface CodecEvent {
  readonly e: string;
  readonly [detail: string]: unknown;
}

/** What one op led to. */
export interface CodecStep {
  readonly ev: readonly CodecEvent[];
  readonly promise?: 'ok' | 'pending' | RecordedError;
  readonly threw?: RecordedError;
  readonly out?: readonly unknown[];
  readonly closed?: true;
}

export type CodecExpected =
  | { readonly ctorError: string; readonly msg: string | null }
  | { readonly steps: readonly CodecStep[]; readonly open: boolean };

export interface CodecInput {
  readonly autoRead: boolean;
  readonly ops: readonly CodecOp[];
}

export interface CodecCase extends RecordedCase<CodecInput, CodecExpected> {
  readonly kind: CodecKind;
  readonly args: CodecArgs & Readonly<Record<string, unknown>>;
}

/** Messages as the recording writes them. A `Buffer` stands for Netty's ByteBuf, any other `Uint8Array` for a byte[]. */
function normalise(message: unknown): unknown {
  if (typeof message === 'string') return { str: message };
  if (message instanceof ByteBuf) return { buf: message.toString('hex') };
  if (Buffer.isBuffer(message)) return { buf: message.toString('hex') };
  if (message instanceof Uint8Array) return { bytes: Buffer.from(message).toString('hex') };
  return { unknown: String(message) };
}

/** As {@link CodecExpected}, with errors instead of their descriptions. */
export type CodecOutcome = { ctorError: Raised } | { steps: Step[]; open: boolean };

interface Step {
  ev: CodecEvent[];
  promise?: unknown;
  threw?: Raised;
  out?: unknown[];
  closed?: true;
}

/** The codec between two recorders, on a channel that is active. */
class CodecRun {
  readonly channel: RecordedEmbeddedChannel;
  #events: CodecEvent[] = [];

  constructor(handlers: readonly AnyChannelHandler[], autoRead: boolean, netty: NettyVersion) {
    const channel = new RecordedEmbeddedChannel(netty, {});
    this.channel = channel;
    channel.config.autoRead = autoRead;
    channel.pipeline.addLast('head', this.#head(!autoRead));
    handlers.forEach((codec, i) => {
      channel.pipeline.addLast(`c${i}`, codec);
    });
    channel.pipeline.addLast('tail', this.#tail());
  }

  #note(e: string, details: object = {}): void {
    this.#events.push({ e, ...details });
  }

  #head(notesReads: boolean): AnyChannelHandler {
    return {
      read: (ctx) => {
        if (notesReads) this.#note('outRead');
        ctx.read();
      },
      close: (ctx, promise) => {
        this.#note('outClose');
        ctx.close(promise);
      },
      write: (ctx, message, promise) => {
        this.#note('outWrite', { msg: normalise(message) });
        ctx.write(message, promise);
      },
    };
  }

  #tail(): AnyChannelHandler {
    return {
      channelRead: (_ctx, message) => this.#note('read', { msg: normalise(message) }),
      channelReadComplete: (ctx) => {
        this.#note('readComplete');
        ctx.fireChannelReadComplete();
      },
      exceptionCaught: (_ctx, cause) => this.#note('exc', { error: new Raised(cause) }),
      channelInactive: (ctx) => {
        this.#note('inactive');
        ctx.fireChannelInactive();
      },
      userEventTriggered: (_ctx, event) =>
        this.#note('userEvent', { type: (event as object).constructor.name }),
    };
  }

  perform(op: CodecOp): Step {
    this.#events = [];
    const step: Step = { ev: this.#events };
    try {
      this.#do(op, step);
    } catch (error) {
      step.threw = new Raised(error);
    }
    this.channel.runPendingTasks();
    const out = this.channel.outboundMessages.splice(0).map(normalise);
    if (out.length > 0) step.out = out;
    return step;
  }

  /** Closes the channel; the recording ends before. */
  end(): void {
    this.#events = [];
    try {
      this.channel.finishAndReleaseAll();
    } catch {
      // What the rest of the bytes leads to is not asked.
    }
  }

  #do(op: CodecOp, step: Step): void {
    const { channel } = this;
    switch (op.op) {
      case 'in':
        if (channel.isOpen) channel.writeInbound(...op.bufs.map(bytesOf));
        else step.closed = true;
        break;
      case 'out':
        if (channel.isOpen) step.promise = this.#write(op);
        else step.closed = true;
        break;
      case 'finish':
        channel.finish();
        break;
      case 'close':
        channel.close();
        channel.runPendingTasks();
        break;
      case 'remove':
        channel.pipeline.remove(`c${op.i}`);
        break;
      case 'inputShutdown':
        channel.pipeline.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
  }

  #write({ str, hex, bytes }: { str?: string; hex?: string; bytes?: string }): unknown {
    const message = str ?? (bytes !== undefined ? Uint8Array.from(bytesOf(bytes)) : bytesOf(hex as string));
    const done = this.channel.writeAndFlush(message);
    this.channel.runPendingTasks();
    if (!done.isDone) return 'pending';
    return done.isSuccess ? 'ok' : new Raised(done.cause);
  }
}

function bytesOf(hex: string): Buffer {
  return hex === '' ? EMPTY_BUFFER.toBuffer() : Buffer.from(hex, 'hex');
}

/** Runs a case, and returns what is to be compared; with other handlers than its own, if they are given. */
export function runCodecCase(
  { kind, args, input }: CodecCase,
  { version }: Pick<Netty, 'version'>,
  make: (kind: CodecKind, args: CodecArgs) => readonly AnyChannelHandler[] = makeHandlers,
): CodecOutcome {
  let handlers: readonly AnyChannelHandler[];
  try {
    handlers = make(kind, args);
  } catch (error) {
    return { ctorError: new Raised(error) };
  }
  const codec = new CodecRun(handlers, input.autoRead, version);
  const steps = input.ops.map((op) => codec.perform(op));
  const open = codec.channel.isOpen;
  codec.end();
  return { steps, open };
}
