import {
  type Channel,
  type ChannelInitializer,
  ChannelOption,
  type InetSocketAddress,
  ServerBootstrap,
  shutdownGracefully,
} from '@sluice/core';
import type { CommonEvent, Endpoint, ServerEvent, ServerSettings } from '../ipc.js';
import { linePipeline } from './linePipeline.js';
import { PeerLink } from './PeerLink.js';
import { Room } from './Room.js';
import type { ServerContext } from './ServerContext.js';
import { serverPipeline } from './serverPipeline.js';

/** One server: a port for framed clients, a port for people, a room, and a link to the other server. */
export class ImServer {
  readonly #settings: ServerSettings;
  readonly #report: (what: ServerEvent | CommonEvent) => void;
  readonly #room: Room;
  readonly #context: ServerContext;
  readonly #listening: Channel[] = [];
  #link: PeerLink | undefined;

  constructor(settings: ServerSettings, report: (what: ServerEvent | CommonEvent) => void) {
    this.#settings = settings;
    this.#report = report;
    this.#room = new Room({
      joined: ({ name, via }) => report({ event: 'joined', user: name, via }),
      left: ({ name }, reason) => report({ event: 'left', user: name, reason }),
      relay: (message) => this.#link?.send(message),
    });
    this.#context = {
      name: settings.name,
      timing: settings.timing,
      room: this.#room,
      report,
      trace: settings.verbose ? (text) => report({ event: 'trace', text }) : undefined,
      describe: () => this.#describe(),
    };
  }

  /** Listens on both ports. Rejects with `BindException` if one is taken; then neither is kept. */
  async start(): Promise<void> {
    try {
      const port = await this.#listen(this.#settings.port, serverPipeline(this.#context));
      const linePort = await this.#listen(this.#settings.linePort, linePipeline(this.#context));
      this.#report({ event: 'listening', port, linePort });
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Begins to keep a link to the other server. */
  link(peer: Endpoint): void {
    this.#link ??= new PeerLink(this.#context, peer);
  }

  /** Takes no more connections, says good-bye on those there are, and closes them. */
  async stop(): Promise<void> {
    await this.#link?.close();
    const timeout = this.#settings.timing.drain;
    await Promise.all(this.#listening.map((channel) => shutdownGracefully(channel, { timeout })));
  }

  async #listen(port: number, childHandler: ChannelInitializer): Promise<number> {
    const channel = await new ServerBootstrap()
      .childOption(ChannelOption.SO_KEEPALIVE, true)
      .childHandler(childHandler)
      .bind({ host: this.#settings.host, port });
    this.#listening.push(channel);
    return portOf(channel);
  }

  #describe(): string[] {
    const { host, name } = this.#settings;
    const [port, linePort] = this.#listening.map(portOf);
    const elsewhere = this.#room.elsewhere.flatMap(([, users]) => users).length;
    return [
      `server    ${name} (pid ${process.pid}), up ${Math.round(process.uptime())} s`,
      `ports     ${host}:${port} for clients, ${host}:${linePort} for people`,
      `online    ${this.#room.roster.users.length} here, ${elsewhere} elsewhere`,
      `link      ${this.#link?.describe() ?? 'none'}`,
    ];
  }
}

function portOf(channel: Channel): number {
  return (channel.localAddress as InetSocketAddress).port;
}
