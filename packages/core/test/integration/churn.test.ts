import {
  Bootstrap,
  ChannelOption,
  childrenOf,
  type InetSocketAddress,
  nodeEventLoop,
  type ReadMode,
  readMode,
  type SocketChannel,
  setReadMode,
} from '../../src/index.js';
import { nodeServersMadeBy } from '../support/nodeServers.js';
import { listen } from '../support/sockets.js';
import { eventually, polls, within } from '../support/within.js';

const CONNECTIONS = 10_000;
const AT_A_TIME = 50;

const before = readMode();
afterEach(() => setReadMode(before));

/** What keeps the process alive, by kind. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

test.each(['onread', 'data'] as const)(
  'ten thousand connects and disconnects leave nothing behind, reading by %s',
  async (mode: ReadMode) => {
    setReadMode(mode);
    const total = mode === 'onread' ? CONNECTIONS : CONNECTIONS / 5;
    let active = 0;
    let inactive = 0;
    let removed = 0;
    const counting = {
      isSharable: true,
      channelActive: () => void active++,
      channelInactive: () => void inactive++,
      handlerRemoved: () => void removed++,
    };
    const { result: server, servers } = await nodeServersMadeBy(() =>
      listen((child) => {
        child.pipeline.addLast(counting, {
          channelActive(ctx) {
            // As an idle handler would: a deadline that is taken back when the channel ends.
            const deadline = ctx.eventLoop.scheduleCoarse(() => ctx.close(), 60_000);
            ctx.channel.closeFuture.addListener(() => deadline.cancel());
          },
          // One client in three asks the server to close, which is the other way round.
          channelRead: (ctx) => void ctx.close(),
        });
      }),
    );
    const listening = servers[0];
    const listeners = (): number[] =>
      (listening?.eventNames() ?? []).map((name) => listening?.listenerCount(name) ?? 0);
    await polls(2);
    const baseline = { resources: resources(), listeners: listeners() };

    const bootstrap = new Bootstrap()
      .handler(counting)
      .remoteAddress(server.localAddress as InetSocketAddress);
    const endings: ((channel: SocketChannel) => unknown)[] = [
      (channel) => channel.close(),
      (channel) => channel.writeAndFlush(Buffer.from('close')),
      (channel) => {
        channel.setOption(ChannelOption.SO_LINGER, 0);
        channel.close();
      },
    ];
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < total) {
        const end = endings[next++ % endings.length] as (channel: SocketChannel) => unknown;
        const channel = await bootstrap.connect();
        end(channel);
        await channel.closeFuture;
      }
    };
    const all = Promise.all(Array.from({ length: AT_A_TIME }, worker));
    await within('all connections to come and go', all, 19_000);

    await eventually('every handler has left its pipeline', () => removed === 2 * total);
    expect([active, inactive]).toEqual([2 * total, 2 * total]);
    expect(childrenOf(server).size).toBe(0);
    await eventually('Node counts none', async () => (await server.connections()) === 0);
    expect(nodeEventLoop.coarseTimers).toBe(0);
    await eventually('no handle or timer is left', () => {
      const now = resources();
      return Object.keys(now).every((kind) => (now[kind] ?? 0) <= (baseline.resources[kind] ?? 0));
    });
    expect(listeners()).toEqual(baseline.listeners);
    expect(server.isActive).toBe(true);
  },
  25_000,
);
