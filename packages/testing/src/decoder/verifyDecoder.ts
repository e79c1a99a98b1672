import { type AnyChannelHandler, ByteBuf, type ByteSource, invalidArgValue } from '@sluice/core';
import { Random } from '../random.js';
import { DecoderTrial, sameMessage } from './DecoderTrial.js';
import { deliveries } from './Delivery.js';
import { WINDOWS } from './windows.js';

/** Bytes and what they are decoded to. */
export interface DecoderExample<T = unknown> {
  /** One or more complete messages. */
  readonly bytes: ByteSource;
  /** What has to come of them, before any further byte arrives; may be nothing (a comment, a keep-alive). */
  readonly messages: readonly T[];
}

/** How a decoder is verified. */
export interface VerifyOptions<T = unknown> {
  /** Whether a message is the expected one. Default: deeply equal (`util.isDeepStrictEqual`). */
  readonly equals?: (actual: T, expected: T) => boolean;
  /**
   * What the end of the input in the middle of a message leads to: `'nothing'`, an `'error'`, or `'anything'`, a message
   * included. Default: nothing or an error.
   */
  readonly atEnd?: 'nothing' | 'error' | 'anything';
  /**
   * With `autoRead` off, a decoder has to ask for more when it made no message of what it got, and must not when it made
   * one. `false` leaves that out. Default true.
   */
  readonly readsOnDemand?: boolean;
  /**
   * A decoder that is removed hands on the bytes that it has not used, as every `ByteToMessageDecoder` does. Only for
   * one handler that cuts bytes into pieces without using up part of them. Default false: not checked.
   */
  readonly handsRestOn?: boolean;
  /** Pieces come only as `Buffer`, as sockets deliver them, never as other byte arrays and `ByteBuf`. Default false. */
  readonly buffersOnly?: boolean;
  /** Inputs of up to this many bytes are cut at every place, longer ones at their ends and at samples. Default 1024. */
  readonly exhaustive?: number;
  /** How many ways are drawn at random. Default 100. */
  readonly samples?: number;
  /** For what is drawn at random. Default 42. */
  readonly seed?: number;
}

/** What {@link verifyDecoder} verifies. */
export interface DecoderVerification<T = unknown> extends VerifyOptions<T> {
  /** Makes the decoder, or all handlers of the pipeline that turns bytes into messages; new ones for each call. */
  readonly decoder: () => AnyChannelHandler | readonly AnyChannelHandler[];
  /** They are put after each other; each may rely on those before it. */
  readonly examples: readonly DecoderExample<T>[];
}

/**
 * Feeds bytes to a decoder in every way they can arrive, and compares what it makes of them:
 *
 * ```ts
 * verifyDecoder({
 *   decoder: () => new TimeDecoder(),
 *   examples: [{ bytes: Buffer.from('0000018bcfe56800', 'hex'), messages: [new Date(1_700_000_000_000)] }],
 * });
 * ```
 *
 * All at once, one example at a time, byte by byte, with empty buffers between, cut into two at every place and into many
 * at random; as buffers of their own and as windows of larger ones that hold other bytes before and behind; with
 * `autoRead` on and off; cut short at every place, then closed; and, with `handsRestOn`, then removed. Each message must
 * come when its last byte has, be the expected one, and still be so at the end.
 *
 * @throws DecoderVerificationException for the first, and simplest, way that goes wrong
 * @throws TypeError `ERR_INVALID_ARG_VALUE` if there are no bytes, or `handsRestOn` is asked of several handlers
 */
export function verifyDecoder<T>(verification: DecoderVerification<T>): void {
  const { decoder, examples, equals, atEnd } = verification;
  const parts = examples.map(({ bytes }) => (ByteBuf.isByteBuf(bytes) ? bytes.toBuffer() : bytes));
  const stream = Buffer.concat(parts);
  if (stream.length === 0) throw invalidArgValue('examples: there are no bytes to decode');
  if (verification.handsRestOn === true) checkSingle(decoder());
  const task = {
    decoder,
    stream,
    messages: examples.flatMap(({ messages }) => messages),
    boundaries: sums(parts.map((part) => part.length)),
    due: sums(examples.map(({ messages }) => messages.length)),
    equals: equals ?? sameMessage,
    atEnd,
  };
  const ways = deliveries(stream.length, task.boundaries, {
    exhaustive: verification.exhaustive ?? 1024,
    samples: verification.samples ?? 100,
    random: new Random(verification.seed ?? 42),
    windows: verification.buffersOnly === true ? ['buffer', 'view'] : WINDOWS,
    autoReadOff: verification.readsOnDemand ?? true,
    removal: verification.handsRestOn ?? false,
  });
  for (const way of ways) new DecoderTrial(task, way).run();
}

function checkSingle(made: AnyChannelHandler | readonly AnyChannelHandler[]): void {
  if (!Array.isArray(made) || made.length === 1) return;
  throw invalidArgValue(
    `handsRestOn: the factory made ${made.length} handlers (expected: 1). The next handler takes what the removed one ` +
      'hands on; verify the one that cuts the bytes by itself.',
  );
}

function sums(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value));
}
