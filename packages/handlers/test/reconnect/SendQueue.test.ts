import { type ChannelHandlerContext, WriteBufferWaterMark } from '@sluice/core';
import type { ReconnectingClientOptions, SendQueueOptions } from '@sluice/handlers';
import { elapse, newClient, settle } from './doubles.js';

/** A client that is not started, and what became of its messages. */
function sender(queue: SendQueueOptions = {}, options: Partial<ReconnectingClientOptions> = {}) {
  const made = newClient({ queue, ...options });
  const outcomes: string[] = [];
  const send = (message: string, signal?: AbortSignal): void => {
    made.client.send(message, { signal }).then(
      () => outcomes.push(`${message} sent`),
      (cause) => outcomes.push(`${message} ${cause.code ?? cause.message}`),
    );
  };
  const unsent: unknown[] = [];
  made.client.on('unsent', (message) => unsent.push(message));
  const written = (n = 0): unknown[] => made.bootstrap.channels[n]?.outboundMessages ?? [];
  return { ...made, outcomes, send, unsent, written };
}

test('a message is written at once while there is a connection', async () => {
  const { client, outcomes, send, written } = sender({ maxMessages: 0 });
  await client.connect();
  send('m1');
  expect(written()).toEqual(['m1']);
  await settle();
  expect(outcomes).toEqual(['m1 sent']);
  await client.close();
});

test('messages wait for the connection and are written in order', async () => {
  const { client, outcomes, send, written, unsent } = sender();
  send('m1');
  send('m2');
  expect([client.state, client.info().queued]).toEqual(['idle', 2]);
  client.on('connected', () => send('m3'));
  await client.connect();
  expect(written()).toEqual(['m1', 'm2', 'm3']);
  await settle();
  expect(outcomes).toEqual(['m1 sent', 'm2 sent', 'm3 sent']);
  expect(client.info().queued).toBe(0);
  expect(unsent).toEqual([]);
  await client.close();
});

test('messages wait for room in the channel, and do not overtake each other', async () => {
  const { client, bootstrap, outcomes, send, written } = sender();
  let ctx!: ChannelHandlerContext;
  bootstrap.handlers = () => [
    {
      handlerAdded(context: ChannelHandlerContext) {
        ctx = context;
        context.channel.config.writeBufferWaterMark = new WriteBufferWaterMark(200, 400);
      },
      // Not flushed: what is written fills the buffer.
      flush() {},
    },
  ];
  for (let i = 1; i <= 5; i++) send(`m${i}`);
  await client.connect();
  const inBuffer = 5 - client.info().queued;
  expect(inBuffer).toBeGreaterThan(0);
  expect(inBuffer).toBeLessThan(5);
  send('m6');
  expect(client.info().queued).toBe(6 - inBuffer);
  ctx.flush();
  expect(client.channel?.isWritable).toBe(true);
  send('m7'); // before the queue has noticed that there is room
  for (let i = 0; i < 7 && client.info().queued > 0; i++) {
    await settle();
    ctx.flush();
  }
  ctx.flush();
  await settle();
  expect(written()).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7']);
  expect(outcomes).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => `m${n} sent`));
  await client.close();
});

test('what waits for room goes on to the next connection when this one is lost', async () => {
  const { client, bootstrap, loop, outcomes, send, written } = sender();
  bootstrap.handlers = () => [
    {
      handlerAdded(ctx: ChannelHandlerContext) {
        if (bootstrap.channels.length > 0) return;
        ctx.channel.config.writeBufferWaterMark = new WriteBufferWaterMark(1, 1);
      },
      flush(ctx: ChannelHandlerContext) {
        if (bootstrap.channels.length > 1) ctx.flush();
      },
    },
  ];
  send('m1');
  send('m2');
  await client.connect();
  expect(client.info().queued).toBe(1);
  bootstrap.channels[0]?.close();
  await elapse(loop, 100);
  // What the lost connection had taken is told, not sent again.
  expect(outcomes).toEqual(['m1 ERR_CLOSED_CHANNEL', 'm2 sent']);
  expect(written(1)).toEqual(['m2']);
  await client.close();
});

test('a relocated client sends by the new connection', async () => {
  const { client, loop, send, written } = sender({}, { finish: () => new Promise(() => {}) });
  await client.connect();
  client.relocate();
  await elapse(loop, 0);
  send('m1');
  expect([written(0), written(1)]).toEqual([[], ['m1']]);
  await client.close();
});

test('an encoder that fails fails its message only', async () => {
  const { client, bootstrap, outcomes, send, unsent } = sender();
  bootstrap.handlers = () => [
    {
      write(ctx: ChannelHandlerContext, message, promise) {
        if (message === 'm1') promise.setFailure(new Error('unknown type'));
        else ctx.write(message, promise);
      },
    },
  ];
  send('m1');
  send('m2');
  await client.connect();
  await settle();
  expect(outcomes).toEqual(['m1 unknown type', 'm2 sent']);
  expect(unsent).toEqual(['m1']);
  await client.close();
});

test('a connection that ends while the queue is written keeps the rest', async () => {
  const { client, bootstrap, loop, send, written } = sender();
  bootstrap.handlers = () => [
    {
      write(ctx: ChannelHandlerContext, message, promise) {
        ctx.write(message, promise);
        if (message === 'm1') ctx.close();
      },
    },
  ];
  send('m1');
  send('m2');
  client.start();
  await elapse(loop, 100);
  expect(written(1)).toEqual(['m2']);
  await client.close();
});

describe('when the queue is full', () => {
  test('fail refuses the new message, by count and by bytes', async () => {
    const { client, outcomes, send, unsent } = sender({
      maxMessages: 2,
      maxBytes: 10,
      sizeOf: (message) => String(message).length,
    });
    send('12345678');
    send('123');
    send('ab');
    send('c');
    await settle();
    expect(outcomes).toEqual(['123 ERR_SEND_QUEUE_FULL', 'c ERR_SEND_QUEUE_FULL']);
    expect(client.info().queued).toBe(2);
    // Its sender knows; only what was accepted is told by the event.
    expect(unsent).toEqual([]);
    await expect(client.send('d')).rejects.toThrow(
      '2 messages (10 bytes) wait to be sent already; one of 1 bytes does not fit (maxMessages 2, maxBytes 10, policy fail)',
    );
    await client.close();
  });

  test('the refusal tells why there is no connection', async () => {
    const { client, bootstrap, loop } = sender({ maxMessages: 0 });
    bootstrap.behaviours.set('a', 'down');
    client.start();
    await elapse(loop, 0);
    await expect(client.send('m')).rejects.toMatchObject({ cause: { message: 'refused by a' } });
    await client.close();
  });

  test('drop-oldest fails the oldest ones, as many as needed', async () => {
    const { client, outcomes, send, unsent, written } = sender({
      policy: 'drop-oldest',
      maxMessages: 3,
      maxBytes: 10,
      sizeOf: (message) => String(message).length,
    });
    for (const message of ['111', '222', '333', '4', '55555555', 'longer than the limit']) send(message);
    await settle();
    expect(outcomes).toEqual([
      '111 ERR_MESSAGE_DROPPED',
      '222 ERR_MESSAGE_DROPPED',
      '333 ERR_MESSAGE_DROPPED',
      'longer than the limit ERR_SEND_QUEUE_FULL',
    ]);
    expect(unsent).toEqual(['111', '222', '333']);
    await client.connect();
    expect(written()).toEqual(['4', '55555555']);
    await client.close();
  });

  test('wait lets senders stand in line, so many of them', async () => {
    const { client, outcomes, send, written } = sender({ policy: 'wait', maxMessages: 1, maxWaiting: 2 });
    for (const message of ['m1', 'm2', 'm3', 'm4']) send(message);
    await settle();
    expect(outcomes).toEqual(['m4 ERR_SEND_QUEUE_FULL']);
    await client.connect();
    expect(written()).toEqual(['m1', 'm2', 'm3']);
    await client.close();
  });
});

test('a signal takes a message back while it waits, and leaves no listener', async () => {
  const { client, outcomes, send, written } = sender();
  const controller = new AbortController();
  const removed = jest.spyOn(controller.signal, 'removeEventListener');
  send('m1', controller.signal);
  send('m2');
  controller.abort(new Error('never mind'));
  send('m3', controller.signal);
  await client.connect();
  await settle();
  expect(written()).toEqual(['m2']);
  expect(outcomes).toEqual(['m1 never mind', 'm3 never mind', 'm2 sent']);
  expect(removed).toHaveBeenCalledTimes(1);
  await client.close();
});

test('close() fails what waits, and what comes later', async () => {
  const { client, outcomes, send, unsent } = sender();
  send('m1');
  await client.close();
  send('m2');
  await settle();
  expect(outcomes).toEqual(['m1 ERR_CLOSED_CHANNEL', 'm2 ERR_CLOSED_CHANNEL']);
  expect(unsent).toEqual(['m1']);
});

test('giving up fails what waits', async () => {
  const { bootstrap, client, loop, outcomes, send } = sender({}, { maxAttempts: 1 });
  bootstrap.behaviours.set('a', 'down');
  send('m1');
  client.start();
  await elapse(loop, 0);
  expect(outcomes).toEqual(['m1 ERR_RECONNECT_FAILED']);
});

test('a failed message that nobody awaits is no unhandled rejection', async () => {
  const unhandled = jest.fn();
  process.on('unhandledRejection', unhandled);
  const { client } = sender();
  void client.send('m1');
  await client.close();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test.each<[SendQueueOptions, RegExp]>([
  [{ policy: 'block' as never }, /queue.policy: 'block'/],
  [{ maxMessages: -1 }, /queue.maxMessages: -1/],
  [{ maxWaiting: Number.NaN }, /queue.maxWaiting: NaN/],
])('%p is refused', (queue, message) => {
  expect(() => sender(queue)).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringMatching(message) }),
  );
});
