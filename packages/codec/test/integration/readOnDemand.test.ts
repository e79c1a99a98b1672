import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ChannelHandlerContext,
  ChannelOption,
  type InetSocketAddress,
  ServerBootstrap,
  type ServerChannel,
  type SocketAddress,
  type SocketChannel,
} from '@sluice/core';
import { LengthFieldBasedFrameDecoder } from '../../src/index.js';

const open: { server?: ServerChannel; peer?: Socket; child?: SocketChannel } = {};

afterEach(async () => {
  open.peer?.destroy();
  await open.child?.close();
  await open.server?.close();
});

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited++) {
    if (waited > 100_000) throw new Error('waited in vain');
    await turns(1);
  }
}

test.each<[string, SocketAddress]>([
  ['TCP', { host: '127.0.0.1', port: 0 }],
  ['Unix', { path: join(tmpdir(), `sluice-read-on-demand-${process.pid}.sock`) }],
])('rule 51: one read() brings one frame, however its bytes drip in over %s', async (_name, address) => {
  let bytes = 0;
  const frames: string[] = [];
  open.server = await new ServerBootstrap()
    .childOption(ChannelOption.AUTO_READ, false)
    .childHandler((child) => {
      open.child = child;
      child.pipeline.addLast(
        {
          channelRead(ctx: ChannelHandlerContext, chunk: Buffer) {
            bytes += chunk.length;
            ctx.fireChannelRead(chunk);
          },
        },
        new LengthFieldBasedFrameDecoder({
          maxFrameLength: 100,
          lengthFieldLength: 2,
          initialBytesToStrip: 2,
        }),
        { channelRead: (_ctx, frame: Buffer) => void frames.push(frame.toString()) },
      );
    })
    .bind(address);
  const where = open.server.localAddress as InetSocketAddress & { path?: string };
  const peer = createConnection(where.path === undefined ? { port: where.port } : { path: where.path });
  open.peer = peer.setNoDelay(true);
  await until(() => open.child?.isActive === true);

  const message = Buffer.from('\0\x04ball\0\x03end', 'latin1');
  const drip = async (to: number): Promise<void> => {
    while (bytes < to) {
      const next = bytes + 1;
      peer.write(message.subarray(bytes, next));
      await until(() => bytes === next);
    }
  };
  open.child?.read();
  await drip(6);
  expect(frames).toEqual(['ball']);

  // Nobody has asked for the next one.
  peer.write(message.subarray(6, 7));
  await turns(10);
  expect(bytes).toBe(6);
  open.child?.read();
  await until(() => bytes === 7);
  await drip(message.length);
  expect(frames).toEqual(['ball', 'end']);
  await turns(3);
  expect(bytes).toBe(message.length);
});
