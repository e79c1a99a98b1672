import { LengthFieldBasedFrameDecoder, LengthFieldPrepender } from '@sluice/codec';
import { type AnyChannelHandler, EmbeddedChannel, EmbeddedEventLoop } from '@sluice/core';
import {
  binaryResumeCodec,
  ClientResumeSession,
  ResumeEvent,
  type ResumeSession,
  ResumeStore,
  type ResumeStoreOptions,
} from '@sluice/handlers';

/** What one side's application saw. */
export interface Seen {
  readonly messages: string[];
  readonly events: string[];
}

/** Bytes on their way. Nothing moves by itself, and each end learns of the loss when it is told. */
export class Wire {
  readonly client: EmbeddedChannel;
  readonly server: EmbeddedChannel;
  #up: Buffer = Buffer.alloc(0);
  #down: Buffer = Buffer.alloc(0);

  constructor(world: World) {
    const { loop, session, store } = world;
    this.server = new EmbeddedChannel({ ticker: loop, handlers: handlers(store.handler(), world.atServer) });
    this.client = new EmbeddedChannel({
      ticker: loop,
      handlers: handlers(session.handler(), world.atClient),
    });
  }

  /** Lets at most so many bytes arrive, each way, and tells whether any did. */
  deliver(up = Number.POSITIVE_INFINITY, down = Number.POSITIVE_INFINITY): boolean {
    this.#collect();
    const toServer = this.#up.subarray(0, up);
    const toClient = this.#down.subarray(0, down);
    this.#up = this.#up.subarray(toServer.length);
    this.#down = this.#down.subarray(toClient.length);
    if (toServer.length > 0 && this.server.isOpen) this.server.writeInbound(toServer);
    if (toClient.length > 0 && this.client.isOpen) this.client.writeInbound(toClient);
    this.#collect();
    return toServer.length + toClient.length > 0;
  }

  /** Until nothing is on its way. */
  settle(): void {
    while (this.deliver());
  }

  /** The client notices that the connection is gone; nothing more arrives. The server notices nothing yet. */
  cutClient(): void {
    this.#up = this.#down = Buffer.alloc(0);
    this.client.close();
    this.client.releaseOutbound();
    this.#collect();
    this.#down = Buffer.alloc(0);
  }

  cut(): void {
    this.cutClient();
    this.server.close();
  }

  #collect(): void {
    this.#up = Buffer.concat([this.#up, ...taken(this.client)]);
    this.#down = Buffer.concat([this.#down, ...taken(this.server)]);
  }
}

function taken(channel: EmbeddedChannel): Buffer[] {
  const bytes: Buffer[] = [];
  for (let m = channel.readOutbound<Buffer>(); m !== null; m = channel.readOutbound<Buffer>()) bytes.push(m);
  return bytes;
}

function handlers(session: AnyChannelHandler, seen: Seen): AnyChannelHandler[] {
  return [
    new LengthFieldBasedFrameDecoder({ maxFrameLength: 1000, lengthFieldLength: 2, initialBytesToStrip: 2 }),
    new LengthFieldPrepender({ lengthFieldLength: 2 }),
    session,
    {
      channelRead: (_ctx, message) => seen.messages.push(String(message)),
      userEventTriggered: (_ctx, event) => {
        if (event instanceof ResumeEvent) seen.events.push(describe(event));
      },
    },
  ];
}

function describe(event: ResumeEvent<Buffer>): string {
  if (event.type === 'resumed') return `resumed ${event.replayed}`;
  if (event.error === undefined) return event.type;
  const { reason, unacknowledged, unsent } = event.error;
  return `failed ${reason} [${unacknowledged.map(String).join()}] ${unsent} unsent`;
}

/** A client and a server with virtual time. */
export class World {
  readonly loop: EmbeddedEventLoop = new EmbeddedEventLoop();
  readonly session: ClientResumeSession<Buffer>;
  store: ResumeStore<Buffer>;
  readonly atClient: Seen = { messages: [], events: [] };
  readonly atServer: Seen = { messages: [], events: [] };
  /** Events of the session, and of the store, whether there was a channel or not. */
  readonly ofSession: string[] = [];
  readonly ofStore: string[] = [];
  readonly wires: Wire[] = [];
  readonly #storeOptions: ResumeStoreOptions<Buffer, Buffer>;

  constructor(
    options: Partial<ResumeStoreOptions<Buffer, Buffer>> = {},
    ofServer: Partial<ResumeStoreOptions<Buffer, Buffer>> = options,
  ) {
    this.loop.freezeTime();
    const common = { codec: binaryResumeCodec, eventLoop: this.loop };
    this.session = new ClientResumeSession({ ...common, ...options });
    this.#storeOptions = { ...common, ...ofServer };
    this.store = this.startServerAnew();
    this.session.on('session', (event) => this.ofSession.push(describe(event)));
  }

  /** It knows no session. */
  startServerAnew(): ResumeStore<Buffer> {
    this.store = new ResumeStore(this.#storeOptions);
    this.store.on('session', (event) => this.ofStore.push(describe(event)));
    return this.store;
  }

  /** The server's end, there being only one. */
  get serverSession(): ResumeSession<Buffer> {
    return [...this.store.sessions()][0] as ResumeSession<Buffer>;
  }
  /** The latest connection. */
  get wire(): Wire {
    return this.wires.at(-1) as Wire;
  }

  connect(): Wire {
    const wire = new Wire(this);
    this.wires.push(wire);
    return wire;
  }

  /** Connects and agrees on the session. */
  online(): Wire {
    const wire = this.connect();
    wire.settle();
    return wire;
  }

  elapse(ms: number): void {
    const end = this.loop.now + ms;
    const run = () => {
      this.loop.runScheduledTasks();
      for (const { client, server } of this.wires) {
        client.runPendingTasks();
        server.runPendingTasks();
      }
    };
    while (this.loop.now < end) {
      this.loop.advanceTimeBy(Math.min(1, end - this.loop.now));
      run();
    }
  }
}

/** Ignores what becomes of a `send`; its failure is seen elsewhere. */
export function quietly(promise: Promise<unknown>): void {
  promise.catch(() => {});
}
