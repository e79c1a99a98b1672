import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Bootstrap,
  type ChannelOption,
  formatAddress,
  type InetSocketAddress,
  ServerBootstrap,
  type ServerSocketChannel,
  type SocketAddress,
  type SocketChannel,
  type Untyped,
} from '../../src/index.js';
import { afterwards, opened } from './opened.js';
import { signal, within } from './within.js';

export const LOOPBACK: InetSocketAddress = { host: '127.0.0.1', port: 0 };

let paths = 0;

/** A path for a Unix socket that nobody uses. */
export function freshPath(): { readonly path: string } {
  return { path: join(tmpdir(), `sluice-${process.pid}-${paths++}.sock`) };
}

type Options = readonly (readonly [ChannelOption<Untyped>, unknown])[];

/** How both ends of a connection are set up. */
export interface PairSetup {
  client?(channel: SocketChannel): void;
  server?(channel: SocketChannel): void;
  readonly clientOptions?: Options;
  readonly serverOptions?: Options;
}

export interface SocketPair {
  readonly client: SocketChannel;
  readonly server: SocketChannel;
  readonly listener: ServerSocketChannel;
}

/** A server, closed after the test. */
export async function listen(
  init: (child: SocketChannel) => void = () => {},
  address: SocketAddress = LOOPBACK,
  configure: (bootstrap: ServerBootstrap) => void = () => {},
): Promise<ServerSocketChannel> {
  const bootstrap = new ServerBootstrap().childHandler((child) => {
    opened(child);
    init(child);
  });
  configure(bootstrap);
  return opened(await within(`listening on ${formatAddress(address)}`, bootstrap.bind(address)));
}

/** A client channel connected to `server`, closed after the test. */
export async function connect(
  server: ServerSocketChannel,
  init: (channel: SocketChannel) => void = () => {},
  configure: (bootstrap: Bootstrap) => void = () => {},
): Promise<SocketChannel> {
  const bootstrap = new Bootstrap().handler(init);
  configure(bootstrap);
  const future = bootstrap.connect(server.localAddress as SocketAddress);
  return opened(await within('a connection', future));
}

/** Both ends of a connection through a server of its own. */
export async function socketPair(
  setup: PairSetup = {},
  address: SocketAddress = LOOPBACK,
): Promise<SocketPair> {
  const accepted = signal<SocketChannel>();
  const listener = await listen(
    (child) => {
      setup.server?.(child);
      accepted.fire(child);
    },
    address,
    (bootstrap) => {
      for (const [option, value] of setup.serverOptions ?? []) bootstrap.childOption(option, value);
    },
  );
  const client = await connect(
    listener,
    (channel) => setup.client?.(channel),
    (bootstrap) => {
      for (const [option, value] of setup.clientOptions ?? []) bootstrap.option(option, value);
    },
  );
  return { client, server: await within('the accepted channel', accepted.promise), listener };
}

/** A bare socket of Node's, connected; destroyed after the test. Its errors are of no interest. */
export async function rawPeer(server: ServerSocketChannel): Promise<Socket> {
  const address = server.localAddress as SocketAddress;
  const socket = createConnection(
    'path' in address ? { path: address.path } : { port: (address as InetSocketAddress).port },
  );
  socket.on('error', () => {});
  afterwards(() => socket.destroy());
  await within('a raw connection', new Promise<void>((resolve) => socket.once('connect', resolve)));
  return socket;
}
