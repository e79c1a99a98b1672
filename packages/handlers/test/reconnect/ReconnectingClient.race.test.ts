import { type Channel, EmbeddedChannel } from '@sluice/core';
import { closeBecause, type ReconnectingClient } from '@sluice/handlers';
import { A, attemptsOf, B, C, elapse, newClient, settle } from './doubles.js';

/** Counts the connections that are reported. */
function connectionsOf(client: ReconnectingClient): Channel[] {
  const connections: Channel[] = [];
  client.on('connected', (channel) => connections.push(channel));
  return connections;
}

describe('a race', () => {
  test('makes a server that swallows packets cost its delay, not connectTimeout', async () => {
    const { client, bootstrap, loop } = newClient({ race: true });
    const connections = connectionsOf(client);
    bootstrap.behaviours.set('a', 'hangs');
    client.start();
    await elapse(loop, 249);
    expect(client.state).toBe('connecting');
    await elapse(loop, 1);
    expect(client.state).toBe('ready');
    expect(attemptsOf(bootstrap)).toEqual(['0 a', '250 b']);
    expect(client.endpoint).toBe(B);
    expect(bootstrap.attempts[0]?.signal?.aborted).toBe(true);
    expect(bootstrap.open).toBe(0);
    expect(loop.scheduledTasks).toBe(0);
    const late = new EmbeddedChannel();
    bootstrap.hanging[0]?.(late);
    await settle();
    expect(late.isOpen).toBe(false);
    expect(connections).toEqual(bootstrap.channels);
    await client.close();
  });

  test('is not run where the first server is quick', async () => {
    const { client, bootstrap, loop } = newClient({ race: true });
    bootstrap.behaviours.set('a', 249);
    client.start();
    await elapse(loop, 10_000);
    expect(attemptsOf(bootstrap)).toEqual(['0 a']);
    await client.close();
  });

  test('goes on at once past a server that refuses', async () => {
    const { client, bootstrap } = newClient({ race: { delay: 1000 } });
    bootstrap.behaviours.set('a', 'down');
    await client.connect();
    expect(attemptsOf(bootstrap)).toEqual(['0 a', '0 b']);
    expect(client.attempts).toBe(2);
    await client.close();
  });

  test('has one winner when two are ready at the same time; the other is closed', async () => {
    const { client, bootstrap, loop } = newClient({ race: { delay: 50 } });
    const connections = connectionsOf(client);
    bootstrap.behaviours.set('a', 300).set('b', 250);
    client.start();
    await settle();
    loop.advanceTimeBy(50);
    loop.runScheduledTasks();
    await settle();
    loop.advanceTimeBy(250);
    // Both are connected before either is told of.
    loop.runScheduledTasks();
    await settle();
    expect(bootstrap.channels).toHaveLength(2);
    expect(connections).toHaveLength(1);
    expect(bootstrap.channels.filter(({ isOpen }) => isOpen)).toEqual(connections);
    await client.close();
  });

  test('has no more servers in it than its max', async () => {
    const { client, bootstrap, loop } = newClient({
      endpoints: [A, B, C],
      race: { delay: 10, max: 2 },
      connectTimeout: 300,
    });
    for (const server of ['a', 'b', 'c']) bootstrap.behaviours.set(server, 'hangs');
    client.start();
    await elapse(loop, 309);
    expect(client.state).toBe('connecting');
    expect(attemptsOf(bootstrap)).toEqual(['0 a', '10 b']);
    await elapse(loop, 1);
    // The last attempt has its own limit; the next round is for the server that had no turn: the others failed.
    expect(client.state).toBe('backing-off');
    await elapse(loop, 110);
    expect(attemptsOf(bootstrap)).toEqual(['0 a', '10 b', '410 c']);
    await client.close();
  });

  test('that nobody wins is one failure: delays grow by rounds of servers', async () => {
    const { client, bootstrap, loop } = newClient({ race: { delay: 10 } });
    const delays: number[] = [];
    client.on('backoff', (delay) => delays.push(delay));
    bootstrap.behaviours.set('a', 'down').set('b', 'down');
    client.start();
    await elapse(loop, 700);
    expect(delays).toEqual([100, 200, 400, 800]);
    expect(bootstrap.attempts).toHaveLength(8);
    await client.close();
  });

  test('ends with close(), all of it', async () => {
    const { client, bootstrap, loop } = newClient({ race: { delay: 10 } });
    bootstrap.behaviours.set('a', 'hangs').set('b', 'hangs');
    client.start();
    await elapse(loop, 100);
    expect(bootstrap.open).toBe(2);
    await client.close();
    expect(bootstrap.attempts.map(({ signal }) => signal?.aborted)).toEqual([true, true]);
    expect(loop.scheduledTasks).toBe(0);
  });

  test('may be ended by a listener that hears of an attempt or of its failure', async () => {
    for (const event of ['attempt', 'attemptFailed'] as const) {
      const { client, bootstrap, loop } = newClient({ race: { delay: 10 } });
      bootstrap.behaviours.set('a', 'down').set('b', 'hangs');
      client.on(event, () => void client.close());
      client.start();
      await elapse(loop, 100);
      expect([event, client.state, bootstrap.open, loop.scheduledTasks]).toEqual([event, 'closed', 0, 0]);
      expect(bootstrap.attempts.length).toBeLessThanOrEqual(1);
    }
  });
});

describe('a handshake', () => {
  /** A client whose handshakes the test settles. */
  function shaking() {
    const shakes: { channel: Channel; done: () => void; refuse: (cause: Error) => void }[] = [];
    const made = newClient({
      connectTimeout: 300,
      handshake: (channel) =>
        new Promise<void>((done, refuse) => {
          shakes.push({ channel, done, refuse });
        }),
    });
    return { ...made, shakes };
  }

  test('makes the connection ready when it succeeds', async () => {
    const { client, bootstrap, shakes, loop } = shaking();
    client.start();
    await settle();
    expect([client.state, client.channel]).toEqual(['connecting', null]);
    shakes[0]?.done();
    await settle();
    expect(client.channel).toBe(bootstrap.channels[0]);
    expect(loop.scheduledTasks).toBe(0);
    await client.close();
  });

  test('closes the connection and tries the next server when it fails', async () => {
    const { client, bootstrap, shakes, loop } = shaking();
    client.start();
    await settle();
    shakes[0]?.refuse(new Error('wrong password'));
    await elapse(loop, 100);
    expect(client.lastError?.message).toBe('wrong password');
    expect(bootstrap.channels[0]?.isOpen).toBe(false);
    expect(attemptsOf(bootstrap)).toEqual(['0 a', '100 b']);
    await client.close();
  });

  test('has no longer than connectTimeout, the connect included', async () => {
    const { client, bootstrap, loop } = shaking();
    bootstrap.behaviours.set('a', 200);
    client.start();
    await elapse(loop, 299);
    expect(client.state).toBe('connecting');
    await elapse(loop, 1);
    expect(client.lastError?.message).toBe('handshake timed out after 300 ms: local:a');
    expect(bootstrap.channels[0]?.isOpen).toBe(false);
    await client.close();
  });

  test('fails with the reason for which the connection ended meanwhile', async () => {
    const { client, shakes } = shaking();
    client.start();
    await settle();
    closeBecause(shakes[0]?.channel as Channel, 'protocol', new Error('bad magic'));
    await settle();
    expect(client.state).toBe('backing-off');
    expect(client.lastError?.message).toBe('bad magic');
    shakes[0]?.done();
    await settle();
    expect(client.channel).toBeNull();
    await client.close();
  });

  test('is abandoned by close()', async () => {
    const { client, bootstrap, shakes, loop } = shaking();
    client.start();
    await settle();
    await client.close();
    expect(bootstrap.channels[0]?.isOpen).toBe(false);
    shakes[0]?.done();
    await settle();
    expect(client.state).toBe('closed');
    expect(loop.scheduledTasks).toBe(0);
  });

  test('that is slow lets the next server in, in a race', async () => {
    const { client, bootstrap, loop } = newClient({
      race: true,
      handshake: (channel) => (channel === bootstrap.channels[0] ? new Promise(() => {}) : Promise.resolve()),
    });
    client.start();
    await elapse(loop, 250);
    expect(client.endpoint).toBe(B);
    expect(bootstrap.channels[0]?.isOpen).toBe(false);
    await client.close();
  });
});
