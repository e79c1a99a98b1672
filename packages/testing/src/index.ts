/**
 * For testing handlers, beside the `EmbeddedChannel` of `@sluice/core`: {@link verifyDecoder} and {@link verifyCodec},
 * {@link RecordingHandler}, {@link ContractHandler}, {@link channelPair}, {@link duplexPair} and {@link FaultProxy}.
 *
 * @module @sluice/testing
 */

export { ContractHandler, type ContractHandlerOptions } from './contract/ContractHandler.js';
export {
  type ContractViolationDetails,
  ContractViolationException,
} from './contract/ContractViolationException.js';
export type { ContractRule } from './contract/rules.js';
export {
  type DecoderFault,
  type DecoderVerificationDetails,
  DecoderVerificationException,
} from './decoder/DecoderVerificationException.js';
export { type CodecVerification, verifyCodec } from './decoder/verifyCodec.js';
export {
  type DecoderExample,
  type DecoderVerification,
  type VerifyOptions,
  verifyDecoder,
} from './decoder/verifyDecoder.js';
export type {
  ConnectionFault,
  FaultControls,
  FaultDirection,
  FaultTransform,
} from './fault/FaultControls.js';
export { FaultProxy, type FaultProxyEvents, type FaultProxyOptions } from './fault/FaultProxy.js';
export type { ProxyConnection, ProxyConnectionEvents } from './fault/ProxyConnection.js';
export {
  type RecordedEvent,
  type RecordedName,
  RecordingHandler,
} from './RecordingHandler.js';
export { channelPair } from './stream/channelPair.js';
export { type DuplexPairOptions, duplexPair } from './stream/duplexPair.js';
