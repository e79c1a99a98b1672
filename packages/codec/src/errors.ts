import { IllegalStateException, isStackOverflow, registerError, SluiceError } from '@sluice/core';

/** A codec could not do its work. Netty: CodecException. */
export class CodecException extends SluiceError {
  static {
    registerError(this, 'CodecException', 'ERR_CODEC');
  }
}

/** Bytes or messages that came in could not be decoded. `cause` is what the decoder threw. Netty: DecoderException. */
export class DecoderException extends CodecException {
  static {
    registerError(this, 'DecoderException', 'ERR_DECODER');
  }
}

/** A message that goes out could not be encoded. `cause` is what the encoder threw. Netty: EncoderException. */
export class EncoderException extends CodecException {
  static {
    registerError(this, 'EncoderException', 'ERR_ENCODER');
  }
}

/** The bytes break the rules of the framing. Netty: CorruptedFrameException. */
export class CorruptedFrameException extends DecoderException {
  static {
    registerError(this, 'CorruptedFrameException', 'ERR_CORRUPTED_FRAME');
  }
}

/** A frame is longer than allowed; it is discarded. Netty: TooLongFrameException. */
export class TooLongFrameException extends DecoderException {
  static {
    registerError(this, 'TooLongFrameException', 'ERR_TOO_LONG_FRAME');
  }
}

/** The channel was closed while a message was still incomplete. Netty: PrematureChannelClosureException. */
export class PrematureChannelClosureException extends CodecException {
  static {
    registerError(this, 'PrematureChannelClosureException', 'ERR_PREMATURE_CHANNEL_CLOSURE');
  }
}

/** Parts of messages came in an order that makes no whole messages. Netty: MessageAggregationException. */
export class MessageAggregationException extends IllegalStateException {
  static {
    registerError(this, 'MessageAggregationException', 'ERR_MESSAGE_AGGREGATION');
  }
}

/**
 * What a decoder threw, as a `DecoderException`; one that is one already stays as it is, and so does a stack overflow: the
 * pipeline closes a channel whose events nest too deep, and wrapping the error would hide it.
 */
export function asDecoderException(thrown: unknown): Error {
  if (thrown instanceof DecoderException || isStackOverflow(thrown)) return thrown as Error;
  return new DecoderException(String(thrown), { cause: thrown });
}

/** What an encoder threw, as an `EncoderException`; one that is one already stays as it is. */
export function asEncoderException(thrown: unknown): Error {
  if (thrown instanceof EncoderException || isStackOverflow(thrown)) return thrown as Error;
  return new EncoderException(String(thrown), { cause: thrown });
}
