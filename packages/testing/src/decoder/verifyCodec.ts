import { types } from 'node:util';
import { type AnyChannelHandler, ByteBuf, EmbeddedChannel, invalidArgType } from '@sluice/core';
import { describeValue } from '../describeValue.js';
import { type DecoderExample, type VerifyOptions, verifyDecoder } from './verifyDecoder.js';

/** What {@link verifyCodec} verifies. */
export interface CodecVerification<T = unknown> extends VerifyOptions<T> {
  /** Makes the handlers that turn messages into bytes and back; new ones for each call. */
  readonly codec: () => AnyChannelHandler | readonly AnyChannelHandler[];
  /** They are encoded, one after the other, and have to come back. */
  readonly messages: readonly T[];
}

/**
 * Encodes messages, and verifies that decoding gives them back in whatever way the bytes arrive: see `verifyDecoder`.
 *
 * ```ts
 * verifyCodec({ codec: () => [new Framing(), new JsonCodec()], messages: [{ a: 1 }, [], 'text'] });
 * ```
 *
 * @throws DecoderVerificationException for the first way of delivery that gives something else
 * @throws TypeError `ERR_INVALID_ARG_TYPE` if something other than bytes comes out of the encoding
 * @throws what the encoder throws
 */
export function verifyCodec<T>({ codec, messages, ...options }: CodecVerification<T>): void {
  const made = codec();
  const channel = new EmbeddedChannel({ handlers: Array.isArray(made) ? made : [made] });
  const examples = messages.map((message): DecoderExample<T> => {
    channel.writeOutbound(message);
    return { bytes: Buffer.concat(channel.outboundMessages.splice(0).map(bytesOf)), messages: [message] };
  });
  channel.finishAndReleaseAll();
  verifyDecoder({ ...options, decoder: codec, examples });
}

function bytesOf(message: unknown): Uint8Array {
  if (ByteBuf.isByteBuf(message)) return message.toBuffer();
  if (types.isUint8Array(message)) return message;
  throw invalidArgType(
    `The codec must encode to bytes, but ${describeValue(message)} came out: is the encoder missing that makes bytes of it?`,
  );
}
