/** Every error has a code that is a string, and is what its base classes are. */
import {
  CodecException,
  CorruptedFrameException,
  DecoderException,
  EncoderException,
  MessageAggregationException,
  PrematureChannelClosureException,
  TooLongFrameException,
} from '@sluice/codec';
import {
  AcquireTimeoutException,
  BindException,
  CancellationException,
  type Channel,
  type ChannelException,
  ChannelGroupException,
  ChannelOutputShutdownException,
  ChannelPipelineException,
  ClosedChannelException,
  ConfigException,
  ConnectException,
  ConnectTimeoutException,
  IllegalStateException,
  type invalidArgType,
  type invalidArgValue,
  type isPlainDisconnect,
  type isStackOverflow,
  NoSuchHandlerException,
  NotYetConnectedException,
  type outOfRange,
  PipelineDepthException,
  ReadOnlyBufferException,
  RejectedExecutionException,
  registerError,
  type registeredErrors,
  SluiceError,
  UnsupportedMessageTypeException,
  UnsupportedOperationException,
} from '@sluice/core';
import {
  HeartbeatTimeoutException,
  HeartbeatWriteException,
  ReadTimeoutException,
  ReconnectFailedException,
  TimeoutException,
  WriteTimeoutException,
} from '@sluice/handlers';
import { ContractViolationException, DecoderVerificationException } from '@sluice/testing';
import { assertType, type Equal } from '../support/assertType.js';

assertType<Equal<SluiceError['code'], string>>();
assertType<Equal<SluiceError['name'], string>>();

type MadeOfText = new (message: string, options?: { cause?: unknown }) => SluiceError;

export const errors: readonly MadeOfText[] = [
  CancellationException,
  ConfigException,
  IllegalStateException,
  RejectedExecutionException,
  ReadOnlyBufferException,
  CodecException,
];
export const ofChannels: readonly (new (message: string) => ChannelException)[] = [
  AcquireTimeoutException,
  BindException,
  ChannelOutputShutdownException,
  ChannelPipelineException,
  ClosedChannelException,
  ConnectException,
  NotYetConnectedException,
  HeartbeatWriteException,
  ReconnectFailedException,
  TimeoutException,
];
export const ofCodecs: readonly (new (message: string) => CodecException)[] = [
  DecoderException,
  EncoderException,
  PrematureChannelClosureException,
];
export const ofDecoders: readonly (new (message: string) => DecoderException)[] = [
  CorruptedFrameException,
  TooLongFrameException,
];
export const ofTimeouts: readonly (new (message: string) => TimeoutException)[] = [
  HeartbeatTimeoutException,
  ReadTimeoutException,
  WriteTimeoutException,
];
export const others: readonly (new (message: string) => SluiceError)[] = [
  MessageAggregationException,
  ConnectTimeoutException,
  NoSuchHandlerException,
  PipelineDepthException,
  UnsupportedMessageTypeException,
  UnsupportedOperationException,
];
export const ofTests: readonly object[] = [ContractViolationException, DecoderVerificationException];

const partly = new ChannelGroupException([], 0);
for (const [channel, cause] of partly) {
  assertType<Equal<typeof channel, Channel>>();
  assertType<Equal<typeof cause, Error>>();
}

// What stands in for the JDK's argument errors is JavaScript's own, with a code.
assertType<Equal<ReturnType<typeof outOfRange>, RangeError & { readonly code: string }>>();
assertType<Equal<ReturnType<typeof invalidArgType>, TypeError & { readonly code: string }>>();
assertType<Equal<ReturnType<typeof invalidArgValue>, TypeError & { readonly code: string }>>();

/** An error of one's own. */
export class QuotaException extends SluiceError {
  static {
    registerError(this, 'QuotaException', 'ERR_QUOTA');
  }
}
assertType<Equal<ReturnType<typeof registeredErrors>, ReadonlyMap<string, string>>>();
assertType<Equal<ReturnType<typeof isPlainDisconnect>, boolean>>();
assertType<Equal<Parameters<typeof isStackOverflow>, [error: unknown]>>();
