/** Bootstraps and the shutdown of servers. */
import {
  type AbstractBootstrap,
  type AddressResolver,
  AttributeKey,
  Bootstrap,
  type BootstrapConfig,
  type BootstrapSettings,
  type Channel,
  type ChannelFactory,
  type ChannelFuture,
  ChannelInitializer,
  ChannelOption,
  type ConnectOptions,
  childrenOf,
  DatagramChannel,
  type HandlerOrInit,
  handler,
  LocalAddress,
  LocalChannel,
  LocalServerChannel,
  ServerBootstrap,
  type ServerBootstrapConfig,
  type ServerChannel,
  ServerShutdownEvent,
  type ServerSocketChannel,
  type ShutdownOptions,
  type SocketAddress,
  type SocketChannel,
  shutdownGracefully,
  shutdownOnSignals,
} from '@sluice/core';
import { assertType, type Equal } from '../support/assertType.js';

const KEY = AttributeKey.valueOf<number>('key');

// ---- clients: a socket unless said otherwise --------------------------------------------------------------------------

const client = new Bootstrap()
  .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 5000)
  .option(ChannelOption.AUTO_READ, undefined)
  .attr(KEY, 1)
  .handler((channel) => {
    assertType<Equal<typeof channel, SocketChannel>>();
  });
assertType<Equal<typeof client, Bootstrap<SocketChannel>>>();
assertType<Equal<ReturnType<typeof client.clone>, Bootstrap<SocketChannel>>>();
const options: ConnectOptions = { signal: AbortSignal.timeout(5), localAddress: { host: '::1', port: 0 } };
export const connects: readonly ChannelFuture<SocketChannel>[] = [
  client.connect(),
  client.connect({ path: '/run/x.sock' }, options),
  client.connect('localhost', 9000),
  client.connect('localhost', 9000, options),
  client.remoteAddress('localhost', 9000).localAddress(0).connect(),
];
export const registered: ChannelFuture<SocketChannel> = client.register();
const resolver: AddressResolver = async (address) => address;
client.resolver(resolver);

const config: BootstrapConfig<SocketChannel> = client.config;
export const settings: BootstrapSettings<SocketChannel> = config;
assertType<Equal<typeof config.remoteAddress, SocketAddress | undefined>>();
assertType<Equal<typeof config.channelFactory, ChannelFactory<SocketChannel>>>();

const datagrams = new Bootstrap<DatagramChannel>().channel(DatagramChannel);
export const bound: readonly ChannelFuture<DatagramChannel>[] = [
  datagrams.bind(9000),
  datagrams.bind('0.0.0.0', 9000),
  datagrams.bind({ host: '0.0.0.0', port: 9000 }),
];
export const local: ChannelFuture<LocalChannel> = new Bootstrap<LocalChannel>()
  .channel(() => new LocalChannel())
  .connect(new LocalAddress('name'));

// ---- servers ----------------------------------------------------------------------------------------------------------

const server = new ServerBootstrap()
  .group({}, {})
  .option(ChannelOption.SO_BACKLOG, 16)
  .childOption(ChannelOption.TCP_NODELAY, true)
  .childAttr(KEY, 2)
  .handler((listening) => {
    assertType<Equal<typeof listening, ServerSocketChannel>>();
  })
  .childHandler((child) => {
    assertType<Equal<typeof child, SocketChannel>>();
  });
assertType<Equal<typeof server, ServerBootstrap<ServerSocketChannel, SocketChannel>>>();
export const binds: readonly ChannelFuture<ServerSocketChannel & ServerChannel>[] = [
  server.bind(),
  server.bind(9000),
  server.bind('localhost', 9000),
  server.bind({ path: '/run/x.sock' }),
];
const told: ServerBootstrapConfig<ServerSocketChannel, SocketChannel> = server.config;
assertType<Equal<typeof told.childHandler, HandlerOrInit<SocketChannel> | undefined>>();
assertType<Equal<typeof told.childOptions, ReadonlyMap<ChannelOption<unknown>, unknown>>>();

new ServerBootstrap<LocalServerChannel, LocalChannel>().channel(LocalServerChannel).childHandler(
  ChannelInitializer.of<LocalChannel>((child) => {
    assertType<Equal<typeof child, LocalChannel>>();
  }),
);
new ServerBootstrap().childHandler(handler<Buffer>({ isSharable: true, channelRead() {} }));
export const either: readonly AbstractBootstrap<never>[] = [];

// ---- shutting down ----------------------------------------------------------------------------------------------------

const shutdown: ShutdownOptions = { timeout: 5000 };
export async function end(listening: Channel): Promise<void> {
  for (const child of childrenOf(listening)) assertType<Equal<typeof child, Channel>>();
  await shutdownGracefully(listening, shutdown);
}
export const stopped: Promise<void> = shutdownOnSignals([], { ...shutdown, signals: ['SIGTERM'] }).done;
export const polite = handler<Buffer>({
  userEventTriggered(ctx, event) {
    if (event instanceof ServerShutdownEvent) event.waitUntil(ctx.channel.whenWritable());
    else ctx.fireUserEventTriggered(event);
  },
});
