import { Bootstrap, type Channel, ChannelOption, ServerBootstrap, WriteBufferWaterMark } from '@sluice/core';
import { IdleStateHandler } from '@sluice/handlers';
import { Exchange } from './Exchange.js';
import { type FramingName, framings } from './framings.js';
import { Messages } from './Messages.js';
import type { PeerResult } from './PeerResult.js';
import { asTheyCome, RandomPieces, type WireCounts } from './wire.js';

const HOST = '127.0.0.1';
/** Long enough never to be reached while messages are under way. */
const RUN_IDLE = 10_000;
/** Less than the largest piece, so that every run has to wait until it may go on writing. */
const WATER_MARK = new WriteBufferWaterMark(8 * 1024, 16 * 1024);

/** What both sides of a run agree on. */
export interface RunOptions {
  readonly framing: FramingName;
  readonly ownSeed: number;
  readonly peerSeed: number;
  /** Messages of each direction. */
  readonly count: number;
  /** Most bytes of each direction. */
  readonly maxBytes: number;
}

/** How the Sluice side treats its bytes: cut at random, or as the framework moves them. */
export type Pieces = 'random' | 'natural';

/** The Sluice side of a conversation: one connection, as server or client. */
export class SluicePeer {
  readonly #exchange: Exchange;
  readonly #counts: WireCounts = { piecesSent: 0, piecesRead: 0, reads: 0 };
  readonly #options: RunOptions;
  readonly #pieces: Pieces;
  readonly #open: Channel[] = [];

  constructor(client: boolean, options: RunOptions, pieces: Pieces) {
    const { ownSeed, peerSeed, count, maxBytes } = options;
    const framing = framings[options.framing];
    const lines = framing.lines;
    this.#options = options;
    this.#pieces = pieces;
    this.#exchange = new Exchange({
      client,
      framing,
      count,
      own: new Messages({ seed: ownSeed, count, maxBytes, lines }),
      expected: new Messages({ seed: peerSeed, count, maxBytes, lines }),
    });
  }

  /** Waits for one client on a free port, which it returns. */
  async listen(): Promise<number> {
    const server = await new ServerBootstrap()
      .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
      .childHandler((channel) => this.#fill(channel))
      .bind({ host: HOST, port: 0 });
    this.#open.push(server);
    return (server.localAddress as { port: number }).port;
  }

  async connect(port: number): Promise<void> {
    await new Bootstrap()
      .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
      .handler((channel) => this.#fill(channel))
      .connect({ host: HOST, port });
  }

  #fill(channel: Channel): void {
    this.#open.push(channel);
    const random = this.#pieces === 'random';
    // Watching writes would make it an outbound handler between the encoder and the socket.
    const idle = random
      ? { readerIdle: RUN_IDLE, writerIdle: RUN_IDLE, allIdle: RUN_IDLE }
      : { readerIdle: RUN_IDLE };
    channel.pipeline
      .addLast('idle', new IdleStateHandler(idle))
      .addLast(random ? new RandomPieces(this.#options.ownSeed, this.#counts) : asTheyCome(this.#counts))
      .addLast(...framings[this.#options.framing].handlers())
      .addLast(this.#exchange);
  }

  /** Once the connection is closed; after `patience` ms without that, how far it came. */
  async result(patience: number): Promise<PeerResult> {
    let timer: NodeJS.Timeout | undefined;
    const impatient = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience);
    });
    await Promise.race([this.#exchange.finished, impatient]);
    clearTimeout(timer);
    return this.#exchange.result(this.#counts);
  }

  /** Closes whatever is open. */
  async close(): Promise<void> {
    await Promise.all(this.#open.map((channel) => channel.close()));
  }
}
