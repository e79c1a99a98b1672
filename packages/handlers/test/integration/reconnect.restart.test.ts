import { once } from 'node:events';
import { LineBasedFrameDecoder, LineEncoder, StringDecoder } from '@sluice/codec';
import {
  type AnyChannelHandler,
  Bootstrap,
  type Channel,
  ServerBootstrap,
  type ServerSocketChannel,
} from '@sluice/core';
import {
  ConnectionLostException,
  ReconnectAfterEvent,
  ReconnectingClient,
  RequestCorrelator,
  RequestResponder,
} from '@sluice/handlers';
import { lineHandlers, ServerProcess } from './support.js';

/** Requests are `7 text`, responses `7 answer`. */
const idOf = (line: string): number | undefined => Number.parseInt(line, 10) || undefined;
const assignId = (text: string, id: number): string => `${id} ${text}`;

const lines = (): AnyChannelHandler[] => [
  new LineBasedFrameDecoder({ maxLength: 1000 }),
  new StringDecoder(),
  new LineEncoder(),
];

/** A server whose answers take a while, and which can be restarted. */
class Server {
  readonly name: string;
  port = 0;
  answers = 0;
  readonly #children = new Set<Channel>();
  #channel: ServerSocketChannel | undefined;

  constructor(name: string) {
    this.name = name;
  }

  async start(): Promise<this> {
    this.#channel = (await new ServerBootstrap()
      .childHandler((channel) => {
        this.#children.add(channel);
        channel.closeFuture.addListener(() => this.#children.delete(channel));
        const handle = async (line: string): Promise<string> => {
          await new Promise((resolve) => setTimeout(resolve, 5 + (this.answers++ % 20)));
          return `${this.name} answers ${line.slice(line.indexOf(' ') + 1)}`;
        };
        channel.pipeline.addLast(
          ...lines(),
          new RequestResponder<string, string>({ idOf, assignId, handle }),
        );
        channel.pipeline.addLast({ exceptionCaught() {} });
      })
      .bind({ host: '127.0.0.1', port: this.port })) as ServerSocketChannel;
    this.port = (this.#channel.localAddress as { port: number }).port;
    return this;
  }

  /** Takes no new connections, sends all clients away, and ends when the last one has left. */
  async drain(after: number): Promise<void> {
    await this.#channel?.close();
    const gone = [...this.#children].map((child) => child.closeFuture);
    for (const child of this.#children) child.writeAndFlush(`go away after ${after}`);
    await Promise.all(gone);
  }
}

/** A client that moves when it is told to. */
function newClient(servers: readonly { readonly port: number }[]): ReconnectingClient {
  const bootstrap = new Bootstrap().handler((channel) => {
    channel.pipeline.addLast(...lines(), new RequestCorrelator<string, string>({ idOf, assignId }), {
      channelRead(ctx, line) {
        const after = Number(/^go away after (\d+)$/.exec(line as string)?.[1]);
        ctx.channel.pipeline.fireUserEventTriggered(new ReconnectAfterEvent(after));
      },
      exceptionCaught() {},
    });
  });
  return new ReconnectingClient({
    bootstrap,
    endpoints: servers.map(({ port }) => ({ host: '127.0.0.1', port })),
    backoff: { base: 20, cap: 100 },
    quarantine: 200,
    // What the system has accepted, the server need not have: a connection counts when the server has said something.
    handshake: (channel) => call(channel, 'hello'),
  });
}

const call = (channel: Channel | null, text: string): Promise<string> =>
  channel?.pipeline.get(RequestCorrelator)?.request(text) as Promise<string>;

test('a rolling restart of all servers loses no call', async () => {
  const servers = await Promise.all(['a', 'b', 'c'].map((name) => new Server(name).start()));
  const clients = Array.from({ length: 4 }, () => newClient(servers));
  const lost = jest.fn();
  for (const client of clients) client.on('lost', lost);
  await Promise.all(clients.map((client) => client.connect()));

  let isOver = false;
  const answeredBy = new Set<string>();
  const calls: Promise<number>[] = clients.map(async (client, c) => {
    let count = 0;
    const work = async (w: number): Promise<void> => {
      while (!isOver) {
        const text = `${c}.${w}.${count++}`;
        const [name, answer] = (await call(client.channel, text)).split(/^\d+ (\w) /).slice(1);
        expect(answer).toBe(`answers ${text}`);
        answeredBy.add(name as string);
      }
    };
    await Promise.all([work(0), work(1), work(2)]);
    return count;
  });
  for (const server of servers) {
    await server.drain(30);
    await server.start();
  }
  isOver = true;
  const counts = await Promise.all(calls);
  expect(Math.min(...counts)).toBeGreaterThan(10);
  expect(answeredBy.size).toBeGreaterThan(1);
  expect(lost).not.toHaveBeenCalled();
  expect(clients.every((client) => client.info().connections > 1)).toBe(true);
  await Promise.all(clients.map((client) => client.close()));
  await Promise.all(servers.map((server) => server.drain(0)));
});

test('a hundred calls fail at once, each once, with the reason, when their server is killed', async () => {
  const server = await ServerProcess.start({ interval: 0, timeout: 60_000 });
  const client = new ReconnectingClient({
    bootstrap: new Bootstrap().handler((channel) => {
      channel.pipeline.addLast(...lineHandlers(), new RequestCorrelator<string, string>({ idOf, assignId }), {
        exceptionCaught() {},
      });
    }),
    endpoints: [{ host: '127.0.0.1', port: server.port }],
  });
  await client.connect();
  await server.until(() => server.count('online') === 1);
  server.freeze();
  const failures: ConnectionLostException[] = [];
  for (let i = 0; i < 100; i++) call(client.channel, `call ${i}`).catch((cause) => failures.push(cause));
  const lost = once(client, 'lost');
  await server.kill();
  const [, , reason] = await lost;
  // Not a timer later: in the same turn of the loop.
  await new Promise((resolve) => setImmediate(resolve));
  expect(failures).toHaveLength(100);
  expect(new Set(failures).size).toBe(100);
  for (const failure of failures) {
    expect(failure).toBeInstanceOf(ConnectionLostException);
    expect(failure.reason).toBe(reason);
    expect(['fin', 'reset']).toContain(failure.reason.kind);
    expect(failure.sent).toBe(true);
  }
  await client.close();
});
