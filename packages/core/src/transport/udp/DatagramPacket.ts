import { ByteBuf } from '../../buffer/ByteBuf.js';
import { formatAddress, type InetSocketAddress } from '../../channel/SocketAddress.js';

/**
 * A UDP datagram with its addresses. What a `DatagramChannel` reads has a `Buffer` as content, `sender` and
 * `recipient` (the channel's own address); what it writes needs bytes as content and, unless the channel is connected, a
 * `recipient`. Handlers in between may carry other content. Netty: DatagramPacket, AddressedEnvelope.
 */
export class DatagramPacket<C = Buffer> {
  /** What it carries. */
  readonly content: C;
  /** Where it goes or went. */
  readonly recipient: InetSocketAddress | null;
  /** Where it came from. */
  readonly sender: InetSocketAddress | null;

  /** A packet to send needs a `recipient` unless the channel is connected. */
  constructor(
    content: C,
    recipient: InetSocketAddress | null = null,
    sender: InetSocketAddress | null = null,
  ) {
    this.content = content;
    this.recipient = recipient;
    this.sender = sender;
  }

  /** The same addresses with other content. Netty: DatagramPacket.replace. */
  replace<D>(content: D): DatagramPacket<D> {
    return new DatagramPacket(content, this.recipient, this.sender);
  }

  /** A packet whose `ByteBuf` has indexes of its own; other content is shared. Netty: DatagramPacket.duplicate. */
  duplicate(): DatagramPacket<C> {
    const content: unknown = this.content;
    return this.replace((content instanceof ByteBuf ? content.duplicate() : content) as C);
  }

  /** For logs. */
  toString(): string {
    const sender = this.sender === null ? '' : `${formatAddress(this.sender)} `;
    const recipient = this.recipient === null ? '' : ` ${formatAddress(this.recipient)}`;
    return `${this.constructor.name}(${sender}=>${recipient}, ${String(this.content)})`;
  }
}
