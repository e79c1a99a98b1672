import type { ChannelHandlerContext } from '../../src/index.js';
import { Recorder } from '../support/Recorder.js';
import { freshPath, LOOPBACK, socketPair } from '../support/sockets.js';
import { signal, within } from '../support/within.js';

const ROUNDS = 100_000;

describe.each([
  ['TCP', LOOPBACK],
  ['Unix sockets', freshPath()],
])('%s', (_name, address) => {
  test('100,000 writes, each in the listener of the one before, use no stack up and stay in order', async () => {
    const recorder = new Recorder();
    const { client } = await socketPair({ server: (channel) => channel.pipeline.addLast(recorder) }, address);
    const failures: Error[] = [];
    let round = 0;
    const write = (): void => {
      if (round === ROUNDS) return;
      const message = Buffer.allocUnsafe(4);
      message.writeUInt32BE(round++);
      client.writeAndFlush(message).addListener((sent) => {
        if (sent.cause !== null) failures.push(sent.cause);
        else write();
      });
    };
    write();
    await recorder.received(ROUNDS * 4, 15_000);
    expect(failures).toEqual([]);
    const all = Buffer.concat(recorder.chunks);
    for (let i = 0; i < ROUNDS; i++) {
      if (all.readUInt32BE(i * 4) !== i) throw new Error(`message ${i} is ${all.readUInt32BE(i * 4)}`);
    }
    expect(client.outboundBuffer?.totalPendingWriteBytes).toBe(0);
  });

  test('20,000 times there and back', async () => {
    const done = signal();
    let left = 20_000;
    const back = {
      channelRead: (ctx: ChannelHandlerContext, message: Buffer) => void ctx.writeAndFlush(message),
    };
    await socketPair(
      {
        server: (channel) => channel.pipeline.addLast(back),
        client: (channel) =>
          channel.pipeline.addLast({
            channelActive: (ctx) => void ctx.writeAndFlush(Buffer.from('ball')),
            channelRead(ctx, message: Buffer) {
              expect(message.length).toBe(4);
              if (--left === 0) done.fire();
              else ctx.writeAndFlush(message);
            },
          }),
      },
      address,
    );
    await within('the last ball', done.promise, 15_000);
  });
});
