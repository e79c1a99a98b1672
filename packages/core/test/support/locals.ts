import {
  Bootstrap,
  type ChannelOption,
  LocalAddress,
  LocalChannel,
  LocalServerChannel,
  ServerBootstrap,
  type Untyped,
} from '../../src/index.js';
import { opened } from './opened.js';
import { signal, within } from './within.js';

/** How both ends of a connection in memory are set up. */
export interface LocalSetup {
  client?(channel: LocalChannel): void;
  server?(channel: LocalChannel): void;
  readonly clientOptions?: readonly (readonly [ChannelOption<Untyped>, unknown])[];
  readonly serverOptions?: readonly (readonly [ChannelOption<Untyped>, unknown])[];
}

/** Both ends of a connection in memory, and who accepted it. */
export interface LocalPair {
  readonly client: LocalChannel;
  readonly server: LocalChannel;
  readonly listener: LocalServerChannel;
}

/** A bootstrap for local servers. */
export function localServer(
  init: (child: LocalChannel) => void = () => {},
): ServerBootstrap<LocalServerChannel, LocalChannel> {
  return new ServerBootstrap<LocalServerChannel, LocalChannel>()
    .channel(LocalServerChannel)
    .childHandler((child) => {
      opened(child);
      init(child);
    });
}

/** A bootstrap for local clients. */
export function localClient(init: (channel: LocalChannel) => void = () => {}): Bootstrap<LocalChannel> {
  return new Bootstrap<LocalChannel>().channel(LocalChannel).handler(init);
}

/** Both ends of a connection through a server of its own, closed after the test. */
export async function localPair(setup: LocalSetup = {}): Promise<LocalPair> {
  const accepted = signal<LocalChannel>();
  const serving = localServer((child) => {
    setup.server?.(child);
    accepted.fire(child);
  });
  for (const [option, value] of setup.serverOptions ?? []) serving.childOption(option, value);
  const listener = opened(await within('the bind', serving.bind(LocalAddress.ANY)));
  const connecting = localClient((channel) => setup.client?.(channel));
  for (const [option, value] of setup.clientOptions ?? []) connecting.option(option, value);
  const client = opened(
    await within('the connect', connecting.connect(listener.localAddress as LocalAddress)),
  );
  return { client, server: await within('the accepted channel', accepted.promise), listener };
}
