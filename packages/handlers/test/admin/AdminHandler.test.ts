import { type Channel, EmbeddedChannel, type SocketAddress } from '@sluice/core';
import {
  ActivityHandler,
  AdminHandler,
  type AdminOptions,
  ChannelRegistry,
  CLOSE_REASON,
  CloseStatistics,
  HeartbeatHandler,
  type ReconnectingClient,
} from '@sluice/handlers';

const open: EmbeddedChannel[] = [];
afterEach(() => {
  for (const channel of open.splice(0)) channel.close();
});

/** Types a line and gives the answer, without the empty line at its end. */
async function ask(line: string, options?: AdminOptions, from?: SocketAddress): Promise<string[]> {
  const channel = new EmbeddedChannel(new AdminHandler(options));
  open.push(channel);
  if (from !== undefined) jest.spyOn(channel, 'remoteAddress', 'get').mockReturnValue(from);
  channel.writeInbound(line);
  await new Promise(setImmediate);
  const lines = channel.outboundMessages.splice(0) as string[];
  return lines.at(-1) === '' ? lines.slice(0, -1) : [...lines, channel.isOpen ? '(open)' : '(closed)'];
}

/** A registry with a channel for each name. */
function registryOf(...names: string[]): ChannelRegistry {
  const byChannel = new Map<Channel, string>();
  const registry = new ChannelRegistry((channel) => byChannel.get(channel));
  const codec = { ping: () => 'ping', isPing: () => false, isPong: (message: unknown) => message === 'pong' };
  for (const name of names) {
    const channel = new EmbeddedChannel();
    channel.freezeTime();
    channel.pipeline.addLast(new ActivityHandler(), new HeartbeatHandler({ codec, interval: 1000 }));
    channel.elapse(1000);
    channel.elapse(7);
    channel.writeInbound('pong');
    channel.elapse(493);
    byChannel.set(channel, name);
    registry.add(channel);
    open.push(channel);
  }
  return registry;
}

test('info shows the process, its clients, why connections ended, and connections', async () => {
  const closed = new CloseStatistics();
  new EmbeddedChannel(closed.handler()).close();
  const client = {
    info: () => ({
      state: 'backing off',
      stateAge: 1500,
      endpoint: { host: 'a', port: 1 },
      attempts: 3,
      connections: 1,
      channel: null,
      lastClose: { kind: 'dead' },
      lastError: new Error('no sign of life'),
    }),
  } as unknown as ReconnectingClient;
  const options = {
    channels: registryOf('anna'),
    closed,
    clients: { main: client },
    info: () => ({ users: 7 }),
  };
  const line =
    'anna (local:embedded): up 1.5 s, last read 493 ms ago, last write 500 ms ago, rtt 7 ms, missed 0, pending 0 B';
  expect(await ask(':info', options)).toEqual([
    expect.stringMatching(/^process \d+, Node v\d.*, up \d.*, memory \d+ MB, event loop lag \d+ ms$/),
    'opened 1, closed 1, local 1',
    'client main: backing off for 1.5 s, server a:1, attempts 3, connections 1, last end dead, last error no sign of life',
    'users 7',
    'connections 1',
    line,
  ]);
  expect(await ask('info anna', options)).toEqual([line]);
  expect(await ask('info bert', options)).toEqual(['no connection bert']);
});

test('list is bounded', async () => {
  const channels = registryOf('a', 'b', 'c');
  expect(await ask('list 1', { channels })).toEqual([
    'connections 3',
    expect.stringMatching(/^a /),
    '… and 2 more',
  ]);
  expect(await ask('list x', { channels })).toEqual(['list: not a number']);
  expect(await ask('list', { channels })).toHaveLength(4);
  expect(await ask('list')).toEqual(['connections 0']);
});

test('close closes one, and can be disabled', async () => {
  const channels = registryOf('a', 'b');
  const channel = channels.get('a') as Channel;
  expect(await ask('close a', { channels, disabled: ['close'] })).toEqual(['refused: close is disabled']);
  expect(await ask('help', { disabled: ['close'] })).toContain('close: disabled');
  expect(channel.isOpen).toBe(true);
  expect(await ask('close a', { channels })).toEqual(['closed a']);
  expect([channel.isOpen, channel.attr(CLOSE_REASON).get()?.kind, channels.size]).toEqual([
    false,
    'kicked',
    1,
  ]);
  expect(await ask('close a', { channels })).toEqual(['no connection a']);
});

test('channels without a registry go by their address', async () => {
  const channels = [new EmbeddedChannel()];
  open.push(...channels);
  expect(await ask('list', { channels })).toEqual(['connections 1', 'local:embedded: pending 0 B']);
});

test('own commands, and what they may do wrong', async () => {
  const commands = {
    sum: {
      help: 'sum: adds',
      run: async (words: readonly string[]) => [String(words.length), 'two\u001b[2J'],
    },
    bad: {
      help: 'bad: fails',
      run: () => {
        throw new Error('out of order');
      },
    },
    two: { help: 'two: lines', run: () => 'one\ntwo' },
  };
  expect(await ask('  sum  a b ', { commands })).toEqual(['2', 'two?[2J']);
  expect(await ask('bad', { commands })).toEqual(['failed: Error: out of order']);
  expect(await ask('two', { commands })).toEqual(['one', 'two']);
  expect(await ask('help', { commands })).toEqual(expect.arrayContaining(['sum: adds', 'help: this']));
  expect(await ask('constructor')).toEqual(['unknown command: constructor; try help']);
  expect(await ask('quit')).toEqual(['bye', '(closed)']);
});

test.each([
  [{ host: '127.0.0.1', port: 1 }, true],
  [{ host: '127.8.8.8', port: 1 }, true],
  [{ host: '::1', port: 1 }, true],
  [{ host: '::ffff:127.0.0.1', port: 1 }, true],
  [{ host: '10.0.0.1', port: 1 }, false],
  [{ host: '::ffff:10.127.0.1', port: 1 }, false],
  [{ path: '/run/x.sock' }, true],
])('by default %j is let in: %p', async (from, isLetIn) => {
  expect(await ask('list', {}, from)).toEqual(
    isLetIn
      ? ['connections 0']
      : ['refused: administration is for connections from this machine', '(closed)'],
  );
  expect(await ask('list', { allow: () => true }, from)).toEqual(['connections 0']);
});
