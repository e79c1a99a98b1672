import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Bootstrap, ServerBootstrap, type ServerSocketChannel } from '@sluice/core';
import { ReconnectingClient } from '@sluice/handlers';

/** Listens and accepts nothing, once it is stopped. */
const DEAF = `const server = require('node:net').createServer().listen(
  { host: '127.0.0.1', port: 0, backlog: 1 }, () => process.send(server.address().port))`;

let child: ChildProcess;
let deafPort: number;
let server: ServerSocketChannel;
const fillers: Socket[] = [];

beforeEach(async () => {
  server = (await new ServerBootstrap()
    .childHandler({ exceptionCaught() {} })
    .bind({ host: '127.0.0.1', port: 0 })) as ServerSocketChannel;
  child = spawn(process.execPath, ['-e', DEAF], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  [deafPort] = (await once(child, 'message')) as [number];
  child.kill('SIGSTOP');
  // The system completes as many connections as its queue takes, and ignores all packets after that.
  let isFull = false;
  while (!isFull) {
    const filler = connect(deafPort, '127.0.0.1').on('error', () => {});
    fillers.push(filler);
    const connected = once(filler, 'connect').then(() => false);
    isFull = await Promise.race([connected, new Promise<true>((full) => setTimeout(full, 300, true))]);
  }
});

afterEach(async () => {
  for (const filler of fillers.splice(0)) filler.destroy();
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  await server.close();
});

test('a server that swallows packets costs the race delay; there is one connection', async () => {
  const good = server.localAddress as { host: string; port: number };
  const attempts: string[] = [];
  const client = new ReconnectingClient({
    bootstrap: new Bootstrap().handler((channel) => {
      channel.pipeline.addLast({ exceptionCaught() {} });
    }),
    endpoints: [{ host: '127.0.0.1', port: deafPort }, good],
    race: { delay: 100 },
    connectTimeout: 15_000,
  });
  client.on('attempt', (endpoint) =>
    attempts.push((endpoint as { port: number }).port === deafPort ? 'deaf' : 'good'),
  );
  client.on('attemptFailed', () => attempts.push('failed'));
  const channel = await client.connect();
  expect(attempts).toEqual(['deaf', 'good']);
  expect(channel.remoteAddress).toMatchObject({ port: good.port });
  await client.close();
});
