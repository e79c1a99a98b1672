import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Channel, nodeEventLoop, ServerBootstrap } from '@sluice/core';
import { IdleStateEvent, IdleStateHandler, ReadTimeoutException, ReadTimeoutHandler } from '@sluice/handlers';
import { ContractHandler } from '@sluice/testing';

let server: Channel;
let accepted: (channel: Channel) => void = () => {};

beforeAll(async () => {
  server = await new ServerBootstrap()
    .childHandler((channel) => accepted(channel))
    .bind({ host: '127.0.0.1', port: 0 });
});
afterAll(() => server.close());

const client = () => connect((server.localAddress as { port: number }).port, '127.0.0.1');

test('on a socket events are late by a tick at most, and never early', async () => {
  const PERIOD = 40;
  const times: number[] = [];
  const enough = new Promise<void>((resolve) => {
    accepted = (channel) => {
      channel.pipeline.addLast(new IdleStateHandler({ readerIdle: PERIOD }), {
        channelActive: () => times.push(performance.now()),
        userEventTriggered(_ctx, event) {
          if (!(event instanceof IdleStateEvent)) return;
          expect(event.isFirst).toBe(times.length === 1);
          if (times.push(performance.now()) === 6) resolve();
        },
      });
    };
  });
  const socket = client();
  await enough;
  socket.destroy();
  const gaps = times.slice(1).map((time, i) => time - (times[i] as number));
  // An event is timed a little before its listener notes it, hence the millisecond.
  expect(Math.min(...gaps)).toBeGreaterThan(PERIOD - 1);
  expect(gaps.sort((a, b) => a - b)[2]).toBeLessThan(PERIOD + 10 + 10);
});

test('a socket that is silent is closed by a read timeout, in order', async () => {
  const contracts = [
    new ContractHandler({ mode: 'collect' }),
    new ContractHandler({ mode: 'collect' }),
  ] as const;
  const ended = new Promise<void>((resolve) => {
    accepted = (channel) => {
      channel.pipeline.addLast(contracts[0], new ReadTimeoutHandler(50), contracts[1], {
        exceptionCaught: (_ctx, cause) => expect(cause).toBeInstanceOf(ReadTimeoutException),
        handlerRemoved: () => resolve(),
      });
    };
  });
  const socket = client();
  socket.resume();
  await Promise.all([ended, once(socket, 'close')]);
  for (const contract of contracts) contract.verify();
  expect.assertions(1);
});

test('connections that are closed leave no timer', async () => {
  const before = nodeEventLoop.coarseTimers;
  const CONNECTIONS = 200;
  const channels: Channel[] = [];
  const all = new Promise<void>((resolve) => {
    accepted = (channel) => {
      channel.pipeline.addLast(
        new IdleStateHandler({ readerIdle: 60_000, writerIdle: 60_000, allIdle: 60_000 }),
        {
          channelActive: () => {
            if (channels.push(channel) === CONNECTIONS) resolve();
          },
        },
      );
    };
  });
  const sockets = Array.from({ length: CONNECTIONS }, client);
  await all;
  expect(nodeEventLoop.coarseTimers).toBe(before + CONNECTIONS);
  for (const socket of sockets) socket.destroy();
  await Promise.all(channels.map((channel) => channel.closeFuture));
  await Promise.all(channels.map((channel) => channel.close()));
  await new Promise((resolve) => setImmediate(resolve));
  expect(nodeEventLoop.coarseTimers).toBe(before);
});

test('deadlines do not keep the process alive', () => {
  // The connection itself would; so it is closed, and a deadline of another one stays behind.
  const program = `
    import { createServer } from 'node:net';
    import { Bootstrap, nodeEventLoop } from '@sluice/core';
    import { IdleStateHandler } from '@sluice/handlers';
    const server = createServer((socket) => socket.unref()).unref();
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const channel = await new Bootstrap()
      .handler((c) => c.pipeline.addLast(new IdleStateHandler({ allIdle: 3_600_000 })))
      .connect({ host: '127.0.0.1', port: server.address().port });
    console.log('timers', nodeEventLoop.coarseTimers);
    channel.close();
    nodeEventLoop.scheduleCoarse(() => {}, 3_600_000);
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: join(__dirname, '../..'),
    encoding: 'utf8',
    timeout: 15_000,
  });
  expect([stdout, stderr]).toEqual(['timers 1\n', '']);
});
