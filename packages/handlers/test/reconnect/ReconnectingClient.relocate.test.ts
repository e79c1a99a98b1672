import { type Channel, getLogger, type Logger, setLogger } from '@sluice/core';
import { CLOSE_REASON, ReconnectAfterEvent, RequestCorrelator } from '@sluice/handlers';
import { A, attemptsOf, B, C, elapse, newClient, settle } from './doubles.js';

describe('relocate()', () => {
  test('connects anew while the old connection works, then closes that one', async () => {
    const { client, bootstrap, loop } = newClient();
    const log: string[] = [];
    client.on('state', (state) => log.push(state));
    client.on('connected', (_channel, endpoint) => log.push(`connected ${JSON.stringify(endpoint)}`));
    client.on('relocating', (after) => log.push(`relocating ${after}`));
    client.on('retired', () => log.push('retired'));
    client.on('lost', () => log.push('lost'));
    await client.connect();
    const old = bootstrap.channels[0] as Channel;
    bootstrap.behaviours.set('b', 400);
    client.relocate({ after: 1000 });
    await elapse(loop, 1399);
    expect(client.channel).toBe(old);
    expect(client.endpoint).toBe(A);
    expect(client.info()).toMatchObject({ state: 'ready', isRelocating: true, retired: 0, uptime: 1399 });
    await elapse(loop, 1);
    expect(client.channel).toBe(bootstrap.channels[1]);
    expect(client.endpoint).toBe(B);
    expect(old.isOpen).toBe(false);
    expect(old.attr(CLOSE_REASON).get()?.kind).toBe('draining');
    expect(attemptsOf(bootstrap)).toEqual(['0 a', '1000 b']);
    expect(log).toEqual([
      'connecting',
      'ready',
      'connected {"local":"a"}',
      'relocating 1000',
      'connected {"local":"b"}',
      'retired',
    ]);
    expect(client.info()).toMatchObject({ isRelocating: false, retired: 0, connections: 2, uptime: 0 });
    expect(loop.scheduledTasks).toBe(0);
    await client.close();
  });

  test('leaves the old connection alone until it has finished, for a limited time', async () => {
    const finishing: (() => void)[] = [];
    const { client, bootstrap, loop } = newClient({
      finish: () => new Promise<void>((resolve) => finishing.push(resolve)),
      finishTimeout: 2000,
    });
    await client.connect();
    client.relocate();
    await elapse(loop, 0);
    const [first, second] = bootstrap.channels;
    await elapse(loop, 1999);
    expect([first?.isOpen, client.info().retired]).toEqual([true, 1]);
    finishing[0]?.();
    await settle();
    expect([first?.isOpen, client.info().retired]).toEqual([false, 0]);
    client.relocate();
    await elapse(loop, 1999);
    expect(second?.isOpen).toBe(true);
    await elapse(loop, 1);
    expect(second?.isOpen).toBe(false);
    await client.close();
  });

  test('waits for the responses that a RequestCorrelator waits for', async () => {
    const { client, bootstrap, loop } = newClient();
    bootstrap.handlers = () => [
      new RequestCorrelator<{ id?: number }, { id: number }>({
        assignId: (request, id) => ({ ...request, id }),
        idOf: ({ id }) => id,
      }),
    ];
    await client.connect();
    const response = client.channel?.pipeline.get(RequestCorrelator)?.request({});
    client.relocate();
    await elapse(loop, 0);
    const [old] = bootstrap.channels;
    expect(client.channel).toBe(bootstrap.channels[1]);
    expect(old?.isOpen).toBe(true);
    old?.writeInbound({ id: 1 });
    await expect(response).resolves.toEqual({ id: 1 });
    await settle();
    expect(old?.isOpen).toBe(false);
    await client.close();
  });

  test('closes the old connection when finish() fails', async () => {
    const warn = jest.fn();
    setLogger({ ...getLogger(), warn } as Logger);
    const { client, bootstrap, loop } = newClient({ finish: () => Promise.reject(new Error('bug')) });
    await client.connect();
    client.relocate();
    await elapse(loop, 0);
    setLogger();
    expect(bootstrap.channels[0]?.isOpen).toBe(false);
    expect(warn).toHaveBeenCalledTimes(1);
    await client.close();
  });

  test('goes where it was told, and passes over the server that it left for a while', async () => {
    const { client, bootstrap, loop } = newClient({ quarantine: 5000, stableAfter: 0 });
    await client.connect();
    client.relocate({ endpoint: C });
    await elapse(loop, 0);
    expect(client.endpoint).toBe(C);
    bootstrap.channels[1]?.close();
    await elapse(loop, 100);
    bootstrap.channels[2]?.close();
    await elapse(loop, 100);
    expect(attemptsOf(bootstrap)).toEqual(['0 a', '0 c', '100 b', '200 b']);
    await client.close();
  });

  test('tries again with delays when it fails, and stays where it is meanwhile', async () => {
    const { client, bootstrap, loop } = newClient({ stableAfter: 0, endpoints: [A, B] });
    await client.connect();
    bootstrap.behaviours.set('a', 'down').set('b', 'down');
    const states: string[] = [];
    client.on('state', (state) => states.push(state));
    client.relocate();
    await elapse(loop, 350);
    expect(attemptsOf(bootstrap)).toEqual(['0 a', '0 b', '100 a', '200 b']);
    expect(states).toEqual([]);
    expect(client.channel).toBe(bootstrap.channels[0]);
    bootstrap.behaviours.set('a', 'up');
    await elapse(loop, 100);
    expect(client.channel).toBe(bootstrap.channels[1]);
    await client.close();
  });

  test('gives up after maxAttempts, and keeps what it has', async () => {
    const { client, bootstrap, loop } = newClient({ stableAfter: 0, maxAttempts: 2 });
    const channel = await client.connect();
    bootstrap.behaviours.set('a', 'down').set('b', 'down');
    client.relocate();
    await elapse(loop, 100_000);
    expect(bootstrap.attempts).toHaveLength(3);
    expect(client.info()).toMatchObject({ state: 'ready', channel, isRelocating: false });
    expect(loop.scheduledTasks).toBe(0);
    await client.close();
  });

  test('goes on when the old connection is lost before the new one is there', async () => {
    for (const [when, state] of [
      [500, 'backing-off'],
      [1500, 'connecting'],
    ] as const) {
      const { client, bootstrap, loop } = newClient();
      await client.connect();
      bootstrap.behaviours.set('b', 1000);
      client.relocate({ after: 1000 });
      await elapse(loop, when);
      bootstrap.channels[0]?.close();
      expect([client.state, client.channel]).toEqual([state, null]);
      await elapse(loop, 2000 - when);
      expect(client.channel).toBe(bootstrap.channels[1]);
      // One attempt, at the time that was asked for.
      expect(attemptsOf(bootstrap)).toEqual(['0 a', '1000 b']);
      await client.close();
    }
  });

  test('does not go on when shouldReconnect forbids it', async () => {
    const { client, bootstrap, loop } = newClient({ shouldReconnect: () => false });
    await client.connect();
    client.relocate({ after: 1000 });
    bootstrap.channels[0]?.close();
    await elapse(loop, 100_000);
    expect(client.state).toBe('closed');
    expect(bootstrap.attempts).toHaveLength(1);
  });

  test('does nothing without a connection, nor a second time', async () => {
    const { client, bootstrap, loop } = newClient();
    client.relocate();
    expect(client.state).toBe('idle');
    await client.connect();
    client.relocate({ after: 1000 });
    client.relocate();
    await elapse(loop, 999);
    expect(bootstrap.attempts).toHaveLength(1);
    await elapse(loop, 1);
    expect(bootstrap.attempts).toHaveLength(2);
    await client.close();
  });

  test.each(['waiting', 'connecting', 'finishing'])('is ended by close() while %s', async (when) => {
    const { client, bootstrap, loop } = newClient({ finish: () => new Promise(() => {}) });
    await client.connect();
    if (when === 'connecting') bootstrap.behaviours.set('b', 'hangs');
    client.relocate({ after: when === 'waiting' ? 1000 : 0 });
    await elapse(loop, 500);
    await client.close();
    expect(client.state).toBe('closed');
    expect(bootstrap.channels.every(({ isOpen }) => !isOpen)).toBe(true);
    await elapse(loop, 100_000);
    expect(bootstrap.attempts).toHaveLength(when === 'waiting' ? 1 : 2);
    expect(loop.scheduledTasks).toBe(0);
  });

  test('is what a ReconnectAfterEvent of the present connection does', async () => {
    const { client, bootstrap, loop } = newClient({
      maxRetryAfter: 3000,
      finish: () => new Promise(() => {}),
    });
    await client.connect();
    const [old] = bootstrap.channels;
    old?.pipeline.fireUserEventTriggered(new ReconnectAfterEvent(Number.POSITIVE_INFINITY, C));
    await elapse(loop, 2999);
    expect(bootstrap.attempts).toHaveLength(1);
    await elapse(loop, 1);
    expect(client.endpoint).toBe(C);
    // The old one has nothing to say any more.
    old?.pipeline.fireUserEventTriggered(new ReconnectAfterEvent(Number.NaN));
    expect(client.info().isRelocating).toBe(false);
    await client.close();
  });
});

describe('retryAfter()', () => {
  test('puts the next attempt off', async () => {
    const { client, bootstrap, loop } = newClient();
    await client.connect();
    client.retryAfter(5000);
    bootstrap.channels[0]?.close();
    await elapse(loop, 10_000);
    expect(attemptsOf(bootstrap)).toEqual(['0 a', '5000 b']);
    await client.close();
  });

  test('also while a delay runs, and never brings it forward', async () => {
    const { client, bootstrap, loop } = newClient();
    const delays: number[] = [];
    client.on('backoff', (delay) => delays.push(delay));
    bootstrap.behaviours.set('a', 'down');
    client.start();
    await settle();
    client.retryAfter(10);
    client.retryAfter(3000);
    await elapse(loop, 3000);
    expect(attemptsOf(bootstrap)).toEqual(['0 a', '3000 b']);
    expect(delays).toEqual([100, 3000]);
    await client.close();
  });

  test('also holds for a move', async () => {
    const { client, bootstrap, loop } = newClient();
    await client.connect();
    client.retryAfter(3000);
    client.relocate({ after: 1000 });
    await elapse(loop, 3000);
    expect(attemptsOf(bootstrap)).toEqual(['0 a', '3000 b']);
    await client.close();
  });

  test('is kept within reason', async () => {
    const { client, bootstrap, loop } = newClient({ maxRetryAfter: 1000 });
    bootstrap.behaviours.set('a', 'down');
    client.start();
    await settle();
    client.retryAfter(1e12);
    client.retryAfter(Number.NaN);
    await elapse(loop, 1000);
    expect(attemptsOf(bootstrap)).toEqual(['0 a', '1000 b']);
    await client.close();
  });
});

test('a delay can count from the start of the failed attempt', async () => {
  const { client, bootstrap, loop } = newClient({
    endpoints: [A],
    connectTimeout: 300,
    backoff: { base: 200, cap: 1000, jitter: 'none', from: 'start' },
  });
  bootstrap.behaviours.set('a', 'hangs');
  client.start();
  await elapse(loop, 1200);
  expect(attemptsOf(bootstrap)).toEqual(['0 a', '300 a', '700 a']);
  bootstrap.behaviours.set('a', 'up');
  await elapse(loop, 400);
  expect(client.state).toBe('ready');
  // After a loss it counts from the loss.
  await elapse(loop, 20_000);
  bootstrap.channels[0]?.close();
  await elapse(loop, 199);
  expect(client.state).toBe('backing-off');
  await elapse(loop, 1);
  expect(client.state).toBe('ready');
  await client.close();
});
