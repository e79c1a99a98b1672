import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ChannelOption, StreamChannel, type Untyped } from '../../src/index.js';
import { afterwards, opened } from './opened.js';
import { signal, within } from './within.js';

/** How the channels over two ends of a stream are set up. */
export interface StreamSetup {
  client?(channel: StreamChannel): void;
  server?(channel: StreamChannel): void;
  readonly clientOptions?: readonly (readonly [ChannelOption<Untyped>, unknown])[];
  readonly serverOptions?: readonly (readonly [ChannelOption<Untyped>, unknown])[];
}

/** A registered channel over `duplex`, closed after the test. */
export async function streamChannel(
  duplex: Duplex,
  init: (channel: StreamChannel) => void = () => {},
  options: readonly (readonly [ChannelOption<Untyped>, unknown])[] = [],
): Promise<StreamChannel> {
  const channel = opened(new StreamChannel(duplex));
  for (const [option, value] of options) channel.setOption(option, value);
  init(channel);
  await within('the registration', channel.register());
  return channel;
}

/** Channels over both ends. */
export async function streamChannels(
  [near, far]: readonly [Duplex, Duplex],
  setup: StreamSetup = {},
): Promise<{ readonly client: StreamChannel; readonly server: StreamChannel }> {
  const server = await streamChannel(far, (channel) => setup.server?.(channel), setup.serverOptions);
  const client = await streamChannel(near, (channel) => setup.client?.(channel), setup.clientOptions);
  return { client, server };
}

/** Both ends of a TCP connection as bare sockets, destroyed after the test. */
export async function rawSockets(): Promise<[Socket, Socket]> {
  const accepted = signal<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => accepted.fire(socket));
  await within('listening', new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterwards(() => server.close());
  const near = createConnection({ port: (server.address() as { port: number }).port, host: '127.0.0.1' });
  await within('the connection', new Promise<void>((resolve) => near.once('connect', resolve)));
  const far = await within('the accepted socket', accepted.promise);
  for (const socket of [near, far]) afterwards(() => socket.destroy());
  return [near, far];
}
