import type { Buffer } from 'node:buffer';
import type { ByteSource, ChannelHandlerContext } from '@sluice/core';
import type { MessageList } from '../base/MessageList.js';
import { MessageToMessageDecoder } from '../base/MessageToMessageDecoder.js';
import { asBuffer, isBytes } from '../bytes/asBuffer.js';

/** What makes a message of its bytes: a class that protobufjs or ts-proto generated has it. */
export interface ProtobufReader<T> {
  /** Throws what it likes for bytes that are no such message. */
  decode(bytes: Uint8Array): T;
}

/**
 * Turns each frame into a message by a type of your Protocol Buffers library, of which this package has none:
 *
 * ```ts
 * new ProtobufDecoder(Order);                                             // protobufjs, ts-proto
 * new ProtobufDecoder({ decode: (bytes) => fromBinary(OrderSchema, bytes) }); // @bufbuild/protobuf
 * ```
 *
 * Put it behind a frame decoder (`ProtobufVarint32FrameDecoder`). Messages that are not bytes pass untouched. Sharable.
 * Netty: ProtobufDecoder.
 */
export class ProtobufDecoder<T> extends MessageToMessageDecoder<ByteSource, T> {
  readonly #type: ProtobufReader<T>;

  /** `type` makes a message of its bytes. */
  constructor(type: ProtobufReader<T>) {
    super(isBytes);
    this.#type = type;
  }

  override get isSharable(): true {
    return true;
  }

  protected override decode(
    _ctx: ChannelHandlerContext<T, never>,
    message: ByteSource,
    out: MessageList<T>,
  ): void {
    out.push(this.#type.decode(asBuffer(message) as Buffer));
  }
}
