import type { Buffer } from 'node:buffer';
import { type ByteSource, type ChannelHandlerContext, DatagramPacket } from '@sluice/core';
import { acquireList, type MessageList, releaseList } from '../base/MessageList.js';
import { MessageToMessageEncoder } from '../base/MessageToMessageEncoder.js';
import { refusePromise } from '../base/refusePromise.js';
import { asBuffer } from '../bytes/asBuffer.js';
import { EncoderException } from '../errors.js';
import { forward } from './forward.js';

/** What this file needs of an encoder beside its public side. */
interface Encoding<M> {
  encode(ctx: unknown, message: M, out: MessageList<unknown>): unknown;
}

/**
 * Lets an encoder to bytes encode the content of datagrams: `new DatagramPacketEncoder(new StringEncoder())` takes a
 * `DatagramPacket<string>`. The addresses stay. The encoder must make exactly one message, of bytes, else the write fails
 * with an `EncoderException`. Packets whose content it does not take pass untouched. Sharable if the encoder is.
 * Netty: DatagramPacketEncoder.
 */
export class DatagramPacketEncoder<M> extends MessageToMessageEncoder<
  DatagramPacket<M>,
  DatagramPacket<Buffer>
> {
  readonly #encoder: MessageToMessageEncoder<M, ByteSource>;

  /** `encoder` makes the content of each packet. */
  constructor(encoder: MessageToMessageEncoder<M, ByteSource>) {
    super(DatagramPacket);
    this.#encoder = encoder;
    forward(this, encoder, MessageToMessageEncoder.prototype, OUTBOUND);
  }

  override get isSharable(): boolean {
    return this.#encoder.isSharable;
  }
  protected override get codecName(): string {
    return this.#encoder.constructor.name;
  }

  override acceptOutboundMessage(message: unknown): message is DatagramPacket<M> {
    return super.acceptOutboundMessage(message) && this.#encoder.acceptOutboundMessage(message.content);
  }

  protected override encode(
    ctx: ChannelHandlerContext<never, DatagramPacket<Buffer>>,
    packet: DatagramPacket<M>,
    out: MessageList<DatagramPacket<Buffer>>,
  ): void {
    // A list of its own: what the encoder made must not be written without an address when it throws.
    const made = acquireList<unknown>();
    try {
      const result = (this.#encoder as unknown as Encoding<M>).encode(ctx, packet.content, made);
      refusePromise(this.codecName, 'encode', result);
      const bytes = made.size === 1 ? asBuffer(made.shift()) : this.#refuse('one message', made.size);
      out.push(packet.replace(bytes ?? this.#refuse('bytes', 'another message')));
    } finally {
      releaseList(made as MessageList<never>);
    }
  }

  #refuse(expected: string, made: number | string): never {
    throw new EncoderException(
      `${this.codecName} must produce only ${expected}. It made ${made} of the content of a datagram.`,
    );
  }
}

const OUTBOUND = [
  'handlerAdded',
  'handlerRemoved',
  'bind',
  'connect',
  'disconnect',
  'close',
  'deregister',
  'read',
  'flush',
  'exceptionCaught',
] as const;
