import { ChannelOption, type ReadMode, readMode, setReadMode } from '../../../src/index.js';
import { Recorder } from '../../support/Recorder.js';
import { freshPath, listen, rawPeer, socketPair } from '../../support/sockets.js';
import { eventually, polls, signal, within } from '../../support/within.js';

describe.each(['onread', 'data'] as const)('a reset by the peer, reading by %s', (mode: ReadMode) => {
  const before = readMode();
  beforeEach(() => setReadMode(mode));
  afterEach(() => setReadMode(before));

  test('while reading: the data before it, its error, then the end; later writes tell why', async () => {
    const recorder = new Recorder();
    const { client, server } = await socketPair({ client: (channel) => channel.pipeline.addLast(recorder) });
    await server.writeAndFlush(Buffer.from('data'));
    await recorder.received(4);
    const waiting = client.write(Buffer.from('unflushed'));
    server.socket?.resetAndDestroy();
    await recorder.seen('removed');
    expect(recorder.events).toEqual([
      'added',
      'registered',
      'active',
      'read',
      'readComplete',
      'exception ECONNRESET',
      'inactive',
      'unregistered',
      'removed',
    ]);
    for (const failed of [waiting, client.writeAndFlush(Buffer.from('late'))]) {
      expect(failed.cause).toMatchObject({ code: 'ERR_CLOSED_CHANNEL', cause: { code: 'ECONNRESET' } });
    }
  });

  test('while writing: what is on its way fails with the error', async () => {
    const recorder = new Recorder();
    const { client, server } = await socketPair({
      client: (channel) => channel.pipeline.addLast(recorder),
      clientOptions: [[ChannelOption.AUTO_READ, false]],
      serverOptions: [[ChannelOption.AUTO_READ, false]],
    });
    const outcomes: (Error | null)[] = [];
    for (let i = 0; i < 3; i++) {
      client.write(Buffer.alloc(8 << 20)).addListener((sent) => outcomes.push(sent.cause));
    }
    client.flushNow();
    await polls(3);
    server.socket?.resetAndDestroy();
    await recorder.seen('removed');
    expect(outcomes).toHaveLength(3);
    for (const cause of outcomes) {
      expect(['ECONNRESET', 'EPIPE']).toContain((cause as { code?: string } | null)?.code);
    }
    expect(recorder.events.slice(-3)).toEqual(['inactive', 'unregistered', 'removed']);
  });

  test('a handler that closes in exceptionCaught changes nothing', async () => {
    const recorder = new Recorder();
    const { server } = await socketPair({
      client: (channel) =>
        void channel.pipeline.addLast(
          {
            exceptionCaught(ctx, cause) {
              ctx.close();
              ctx.fireExceptionCaught(cause);
            },
          },
          recorder,
        ),
    });
    server.socket?.resetAndDestroy();
    await recorder.seen('removed');
    expect(recorder.events.slice(3)).toEqual(['exception ECONNRESET', 'inactive', 'unregistered', 'removed']);
  });
});

describe('SO_LINGER 0', () => {
  test.each(['client', 'server'] as const)('the %s resets when it closes', async (side) => {
    const recorder = new Recorder();
    const setup = (channel: { pipeline: { addLast(r: Recorder): unknown } }): unknown =>
      channel.pipeline.addLast(recorder);
    const lingering = [[ChannelOption.SO_LINGER, 0]] as const;
    const pair = await socketPair(
      side === 'client'
        ? { server: setup, clientOptions: lingering }
        : { client: setup, serverOptions: lingering },
    );
    await pair[side].close();
    await recorder.seen('removed');
    expect(recorder.events).toContain('exception ECONNRESET');
  });

  test('without it, or taken back, a close is a plain end', async () => {
    const recorder = new Recorder();
    const { client } = await socketPair({
      server: (channel) => channel.pipeline.addLast(recorder),
      clientOptions: [[ChannelOption.SO_LINGER, 0]],
    });
    client.setOption(ChannelOption.SO_LINGER, -1);
    await client.close();
    await recorder.seen('removed');
    expect(recorder.causes).toEqual([]);
  });

  test('a Unix socket has no reset: it just closes', async () => {
    const recorder = new Recorder();
    const { client } = await socketPair(
      {
        server: (channel) => channel.pipeline.addLast(recorder),
        clientOptions: [[ChannelOption.SO_LINGER, 0]],
      },
      freshPath(),
    );
    await within('the close', client.close());
    await recorder.seen('removed');
    expect(recorder.causes).toEqual([]);
  });
});

test('bare sockets: end, half-open write and reset are told apart', async () => {
  const recorder = new Recorder();
  const accepted = signal();
  const server = await listen((child) => {
    child.pipeline.addLast(recorder);
    accepted.fire();
  });
  const peer = await rawPeer(server);
  await within('the accepted channel', accepted.promise);
  peer.end('bye');
  await recorder.seen('removed');
  expect(recorder.text).toBe('bye');
  expect(recorder.causes).toEqual([]);
  await eventually('the peer is gone', () => peer.destroyed);
});
