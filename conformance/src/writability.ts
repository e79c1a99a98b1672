import {
  ByteBuf,
  byteLength,
  type ChannelFuture,
  type ChannelHandlerContext,
  type ChannelPromise,
  type OutboundBuffer,
  WriteBufferWaterMark,
} from '@sluice/core';
import { Raised } from './harness.errors.js';
import type { RecordedCase, Suite } from './harness.js';
import type { Netty, NettyVersion } from './netty.js';
import { RecordedEmbeddedChannel } from './RecordedEmbeddedChannel.js';

type WritabilityOp =
  | { readonly op: 'write' | 'writeAndFlush'; readonly size: number; readonly quota: number }
  | { readonly op: 'flush'; readonly quota: number }
  | { readonly op: 'userWritable'; readonly index: number; readonly value: boolean }
  | { readonly op: 'water'; readonly low: number; readonly high: number }
  | { readonly op: 'cancel'; readonly write: number }
  | { readonly op: 'close' };

interface WritabilityInput {
  /** `null`: the default marks. */
  readonly low: number | null;
  readonly high: number | null;
  readonly refillWhenWritable: {
    readonly size: number;
    readonly times: number;
    readonly flush: boolean;
  } | null;
  readonly ops: readonly WritabilityOp[];
}

export interface WritabilityStep {
  readonly ev: readonly unknown[];
  readonly threw?: unknown;
  readonly cancelled?: boolean;
  readonly isWritable: boolean;
  readonly bytesBeforeUnwritable: number;
  readonly bytesBeforeWritable: number | string;
  readonly pending: number | null;
  readonly flushedEntries: number | null;
  readonly currentProgress: number | null;
}

interface WritabilityExpected {
  readonly ctorError?: unknown;
  readonly msg?: string;
  readonly steps?: readonly WritabilityStep[];
}

export type WritabilityCase = RecordedCase<WritabilityInput, WritabilityExpected>;

/** Writes, partial flushes and water marks of one channel. */
export const writabilitySuite: Suite<WritabilityCase> = {
  kinds: ['writability'],
  ops: ['write', 'writeAndFlush', 'flush', 'userWritable', 'water', 'cancel', 'close'],
  run: ({ input }, netty) => runWrites(input, netty),
  prepare({ ctorError, msg, steps }) {
    return steps === undefined
      ? { ctorError: { type: ctorError, msg } }
      : { steps: steps.map((step) => ({ ...step, bytesBeforeWritable: safe(step.bytesBeforeWritable) })) };
  },
};

/** A closed channel waits for the largest number there is: Java's `long`, our safe integer. */
function safe(bytes: number | string): number {
  return typeof bytes === 'string' ? Number.MAX_SAFE_INTEGER : bytes;
}

function runWrites(input: WritabilityInput, netty: Netty): WritabilityExpected {
  let marks: WriteBufferWaterMark | null = null;
  try {
    if (input.low !== null && input.high !== null) marks = new WriteBufferWaterMark(input.low, input.high);
  } catch (error) {
    return { ctorError: new Raised(error) };
  }
  return { steps: new Writes(input, marks, netty).run() };
}

/** Takes at most `quota` bytes of a flush, as a full socket would. */
class SlowChannel extends RecordedEmbeddedChannel {
  quota = 0;

  constructor(netty: NettyVersion) {
    super(netty, { register: false });
  }

  protected override doWrite(buffer: OutboundBuffer): void {
    for (let message = buffer.current; message !== null; message = buffer.current) {
      const readable = byteLength(message);
      if (readable === 0) buffer.remove();
      else if (this.quota <= 0) return;
      else {
        const taken = Math.min(readable, this.quota);
        this.quota -= taken;
        buffer.removeBytes(taken);
      }
    }
  }
}

class Writes {
  readonly #input: WritabilityInput;
  readonly #channel: SlowChannel;
  readonly #promises: ChannelPromise[] = [];
  #events: unknown[] = [];
  #refillsLeft: number;
  #refills = 0;

  constructor(input: WritabilityInput, marks: WriteBufferWaterMark | null, { version }: Netty) {
    this.#input = input;
    this.#channel = new SlowChannel(version);
    this.#refillsLeft = input.refillWhenWritable?.times ?? 0;
    const channel = this.#channel;
    if (marks !== null) channel.config.writeBufferWaterMark = marks;
    channel.pipeline.addLast({
      channelWritabilityChanged: () => this.#writabilityChanged(),
      channelInactive: () => void this.#events.push({ e: 'inactive' }),
      exceptionCaught: (_ctx: ChannelHandlerContext, cause: Error) =>
        void this.#events.push({ e: 'exc', error: new Raised(cause) }),
    });
    channel.register();
  }

  run(): WritabilityStep[] {
    const steps = this.#input.ops.map((op) => this.#step(op));
    this.#events = [];
    this.#channel.quota = Number.MAX_SAFE_INTEGER;
    try {
      this.#channel.finishAndReleaseAll();
    } catch {
      // What the program leaves behind was recorded above.
    }
    return steps;
  }

  #step(op: WritabilityOp): WritabilityStep {
    this.#events = [];
    const extra: { cancelled?: boolean; threw?: Raised } = {};
    try {
      const cancelled = this.#perform(op);
      if (cancelled !== undefined) extra.cancelled = cancelled;
    } catch (error) {
      extra.threw = new Raised(error);
    }
    const channel = this.#channel;
    channel.runPendingTasks();
    const buffer = channel.outboundBuffer;
    return {
      ev: this.#events,
      ...extra,
      isWritable: channel.isWritable,
      bytesBeforeUnwritable: channel.bytesBeforeUnwritable,
      bytesBeforeWritable: channel.bytesBeforeWritable,
      pending: buffer?.totalPendingWriteBytes ?? null,
      flushedEntries: buffer?.size ?? null,
      currentProgress: buffer?.currentProgress ?? null,
    };
  }

  #perform(op: WritabilityOp): boolean | undefined {
    const channel = this.#channel;
    switch (op.op) {
      case 'write':
      case 'writeAndFlush': {
        channel.quota = op.quota;
        const promise = channel.newPromise();
        this.#watch(promise, `w${this.#promises.push(promise) - 1}`);
        const message = ByteBuf.wrap(new Uint8Array(op.size));
        if (op.op === 'write') channel.write(message, promise);
        else channel.writeAndFlush(message, promise);
        return undefined;
      }
      case 'flush':
        channel.quota = op.quota;
        channel.flush();
        return undefined;
      case 'userWritable':
        channel.outboundBuffer?.setUserDefinedWritability(op.index, op.value);
        return undefined;
      case 'water':
        channel.config.writeBufferWaterMark = new WriteBufferWaterMark(op.low, op.high);
        return undefined;
      case 'cancel':
        return (this.#promises[op.write] as ChannelPromise).cancel();
      case 'close':
        channel.quota = 0;
        channel.close();
        return undefined;
    }
  }

  #writabilityChanged(): void {
    const channel = this.#channel;
    const pending = channel.outboundBuffer?.totalPendingWriteBytes ?? null;
    this.#events.push({ e: 'writabilityChanged', writable: channel.isWritable, pending });
    const refill = this.#input.refillWhenWritable;
    if (refill === null || !channel.isWritable || this.#refillsLeft === 0) return;
    this.#refillsLeft--;
    const id = `r${this.#refills++}`;
    this.#watch(channel.write(ByteBuf.wrap(new Uint8Array(refill.size))), id);
    if (refill.flush) channel.flush();
    this.#events.push({ e: 'refilled', write: id });
  }

  #watch(future: ChannelFuture, id: string): void {
    future.addListener((done) => {
      const cause = done.cause;
      const result = done.isCancelled ? 'cancelled' : cause === null ? 'ok' : new Raised(cause);
      this.#events.push({ e: 'done', write: id, result });
    });
  }
}
