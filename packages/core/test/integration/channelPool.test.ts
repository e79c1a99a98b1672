import {
  Bootstrap,
  type Channel,
  FixedChannelPool,
  LocalAddress,
  type LocalChannel,
  type ServerSocketChannel,
  SimpleChannelPool,
  type SocketAddress,
  type SocketChannel,
  setLogger,
} from '../../src/index.js';
import { localClient, localServer } from '../support/locals.js';
import { afterwards, opened } from '../support/opened.js';
import { silentAddress } from '../support/silentServer.js';
import { listen } from '../support/sockets.js';
import { eventually, within } from '../support/within.js';

/** A server that sends back what it gets; its open connections. */
async function echoServer(): Promise<{ server: ServerSocketChannel; children: Set<SocketChannel> }> {
  const children = new Set<SocketChannel>();
  const server = await listen((child) => {
    children.add(child);
    child.closeFuture.addListener(() => children.delete(child));
    child.pipeline.addLast({ channelRead: (ctx, message) => void ctx.writeAndFlush(message) });
  });
  return { server, children };
}

/** Sends a text and waits for it to come back. */
function ask(channel: Channel, text: string): Promise<string> {
  const answer = new Promise<string>((resolve) => {
    channel.pipeline.addLast('answer', {
      channelRead: (ctx, message: Buffer) => {
        ctx.pipeline.remove('answer');
        resolve(message.toString());
      },
    });
  });
  void channel.writeAndFlush(Buffer.from(text));
  return within(`the answer to ${text}`, answer);
}

const bootstrapFor = (server: ServerSocketChannel): Bootstrap<SocketChannel> =>
  new Bootstrap<SocketChannel>().remoteAddress(server.localAddress as SocketAddress);

test('connections are used again, and closed with the pool', async () => {
  const { server, children } = await echoServer();
  const created: Channel[] = [];
  const pool = new SimpleChannelPool({
    bootstrap: bootstrapFor(server),
    handler: {
      channelCreated: (channel) => {
        created.push(channel);
        channel.pipeline.addLast('pooled', {});
      },
    },
  });
  afterwards(() => pool.close());
  const channel = await within('an acquire', pool.acquire());
  expect(channel.pipeline.names()).toEqual(['pooled']);
  expect(await ask(channel, 'one')).toBe('one');
  await pool.release(channel);
  const again = await within('an acquire', pool.acquire());
  expect(again).toBe(channel);
  expect(await ask(again, 'two')).toBe('two');
  expect(created).toEqual([channel]);
  await pool.release(again);
  await within('the close', pool.close());
  expect(channel.isOpen).toBe(false);
  await eventually('the server has seen the close', () => children.size === 0);
});

test('a connection that the server closed while it was kept is replaced', async () => {
  const { server, children } = await echoServer();
  const pool = new SimpleChannelPool({
    bootstrap: bootstrapFor(server),
    handler: { channelCreated: () => {} },
  });
  afterwards(() => pool.close());
  const channel = await within('an acquire', pool.acquire());
  await ask(channel, 'hello');
  await pool.release(channel);
  for (const child of children) child.close();
  await within('the close', channel.closeFuture);
  const next = opened(await within('an acquire', pool.acquire()));
  expect(next).not.toBe(channel);
  expect(await ask(next, 'again')).toBe('again');
});

test('thirty requests share three connections', async () => {
  const { server } = await echoServer();
  const created: Channel[] = [];
  const pool = new FixedChannelPool({
    bootstrap: bootstrapFor(server),
    handler: { channelCreated: (channel) => created.push(channel) },
    maxConnections: 3,
  });
  afterwards(() => pool.close());
  const answers = Array.from({ length: 30 }, async (_, i) => {
    const channel = await pool.acquire();
    try {
      return await ask(channel, `request ${i}`);
    } finally {
      pool.release(channel);
    }
  });
  expect(await within('the answers', Promise.all(answers))).toEqual(
    Array.from({ length: 30 }, (_, i) => `request ${i}`),
  );
  expect(created).toHaveLength(3);
  expect([pool.acquiredChannelCount, pool.pendingAcquireCount]).toEqual([0, 0]);
});

test('a refused connection fails the acquire and gives its place back', async () => {
  const { server } = await echoServer();
  const bootstrap = bootstrapFor(server);
  await server.close();
  const pool = new FixedChannelPool({ bootstrap, handler: { channelCreated: () => {} }, maxConnections: 1 });
  afterwards(() => pool.close());
  const acquires = [pool.acquire(), pool.acquire(), pool.acquire()];
  for (const acquire of acquires) {
    await expect(within('the refusal', acquire)).rejects.toMatchObject({ code: 'ERR_CONNECT' });
  }
  expect(pool.acquiredChannelCount).toBe(0);
});

test('an acquire aborted while it connects closes the socket and gives its place back', async () => {
  const remote = await silentAddress();
  const created: Channel[] = [];
  const pool = new FixedChannelPool({
    bootstrap: new Bootstrap<SocketChannel>().remoteAddress(remote),
    handler: { channelCreated: (channel) => created.push(channel) },
    maxConnections: 1,
  });
  afterwards(() => pool.close());
  const abort = new AbortController();
  const reason = new Error('changed my mind');
  const gone = pool.acquire({ signal: abort.signal });
  await eventually('the connect has begun', () => created.length === 1);
  abort.abort(reason);
  await expect(within('the abort', gone)).rejects.toBe(reason);
  await within('the close', (created[0] as Channel).closeFuture);
  await eventually('the place is free', () => pool.acquiredChannelCount === 0);
});

test('an initializer that throws fails the acquire', async () => {
  const warn = jest.fn();
  setLogger({ debug: () => {}, info: () => {}, warn, error: () => {} });
  afterwards(() => setLogger());
  const { server } = await echoServer();
  const pool = new FixedChannelPool({
    bootstrap: bootstrapFor(server),
    handler: {
      channelCreated: () => {
        throw new Error('no pipeline');
      },
    },
    maxConnections: 1,
  });
  afterwards(() => pool.close());
  await expect(within('the failure', pool.acquire())).rejects.toMatchObject({ code: 'ERR_CHANNEL' });
  expect(pool.acquiredChannelCount).toBe(0);
  expect(warn).toHaveBeenCalledTimes(1);
});

test('in-process channels can be pooled as well', async () => {
  const listener = opened(await within('the bind', localServer().bind(LocalAddress.ANY)));
  const bootstrap = localClient().remoteAddress(listener.localAddress as LocalAddress);
  const pool: SimpleChannelPool<LocalChannel> = new SimpleChannelPool({
    bootstrap,
    handler: { channelCreated: () => {} },
  });
  const channel = await within('an acquire', pool.acquire());
  await pool.release(channel);
  expect(await within('an acquire', pool.acquire())).toBe(channel);
  await pool.release(channel);
  await pool.close();
  expect(channel.isOpen).toBe(false);
});
