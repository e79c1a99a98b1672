import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { LengthFieldBasedFrameDecoder, LengthFieldPrepender } from '@sluice/codec';
import { type AnyChannelHandler, Bootstrap, type InetSocketAddress, ServerBootstrap } from '@sluice/core';
import {
  binaryResumeCodec,
  ClientResumeSession,
  ReconnectingClient,
  type ResumeEvent,
  type ResumeSession,
  ResumeStore,
  seededRandom,
} from '@sluice/handlers';

const MESSAGES = 10_000;
const FAULTS = 50;
const SEED = Number(process.env.FAST_CHECK_SEED ?? 42);

const FAULT_KINDS = ['destroy', 'reset', 'blackhole'] as const;
type Fault = (typeof FAULT_KINDS)[number];

/** Stands between client and server, and ends each connection after a number of bytes, in a way, of the plan's choice. */
class FaultyProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #random = seededRandom(SEED);
  readonly faults: Record<Fault, number> = { destroy: 0, reset: 0, blackhole: 0 };

  private constructor(target: number) {
    this.#server = createServer((near) => this.#accept(near, connect(target, '127.0.0.1')));
  }

  static async start(target: number): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(target);
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }
  get count(): number {
    return Object.values(this.faults).reduce((sum, n) => sum + n, 0);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(near: Socket, far: Socket): void {
    let bytesLeft = this.count < FAULTS ? Math.floor(this.#random() * 12_000) : Number.POSITIVE_INFINITY;
    let isBlackhole = false;
    const fault = (): void => {
      if (isBlackhole) return;
      const kind = FAULT_KINDS[Math.floor(this.#random() * FAULT_KINDS.length)] as Fault;
      this.faults[kind]++;
      if (kind === 'destroy') {
        near.destroy();
        far.destroy();
      } else if (kind === 'reset') {
        near.resetAndDestroy();
        far.resetAndDestroy();
      } else {
        isBlackhole = true;
        // The server need not notice before the client is back.
        setTimeout(() => near.destroy(), 20);
        setTimeout(() => far.destroy(), this.#random() * 80);
      }
    };
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        if (!isBlackhole) to.destroy();
      });
      from.on('data', (chunk) => {
        if (isBlackhole) return;
        // A part of it still arrives.
        if (!to.destroyed) to.write(chunk.subarray(0, bytesLeft));
        bytesLeft -= chunk.length;
        if (bytesLeft <= 0) fault();
      });
    }
  }
}

const frames = (): AnyChannelHandler[] => [
  new LengthFieldBasedFrameDecoder({ maxFrameLength: 100, lengthFieldLength: 2, initialBytesToStrip: 2 }),
  new LengthFieldPrepender({ lengthFieldLength: 2 }),
];

/** Sends 1 to MESSAGES, never more than the session has room for; resolves when all were confirmed. */
async function sendAll(session: ResumeSession<Buffer>): Promise<void> {
  for (let n = 1; n <= MESSAGES; n++) {
    while (!session.isWritable) await once(session, 'writable');
    void session.send(Buffer.from(String(n)));
    // So that the faults fall into the midst of it.
    if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await session.drain();
}

test(`${MESSAGES} messages each way through ${FAULTS} faults: once each, in order`, async () => {
  const closers: (() => Promise<unknown>)[] = [];
  try {
    const limits = { codec: binaryResumeCodec, maxMessages: 500, ackEvery: 16, ackDelay: 10 };
    const store = new ResumeStore<Buffer>(limits);
    const session = new ClientResumeSession<Buffer>(limits);
    const log = { client: [] as string[], server: [] as string[] };
    const events: ResumeEvent<Buffer>[] = [];
    let most = 0;
    store.on('session', (event) => events.push(event));

    const receiver = (received: string[]): AnyChannelHandler => ({
      channelRead: (_ctx, message) => {
        received.push(String(message));
        most = Math.max(most, session.unacknowledged, ...[...store.sessions()].map((s) => s.unacknowledged));
      },
      // Resets are what this is about.
      exceptionCaught() {},
    });
    const server = await new ServerBootstrap()
      .childHandler((channel) => {
        channel.pipeline.addLast(...frames(), store.handler(), receiver(log.server));
      })
      .bind({ host: '127.0.0.1', port: 0 });
    closers.push(async () => server.close());
    const proxy = await FaultyProxy.start((server.localAddress as InetSocketAddress).port);
    closers.push(() => proxy.close());
    const client = new ReconnectingClient({
      bootstrap: new Bootstrap().handler((channel) => {
        channel.pipeline.addLast(...frames(), session.handler(), receiver(log.client));
      }),
      endpoints: [{ host: '127.0.0.1', port: proxy.port }],
      backoff: { base: 1, cap: 5 },
    });
    closers.push(() => client.close());

    const began = once(store, 'session');
    client.start();
    const serverSession = ((await began)[0] as ResumeEvent<Buffer>).session;
    await Promise.all([sendAll(session), sendAll(serverSession)]);
    const all = Array.from({ length: MESSAGES }, (_, i) => String(i + 1));
    expect(log.server).toEqual(all);
    expect(log.client).toEqual(all);
    expect(proxy.count).toBeGreaterThanOrEqual(FAULTS);
    expect(Math.min(...Object.values(proxy.faults))).toBeGreaterThan(0);
    expect(events.filter(({ type }) => type === 'new')).toHaveLength(1);
    expect(events.some(({ replayed }) => replayed > 0)).toBe(true);
    expect(events.some(({ type }) => type === 'failed')).toBe(false);
    expect(most).toBeLessThanOrEqual(500);

    await session.end();
    expect([session.state, store.size, store.bufferedBytes]).toEqual(['over', 0, 0]);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}, 60_000);
