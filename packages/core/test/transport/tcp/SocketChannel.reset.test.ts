import { ChannelOption } from '../../../src/index.js';
import { Recorder } from '../../support/Recorder.js';
import { freshPath, listen, rawPeer, socketPair } from '../../support/sockets.js';
import { eventually, signal, within } from '../../support/within.js';

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
