import type { ClientInfo, ReconnectingClient } from '@sluice/handlers';
import { A, B, elapse, newClient, settle } from './doubles.js';

/** Reads all states in the background. */
function reading(client: ReconnectingClient) {
  const states: ClientInfo[] = [];
  const done = (async () => {
    for await (const info of client.states()) states.push(info);
  })();
  return { states, done };
}

test('a loop gets the present state, each change, and ends after closed', async () => {
  const { client, bootstrap, loop } = newClient();
  const { states, done } = reading(client);
  bootstrap.behaviours.set('a', 'down');
  await settle();
  client.start();
  await elapse(loop, 100);
  await client.close();
  await done;
  expect(states.map(({ state }) => state)).toEqual([
    'idle',
    'connecting',
    'backing-off',
    'connecting',
    'ready',
    'closing',
    'closed',
  ]);
  expect(states[4]).toMatchObject({ endpoint: B, channel: bootstrap.channels[0], attempts: 2, stateAge: 0 });
});

test('a slow loop gets the latest state, not those between', async () => {
  const { client, bootstrap, loop } = newClient();
  const states = client.states();
  expect((await states.next()).value).toMatchObject({ state: 'idle' });
  bootstrap.behaviours.set('a', 'down');
  client.start();
  await elapse(loop, 100);
  expect((await states.next()).value).toMatchObject({ state: 'ready', attempts: 2 });
  await client.close();
  expect((await states.next()).value).toMatchObject({ state: 'closed' });
  expect(await states.next()).toEqual({ done: true, value: undefined });
});

test('a new connection that replaces one is a change', async () => {
  const { client, loop } = newClient();
  await client.connect();
  const { states, done } = reading(client);
  await settle();
  client.relocate();
  await elapse(loop, 0);
  await client.close();
  await done;
  expect(states.map(({ state, endpoint }) => [state, endpoint])).toEqual([
    ['ready', A],
    ['ready', B],
    ['closing', B],
    ['closed', B],
  ]);
});

test('several reads at a time are answered in order, and all end', async () => {
  const { client } = newClient();
  const states = client.states();
  const reads = [states.next(), states.next(), states.next(), states.next(), states.next(), states.next()];
  await client.connect();
  await client.close();
  const results = await Promise.all(reads);
  expect(results.map(({ value, done }) => value?.state ?? done)).toEqual([
    'idle',
    'connecting',
    'ready',
    'closing',
    'closed',
    true,
  ]);
});

test('loops that are left, or begun after the end, end', async () => {
  const { client } = newClient();
  for await (const { state } of client.states()) {
    expect(state).toBe('idle');
    break;
  }
  const left = client.states();
  await left.next();
  const read = left.next();
  await left.return?.();
  expect(await read).toEqual({ done: true, value: undefined });
  await client.close();
  const { states, done } = reading(client);
  await done;
  expect(states.map(({ state }) => state)).toEqual(['closed']);
});

test('info() tells how the client fares', async () => {
  const { client, bootstrap, loop } = newClient();
  bootstrap.behaviours.set('a', 'down');
  client.start();
  await elapse(loop, 1100);
  expect(client.info()).toEqual({
    state: 'ready',
    stateAge: 1000,
    channel: bootstrap.channels[0],
    endpoint: B,
    uptime: 1000,
    attempts: 2,
    connections: 1,
    lastError: expect.objectContaining({ message: 'refused by a' }),
    lastClose: undefined,
    queued: 0,
    isRelocating: false,
    retired: 0,
  });
  bootstrap.channels[0]?.close();
  await settle();
  expect(client.info()).toMatchObject({ state: 'backing-off', uptime: 0, lastClose: { kind: 'local' } });
  await client.close();
});
