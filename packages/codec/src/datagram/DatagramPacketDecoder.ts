import {
  type ByteSource,
  type ChannelHandlerContext,
  ChannelInboundHandlerAdapter,
  DatagramPacket,
  type HandlerTypes,
  type Pass,
  type Select,
} from '@sluice/core';
import { MessageToMessageDecoder } from '../base/MessageToMessageDecoder.js';
import { forward } from './forward.js';

/**
 * Lets a decoder of bytes decode the content of datagrams: `new DatagramPacketDecoder(new StringDecoder())`. What it
 * makes is handed on without the addresses; packets whose content the decoder does not take pass untouched. Sharable if
 * the decoder is. Netty: DatagramPacketDecoder.
 */
export class DatagramPacketDecoder<T> extends ChannelInboundHandlerAdapter<
  DatagramPacket<ByteSource>,
  T,
  never,
  HandlerTypes<Select<DatagramPacket<ByteSource>, T>, Pass, never>
> {
  readonly #decoder: MessageToMessageDecoder<ByteSource, T>;

  /** `decoder` gets the content of each packet. */
  constructor(decoder: MessageToMessageDecoder<ByteSource, T>) {
    super();
    this.#decoder = decoder;
    forward(this, decoder, MessageToMessageDecoder.prototype, INBOUND);
  }

  override get isSharable(): boolean {
    return this.#decoder.isSharable;
  }

  override channelRead(ctx: ChannelHandlerContext<T, never>, message: unknown): unknown {
    if (message instanceof DatagramPacket && this.#decoder.acceptInboundMessage(message.content)) {
      return this.#decoder.channelRead(ctx, message.content);
    }
    (ctx as ChannelHandlerContext).fireChannelRead(message);
    return undefined;
  }

  /** The decoder knows whether it has made a message. */
  override channelReadComplete(ctx: ChannelHandlerContext<T, never>): unknown {
    return this.#decoder.channelReadComplete(ctx);
  }
}

const INBOUND = [
  'handlerAdded',
  'handlerRemoved',
  'channelRegistered',
  'channelUnregistered',
  'channelActive',
  'channelInactive',
  'userEventTriggered',
  'channelWritabilityChanged',
  'exceptionCaught',
] as const;
