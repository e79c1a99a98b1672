import { ClosedChannelException, EmbeddedChannel, getLogger, type Logger, setLogger } from '@sluice/core';
import {
  closeBecause,
  ReconnectFailedException,
  ReconnectHandler,
  type ReconnectingClientOptions,
} from '@sluice/handlers';
import { A, attemptsOf, B, elapse, newClient, settle } from './doubles.js';

function made(options: Partial<ReconnectingClientOptions> = {}) {
  const { client, loop, bootstrap } = newClient(options);
  const log: string[] = [];
  const note = (text: string): void => void log.push(`${bootstrap.now} ${text}`);
  client.on('state', (state) => note(state));
  client.on('attemptFailed', (cause) => note(`failed: ${cause.message}`));
  client.on('lost', (cause) => note(`lost: ${cause?.message ?? 'unknown'}`));
  return { client, loop, bootstrap, log };
}

describe('connecting', () => {
  test('goes from idle by connecting to ready, and gives the channel', async () => {
    const { client, bootstrap, log, loop } = made();
    expect([client.state, client.channel, client.endpoint]).toEqual(['idle', null, null]);
    const channel = await client.connect();
    expect(channel).toBe(bootstrap.channels[0]);
    expect(client.channel).toBe(channel);
    expect(client.endpoint).toBe(A);
    expect(await client.connect()).toBe(channel);
    expect(log).toEqual(['0 connecting', '0 ready']);
    // Nothing waits while all is well.
    expect(loop.scheduledTasks).toBe(0);
    await client.close();
    expect(log.slice(2)).toEqual(['0 closing', '0 closed']);
  });

  test('puts a new ReconnectHandler first into each pipeline', async () => {
    const { client, bootstrap, loop } = made();
    const names: string[][] = [];
    const handlers: unknown[] = [];
    client.on('connected', (channel) => {
      names.push(channel.pipeline.names());
      handlers.push(channel.pipeline.get(ReconnectHandler));
    });
    await client.connect();
    bootstrap.channels[0]?.close();
    await elapse(loop, 100);
    expect(names).toEqual([
      ['ReconnectHandler#0', 'Handler#0'],
      ['ReconnectHandler#0', 'Handler#0'],
    ]);
    expect(handlers).toEqual([expect.any(ReconnectHandler), expect.any(ReconnectHandler)]);
    expect(handlers[0]).not.toBe(handlers[1]);
    await client.close();
  });

  test('copies the bootstrap once', async () => {
    const { client, bootstrap } = made();
    await client.connect();
    expect(bootstrap.clones).toBe(1);
    await client.close();
  });

  test('starts once, whoever calls', async () => {
    const { client, bootstrap } = made();
    const first = client.connect();
    const second = client.start().connect();
    expect(await first).toBe(await second);
    expect(bootstrap.attempts).toHaveLength(1);
    await client.close();
  });

  test('goes on to the next server after a failure, with delays that grow by rounds', async () => {
    const { client, bootstrap, loop, log } = made();
    bootstrap.behaviours.set('a', 'down').set('b', 'down');
    client.start();
    await elapse(loop, 1500);
    expect(attemptsOf(bootstrap)).toEqual(['0 a', '100 b', '200 a', '400 b', '600 a', '1000 b', '1400 a']);
    expect(log.slice(0, 5)).toEqual([
      '0 connecting',
      '0 failed: refused by a',
      '0 backing-off',
      '100 connecting',
      '100 failed: refused by b',
    ]);
    expect(client.lastError?.message).toBe('refused by a');
    bootstrap.behaviours.set('b', 'up');
    await elapse(loop, 800);
    expect(client.state).toBe('ready');
    expect(client.endpoint).toBe(B);
    expect(client.attempts).toBe(8);
    await client.close();
  });

  test('never waits longer than the cap, nor makes two attempts at once', async () => {
    const { client, bootstrap, loop } = made({ endpoints: [A], connectTimeout: 300 });
    bootstrap.behaviours.set('a', 'hangs');
    client.start();
    await elapse(loop, 60_000);
    const times = bootstrap.attempts.map(({ at }) => at);
    const gaps = times.slice(1).map((at, i) => at - (times[i] as number));
    expect(Math.max(...gaps)).toBe(1300);
    expect(gaps.length).toBeGreaterThan(40);
    expect(bootstrap.mostOpen).toBe(1);
    await client.close();
  });

  test('gives up an attempt that nobody answers, and closes what comes of it later', async () => {
    const { client, bootstrap, loop, log } = made({ connectTimeout: 300 });
    bootstrap.behaviours.set('a', 'hangs');
    client.start();
    await elapse(loop, 400);
    expect(log.slice(1, 3)).toEqual([
      '300 failed: connection timed out after 300 ms: local:a',
      '300 backing-off',
    ]);
    expect(client.endpoint).toBe(B);
    expect(bootstrap.attempts[0]?.signal?.aborted).toBe(true);
    const late = new EmbeddedChannel();
    bootstrap.hanging[0]?.(late);
    await settle();
    expect(late.isOpen).toBe(false);
    expect(client.channel).toBe(bootstrap.channels[0]);
    await client.close();
  });

  test('takes a connection that is closed already for a failure', async () => {
    const { client, bootstrap, loop } = made();
    jest.spyOn(bootstrap, 'connect').mockImplementationOnce(async () => {
      const channel = new EmbeddedChannel();
      channel.close();
      return channel;
    });
    client.start();
    await elapse(loop, 50);
    expect(client.state).toBe('backing-off');
    expect(client.lastError).toBeInstanceOf(ClosedChannelException);
    await client.close();
  });

  test('survives a bootstrap that throws', async () => {
    const { client, bootstrap, loop } = made();
    jest.spyOn(bootstrap, 'connect').mockImplementationOnce(() => {
      throw new Error('bad options');
    });
    client.start();
    await elapse(loop, 100);
    expect(client.state).toBe('ready');
    await client.close();
  });
});

describe('endpoints', () => {
  test('of a function are asked for before each attempt', async () => {
    const lists = [[A], [B]];
    const endpoints = jest.fn(async () => lists.shift() ?? [A]);
    const { client, bootstrap, loop } = made({ endpoints });
    bootstrap.behaviours.set('a', 'down');
    client.start();
    await elapse(loop, 100);
    expect(attemptsOf(bootstrap)).toEqual(['0 a', '100 b']);
    await client.close();
  });

  test('that cannot be had are a failed attempt', async () => {
    const { client, loop, log } = made({
      endpoints: jest.fn(async () => [A]).mockRejectedValueOnce(new Error('no route')),
    });
    client.start();
    await elapse(loop, 100);
    expect(log).toContain('0 failed: no route');
    expect(client.state).toBe('ready');
    await client.close();
  });

  test('that nobody gives are waited for no longer than for a connection', async () => {
    const { client, loop, log } = made({ endpoints: () => new Promise(() => {}), connectTimeout: 300 });
    client.start();
    await elapse(loop, 300);
    expect(log).toContain(
      '300 failed: connection timed out after 300 ms: the endpoints function has not answered',
    );
    await client.close();
  });

  test('that flap are left alone while there are others', async () => {
    const { client, bootstrap, loop } = made({ quarantine: 5000, stableAfter: 1000 });
    await client.connect(); // a
    bootstrap.channels[0]?.close();
    await elapse(loop, 100); // b
    await elapse(loop, 2000); // stable
    bootstrap.channels[1]?.close();
    await elapse(loop, 100);
    expect(attemptsOf(bootstrap)).toEqual(['0 a', '100 b', '2200 b']);
    await client.close();
  });
});

describe('a lost connection', () => {
  test('is replaced by one to the next server, in little time', async () => {
    const { client, bootstrap, loop, log } = made();
    await client.connect();
    await elapse(loop, 20_000);
    const reset = new Error('reset');
    bootstrap.channels[0]?.pipeline.addLast({ exceptionCaught() {} });
    bootstrap.channels[0]?.pipeline.fireExceptionCaught(reset);
    bootstrap.channels[0]?.close();
    expect(client.channel).toBeNull();
    await elapse(loop, 100);
    expect(log.slice(2)).toEqual([
      '20000 lost: reset',
      '20000 backing-off',
      '20100 connecting',
      '20100 ready',
    ]);
    expect(client.endpoint).toBe(B);
    expect(loop.scheduledTasks).toBe(0);
    await client.close();
  });

  test('that a handler closed is replaced, and the reason is told', async () => {
    const { client, bootstrap, loop, log } = made();
    const channel = await client.connect();
    closeBecause(channel, 'dead', new Error('silent'));
    await elapse(loop, 100);
    expect(log).toContain('0 lost: silent');
    expect(bootstrap.attempts).toHaveLength(2);
    await client.close();
  });

  test('that did not last lets the delays grow on; one that did starts them anew', async () => {
    const { client, bootstrap, loop } = made({ endpoints: [A], stableAfter: 1000 });
    const delays: number[] = [];
    client.on('backoff', (delay) => delays.push(delay));
    client.start();
    for (let i = 0; i < 4; i++) {
      await elapse(loop, i === 3 ? 2000 : 999);
      bootstrap.channels.at(-1)?.close();
      await settle();
    }
    expect(delays).toEqual([100, 200, 400, 100]);
    await client.close();
  });

  test('is not replaced when shouldReconnect says so', async () => {
    const { client, bootstrap, loop } = made({ shouldReconnect: ({ kind }) => kind !== 'kicked' });
    const channel = await client.connect();
    closeBecause(channel, 'kicked', new Error('second login'));
    await elapse(loop, 100_000);
    expect(client.state).toBe('closed');
    expect(client.lastError?.message).toBe('second login');
    expect(bootstrap.attempts).toHaveLength(1);
  });

  test('is replaced when shouldReconnect throws', async () => {
    const warn = jest.fn();
    setLogger({ ...getLogger(), warn } as Logger);
    const { client, bootstrap, loop } = made({
      shouldReconnect: () => {
        throw new Error('bug');
      },
    });
    await client.connect();
    bootstrap.channels[0]?.close();
    await elapse(loop, 100);
    setLogger();
    expect(client.state).toBe('ready');
    expect(warn).toHaveBeenCalledTimes(1);
    await client.close();
  });

  test('is told with its reason', async () => {
    const { client, bootstrap } = made();
    await client.connect();
    const lost = jest.fn();
    client.on('lost', lost);
    bootstrap.channels[0]?.close();
    expect(lost).toHaveBeenCalledWith(undefined, A, expect.objectContaining({ kind: 'local' }));
    expect(client.info().lastClose?.kind).toBe('local');
    await client.close();
  });

  test('leaves nothing behind, a thousand times', async () => {
    const { client, bootstrap, loop } = made({ endpoints: [A], stableAfter: 0 });
    await client.connect();
    for (let i = 0; i < 1000; i++) {
      bootstrap.channels.at(-1)?.close();
      await elapse(loop, 100);
    }
    expect(bootstrap.channels).toHaveLength(1001);
    expect(bootstrap.channels.slice(0, -1).every((channel) => channel.pipeline.names().length === 0)).toBe(
      true,
    );
    expect(loop.scheduledTasks).toBe(0);
    await client.close();
  });
});

describe('closing', () => {
  test('when ready closes the channel and connects no more', async () => {
    const { client, bootstrap, loop, log } = made();
    const channel = await client.connect();
    const closing = client.close();
    expect(client.close()).toBe(closing);
    await closing;
    expect(channel.isOpen).toBe(false);
    await elapse(loop, 100_000);
    expect(bootstrap.attempts).toHaveLength(1);
    expect(log).toEqual(['0 connecting', '0 ready', '0 closing', '0 closed']);
    await expect(client.connect()).rejects.toThrow(ClosedChannelException);
  });

  test('when connecting aborts the attempt and rejects those who wait', async () => {
    const { client, bootstrap, loop } = made();
    bootstrap.behaviours.set('a', 'hangs');
    const waiting = client.connect();
    await settle();
    await client.close();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_CLOSED_CHANNEL' });
    expect(bootstrap.attempts[0]?.signal?.aborted).toBe(true);
    await elapse(loop, 100_000);
    expect(bootstrap.attempts).toHaveLength(1);
    expect(loop.scheduledTasks).toBe(0);
  });

  test('when backing off cancels the next attempt', async () => {
    const { client, bootstrap, loop } = made();
    bootstrap.behaviours.set('a', 'down');
    client.start();
    await settle();
    expect(client.state).toBe('backing-off');
    expect(loop.scheduledTasks).toBe(1);
    await client.close();
    expect(loop.scheduledTasks).toBe(0);
    await elapse(loop, 100_000);
    expect(bootstrap.attempts).toHaveLength(1);
  });

  test('before the start', async () => {
    const { client, bootstrap } = made();
    await client.close();
    client.start();
    expect(client.state).toBe('closed');
    expect(bootstrap.attempts).toHaveLength(0);
  });

  test.each(['connecting', 'ready', 'backing-off', 'closing', 'closed'] as const)(
    'from a listener that hears of "%s"',
    async (wanted) => {
      const { client, bootstrap, loop } = made();
      if (wanted === 'backing-off') bootstrap.behaviours.set('a', 'down');
      client.on('state', (state) => {
        if (state === wanted) void client.close();
      });
      client.start();
      await elapse(loop, 50);
      await client.close();
      await elapse(loop, 100_000);
      expect(client.state).toBe('closed');
      expect(client.channel).toBeNull();
      expect(loop.scheduledTasks).toBe(0);
      expect(bootstrap.channels.every((channel) => !channel.isOpen)).toBe(true);
      expect(bootstrap.attempts.length).toBeLessThanOrEqual(1);
    },
  );

  test('by a signal', async () => {
    const controller = new AbortController();
    const { client, bootstrap } = made({ signal: controller.signal });
    await client.connect();
    controller.abort(new Error('enough'));
    await client.close();
    expect(client.state).toBe('closed');
    expect(bootstrap.channels[0]?.isOpen).toBe(false);
    await expect(client.connect()).rejects.toMatchObject({ cause: { message: 'enough' } });
  });

  test('by a signal that was aborted before', async () => {
    const { client, bootstrap } = made({ signal: AbortSignal.abort() });
    client.start();
    await client.close();
    expect(bootstrap.attempts).toHaveLength(0);
  });

  test('by leaving the scope', async () => {
    const { client } = made();
    await client.connect();
    await client[Symbol.asyncDispose]();
    expect(client.state).toBe('closed');
  });

  test('after too many attempts', async () => {
    const { client, bootstrap, loop } = made({ maxAttempts: 3 });
    bootstrap.behaviours.set('a', 'down').set('b', 'down');
    const waiting = client.connect();
    await elapse(loop, 100_000);
    await expect(waiting).rejects.toThrow(ReconnectFailedException);
    await expect(waiting).rejects.toMatchObject({
      message: 'Gave up after 3 attempts without a stable connection: refused by a',
      cause: { message: 'refused by a' },
    });
    expect(bootstrap.attempts).toHaveLength(3);
    expect(client.state).toBe('closed');
  });

  test('after too many connections that did not last', async () => {
    const { client, bootstrap, loop } = made({ maxAttempts: 3 });
    client.on('connected', (channel) => channel.close());
    client.start();
    await elapse(loop, 100_000);
    expect(bootstrap.attempts).toHaveLength(3);
    expect(client.state).toBe('closed');
  });
});

test('a listener that throws is logged and stops nothing', async () => {
  const warn = jest.fn();
  setLogger({ ...getLogger(), warn } as Logger);
  const { client } = made();
  client.on('state', () => {
    throw new Error('listener');
  });
  await client.connect();
  await client.close();
  setLogger();
  expect(warn).toHaveBeenCalledWith(
    { err: expect.objectContaining({ message: 'listener' }) },
    "A listener for 'state' of a ReconnectingClient threw",
  );
});

test('a rejected connect() that nobody awaits is no unhandled rejection', async () => {
  const unhandled = jest.fn();
  process.on('unhandledRejection', unhandled);
  const { client, bootstrap } = made();
  bootstrap.behaviours.set('a', 'hangs');
  void client.connect();
  await client.close();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test.each<[Partial<ReconnectingClientOptions>, RegExp]>([
  [{ endpoints: [] }, /endpoints: the list is empty/],
  [{ connectTimeout: 0 }, /connectTimeout: 0/],
  [{ stableAfter: -1 }, /stableAfter: -1/],
  [{ quarantine: Number.NaN }, /quarantine: NaN/],
  [{ maxAttempts: 0 }, /maxAttempts: 0/],
  [{ backoff: { base: -1 } }, /backoff.base/],
  [{ maxQuarantine: 9999 }, /maxQuarantine: 9999 .*quarantine \(10000\)/],
  [{ race: { delay: 9 } }, /race.delay: 9/],
  [{ race: { max: 0 } }, /race.max: 0/],
  [{ finishTimeout: -1 }, /finishTimeout: -1/],
  [{ maxRetryAfter: -1 }, /maxRetryAfter: -1/],
  [{ queue: { maxBytes: -1 } }, /queue.maxBytes: -1/],
])('%p is refused', (options, message) => {
  expect(() => made(options)).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringMatching(message) }),
  );
});
