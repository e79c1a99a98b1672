import {
  type AnyChannelHandler,
  type ChannelHandlerContext,
  type ChannelPromise,
  EmbeddedChannel,
  handler,
  type Logger,
  PendingWriteQueue,
  setLogger,
  WriteBufferWaterMark,
} from '../../src/index.js';

const OVERHEAD = 64;
const boom = new Error('boom');

let channel: EmbeddedChannel;
let queue: PendingWriteQueue;
let writability: boolean[];

/** Keeps the queue; what happens to the queue is up to each test. */
const owner = (): AnyChannelHandler => ({
  handlerAdded(ctx: ChannelHandlerContext) {
    queue = new PendingWriteQueue(ctx);
  },
  write: (_ctx, message, promise) => queue.add(message, promise),
  channelWritabilityChanged: () => writability.push(channel.isWritable),
});

beforeEach(() => {
  writability = [];
  channel = new EmbeddedChannel(owner());
});
afterEach(() => {
  setLogger();
  channel.finishAndReleaseAll();
});

const pendingBytes = (): number | undefined => channel.outboundBuffer?.totalPendingWriteBytes;

/** Adds messages; returns their promises, whose failures are looked at. */
function add(...messages: unknown[]): ChannelPromise[] {
  return messages.map((message) => {
    const promise = channel.newPromise();
    promise.addListener(() => {});
    queue.add(message, promise);
    return promise;
  });
}

function expectEmpty(): void {
  expect(queue).toMatchObject({ isEmpty: true, size: 0, bytes: 0, current: null });
  expect(queue.remove()).toBeNull();
  expect(queue.removeAndWrite()).toBeNull();
  expect(queue.removeAndWriteAll()).toBeNull();
  expect(pendingBytes() ?? 0).toBe(0);
}

describe('what waits', () => {
  test('is counted, in the queue and in the channel', () => {
    expectEmpty();
    add(Buffer.from('abc'), 'text');
    expect(queue).toMatchObject({ isEmpty: false, size: 2, bytes: 3 + 8 + 2 * OVERHEAD });
    expect(queue.current).toEqual(Buffer.from('abc'));
    expect(pendingBytes()).toBe(3 + 8 + 2 * OVERHEAD);
    queue.removeAndFailAll(boom);
    expectEmpty();
  });

  test('has the size that the estimator of the channel gives, never less than nothing', () => {
    channel.config.messageSizeEstimator = (message) => (message === 'unknown' ? -1 : 1000);
    add('known', 'unknown');
    expect(queue.bytes).toBe(1000 + 2 * OVERHEAD);
    queue.remove();
    expect([queue.bytes, pendingBytes()]).toEqual([OVERHEAD, OVERHEAD]);
  });

  test('makes the channel unwritable and, taken off, writable', () => {
    channel.config.writeBufferWaterMark = new WriteBufferWaterMark(1, OVERHEAD + 3);
    add(Buffer.alloc(3));
    expect(channel.isWritable).toBe(true);
    add(Buffer.alloc(3));
    expect(channel.isWritable).toBe(false);
    queue.remove();
    expect(channel.isWritable).toBe(false);
    queue.remove();
    expect(channel.isWritable).toBe(true);
    channel.runPendingTasks();
    expect(writability).toEqual([true, true]);
  });

  test('may be removed from within the writability event it caused (PendingWriteQueueTest)', () => {
    const seen: unknown[] = [];
    let own = null as unknown as PendingWriteQueue;
    const other = new EmbeddedChannel(
      handler({
        handlerAdded(ctx: ChannelHandlerContext) {
          own = new PendingWriteQueue(ctx);
        },
        channelWritabilityChanged() {
          seen.push(own.current);
          own.remove();
        },
      }),
    );
    other.config.writeBufferWaterMark = new WriteBufferWaterMark(1, 3);
    own.add('test', other.newPromise());
    expect(other.finish()).toBe(false);
    expect(seen).toEqual(['test', null]);
    expect([own.size, own.bytes]).toEqual([0, 0]);
  });
});

describe('add', () => {
  test('refuses what a pipeline would refuse later', () => {
    const code = (of: string): Error => expect.objectContaining({ code: of });
    expect(() => queue.add(null, channel.newPromise())).toThrow(code('ERR_INVALID_ARG_TYPE'));
    expect(() => queue.add(undefined, channel.newPromise())).toThrow(code('ERR_INVALID_ARG_TYPE'));
    expect(() => queue.add('x', undefined as never)).toThrow(code('ERR_INVALID_ARG_TYPE'));
    expect(() => queue.add('x', channel.newPromise().setSuccess())).toThrow(code('ERR_INVALID_ARG_VALUE'));
    expect(() => queue.add('x', channel.closeFuture as ChannelPromise)).toThrow(
      code('ERR_INVALID_ARG_VALUE'),
    );
    const stranger = new EmbeddedChannel();
    expect(() => queue.add('x', stranger.newPromise())).toThrow(code('ERR_INVALID_ARG_VALUE'));
    stranger.finish();
    expectEmpty();
  });

  test('adds nothing when the estimator throws', () => {
    channel.config.messageSizeEstimator = () => {
      throw boom;
    };
    expect(() => queue.add('x', channel.newPromise())).toThrow(boom);
    expectEmpty();
  });
});

describe('removing one', () => {
  test('remove() hands the promise over', () => {
    const [a, b] = add('a', 'b');
    expect(queue.remove()).toBe(a);
    expect(a?.isDone).toBe(false);
    expect([queue.size, queue.current]).toEqual([1, 'b']);
    expect(queue.remove()).toBe(b);
    expectEmpty();
  });

  test('removeAndWrite() writes without a flush', () => {
    const [a] = add('a', 'b');
    expect(queue.removeAndWrite()).toBe(a);
    expect(a?.isDone).toBe(false);
    expect(queue).toMatchObject({ size: 1, bytes: 8 + OVERHEAD });
    channel.flush();
    expect(a?.isSuccess).toBe(true);
    expect(channel.outboundMessages).toEqual(['a']);
  });

  test('removeAndFail() fails the first only', () => {
    const [a, b] = add('a', 'b');
    queue.removeAndFail(boom);
    expect([a?.cause, b?.isDone, queue.size]).toEqual([boom, false, 1]);
    queue.removeAndFail(boom);
    queue.removeAndFail(boom);
    expect(b?.cause).toBe(boom);
    expectEmpty();
  });

  test('a listener of removeAndFail() may remove and add', () => {
    const causes: unknown[] = [];
    const note = (promise: ChannelPromise): ChannelPromise =>
      promise.addListener((done) => causes.push(done.cause));
    const inner = new Error('inner');
    queue.add(
      'a',
      note(channel.newPromise()).addListener(() => {
        queue.add('c', note(channel.newPromise()));
        queue.removeAndFail(inner);
      }),
    );
    queue.add('b', note(channel.newPromise()));
    queue.removeAndFail(boom);
    expect(causes).toEqual([boom, inner]);
    expect([queue.size, queue.current]).toEqual([1, 'c']);
  });

  test('works through many, adding meanwhile', () => {
    const seen: unknown[] = [];
    let next = 0;
    for (; next < 5000; next++) queue.add(next, channel.newPromise());
    while (!queue.isEmpty) {
      seen.push(queue.current);
      queue.remove();
      if (next < 12_000) queue.add(next++, channel.newPromise());
    }
    expect(seen).toEqual(Array.from({ length: 12_000 }, (_, i) => i));
    expectEmpty();
  });
});

describe('removing all', () => {
  test('removeAndWriteAll() writes in order; its future is done when they all are', () => {
    const promises = add('a', 'b', 'c');
    const all = queue.removeAndWriteAll();
    expectEmptyButWritten(3);
    expect(all?.isDone).toBe(false);
    channel.flush();
    expect([all?.isSuccess, ...promises.map((promise) => promise.isSuccess)]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(channel.outboundMessages).toEqual(['a', 'b', 'c']);
    expectEmpty();
  });

  /** Written, not flushed: the queue counts nothing, the outbound buffer does. */
  function expectEmptyButWritten(count: number): void {
    expect(queue).toMatchObject({ isEmpty: true, size: 0, bytes: 0 });
    expect(pendingBytes()).toBe(count * (8 + 96));
  }

  test('removeAndWriteAll() goes on from a channel too, through its whole pipeline', () => {
    const own = new PendingWriteQueue(channel);
    own.add('a', channel.newPromise());
    own.removeAndWriteAll();
    expect([own.size, queue.size, queue.current]).toEqual([0, 1, 'a']);
    queue.removeAndWriteAll();
    channel.flush();
    expect(channel.outboundMessages).toEqual(['a']);
  });

  test('removeAndWriteAll() has the first failure, when all are done', () => {
    const refusing = new EmbeddedChannel(
      {
        write(ctx, message, promise) {
          if (message === 'bad') promise.setFailure(boom);
          else ctx.write(message, promise);
        },
      },
      handler({
        handlerAdded(ctx: ChannelHandlerContext) {
          queue = new PendingWriteQueue(ctx);
        },
      }),
    );
    const bad = refusing.newPromise().addListener(() => {});
    const good = refusing.newPromise();
    queue.add('bad', bad);
    queue.add('good', good);
    const all = queue.removeAndWriteAll();
    expect([bad.cause, good.isDone, all?.isDone]).toEqual([boom, false, false]);
    refusing.flush();
    expect([good.isSuccess, all?.cause]).toEqual([true, boom]);
    refusing.finishAndReleaseAll();
  });

  test('a cancelled write is passed over', () => {
    const [a, b] = add('a', 'b');
    expect(a?.cancel()).toBe(true);
    const all = queue.removeAndWriteAll();
    channel.flush();
    expect(channel.outboundMessages).toEqual(['b']);
    expect([b?.isSuccess, all?.cause?.name]).toEqual([true, 'CancellationException']);
    expectEmpty();
  });

  test('a write that somebody completed meanwhile does not keep the others back', () => {
    const [a, b] = add('a', 'b');
    a?.setSuccess();
    const all = queue.removeAndWriteAll();
    channel.flush();
    expect(channel.outboundMessages).toEqual(['b']);
    expect(b?.isSuccess).toBe(true);
    expect(all?.cause).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    expectEmpty();
  });

  test('removeAndFailAll() fails in order', () => {
    const promises = add('a', 'b', 'c');
    const order: number[] = [];
    promises.forEach((promise, i) => {
      promise.addListener(() => order.push(i));
    });
    queue.removeAndFailAll(boom);
    expect(promises.map((promise) => promise.cause)).toEqual([boom, boom, boom]);
    expect(order).toEqual([0, 1, 2]);
    expect(channel.outboundMessages).toEqual([]);
    expectEmpty();
    queue.removeAndFailAll(boom);
  });

  test('failing what is done already is logged, unless it was cancelled', () => {
    const warnings: string[] = [];
    setLogger({ warn: (_obj: object, text: string) => warnings.push(text) } as unknown as Logger);
    const [a, b] = add('a', 'b');
    a?.cancel();
    queue.removeAndFail(boom);
    expect(warnings).toEqual([]);
    b?.setSuccess();
    queue.removeAndFail(boom);
    expect(warnings).toEqual(['Failed to mark a promise as failure because it is done already']);
  });
});

describe('listeners that call back (PendingWriteQueueTest)', () => {
  /** The transport is reached at once, so that promises are done while the queue is being sent. */
  const flushing = (): AnyChannelHandler => ({
    write: (ctx, message, promise) => ctx.writeAndFlush(message, promise),
  });

  beforeEach(() => {
    channel = new EmbeddedChannel(flushing(), owner());
  });

  test('failing all within failing all', () => {
    const [a, b] = add('a', 'b');
    const inner = new Error('inner');
    a?.addListener(() => queue.removeAndFailAll(inner));
    queue.removeAndFailAll(boom);
    expect([a?.cause, b?.cause]).toEqual([boom, boom]);
    expectEmpty();
  });

  test('adding within failing all: failed too, after the others', () => {
    const order: number[] = [];
    const late = channel.newPromise().addListener(() => order.push(3));
    const [a, b] = add('a', 'b');
    a?.addListener(() => {
      order.push(1);
      queue.add('c', late);
    });
    b?.addListener(() => order.push(2));
    queue.removeAndFailAll(boom);
    expect(late.cause).toBe(boom);
    expect(order).toEqual([1, 2, 3]);
    expectEmpty();
  });

  test('adding within writing all: written too, after the others', () => {
    const late = channel.newPromise();
    const [a] = add('a', 'b');
    a?.addListener(() => queue.add('c', late));
    const all = queue.removeAndWriteAll();
    expect(channel.outboundMessages).toEqual(['a', 'b', 'c']);
    expect([late.isSuccess, all?.isSuccess]).toEqual([true, true]);
    expectEmpty();
  });

  test('writing all within writing all', () => {
    const [a, b] = add('a', 'b');
    const inner: unknown[] = [];
    a?.addListener(() => inner.push(queue.removeAndWriteAll()));
    queue.removeAndWriteAll();
    expect(inner).toEqual([null]);
    expect([a?.isSuccess, b?.isSuccess]).toEqual([true, true]);
    expect(channel.outboundMessages).toEqual(['a', 'b']);
    expectEmpty();
  });

  test('writing all again, with something new, within writing all', () => {
    const [a] = add('a', 'b');
    a?.addListener(() => {
      add('c');
      queue.removeAndWriteAll();
    });
    queue.removeAndWriteAll();
    expect([...channel.outboundMessages].sort()).toEqual(['a', 'b', 'c']);
    expectEmpty();
  });

  test('failing all within writing all leaves the batch that is on its way alone', () => {
    const [a, b] = add('a', 'b');
    a?.addListener(() => queue.removeAndFailAll(boom));
    queue.removeAndWriteAll();
    expect([a?.isSuccess, b?.isSuccess]).toEqual([true, true]);
    expectEmpty();
  });
});

describe('rule 55: a handler that holds writes back', () => {
  /** As a handler does that waits for a handshake. */
  const holding = (): AnyChannelHandler => {
    let held: PendingWriteQueue;
    return {
      handlerAdded(ctx: ChannelHandlerContext) {
        held = new PendingWriteQueue(ctx);
      },
      write: (_ctx, message, promise) => held.add(message, promise),
      handlerRemoved(ctx) {
        held.removeAndWriteAll()?.addListener(() => {});
        ctx.flush();
      },
      channelInactive(ctx) {
        held.removeAndFailAll(boom);
        ctx.fireChannelInactive();
      },
    };
  };

  test('has them count as pending, sends them when it is removed, and all is writable again', () => {
    const heard: boolean[] = [];
    const waiting = new EmbeddedChannel(holding(), {
      channelWritabilityChanged: (ctx) => void heard.push(ctx.channel.isWritable),
    });
    waiting.config.writeBufferWaterMark = new WriteBufferWaterMark(100, 200);
    const written = ['a', 'b', 'c'].map((message) => waiting.writeAndFlush(message));
    waiting.runPendingTasks();
    expect([waiting.isWritable, heard.splice(0), waiting.outboundMessages]).toEqual([false, [false], []]);
    waiting.pipeline.remove('Handler#0');
    waiting.runPendingTasks();
    expect(waiting.outboundMessages.splice(0)).toEqual(['a', 'b', 'c']);
    expect(written.every((future) => future.isSuccess)).toBe(true);
    expect([waiting.isWritable, heard.at(-1)]).toEqual([true, true]);
    waiting.finish();
  });

  test('fails them when the channel closes', () => {
    const waiting = new EmbeddedChannel(holding());
    const written = waiting.writeAndFlush('a').addListener(() => {});
    waiting.close();
    expect([written.cause, waiting.outboundMessages]).toEqual([boom, []]);
  });
});

describe('a closed channel', () => {
  test('may have been closed before the queue was made (netty#3967)', () => {
    const ctx = channel.pipeline.firstContext as ChannelHandlerContext;
    channel.close();
    const late = new PendingWriteQueue(ctx);
    const promise = channel.newPromise().addListener(() => {});
    late.add(1, promise);
    expect([late.size, late.bytes]).toEqual([1, 8 + OVERHEAD]);
    late.removeAndFailAll(boom);
    expect(promise.cause).toBe(boom);
    expect([late.size, late.bytes]).toEqual([0, 0]);
  });

  test('leaves the queue as it was; what is written then fails', () => {
    const [a, b, c] = add('a', 'b', 'c');
    channel.close();
    expect(queue.size).toBe(3);
    queue.removeAndWrite();
    expect(a?.cause).toMatchObject({ code: 'ERR_CLOSED_CHANNEL' });
    queue.removeAndFail(boom);
    expect(b?.cause).toBe(boom);
    const all = queue.removeAndWriteAll();
    expect(c?.cause).toMatchObject({ code: 'ERR_CLOSED_CHANNEL' });
    expect(all?.cause).toBe(c?.cause);
    expectEmpty();
  });
});

describe('failures nobody looks at', () => {
  /** Past the tick, its microtasks and the report. */
  const ticksLater = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

  test.each([
    ['are reported once, though the queue joined them', false, 1],
    ['are not reported for the future of removeAndWriteAll() when the writes were looked at', true, 0],
  ])('%s', async (_name, looked, reports) => {
    const reported: Error[] = [];
    channel.pipeline.unhandled = { failure: (_channel, cause) => reported.push(cause) };
    const promise = channel.newPromise();
    if (looked) promise.addListener(() => {});
    queue.add('a', promise);
    queue.removeAndWriteAll();
    channel.close();
    await ticksLater();
    expect(reported).toHaveLength(reports);
  });
});
