import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { ContractHandler } from '@sluice/testing';
import {
  Bootstrap,
  type Channel,
  ChannelOption,
  DatagramChannel,
  DatagramPacket,
  type DuplexChannel,
  EmbeddedChannel,
  type InetSocketAddress,
  SocketChannel,
  type Untyped,
} from '../../src/index.js';
import { duplexPair } from '../support/duplexPair.js';
import { localPair } from '../support/locals.js';
import { opened } from '../support/opened.js';
import { Recorder } from '../support/Recorder.js';
import { freshPath, LOOPBACK, listen, rawPeer, socketPair } from '../support/sockets.js';
import { rawSockets, streamChannels } from '../support/streams.js';
import { polls, within } from '../support/within.js';

type Options = readonly (readonly [ChannelOption<Untyped>, unknown])[];

/** How both ends of a connection are set up. */
interface Setup {
  client(channel: Channel): void;
  server(channel: Channel): void;
  readonly clientOptions: Options;
  readonly serverOptions: Options;
}
interface Pair {
  readonly client: Channel;
  readonly server: Channel;
}

/** Every pipeline of a test has some of these; what they find fails the test. */
const contracts: ContractHandler[] = [];

function contract(): ContractHandler {
  const made = new ContractHandler({ mode: 'collect' });
  contracts.push(made);
  return made;
}

afterEach(() => {
  expect(contracts.length).toBeGreaterThan(0);
  for (const made of contracts.splice(0)) made.verify();
});

const transports: Readonly<Record<string, (setup: Setup) => Promise<Pair>>> = {
  TCP: (setup) => socketPair(setup, LOOPBACK),
  'Unix sockets': (setup) => socketPair(setup, freshPath()),
  'local channels': localPair,
  'streams over sockets': async (setup) => streamChannels(await rawSockets(), setup),
  'streams in memory': (setup) => streamChannels(duplexPair(), setup),
  'streams in memory, byte by byte': (setup) => streamChannels(duplexPair({ chunkSize: 1 }), setup),
};

/** A pipeline with a check between all of its handlers: an echo on the server's side, a recorder on both. */
function pair(transport: string, options: Options = []) {
  const atClient = new Recorder();
  const atServer = new Recorder();
  const make = transports[transport] as (setup: Setup) => Promise<Pair>;
  return make({
    clientOptions: options,
    serverOptions: options,
    client: (channel) => channel.pipeline.addLast(contract(), {}, contract(), atClient),
    server: (channel) =>
      channel.pipeline
        .addLast(contract())
        .addLast('echo', {
          channelRead(ctx, message) {
            ctx.writeAndFlush(message);
            ctx.fireChannelRead(message);
          },
        })
        .addLast(contract(), atServer),
  }).then((made) => ({ ...made, atClient, atServer }));
}

describe.each(Object.keys(transports))('the contract is kept: %s', (transport) => {
  test('an echo, then a close', async () => {
    const { client, atClient, atServer } = await pair(transport);
    for (let i = 0; i < 20; i++) client.writeAndFlush(Buffer.from(`message ${i % 10}`));
    await atClient.received(180);
    client.close();
    await Promise.all([atClient.seen('removed'), atServer.seen('removed')]);
  });

  test('closed by the side that answers, in the midst of reading', async () => {
    const { client, server, atClient, atServer } = await pair(transport);
    server.pipeline.addLast('closer', {});
    server.pipeline.addFirst({
      channelRead(ctx, message) {
        ctx.fireChannelRead(message);
        ctx.channel.close();
      },
    });
    client.writeAndFlush(Buffer.from('close'));
    await Promise.all([atClient.seen('removed'), atServer.seen('removed')]);
  });

  test('back-pressure: unwritable, writable again, each told once', async () => {
    const { client, server, atClient } = await pair(transport);
    server.config.autoRead = false;
    const block = Buffer.alloc(transport.endsWith('byte by byte') ? 10 * 1024 : 512 * 1024);
    for (let i = 0; i < 8; i++) client.writeAndFlush(block);
    client.flushNow();
    await polls(3);
    server.config.autoRead = true;
    await atClient.received(8 * block.length, 10_000);
  });

  test('handlers that come late, leave early, and are replaced while events travel', async () => {
    const { client, server, atClient, atServer } = await pair(transport);
    server.pipeline.addLast({
      channelRead(ctx) {
        const late = contract();
        ctx.pipeline.addFirst(late).addLast(contract());
        ctx.pipeline.replace('echo', 'echo', {
          channelRead: (inner, message) => void inner.writeAndFlush(message),
        });
        ctx.pipeline.remove(late);
        ctx.pipeline.addFirst(contract());
        ctx.fireChannelReadComplete();
      },
    });
    server.pipeline.remove(atServer);
    client.writeAndFlush(Buffer.from('1'));
    await atClient.received(1);
    client.writeAndFlush(Buffer.from('2'));
    await atClient.received(2);
    client.pipeline.addLast(contract());
    server.close();
    await atClient.seen('removed');
  });
});

describe.each(Object.keys(transports).filter((name) => name !== 'local channels'))(
  'the contract is kept at half a close: %s',
  (transport) => {
    test('one side ends, the other goes on; then it ends as well', async () => {
      const { client, server, atClient, atServer } = await pair(transport, [
        [ChannelOption.ALLOW_HALF_CLOSURE, true],
      ]);
      client.writeAndFlush(Buffer.from('last'));
      await atClient.received(4);
      await (client as DuplexChannel).shutdownOutput();
      await atServer.seen('ChannelInputShutdownReadComplete');
      await within('the answer', server.writeAndFlush(Buffer.from('answer')));
      await atClient.received(10);
      await (server as DuplexChannel).shutdownOutput();
      await Promise.all([atClient.seen('removed'), atServer.seen('removed')]);
    });
  },
);

describe.each([
  ['TCP', LOOPBACK],
  ['Unix sockets', freshPath()],
] as const)('the contract is kept by the server of bad peers: %s', (_name, address) => {
  // A Unix socket knows no reset.
  const ends = ['destroy', 'end', ...(address === LOOPBACK ? (['reset'] as const) : [])] as const;
  test.each(ends)('%s in the midst of a flood', async (end) => {
    const recorder = new Recorder();
    const server = await listen(
      (child) =>
        child.pipeline.addLast(
          contract(),
          { channelRead: (ctx, message) => void ctx.fireChannelRead(message).writeAndFlush(message) },
          contract(),
          recorder,
        ),
      address,
    );
    const peer = await rawPeer(server);
    peer.write(Buffer.alloc(1 << 20));
    await recorder.seen('readComplete');
    if (end === 'reset') peer.resetAndDestroy();
    else peer[end]();
    peer.resume();
    await recorder.seen('removed');
  });
});

test('the contract is kept when a connect fails', async () => {
  const recorder = new Recorder();
  const server = await listen();
  const address = server.localAddress as InetSocketAddress;
  await server.close();
  const connecting = new Bootstrap<Channel>()
    .channel(() => new SocketChannel())
    .handler((channel) => channel.pipeline.addLast(contract(), recorder))
    .connect(address);
  await expect(connecting).rejects.toMatchObject({ code: 'ERR_CONNECT' });
  await recorder.seen('removed');
  expect(recorder.events).not.toContain('active');
});

test('the contract is kept by a datagram channel', async () => {
  const recorder = new Recorder();
  const channel = opened(
    await new Bootstrap<DatagramChannel>()
      .channel(() => new DatagramChannel())
      .handler((made) =>
        made.pipeline.addLast(contract(), {
          channelRead(ctx, packet: DatagramPacket) {
            recorder.note('read');
            ctx.writeAndFlush(new DatagramPacket(packet.content, packet.sender as InetSocketAddress));
          },
        }),
      )
      .bind({ host: '127.0.0.1', port: 0 }),
  );
  const peer = createSocket('udp4');
  const answered = once(peer, 'message');
  peer.send('ping', (channel.localAddress as InetSocketAddress).port, '127.0.0.1');
  await within('the answer', answered);
  peer.close();
  await channel.close();
});

test('the contract is kept by an embedded channel', () => {
  const channel = new EmbeddedChannel(contract(), {
    channelRead: (ctx, message) => void ctx.writeAndFlush(message),
  });
  channel.writeInbound('1', '2');
  expect(channel.outboundMessages).toEqual(['1', '2']);
  channel.finish();
});
