import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { getLogger, type Logger, NodeEventLoop, setLogger } from '@sluice/core';

test('afterPoll runs a task when input that arrived during a stall has been read', async () => {
  const loop = new NodeEventLoop();
  const order: string[] = [];
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = connect((server.address() as { port: number }).port, '127.0.0.1');
  const [[socket]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [
    [Socket],
    unknown,
  ];
  socket.on('data', () => order.push('data'));
  await new Promise<void>((resolve) => {
    setTimeout(() => {
      client.write('x');
      // Until the bytes lie in the other socket; nothing is polled meanwhile.
      const end = performance.now() + 50;
      while (performance.now() < end);
      order.push('timer');
      loop.afterPoll(() => {
        order.push('after');
        resolve();
      });
    }, 1);
  });
  expect(order).toEqual(['timer', 'data', 'after']);
  client.destroy();
  socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

test('what the task throws is logged', async () => {
  const warn = jest.fn();
  setLogger({ ...getLogger(), warn } as Logger);
  new NodeEventLoop().afterPoll(() => {
    throw new Error('bad');
  });
  await new Promise((resolve) => setImmediate(resolve));
  setLogger();
  expect(warn).toHaveBeenCalledWith(
    { err: expect.objectContaining({ message: 'bad' }) },
    'A task raised an exception',
  );
});
