import type { Channel } from '../channel/Channel.js';
import type { ChannelPromise } from '../channel/ChannelFuture.js';
import { ENTRY_OVERHEAD, type OutboundBuffer } from '../channel/OutboundBuffer.js';
import { type NodeEventLoop, nodeEventLoop } from '../eventloop/NodeEventLoop.js';
import { AbstractChannel } from './AbstractChannel.js';

/** Marks in one read batch after which it is flushed without waiting for its end. Netty: FlushConsolidationHandler. */
const MAX_MARKS = 256;

/** Rounds of flushes within one tick, each caused by the listeners of the one before, until I/O and timers get a turn. */
const MAX_ROUNDS = 16;

/** Channels that were flushed outside a read batch of their own, in order. */
let dirty: BatchingChannel[] = [];
let rounds = 0;

function flushDirty(): void {
  const batch = dirty;
  dirty = [];
  for (const channel of batch) channel.flushBatch();
}

function flushDirtyLater(): void {
  if (rounds === 0) setImmediate(forgetRounds);
  if (++rounds < MAX_ROUNDS) process.nextTick(flushDirty);
  else setImmediate(flushDirty);
}

function forgetRounds(): void {
  rounds = 0;
}

/**
 * A channel that collects flushes: those within its own read dispatch run at the end of it, others at the end of the
 * tick, so that many small answers leave in one system call. Data is never held back by a close, by the shutdown of
 * the output, or when it would pass the high water mark.
 */
export abstract class BatchingChannel extends AbstractChannel {
  declare readonly eventLoop: NodeEventLoop;
  #dispatching = false;
  #marks = 0;
  #queued = false;

  /** For transports. */
  constructor(parent: Channel | null) {
    super(parent, nodeEventLoop);
  }

  /** Hands one chunk of input to the pipeline, then `channelReadComplete`, then flushes what was marked. */
  protected dispatch(message: unknown): void {
    const loop = this.eventLoop;
    loop.enterDispatch();
    this.#dispatching = true;
    try {
      this.pipeline.fireChannelRead(message);
      this.pipeline.fireChannelReadComplete();
    } finally {
      this.#dispatching = false;
      loop.leaveDispatch();
      if (this.#marks > 0) this.flushBatch();
    }
  }

  protected override flushRequested(): void {
    this.#marks++;
    if (this.#dispatching) {
      if (this.#marks >= MAX_MARKS) this.flushBatch();
    } else if (!this.#queued) {
      this.#queued = true;
      if (dirty.push(this) === 1) flushDirtyLater();
    }
  }

  /** @internal Runs the flushes that were put off. */
  flushBatch(): void {
    this.#marks = 0;
    this.#queued = false;
    this.flushPending();
  }

  protected override beforeAdd(buffer: OutboundBuffer, size: number): void {
    if (this.#marks === 0) return;
    const pending = buffer.totalPendingWriteBytes + size + ENTRY_OVERHEAD;
    if (pending > this.config.writeBufferWaterMark.high) buffer.quietly(() => this.flushBatch());
  }

  protected override beforeClose(): void {
    // Also what the listeners of what was written have flushed, and so on, within reason.
    for (let round = 0; this.#marks > 0 && round < MAX_ROUNDS; round++) this.flushBatch();
  }

  override doDeregisterOperation(promise: ChannelPromise): void {
    this.beforeClose();
    super.doDeregisterOperation(promise);
  }
}
