import type { Socket } from 'node:dgram';
import { ByteBuf } from '../../buffer/ByteBuf.js';
import { NotYetConnectedException } from '../../channel/errors.js';
import { FramedMessage } from '../../channel/FramedMessage.js';
import type { OutboundBuffer, OutboundEntry } from '../../channel/OutboundBuffer.js';
import { formatAddress, type InetSocketAddress } from '../../channel/SocketAddress.js';
import { IllegalStateException } from '../../util/errors.js';
import { DatagramPacket } from './DatagramPacket.js';

/** Datagrams that the runtime may hold. The rest waits in the outbound buffer, where the water marks see it. */
const MAX_IN_FLIGHT = 256;

/** What a datagram can be made of. */
type Bytes = Uint8Array | ByteBuf | FramedMessage;

/** Who sends, and to whom. */
export interface SenderHost {
  /** `null` when the channel is closed. */
  readonly socket: Socket | null;
  /** Where the socket is connected to. */
  readonly remoteAddress: InetSocketAddress | null;
  /** The address as it was given to `connect`, before a name was resolved. */
  readonly requestedAddress: InetSocketAddress | null;
  /** There is room for more. */
  resume(): void;
}

/** Sends flushed datagrams; each has an outcome of its own, and one that fails does not concern the others. */
export class DatagramSender {
  readonly #host: SenderHost;
  #buffer: OutboundBuffer | null = null;
  #inFlight = 0;
  #last: OutboundEntry | null = null;
  /** Number of the first datagram in flight, and the outcomes from there on: `undefined` while not known. */
  #base = 0;
  readonly #outcomes: (Error | null | undefined)[] = [];

  constructor(host: SenderHost) {
    this.#host = host;
  }

  write(buffer: OutboundBuffer): void {
    this.#buffer = buffer;
    while (this.#inFlight < MAX_IN_FLIGHT && this.#inFlight < buffer.size) {
      const socket = this.#host.socket;
      if (socket === null) return;
      const entry = (this.#inFlight === 0 ? buffer.first : this.#last?.entryNext) as OutboundEntry;
      const number = this.#base + this.#inFlight++;
      this.#last = entry;
      this.#outcomes.push(undefined);
      // A cancelled write leaves an entry with nothing to send.
      if (entry.isCancelled) this.#settle(number, null);
      else this.#send(socket, entry.entryMessage as DatagramPacket<Bytes> | Bytes, number);
    }
  }

  #send(socket: Socket, message: DatagramPacket<Bytes> | Bytes, number: number): void {
    // Node needs a callback for each datagram to tell its outcome; they may overtake each other.
    const sent = (error: Error | null): void => {
      this.#settle(number, error);
      if (this.#inFlight < MAX_IN_FLIGHT) this.#host.resume();
    };
    try {
      const packet = message instanceof DatagramPacket ? message : null;
      const recipient = this.#recipient(packet?.recipient ?? null);
      const bytes = chunks(packet === null ? (message as Bytes) : packet.content);
      if (recipient === null) socket.send(bytes, sent);
      else socket.send(bytes, recipient.port, recipient.host, sent);
    } catch (error) {
      this.#settle(number, error as Error);
    }
  }

  /** Where to send; `null` for "where the socket is connected to". */
  #recipient(recipient: InetSocketAddress | null): InetSocketAddress | null {
    const { remoteAddress, requestedAddress } = this.#host;
    if (remoteAddress === null) {
      if (recipient !== null) return recipient;
      throw new NotYetConnectedException(
        'The message has no recipient, and the channel is not connected: write a DatagramPacket with one, or connect.',
      );
    }
    if (recipient === null || same(recipient, remoteAddress) || same(recipient, requestedAddress))
      return null;
    throw new IllegalStateException(
      `A channel connected to ${formatAddress(remoteAddress)} cannot send to ${formatAddress(recipient)}: ` +
        'disconnect first, or use another channel.',
    );
  }

  /** Promises are completed in the order of the writes. */
  #settle(number: number, outcome: Error | null): void {
    const outcomes = this.#outcomes;
    outcomes[number - this.#base] = outcome;
    for (let first = outcomes[0]; first !== undefined; first = outcomes[0]) {
      outcomes.shift();
      this.#base++;
      if (--this.#inFlight === 0) this.#last = null;
      if (first === null) this.#buffer?.remove();
      else this.#buffer?.removeFailed(first);
    }
  }
}

function chunks(content: Bytes): Uint8Array | Uint8Array[] {
  if (content instanceof ByteBuf) return content.toBuffer();
  if (content instanceof FramedMessage) return [content.header(), content.payload];
  return content;
}

function same(a: InetSocketAddress, b: InetSocketAddress | null): boolean {
  return b !== null && a.port === b.port && a.host === b.host;
}
