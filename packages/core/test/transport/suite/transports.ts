import { createConnection, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  Bootstrap,
  type Channel,
  type ChannelOption,
  LocalAddress,
  LocalChannel,
  LocalServerChannel,
  type ReadMode,
  ServerBootstrap,
  type ServerChannel,
  type ServerSocketChannel,
  type SocketAddress,
  SocketChannel,
  type StreamChannel,
  type Untyped,
} from '../../../src/index.js';
import { duplexPair } from '../../support/duplexPair.js';
import { afterwards, opened } from '../../support/opened.js';
import { silentAddress } from '../../support/silentServer.js';
import { freshPath, LOOPBACK } from '../../support/sockets.js';
import { streamChannel } from '../../support/streams.js';
import { type Signal, signal, within } from '../../support/within.js';
import type { Group } from './exemptions.js';

export type Init = (channel: Channel) => void;
export type Options = readonly (readonly [ChannelOption<Untyped>, unknown])[];

/** Somebody who accepts connections. */
interface Serving {
  /** Connects to it: a channel that is active, and closed after the test. */
  connect(init?: Init, options?: Options): Promise<Channel>;
}

/** How channels are bound and connected where Sluice does that itself. */
export interface Bootstraps {
  server(child: Init): ServerBootstrap<ServerChannel, Channel>;
  client(init?: Init): Bootstrap<Channel>;
  /** Where a server may be bound: a free port, path or name. */
  free(): SocketAddress;
  /** Where nobody listens. */
  nobody(): Promise<SocketAddress>;
  /** What the cause of a connect to `nobody` tells, or `undefined` where there is no system to ask. */
  readonly refusal: string | undefined;
  /** Where a connect gets no answer. */
  silent(): Promise<SocketAddress>;
  /** A local address that no client can have, to connect from. */
  readonly foreign: SocketAddress | null;
}

/** One kind of channel with all that the suite needs to know of it. */
export interface Transport {
  readonly name: string;
  /** Its column in the table of exemptions. */
  readonly group: Group;
  /** How its sockets read, where that can be chosen. */
  readonly readMode?: ReadMode;
  /** Accepts connections; `child` sets each accepted channel up before it is registered. */
  serve(child: Init, options?: Options): Promise<Serving>;
  /** `null` for streams, which somebody else connects. */
  readonly bootstraps: Bootstraps | null;
  /** `end` goes away like a process that crashes: what it has not read is lost, and its peer gets an error. */
  reset(end: Channel): void;
}

/** A transport with servers of its own, from its bootstraps. */
function serveWith(bootstraps: Bootstraps): Transport['serve'] {
  return async (child, options = []) => {
    const server = bootstraps.server((channel) => child(opened(channel)));
    for (const [option, value] of options) server.childOption(option, value);
    const listener = opened(await within('the bind', server.bind(bootstraps.free())));
    return {
      async connect(init, clientOptions = []) {
        const client = bootstraps.client(init);
        for (const [option, value] of clientOptions) client.option(option, value);
        return opened(
          await within('the connect', client.connect(listener.localAddress as SocketAddress)),
        ) as Channel;
      },
    };
  };
}

const socketBootstraps = {
  server: (child: Init) =>
    new ServerBootstrap<ServerSocketChannel, Channel>().childHandler(child) as unknown as ServerBootstrap<
      ServerChannel,
      Channel
    >,
  client: (init: Init = () => {}) =>
    new Bootstrap<Channel>().channel(() => new SocketChannel()).handler(init),
};

/** A port that nobody listens on: one that was just given back. */
async function closedPort(): Promise<SocketAddress> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return { host: '127.0.0.1', port };
}

/** A path whose listener never accepts, and whose queue (one more than asked for) is full. */
async function fullPath(): Promise<SocketAddress> {
  const { Worker } = await import('node:worker_threads');
  const { path } = freshPath();
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     require('node:net').createServer().listen({ path: workerData, backlog: 1 }, () => {
       parentPort.postMessage('listening');
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
     });`,
    { eval: true, workerData: path },
  );
  afterwards(() => worker.terminate());
  await within('the silent server', new Promise<void>((resolve) => worker.once('message', () => resolve())));
  for (let i = 0; i < 2; i++) {
    const filler = createConnection({ path });
    filler.on('error', () => {});
    afterwards(() => filler.destroy());
    await within('a place in the queue', new Promise<void>((resolve) => filler.once('connect', resolve)));
  }
  return { path };
}

const TCP: Bootstraps = {
  ...socketBootstraps,
  free: () => LOOPBACK,
  nobody: closedPort,
  refusal: 'ECONNREFUSED',
  silent: silentAddress,
  // For documentation only (RFC 5737): no machine has it.
  foreign: { host: '192.0.2.1', port: 0 },
};

const UNIX: Bootstraps = {
  ...socketBootstraps,
  free: freshPath,
  nobody: async () => freshPath(),
  refusal: 'ENOENT',
  silent: fullPath,
  foreign: null,
};

const LOCAL: Bootstraps = {
  server: (child) =>
    new ServerBootstrap<ServerChannel, Channel>().channel(() => new LocalServerChannel()).childHandler(child),
  client: (init = () => {}) => new Bootstrap<Channel>().channel(() => new LocalChannel()).handler(init),
  free: () => LocalAddress.ANY,
  nobody: async () => ({ local: 'nobody' }),
  refusal: undefined,
  async silent() {
    const server = new LocalServerChannel();
    server.config.autoRead = false;
    server.register();
    await opened(server).bind(LocalAddress.ANY);
    return server.localAddress as LocalAddress;
  },
  foreign: null,
};

function sockets(group: 'TCP' | 'Unix', readMode: ReadMode): Transport {
  const bootstraps = group === 'TCP' ? TCP : UNIX;
  return {
    name: `${group} sockets, reading by ${readMode}`,
    group,
    readMode,
    bootstraps,
    serve: serveWith(bootstraps),
    reset(end) {
      const { socket } = end as SocketChannel;
      // A Unix socket resets its peer by going away with unread input.
      if (group === 'TCP') socket?.resetAndDestroy();
      else socket?.destroy();
    },
  };
}

export const SOCKETS: readonly Transport[] = [
  sockets('TCP', 'onread'),
  sockets('TCP', 'data'),
  sockets('Unix', 'onread'),
  sockets('Unix', 'data'),
];

export const LOCAL_CHANNELS: Transport = {
  name: 'local channels',
  group: 'Local',
  bootstraps: LOCAL,
  serve: serveWith(LOCAL),
  reset: (end) => void end.close(),
};

/** Channels over both ends of a stream that exists already. */
const IN_MEMORY: Transport = {
  name: 'streams in memory',
  group: 'memory',
  bootstraps: null,
  serve: async (child, options) => ({
    async connect(init, clientOptions) {
      const [near, far] = duplexPair();
      await streamChannel(far, child, options);
      return streamChannel(near, init, clientOptions);
    },
  }),
  reset: (end) => void duplexOf(end).destroy(new Error('crashed')),
};

const OVER_SOCKETS: Transport = {
  name: 'streams over TCP sockets',
  group: 'stream',
  bootstraps: null,
  async serve(child, options) {
    /** By the port of the client; either side may come first. */
    const accepted = new Map<number | undefined, Signal<Socket>>();
    const from = (port: number | undefined): Signal<Socket> => {
      const known = accepted.get(port) ?? signal<Socket>();
      accepted.set(port, known);
      return known;
    };
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
      from(socket.remotePort).fire(socket),
    );
    await within('listening', new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
    afterwards(() => server.close());
    const { port } = server.address() as { port: number };
    return {
      async connect(init, clientOptions) {
        const near = createConnection({ port, host: '127.0.0.1' });
        await within('the connection', new Promise<void>((resolve) => near.once('connect', resolve)));
        const far = await within('the accepted socket', from(near.localPort).promise);
        accepted.delete(near.localPort);
        await streamChannel(far, child, options);
        return streamChannel(near, init, clientOptions);
      },
    };
  },
  reset: (end) => void (duplexOf(end) as Socket).resetAndDestroy(),
};

export const STREAMS: readonly Transport[] = [OVER_SOCKETS, IN_MEMORY];

function duplexOf(channel: Channel): Duplex {
  return (channel as StreamChannel).duplex;
}
