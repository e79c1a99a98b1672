import {
  type Channel,
  ChannelHealthChecker,
  EmbeddedChannel,
  IllegalStateException,
  type Logger,
  type PoolBootstrap,
  SimpleChannelPool,
  setLogger,
} from '../../src/index.js';
import { within } from '../support/within.js';
import { CountingHandler, expectNoUnhandledRejections, FakeBootstrap, isSettled, turn } from './fakes.js';

expectNoUnhandledRejections();

const boom = new Error('boom');
const CLOSED = { code: 'ERR_ILLEGAL_STATE', message: expect.stringMatching(/^SimpleChannelPool was closed/) };

let bootstrap: FakeBootstrap;
let handler: CountingHandler;

beforeEach(() => {
  bootstrap = new FakeBootstrap();
  handler = new CountingHandler();
});
afterEach(() => {
  setLogger();
  for (const channel of bootstrap.channels) channel.finishAndReleaseAll();
});

type Options = Partial<ConstructorParameters<typeof SimpleChannelPool<EmbeddedChannel>>[0]>;
const newPool = (options: Options = {}): SimpleChannelPool<EmbeddedChannel> =>
  new SimpleChannelPool({ bootstrap, handler, ...options });

/** What a health check that the test decides is asked. */
function manualCheck(): {
  check: ChannelHealthChecker;
  asked: Channel[];
  answer(healthy: boolean | Error): Promise<void>;
} {
  const asked: Channel[] = [];
  const answers: ((healthy: boolean | Error) => void)[] = [];
  return {
    asked,
    check: (channel) => {
      asked.push(channel);
      return new Promise<boolean>((resolve, reject) => {
        answers.push((healthy) => (typeof healthy === 'boolean' ? resolve(healthy) : reject(healthy)));
      });
    },
    answer: (healthy) => {
      answers.shift()?.(healthy);
      return turn();
    },
  };
}

describe('acquire and release (SimpleChannelPoolTest)', () => {
  test('a released channel is used again, one released twice is closed', async () => {
    const pool = newPool();
    const channel = await pool.acquire();
    await pool.release(channel);
    expect(await pool.acquire()).toBe(channel);
    await pool.release(channel);
    await expect(pool.release(channel)).rejects.toMatchObject({
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringMatching(
        /^Channel \[id: 0x[0-9a-f]{8}.*\] was not acquired from this ChannelPool\. /,
      ),
    });
    expect(channel.isActive).toBe(false);
    expect(handler.counts).toEqual({ created: 1, acquired: 2, released: 2 });
  });

  test('each channel gets the pool handler in its initializer, whatever handler the bootstrap had', async () => {
    const own = jest.fn();
    bootstrap.handler(own);
    const pool = newPool();
    const channel = await pool.acquire();
    const other = await pool.acquire();
    expect(handler.created).toEqual([channel, other]);
    expect(own).not.toHaveBeenCalled();
    await bootstrap.connect();
    expect(own).toHaveBeenCalledTimes(1);
  });

  test('a release takes effect at once: an acquire right after it gets the channel', async () => {
    const pool = newPool();
    const channel = await pool.acquire();
    const released = pool.release(channel);
    expect([released.isSuccess, released.channel]).toEqual([true, channel]);
    expect(await pool.acquire()).toBe(channel);
  });

  test.each([
    [true, [2, 1, 0]],
    [false, [0, 1, 2]],
  ])(
    'with lastRecentUsed %s channels come in the order %j of their release',
    async (lastRecentUsed, order) => {
      const pool = newPool({ lastRecentUsed });
      const channels = [await pool.acquire(), await pool.acquire(), await pool.acquire()];
      for (const channel of channels) pool.release(channel);
      for (const i of order) expect(await pool.acquire()).toBe(channels[i]);
    },
  );

  test('the channel released last is used first unless told otherwise', async () => {
    const pool = newPool();
    const [first, last] = [await pool.acquire(), await pool.acquire()];
    pool.release(first);
    pool.release(last);
    expect(await pool.acquire()).toBe(last);
  });

  test('a channel of another pool is closed; its own pool takes it back all the same', async () => {
    const [pool, other] = [newPool(), newPool()];
    const channel = await pool.acquire();
    await expect(other.release(channel)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(channel.isOpen).toBe(false);
    await pool.release(channel);
    expect(await pool.acquire()).not.toBe(channel);
  });

  test('a connect that fails or throws fails the acquire', async () => {
    const pool = newPool();
    bootstrap.failure = boom;
    await expect(pool.acquire()).rejects.toBe(boom);
    class Throwing extends SimpleChannelPool<EmbeddedChannel> {
      protected override connectChannel(): never {
        throw boom;
      }
    }
    await expect(new Throwing({ bootstrap, handler }).acquire()).rejects.toBe(boom);
    bootstrap.failure = undefined;
    expect((await pool.acquire()).isActive).toBe(true);
  });

  test('failures that nobody looks at are no unhandled rejections; those of a release reach the channel', async () => {
    const pool = newPool();
    bootstrap.failure = boom;
    void pool.acquire();
    void pool.acquire({ signal: AbortSignal.abort(boom) });
    const foreign = new EmbeddedChannel();
    const reported: Error[] = [];
    foreign.pipeline.unhandled = { failure: (_channel, cause) => reported.push(cause) };
    pool.release(foreign);
    await turn();
    await turn();
    expect(reported).toMatchObject([{ code: 'ERR_INVALID_ARG_VALUE' }]);
  });
});

describe('the health check', () => {
  test('is passed by active channels', () => {
    const channel = new EmbeddedChannel();
    expect(ChannelHealthChecker.ACTIVE(channel)).toBe(true);
    channel.finish();
    expect(ChannelHealthChecker.ACTIVE(channel)).toBe(false);
  });

  test('at release: an unhealthy channel is closed and not kept, the release succeeds', async () => {
    let healthy = true;
    const pool = newPool({ healthCheck: () => healthy });
    const channel = await pool.acquire();
    healthy = false;
    await pool.release(channel);
    expect(channel.isOpen).toBe(false);
    expect(handler.released).toEqual([channel]);
    healthy = true;
    expect(await pool.acquire()).not.toBe(channel);
  });

  test('at acquire: unhealthy channels are closed and the next is tried', async () => {
    const sick = new Set<Channel>();
    const pool = newPool({ healthCheck: (channel) => !sick.has(channel) });
    const channels = [await pool.acquire(), await pool.acquire(), await pool.acquire()];
    for (const channel of channels) pool.release(channel);
    sick.add(channels[2] as Channel).add(channels[1] as Channel);
    expect(await pool.acquire()).toBe(channels[0]);
    expect(channels.map((channel) => channel.isOpen)).toEqual([true, false, false]);
    expect(bootstrap.channels).toHaveLength(3);
  });

  test('at acquire: when none is healthy a new one is made, however many there were', async () => {
    let healthy = true;
    const pool = newPool({ healthCheck: () => healthy });
    const channels: EmbeddedChannel[] = [];
    for (let i = 0; i < 200; i++) channels.push(await pool.acquire());
    for (const channel of channels) pool.release(channel);
    healthy = false;
    const fresh = await pool.acquire();
    expect(channels).not.toContain(fresh);
    expect(channels.every((channel) => !channel.isOpen)).toBe(true);
  });

  test('without one at release, closed channels are kept until an acquire finds them', async () => {
    class Peeking extends SimpleChannelPool<EmbeddedChannel> {
      peek(): EmbeddedChannel | undefined {
        return this.pollChannel();
      }
    }
    const pool = new Peeking({ bootstrap, handler, releaseHealthCheck: false });
    const channel = await pool.acquire();
    channel.close();
    await pool.release(channel);
    expect(pool.peek()).toBe(channel);
    const second = await pool.acquire();
    second.close();
    await pool.release(second);
    expect((await pool.acquire()).isActive).toBe(true);
  });

  test('is not asked for a closed channel, which is never healthy', async () => {
    const healthCheck = jest.fn(() => true);
    const pool = newPool({ healthCheck });
    const channel = await pool.acquire();
    channel.close();
    await pool.release(channel);
    expect(healthCheck).not.toHaveBeenCalled();
    expect(await pool.acquire()).not.toBe(channel);
  });

  test('may take its time, at release', async () => {
    const { check, asked, answer } = manualCheck();
    const pool = newPool({ healthCheck: check });
    const channel = await pool.acquire();
    const released = pool.release(channel);
    expect([asked, released.isDone]).toEqual([[channel], false]);
    expect(released.cancel()).toBe(false);
    const other = await pool.acquire();
    expect(other).not.toBe(channel);
    await answer(true);
    expect(released.isSuccess).toBe(true);
    const again = pool.acquire();
    await answer(true);
    expect(await again).toBe(channel);
  });

  test('may take its time, at acquire; the channel is nobody else’s meanwhile', async () => {
    const { check, asked, answer } = manualCheck();
    const pool = newPool({ healthCheck: check, releaseHealthCheck: false });
    const [first, second] = [await pool.acquire(), await pool.acquire()];
    pool.release(first);
    pool.release(second);
    const a = pool.acquire();
    const b = pool.acquire();
    expect(asked).toEqual([second, first]);
    await answer(false);
    expect(second.isOpen).toBe(false);
    expect(bootstrap.channels).toHaveLength(3);
    expect(await a).toBe(bootstrap.channels[2]);
    await answer(true);
    expect(await b).toBe(first);
  });

  test('that finds the channel closed when it ends is not believed', async () => {
    const { check, answer } = manualCheck();
    const pool = newPool({ healthCheck: check, releaseHealthCheck: false });
    const channel = await pool.acquire();
    pool.release(channel);
    const next = pool.acquire();
    channel.close();
    await answer(true);
    expect(await next).not.toBe(channel);
  });

  test.each([
    [
      'throws',
      () => {
        throw boom;
      },
    ],
    ['rejects', () => Promise.reject(boom)],
  ])('that %s counts as unhealthy and is logged', async (_name, healthCheck) => {
    const warned: object[] = [];
    setLogger({ warn: (obj: object) => warned.push(obj) } as unknown as Logger);
    const pool = newPool({ healthCheck });
    const channel = await pool.acquire();
    await pool.release(channel);
    expect(channel.isOpen).toBe(false);
    const keeping = newPool({ healthCheck, releaseHealthCheck: false });
    const kept = await keeping.acquire();
    keeping.release(kept);
    expect(await keeping.acquire()).not.toBe(kept);
    expect(kept.isOpen).toBe(false);
    expect(warned).toMatchObject([{ err: boom }, { err: boom }]);
  });
});

describe('a handler', () => {
  test.each([
    [
      'throws',
      () => {
        throw boom;
      },
    ],
    ['rejects', () => Promise.reject(boom)],
  ])('whose channelAcquired %s fails the acquire and closes the channel', async (_name, channelAcquired) => {
    const pool = newPool({ handler: { channelCreated: () => {}, channelAcquired } });
    await expect(pool.acquire()).rejects.toBe(boom);
    expect(bootstrap.channels.map((channel) => channel.isOpen)).toEqual([false]);
  });

  test('is waited for when channelAcquired is async', async () => {
    let ready = (): void => {};
    const channelAcquired = (): Promise<void> =>
      new Promise((resolve) => {
        ready = resolve;
      });
    const pool = newPool({ handler: { channelCreated: () => {}, channelAcquired } });
    const acquire = pool.acquire();
    expect(await isSettled(acquire)).toBe(false);
    ready();
    expect(await acquire).toBe(bootstrap.channels[0]);
  });

  test('whose channelReleased throws fails the release and closes the channel', async () => {
    const channelReleased = (): never => {
      throw boom;
    };
    const pool = newPool({ handler: { channelCreated: () => {}, channelReleased } });
    const channel = await pool.acquire();
    await expect(pool.release(channel)).rejects.toBe(boom);
    expect(channel.isOpen).toBe(false);
    expect(await pool.acquire()).not.toBe(channel);
  });

  test('whose channelReleased rejects is logged and closes the channel', async () => {
    const warned: object[] = [];
    setLogger({ warn: (obj: object) => warned.push(obj) } as unknown as Logger);
    const channelReleased = (): Promise<never> => Promise.reject(boom);
    const pool = newPool({ handler: { channelCreated: () => {}, channelReleased } });
    const channel = await pool.acquire();
    await pool.release(channel);
    await turn();
    expect(channel.isOpen).toBe(false);
    expect(warned).toMatchObject([{ err: boom }]);
  });

  test('may do without the optional callbacks', async () => {
    const pool = newPool({ handler: { channelCreated: () => {} } });
    const channel = await pool.acquire();
    await pool.release(channel);
    expect(await pool.acquire()).toBe(channel);
  });
});

describe('storage of one’s own', () => {
  /** Room for one (SimpleChannelPoolTest). */
  class Narrow extends SimpleChannelPool<EmbeddedChannel> {
    #kept: EmbeddedChannel | undefined;
    protected override pollChannel(): EmbeddedChannel | undefined {
      const kept = this.#kept;
      this.#kept = undefined;
      return kept;
    }
    protected override offerChannel(channel: EmbeddedChannel): boolean {
      if (this.#kept !== undefined) return false;
      this.#kept = channel;
      return true;
    }
  }

  test('may refuse: the channel is closed, its release fails', async () => {
    const pool = new Narrow({ bootstrap, handler });
    const [first, second] = [await pool.acquire(), await pool.acquire()];
    await pool.release(first);
    const refused = pool.release(second);
    await expect(refused).rejects.toBeInstanceOf(IllegalStateException);
    await expect(refused).rejects.toThrow(/^ChannelPool full\. /);
    expect([first.isOpen, second.isOpen]).toEqual([true, false]);
    expect(handler.counts).toEqual({ created: 2, acquired: 2, released: 1 });
    await pool.close();
    expect(first.isOpen).toBe(false);
  });

  test('that throws fails the acquire or the release that met it', async () => {
    class Broken extends SimpleChannelPool<EmbeddedChannel> {
      broken = false;
      protected override pollChannel(): EmbeddedChannel | undefined {
        if (this.broken) throw boom;
        return super.pollChannel();
      }
      protected override offerChannel(): never {
        throw boom;
      }
    }
    const pool = new Broken({ bootstrap, handler });
    const channel = await pool.acquire();
    await expect(pool.release(channel)).rejects.toBe(boom);
    expect(channel.isOpen).toBe(false);
    pool.broken = true;
    await expect(pool.acquire()).rejects.toBe(boom);
  });

  test('connecting can be replaced too, with a bootstrap that is a copy', async () => {
    const seen: unknown[] = [];
    class Elsewhere extends SimpleChannelPool<EmbeddedChannel> {
      protected override connectChannel(
        copy: PoolBootstrap<EmbeddedChannel>,
        signal: AbortSignal,
      ): PromiseLike<EmbeddedChannel> {
        seen.push(copy === this.bootstrap, signal.aborted);
        return copy.connect({ host: 'elsewhere', port: 1 }, { signal });
      }
    }
    const pool = new Elsewhere({ bootstrap, handler });
    expect(await pool.acquire()).toBe(bootstrap.channels[0]);
    expect(seen).toEqual([false, false]);
  });
});

describe('an aborted acquire', () => {
  test('rejects with the reason; nothing is begun when the signal was aborted before', async () => {
    const pool = newPool();
    await expect(pool.acquire({ signal: AbortSignal.abort(boom) })).rejects.toBe(boom);
    expect(bootstrap.channels).toEqual([]);
  });

  test('ends the connect', async () => {
    bootstrap.manual = true;
    const pool = newPool();
    const abort = new AbortController();
    const acquire = pool.acquire({ signal: abort.signal });
    const attempt = bootstrap.attempts[0];
    expect(attempt?.signal?.aborted).toBe(false);
    abort.abort(boom);
    await expect(acquire).rejects.toBe(boom);
    expect(attempt?.signal).toMatchObject({ aborted: true, reason: boom });
    attempt?.failed(boom);
  });

  test('whose channel is there all the same keeps it for the next', async () => {
    bootstrap.manual = true;
    const pool = newPool();
    const abort = new AbortController();
    const acquire = pool.acquire({ signal: abort.signal });
    abort.abort(boom);
    const channel = bootstrap.attempts[0]?.connected();
    await expect(acquire).rejects.toBe(boom);
    await turn();
    expect(handler.counts).toEqual({ created: 1, acquired: 0, released: 0 });
    expect(await pool.acquire()).toBe(channel);
  });

  test('during a health check keeps the channel, if it is healthy', async () => {
    const { check, answer } = manualCheck();
    const pool = newPool({ healthCheck: check, releaseHealthCheck: false });
    const channel = await pool.acquire();
    pool.release(channel);
    const abort = new AbortController();
    const acquire = pool.acquire({ signal: abort.signal });
    abort.abort(boom);
    await expect(acquire).rejects.toBe(boom);
    await answer(true);
    const next = pool.acquire();
    await answer(true);
    expect(await next).toBe(channel);
  });

  test('during channelAcquired releases the channel, as its user would have', async () => {
    let ready = (): void => {};
    const released: Channel[] = [];
    const pool = newPool({
      handler: {
        channelCreated: () => {},
        channelAcquired: () => new Promise<void>((resolve) => (ready = resolve)),
        channelReleased: (channel) => released.push(channel),
      },
    });
    const abort = new AbortController();
    const acquire = pool.acquire({ signal: abort.signal });
    await turn();
    abort.abort(boom);
    await expect(acquire).rejects.toBe(boom);
    ready();
    await turn();
    expect(released).toEqual([bootstrap.channels[0]]);
    expect(bootstrap.channels[0]?.isOpen).toBe(true);
  });

  test('after it was served changes nothing, and leaves no listener', async () => {
    const pool = newPool();
    const abort = new AbortController();
    const removed = jest.spyOn(abort.signal, 'removeEventListener');
    const channel = await pool.acquire({ signal: abort.signal });
    expect(removed).toHaveBeenCalledTimes(1);
    abort.abort(boom);
    await turn();
    expect(channel.isOpen).toBe(true);
    await pool.release(channel);
  });
});

describe('close', () => {
  test('closes the channels that are kept, and those in use when they are released', async () => {
    const pool = newPool();
    const [kept, used] = [await pool.acquire(), await pool.acquire()];
    await pool.release(kept);
    await pool.close();
    expect([kept.isOpen, used.isOpen]).toEqual([false, true]);
    await expect(pool.release(used)).rejects.toMatchObject(CLOSED);
    expect(used.isOpen).toBe(false);
    expect(handler.counts).toEqual({ created: 2, acquired: 2, released: 2 });
    await expect(pool.acquire()).rejects.toMatchObject(CLOSED);
  });

  test('is no reason to warn about releases that nobody looks at', async () => {
    const pool = newPool();
    const channel = await pool.acquire();
    const reported = jest.fn();
    channel.pipeline.unhandled = { failure: reported };
    await pool.close();
    pool.release(channel);
    await turn();
    await turn();
    expect([channel.isOpen, reported.mock.calls]).toEqual([false, []]);
  });

  test('may be called again, and by await using', async () => {
    const pool = newPool();
    const channel = await pool.acquire();
    pool.release(channel);
    expect(pool.close()).toBe(pool.close());
    await pool[Symbol.asyncDispose]();
    expect(channel.isOpen).toBe(false);
  });

  test('fails acquires that are under way and ends their connects', async () => {
    bootstrap.manual = true;
    const pool = newPool();
    const late = pool.acquire();
    const ended = pool.acquire();
    await within('the close', pool.close());
    await expect(late).rejects.toMatchObject(CLOSED);
    expect(bootstrap.attempts.map(({ signal }) => signal?.aborted)).toEqual([true, true]);
    const channel = bootstrap.attempts[0]?.connected();
    bootstrap.attempts[1]?.failed(boom);
    await expect(ended).rejects.toMatchObject(CLOSED);
    await turn();
    expect(channel?.isOpen).toBe(false);
    expect(handler.counts).toEqual({ created: 1, acquired: 0, released: 0 });
  });

  test('during a health check closes that channel', async () => {
    const { check, answer } = manualCheck();
    const pool = newPool({ healthCheck: check });
    const channel = await pool.acquire();
    const released = pool.release(channel);
    await pool.close();
    await answer(true);
    await expect(released).rejects.toMatchObject(CLOSED);
    expect(channel.isOpen).toBe(false);
  });

  test('during channelAcquired closes that channel', async () => {
    let ready = (): void => {};
    const channelAcquired = (): Promise<void> => new Promise((resolve) => (ready = resolve));
    const pool = newPool({ handler: { channelCreated: () => {}, channelAcquired } });
    const acquire = pool.acquire();
    await turn();
    await pool.close();
    await expect(acquire).rejects.toMatchObject(CLOSED);
    ready();
    await turn();
    expect(bootstrap.channels.map((channel) => channel.isOpen)).toEqual([false]);
  });
});
