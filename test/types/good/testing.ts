/** What helps to test handlers. */
import type { Duplex } from 'node:stream';
import { LineBasedFrameDecoder, StringDecoder, StringEncoder } from '@sluice/codec';
import { EmbeddedChannel, pipeline, type StreamChannel } from '@sluice/core';
import {
  type CodecVerification,
  ContractHandler,
  type ContractHandlerOptions,
  type ContractRule,
  type ContractViolationDetails,
  type ContractViolationException,
  channelPair,
  type DecoderExample,
  type DecoderFault,
  type DecoderVerification,
  type DecoderVerificationDetails,
  type DecoderVerificationException,
  type DuplexPairOptions,
  type duplexPair,
  type RecordedEvent,
  type RecordedName,
  RecordingHandler,
  type VerifyOptions,
  verifyCodec,
  verifyDecoder,
} from '@sluice/testing';
import { assertType, type Equal } from '../support/assertType.js';

// ---- decoders ---------------------------------------------------------------------------------------------------------

const how: VerifyOptions<string> = {
  equals(actual, expected) {
    assertType<Equal<typeof actual, string>>();
    return actual === expected;
  },
  seed: 1,
};
const examples: readonly DecoderExample<string>[] = [{ bytes: Buffer.from('a\n'), messages: ['a'] }];
const verification: DecoderVerification<string> = {
  ...how,
  decoder: () => [new LineBasedFrameDecoder({ maxLength: 80 }), new StringDecoder()],
  examples,
};
verifyDecoder(verification);
// The type of the messages is that of the examples.
verifyDecoder({
  decoder: () => new LineBasedFrameDecoder({ maxLength: 80 }),
  examples: [{ bytes: Buffer.from('a\n'), messages: [1] }],
  equals(actual, expected) {
    assertType<Equal<typeof expected, number>>();
    return actual === expected;
  },
});
const both: CodecVerification<string> = {
  codec: () => [new StringDecoder(), new StringEncoder()],
  messages: ['a', 'b'],
};
verifyCodec(both);
export function explain(error: DecoderVerificationException): string {
  assertType<Equal<typeof error.fault, DecoderFault>>();
  assertType<Equal<typeof error.pieces, readonly Uint8Array[]>>();
  return error.delivery;
}
export type Found = DecoderVerificationDetails['what'];

// ---- handlers -----------------------------------------------------------------------------------------------------------

const recorder = new RecordingHandler();
assertType<Equal<ReturnType<typeof recorder.take>, RecordedEvent[]>>();
export const names: readonly RecordedName[] = recorder.names;
const options: ContractHandlerOptions = { mode: 'collect', ignore: ['write-flushed'] };
const contract = new ContractHandler(options);
assertType<Equal<typeof contract.violations, readonly ContractViolationException[]>>();
assertType<Equal<ContractViolationException['rule'], ContractRule>>();
export type Violated = ContractViolationDetails['event'];
// Both fit into a typed pipeline wherever they are put; the contract is checked without touching a message.
export const checked = pipeline<'up', 'down'>()
  .addLast(() => new ContractHandler())
  .build((tail) => {
    assertType<Equal<ReturnType<typeof tail.inbound>, AsyncIterableIterator<'up'>>>();
  });
new EmbeddedChannel(contract, recorder).finish();

// ---- pairs --------------------------------------------------------------------------------------------------------------

const chunks: DuplexPairOptions = { chunkSize: 1 };
assertType<Equal<ReturnType<typeof duplexPair>, [Duplex, Duplex]>>();
export const [left, right] = channelPair(
  (channel) => {
    assertType<Equal<typeof channel, StreamChannel>>();
  },
  recorder,
  chunks,
);
assertType<Equal<typeof left, StreamChannel>>();
