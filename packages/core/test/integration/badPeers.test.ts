import type { Socket } from 'node:net';
import {
  type Channel,
  childrenOf,
  type ReadMode,
  readMode,
  type ServerSocketChannel,
  setReadMode,
} from '../../src/index.js';
import { pattern } from '../support/pattern.js';
import { connect, listen, rawPeer } from '../support/sockets.js';
import { eventually, polls, within } from '../support/within.js';

const FLOOD = 8 << 20;

/** Echoes while the peer reads; throws on what does not begin with its mark, and closes on any exception. */
function serve(child: Channel): void {
  child.pipeline.addLast({
    channelRead(ctx, message: Buffer) {
      if (message[0] === 0xff) throw new Error('not our protocol');
      ctx.writeAndFlush(message);
    },
    channelWritabilityChanged(ctx) {
      ctx.channel.config.autoRead = ctx.channel.isWritable;
    },
    exceptionCaught(ctx) {
      ctx.close();
    },
  });
}

/** A client that asks, waits for the answer and asks again; `rounds` grows while all is well. */
async function healthyClient(server: ServerSocketChannel): Promise<{ rounds: () => number }> {
  let rounds = 0;
  await connect(server, (channel) => {
    channel.pipeline.addLast({
      channelActive: (ctx) => void ctx.writeAndFlush(Buffer.from('hello')),
      channelRead(ctx, message: Buffer) {
        expect(message.toString()).toBe('hello');
        rounds++;
        setImmediate(() => ctx.channel.isActive && ctx.writeAndFlush(message));
      },
    });
  });
  return { rounds: () => rounds };
}

/** Ways to be a bad peer. Each resolves when its part is over; `gone` tells whether the server lets it go by itself. */
const BAD: { name: string; gone: boolean; misbehave(peer: Socket): Promise<void> | void }[] = [
  {
    name: 'a flood of garbage',
    gone: true,
    misbehave: (peer) => void peer.write(Buffer.alloc(FLOOD, 0xff)),
  },
  {
    name: 'one bad byte',
    gone: true,
    misbehave: (peer) => void peer.write(Buffer.from([0xff])),
  },
  {
    name: 'a reset at once',
    gone: true,
    misbehave: (peer) => void peer.resetAndDestroy(),
  },
  {
    name: 'a reset in the middle of a flood',
    gone: true,
    misbehave: async (peer) => {
      peer.write(pattern(FLOOD));
      await polls(3);
      peer.resetAndDestroy();
    },
  },
  {
    name: 'the end at once',
    gone: true,
    misbehave: (peer) => void peer.end(),
  },
  {
    name: 'the end, and never a read of the answers',
    gone: true,
    misbehave: (peer) => void peer.end(Buffer.alloc(100, 1)),
  },
  {
    name: 'sending without end and reading nothing',
    gone: false,
    misbehave: async (peer) => {
      peer.pause();
      while (peer.writableLength < FLOOD) {
        peer.write(Buffer.alloc(64 * 1024, 1));
        await polls(1);
      }
    },
  },
  {
    name: 'silence',
    gone: false,
    misbehave: () => {},
  },
];

describe.each(['onread', 'data'] as const)('bad peers, reading by %s', (mode: ReadMode) => {
  const before = readMode();
  beforeEach(() => setReadMode(mode));
  afterEach(() => setReadMode(before));

  test.each(BAD)('$name: the others go on', async ({ gone, misbehave }) => {
    const server = await listen(serve);
    const healthy = await healthyClient(server);
    await eventually('the healthy one talks', () => healthy.rounds() > 3);
    const peers = await Promise.all([rawPeer(server), rawPeer(server), rawPeer(server)]);
    await eventually('all are accepted', () => childrenOf(server).size === 4);
    await within('the bad ones', Promise.all(peers.map(misbehave)));
    if (gone) await eventually('the bad ones are gone', () => childrenOf(server).size === 1);
    else {
      expect(childrenOf(server).size).toBe(4);
      // However much a peer sends without reading, what waits for it stays within the mark and one read.
      for (const child of childrenOf(server)) {
        expect(child.outboundBuffer?.totalPendingWriteBytes ?? 0).toBeLessThan(64 * 1024 + 300 * 1024);
      }
    }
    const rounds = healthy.rounds();
    await eventually('the healthy one still talks', () => healthy.rounds() > rounds + 20);
    expect(server.isActive).toBe(true);
    await connect(server);
    if (gone) await eventually('only the good are counted', async () => (await server.connections()) <= 2);
  });

  test('a hundred bad ones of all kinds at once', async () => {
    const server = await listen(serve);
    const healthy = await healthyClient(server);
    const kinds = BAD.filter(({ gone }) => gone);
    const peers = await Promise.all(Array.from({ length: 100 }, () => rawPeer(server)));
    await eventually('all are accepted', () => childrenOf(server).size === 101);
    await Promise.all(peers.map((peer, i) => kinds[i % kinds.length]?.misbehave(peer)));
    await eventually('the bad ones are gone', () => childrenOf(server).size === 1, 10_000);
    const rounds = healthy.rounds();
    await eventually('the healthy one still talks', () => healthy.rounds() > rounds + 20);
  });
});
