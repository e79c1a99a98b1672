import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Channel, nodeEventLoop, ServerBootstrap } from '@sluice/core';
import { CLOSE_REASON, HeartbeatEvent, HeartbeatHandler } from '@sluice/handlers';
import { codec, lineHandlers } from './support.js';

const PAYLOAD = 'x'.repeat(32 * 1024 * 1024);

let server: Channel;
let accepted: (channel: Channel) => void = () => {};
const sockets: Socket[] = [];

beforeAll(async () => {
  server = await new ServerBootstrap()
    .childHandler((channel) => accepted(channel))
    .bind({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await server.close();
});

test('behind a long queue of writes liveness follows what is read, not the queue', async () => {
  const LIMIT = 300;
  let channel: Channel | undefined;
  let lines = 0;
  let enough = () => {};
  const manyLines = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const dead = new Promise<HeartbeatEvent>((resolve) => {
    accepted = (child) => {
      channel = child;
      child.pipeline.addLast(
        ...lineHandlers(),
        new HeartbeatHandler({ codec, interval: LIMIT / 3, missed: 2, whileDebugging: true }),
        {
          channelActive: (ctx) => ctx.writeAndFlush(PAYLOAD),
          channelRead: () => ++lines === 100 && enough(),
          userEventTriggered: (_ctx, event) =>
            event instanceof HeartbeatEvent && event.type === 'dead' && resolve(event),
        },
      );
    };
  });
  // It never reads, so that pings stay in the queue and no pong comes; but it speaks.
  const socket = connect((server.localAddress as { port: number }).port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.pause();
  const speaking = setInterval(() => socket.write('hello\n'), 15);
  await manyLines; // five times the limit
  expect(channel?.isOpen).toBe(true);
  expect(channel?.isWritable).toBe(false);
  clearInterval(speaking);
  const event = await dead;
  expect(event.cause?.message).toMatch(/No sign of life/);
  expect(channel?.attr(CLOSE_REASON).get()).toMatchObject({ kind: 'dead', unflushed: expect.any(Number) });
  expect(channel?.attr(CLOSE_REASON).get()?.unflushed).toBeGreaterThan(1024 * 1024);
});

test('a thousand idle connections have a timer each on one wheel, and leave none behind', async () => {
  const COUNT = 1000;
  const before = nodeEventLoop.coarseTimers;
  const channels: Channel[] = [];
  const all = new Promise<void>((resolve) => {
    accepted = (channel) => {
      channel.pipeline.addLast(new HeartbeatHandler({ codec, interval: 60_000 }));
      if (channels.push(channel) === COUNT) resolve();
    };
  });
  for (let i = 0; i < COUNT; i += 100) {
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = connect((server.localAddress as { port: number }).port, '127.0.0.1');
        sockets.push(socket);
        await once(socket, 'connect');
      }),
    );
  }
  await all;
  expect(nodeEventLoop.coarseTimers - before).toBe(COUNT);
  await Promise.all(channels.map((channel) => channel.close()));
  expect(nodeEventLoop.coarseTimers).toBe(before);
});
