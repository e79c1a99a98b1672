import {
  AcquireTimeoutException,
  type Channel,
  type EmbeddedChannel,
  EmbeddedEventLoop,
  FixedChannelPool,
  type FixedChannelPoolOptions,
} from '../../src/index.js';
import { CountingHandler, expectNoUnhandledRejections, FakeBootstrap, isSettled, turn } from './fakes.js';

expectNoUnhandledRejections();

const boom = new Error('boom');
const CLOSED = { code: 'ERR_ILLEGAL_STATE', message: expect.stringMatching(/^FixedChannelPool was closed/) };
const TOO_MANY = {
  code: 'ERR_ILLEGAL_STATE',
  message: expect.stringMatching(/^Too many outstanding acquire operations/),
};

let bootstrap: FakeBootstrap;
let handler: CountingHandler;
let loop: EmbeddedEventLoop;

beforeEach(() => {
  bootstrap = new FakeBootstrap();
  handler = new CountingHandler();
  loop = new EmbeddedEventLoop();
  loop.freezeTime();
});
afterEach(() => {
  expect(loop.scheduledTasks).toBe(0);
  for (const channel of bootstrap.channels) channel.finishAndReleaseAll();
});

type Options = Partial<FixedChannelPoolOptions<EmbeddedChannel>>;
const newPool = (options: Options = {}): FixedChannelPool<EmbeddedChannel> =>
  new FixedChannelPool({ bootstrap, handler, maxConnections: 1, eventLoop: loop, ...options });

async function elapse(ms: number): Promise<void> {
  loop.advanceTimeBy(ms);
  loop.runScheduledTasks();
  await turn();
}

describe('the limit (FixedChannelPoolTest)', () => {
  test('an acquire above it waits for a release', async () => {
    const pool = newPool();
    const channel = await pool.acquire();
    const waiting = pool.acquire();
    expect(await isSettled(waiting)).toBe(false);
    expect([pool.acquiredChannelCount, pool.pendingAcquireCount]).toEqual([1, 1]);
    await pool.release(channel);
    expect(await waiting).toBe(channel);
    expect(handler.counts).toEqual({ created: 1, acquired: 2, released: 1 });
    expect([pool.acquiredChannelCount, pool.pendingAcquireCount]).toEqual([1, 0]);
    await pool.release(channel);
    expect(pool.acquiredChannelCount).toBe(0);
  });

  test('those that wait are served in order, each as soon as there is room', async () => {
    const pool = newPool({ maxConnections: 2 });
    const [a, b] = [await pool.acquire(), await pool.acquire()];
    const served: string[] = [];
    const waiting = ['first', 'second', 'third'].map((name) =>
      pool.acquire().then((channel) => {
        served.push(name);
        return channel;
      }),
    );
    pool.release(a);
    pool.release(b);
    await turn();
    expect(served).toEqual(['first', 'second']);
    pool.release((await waiting[0]) as EmbeddedChannel);
    await turn();
    expect(served).toEqual(['first', 'second', 'third']);
    expect(bootstrap.channels).toHaveLength(2);
  });

  test('connects that are under way count', async () => {
    bootstrap.manual = true;
    const pool = newPool();
    const first = pool.acquire();
    const second = pool.acquire();
    expect([bootstrap.attempts.length, pool.acquiredChannelCount]).toEqual([1, 1]);
    bootstrap.attempts[0]?.connected();
    pool.release(await first);
    expect(await second).toBe(await first);
    expect(bootstrap.attempts).toHaveLength(1);
  });

  test('a channel that was closed still counts until it is released', async () => {
    const pool = newPool();
    const channel = await pool.acquire();
    channel.close();
    const waiting = pool.acquire();
    expect(await isSettled(waiting)).toBe(false);
    await pool.release(channel);
    expect(await waiting).not.toBe(channel);
    expect(pool.acquiredChannelCount).toBe(1);
  });

  test('too many that wait: the next is refused, until one is served', async () => {
    const pool = newPool({ maxPendingAcquires: 1 });
    const channel = await pool.acquire();
    const waiting = pool.acquire();
    await expect(pool.acquire()).rejects.toMatchObject(TOO_MANY);
    expect(pool.acquiredChannelCount).toBe(1);
    pool.release(channel);
    await waiting;
    const next = pool.acquire();
    await expect(pool.acquire()).rejects.toMatchObject(TOO_MANY);
    pool.release(channel);
    expect(await next).toBe(channel);
  });

  test('by default 10,000 may wait', async () => {
    const pool = newPool();
    await pool.acquire();
    for (let i = 0; i < 10_000; i++) void pool.acquire();
    expect(pool.pendingAcquireCount).toBe(10_000);
    await expect(pool.acquire()).rejects.toMatchObject(TOO_MANY);
    await pool.close();
    expect(pool.pendingAcquireCount).toBe(0);
  });

  test.each([
    [{ maxConnections: 0 }, 'ERR_OUT_OF_RANGE'],
    [{ maxConnections: 1.5 }, 'ERR_OUT_OF_RANGE'],
    [{ maxConnections: Number.NaN }, 'ERR_OUT_OF_RANGE'],
    [{ maxPendingAcquires: 0 }, 'ERR_OUT_OF_RANGE'],
    [{ acquireTimeout: -1 }, 'ERR_OUT_OF_RANGE'],
    [{ acquireTimeout: Number.POSITIVE_INFINITY }, 'ERR_OUT_OF_RANGE'],
    [{ acquireTimeoutAction: 'new' }, 'ERR_CONFIG'],
    [{ acquireTimeout: 1, acquireTimeoutAction: 'NEW' }, 'ERR_CONFIG'],
  ])('options %j are refused', (options, code) => {
    expect(() => newPool(options as Options)).toThrow(expect.objectContaining({ code }));
  });

  test('limits may be Infinity', async () => {
    const pool = newPool({
      maxConnections: Number.POSITIVE_INFINITY,
      maxPendingAcquires: Number.POSITIVE_INFINITY,
    });
    await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    expect(pool.acquiredChannelCount).toBe(3);
  });
});

describe('the acquire timeout (FixedChannelPoolTest)', () => {
  test.each([500, 0])('of %d ms fails what has waited so long', async (acquireTimeout) => {
    const pool = newPool({ acquireTimeout });
    const channel = await pool.acquire();
    const waiting = pool.acquire();
    await elapse(acquireTimeout - 1);
    if (acquireTimeout > 0) expect(await isSettled(waiting)).toBe(false);
    await elapse(1);
    await expect(waiting).rejects.toBeInstanceOf(AcquireTimeoutException);
    await expect(waiting).rejects.toMatchObject({
      code: 'ERR_ACQUIRE_TIMEOUT',
      message: expect.stringMatching(/^Acquire operation took longer then configured maximum time/),
    });
    expect([pool.acquiredChannelCount, pool.pendingAcquireCount]).toEqual([1, 0]);
    await pool.release(channel);
    expect(await pool.acquire()).toBe(channel);
  });

  test('does not run while connecting', async () => {
    bootstrap.manual = true;
    const pool = newPool({ acquireTimeout: 500 });
    const acquire = pool.acquire();
    await elapse(1000);
    const channel = bootstrap.attempts[0]?.connected();
    expect(await acquire).toBe(channel);
  });

  test("with 'new' a channel beyond the limit is made; the limit holds again when they are back", async () => {
    const pool = newPool({ acquireTimeout: 500, acquireTimeoutAction: 'new' });
    const channel = await pool.acquire();
    const waiting = pool.acquire();
    await elapse(500);
    const extra = await waiting;
    expect(extra).not.toBe(channel);
    expect(pool.acquiredChannelCount).toBe(2);
    const next = pool.acquire();
    pool.release(channel);
    expect(await isSettled(next)).toBe(false);
    pool.release(extra);
    expect(await next).toBe(extra);
    expect(pool.acquiredChannelCount).toBe(1);
    pool.release(extra);
    expect(pool.acquiredChannelCount).toBe(0);
  });

  test("with 'new' a connect that fails gives its place back (netty#4031)", async () => {
    const pool = newPool({ acquireTimeout: 500, acquireTimeoutAction: 'new' });
    const channel = await pool.acquire();
    bootstrap.failure = boom;
    const waiting = pool.acquire();
    await elapse(500);
    await expect(waiting).rejects.toBe(boom);
    expect(pool.acquiredChannelCount).toBe(1);
    pool.release(channel);
    expect(pool.acquiredChannelCount).toBe(0);
  });

  test('is off once the acquire is served', async () => {
    const pool = newPool({ acquireTimeout: 500 });
    const channel = await pool.acquire();
    const waiting = pool.acquire();
    expect(loop.scheduledTasks).toBe(1);
    pool.release(channel);
    expect(loop.scheduledTasks).toBe(0);
    expect(await waiting).toBe(channel);
  });
});

describe('places that are given back', () => {
  test.each(['connecting fails', 'channelAcquired throws', 'channelAcquired rejects'])(
    'when %s (netty#3988)',
    async (how) => {
      let bad = true;
      const pool = newPool({
        handler: {
          channelCreated: () => {},
          channelAcquired: () => {
            if (!bad || how === 'connecting fails') return undefined;
            if (how.endsWith('throws')) throw boom;
            return Promise.reject(boom);
          },
        },
      });
      if (how === 'connecting fails') bootstrap.failure = boom;
      const failing = [pool.acquire(), pool.acquire(), pool.acquire()];
      for (const acquire of failing) await expect(acquire).rejects.toBe(boom);
      expect([pool.acquiredChannelCount, pool.pendingAcquireCount]).toEqual([0, 0]);
      bad = false;
      bootstrap.failure = undefined;
      expect((await pool.acquire()).isActive).toBe(true);
      expect(pool.acquiredChannelCount).toBe(1);
    },
  );

  test('when channelReleased throws, the pool is full or the check fails', async () => {
    let how = 'throws';
    class Picky extends FixedChannelPool<EmbeddedChannel> {
      protected override offerChannel(channel: EmbeddedChannel): boolean {
        return how !== 'full' && super.offerChannel(channel);
      }
    }
    const pool = new Picky({
      bootstrap,
      maxConnections: 1,
      healthCheck: () => how !== 'unhealthy',
      handler: {
        channelCreated: () => {},
        channelReleased: () => {
          if (how === 'throws') throw boom;
        },
      },
    });
    for (how of ['throws', 'full', 'unhealthy']) {
      const released = pool.release(await pool.acquire());
      expect(released.cause === null).toBe(how === 'unhealthy');
      expect(pool.acquiredChannelCount).toBe(0);
    }
    expect(bootstrap.channels.map((channel) => channel.isOpen)).toEqual([false, false, false]);
  });

  test('not by a channel of another pool, nor by a second release', async () => {
    const [pool, other] = [newPool(), newPool()];
    const [channel, foreign] = [await pool.acquire(), await other.acquire()];
    await expect(pool.release(foreign)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    expect([pool.acquiredChannelCount, other.acquiredChannelCount]).toEqual([1, 1]);
    await other.release(foreign);
    expect(other.acquiredChannelCount).toBe(0);
    await pool.release(channel);
    await expect(pool.release(channel)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(pool.acquiredChannelCount).toBe(0);
  });

  test('before the release is done, so that its listener may acquire with a full line', async () => {
    const pool = newPool({ maxPendingAcquires: 1 });
    const channel = await pool.acquire();
    const waiting = pool.acquire();
    const next: Promise<Channel>[] = [];
    pool.release(channel).addListener(() => next.push(pool.acquire()));
    expect(await waiting).toBe(channel);
    expect(pool.pendingAcquireCount).toBe(1);
    pool.release(channel);
    expect(await next[0]).toBe(channel);
  });

  test('one after the other to thousands whose connect throws', async () => {
    class Throwing extends FixedChannelPool<EmbeddedChannel> {
      throwing = false;
      protected override connectChannel(): PromiseLike<EmbeddedChannel> {
        if (this.throwing) throw boom;
        return this.bootstrap.connect();
      }
    }
    const pool = new Throwing({ bootstrap, handler, maxConnections: 1, maxPendingAcquires: 20_000 });
    const channel = await pool.acquire();
    const waiting = Array.from({ length: 20_000 }, () => pool.acquire());
    pool.throwing = true;
    channel.close();
    pool.release(channel);
    const results = await Promise.allSettled(waiting);
    expect(new Set(results.map((result) => result.status === 'rejected' && result.reason))).toEqual(
      new Set([boom]),
    );
    expect([pool.acquiredChannelCount, pool.pendingAcquireCount]).toEqual([0, 0]);
  });
});

describe('an aborted acquire (netty#17287)', () => {
  test('leaves the line: it is not counted as waiting and nobody is made to wait for it', async () => {
    const pool = newPool({ maxPendingAcquires: 1, acquireTimeout: 500 });
    const channel = await pool.acquire();
    const abort = new AbortController();
    const gone = pool.acquire({ signal: abort.signal });
    abort.abort(boom);
    await expect(gone).rejects.toBe(boom);
    expect([pool.pendingAcquireCount, loop.scheduledTasks]).toEqual([0, 0]);
    const waiting = pool.acquire();
    pool.release(channel);
    expect(await waiting).toBe(channel);
    expect(handler.counts).toEqual({ created: 1, acquired: 2, released: 1 });
  });

  test('while connecting keeps its place until the connect has ended, then the next is served', async () => {
    bootstrap.manual = true;
    const pool = newPool();
    const abort = new AbortController();
    const gone = pool.acquire({ signal: abort.signal });
    const waiting = pool.acquire();
    abort.abort(boom);
    await expect(gone).rejects.toBe(boom);
    expect([pool.acquiredChannelCount, bootstrap.attempts.length]).toEqual([1, 1]);
    bootstrap.attempts[0]?.failed(boom);
    await turn();
    expect(bootstrap.attempts).toHaveLength(2);
    const channel = bootstrap.attempts[1]?.connected();
    expect(await waiting).toBe(channel);
    expect(pool.acquiredChannelCount).toBe(1);
  });

  test('whose channel is there all the same hands it to the next', async () => {
    bootstrap.manual = true;
    const pool = newPool();
    const abort = new AbortController();
    const gone = pool.acquire({ signal: abort.signal });
    const waiting = pool.acquire();
    abort.abort(boom);
    const channel = bootstrap.attempts[0]?.connected();
    await expect(gone).rejects.toBe(boom);
    expect(await waiting).toBe(channel);
    expect(pool.acquiredChannelCount).toBe(1);
    pool.release(await waiting);
    expect(pool.acquiredChannelCount).toBe(0);
  });

  test('in the very tick in which the channel comes loses neither place nor channel', async () => {
    bootstrap.manual = true;
    const pool = newPool();
    const abort = new AbortController();
    const gone = pool.acquire({ signal: abort.signal });
    const channel = bootstrap.attempts[0]?.connected();
    abort.abort(boom);
    await expect(gone).rejects.toBe(boom);
    await turn();
    expect(pool.acquiredChannelCount).toBe(0);
    expect(await pool.acquire()).toBe(channel);
  });

  test('during channelAcquired gives channel and place back', async () => {
    let ready = (): void => {};
    const pool = newPool({
      handler: {
        channelCreated: () => {},
        channelAcquired: () => new Promise<void>((resolve) => (ready = resolve)),
      },
    });
    const abort = new AbortController();
    const gone = pool.acquire({ signal: abort.signal });
    await turn();
    abort.abort(boom);
    await expect(gone).rejects.toBe(boom);
    expect(pool.acquiredChannelCount).toBe(1);
    ready();
    await turn();
    expect(pool.acquiredChannelCount).toBe(0);
    expect(bootstrap.channels[0]?.isOpen).toBe(true);
  });

  test('aborts at every point, many times over, leave no place taken', async () => {
    const pool = newPool({ maxConnections: 3, healthCheck: async (channel) => channel.isActive });
    const held: EmbeddedChannel[] = [];
    for (let round = 0; round < 200; round++) {
      const abort = new AbortController();
      const acquire = pool.acquire({ signal: abort.signal });
      acquire.then(
        (channel) => held.push(channel),
        () => {},
      );
      for (let i = 0; i < round % 7; i++) await Promise.resolve();
      abort.abort(boom);
      if (held.length > 0 && round % 3 === 0) pool.release(held.shift() as EmbeddedChannel);
      if (round % 11 === 0) bootstrap.channels.at(-1)?.close();
    }
    await turn();
    while (held.length > 0) await pool.release(held.shift() as EmbeddedChannel);
    await turn();
    for (const channel of held) await pool.release(channel);
    expect([pool.acquiredChannelCount, pool.pendingAcquireCount]).toEqual([0, 0]);
    expect(await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()])).toHaveLength(3);
  });
});

describe('close (FixedChannelPoolTest)', () => {
  test('fails those that wait and whatever comes later', async () => {
    const pool = newPool({ acquireTimeout: 500 });
    const channel = await pool.acquire();
    const waiting = pool.acquire();
    await pool.close();
    await expect(waiting).rejects.toMatchObject(CLOSED);
    await expect(pool.acquire()).rejects.toMatchObject(CLOSED);
    expect([pool.acquiredChannelCount, pool.pendingAcquireCount]).toEqual([0, 0]);
    expect(channel.isOpen).toBe(true);
    await expect(pool.release(channel)).rejects.toMatchObject(CLOSED);
    expect(channel.isOpen).toBe(false);
    expect(pool.acquiredChannelCount).toBe(0);
  });

  test('after which a channel that comes is closed', async () => {
    bootstrap.manual = true;
    const pool = newPool();
    const acquire = pool.acquire();
    await pool.close();
    await expect(acquire).rejects.toMatchObject(CLOSED);
    const channel = bootstrap.attempts[0]?.connected();
    await turn();
    expect(channel?.isOpen).toBe(false);
  });
});
