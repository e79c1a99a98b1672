/**
 * Cuts streams of bytes into messages, and turns messages into bytes.
 *
 * Ready frame decoders: {@link LengthFieldBasedFrameDecoder} and its neighbours. To write one: {@link FrameDecoder} or
 * {@link ByteToMessageDecoder}, with {@link MessageToByteEncoder} for the other direction.
 *
 * @module @sluice/codec
 */

export { ByteToMessageCodec } from './base/ByteToMessageCodec.js';
export { ByteToMessageDecoder } from './base/ByteToMessageDecoder.js';
export { DecoderResult, type DecoderResultProvider } from './base/DecoderResult.js';
export { MessageAggregator, type MessageAggregatorOptions } from './base/MessageAggregator.js';
export type { MessageList } from './base/MessageList.js';
export { MessageToByteEncoder } from './base/MessageToByteEncoder.js';
export { MessageToMessageCodec } from './base/MessageToMessageCodec.js';
export { MessageToMessageDecoder } from './base/MessageToMessageDecoder.js';
export { MessageToMessageEncoder } from './base/MessageToMessageEncoder.js';
export { ProtocolDetectionResult } from './base/ProtocolDetectionResult.js';
export { type Base64EncodeOptions, decodeBase64, encodeBase64 } from './base64/Base64.js';
export { Base64Decoder, type Base64DecoderOptions } from './base64/Base64Decoder.js';
export { Base64Dialect } from './base64/Base64Dialect.js';
export { Base64Encoder } from './base64/Base64Encoder.js';
export { ByteArrayDecoder } from './bytes/ByteArrayDecoder.js';
export { ByteArrayEncoder } from './bytes/ByteArrayEncoder.js';
export { DatagramPacketDecoder } from './datagram/DatagramPacketDecoder.js';
export { DatagramPacketEncoder } from './datagram/DatagramPacketEncoder.js';
export {
  CodecException,
  CorruptedFrameException,
  DecoderException,
  EncoderException,
  MessageAggregationException,
  PrematureChannelClosureException,
  TooLongFrameException,
} from './errors.js';
export {
  DelimiterBasedFrameDecoder,
  type DelimiterBasedFrameDecoderOptions,
} from './frame/DelimiterBasedFrameDecoder.js';
export { Delimiters } from './frame/Delimiters.js';
export {
  FixedLengthFrameDecoder,
  type FixedLengthFrameDecoderOptions,
} from './frame/FixedLengthFrameDecoder.js';
export { FrameDecoder } from './frame/FrameDecoder.js';
export { FrameReader, frames } from './frame/FrameReader.js';
export type { FrameStep } from './frame/FrameStep.js';
export { GeneratorDecoder, type GeneratorDecoderOptions } from './frame/GeneratorDecoder.js';
export {
  LengthFieldBasedFrameDecoder,
  type LengthFieldBasedFrameDecoderOptions,
} from './frame/LengthFieldBasedFrameDecoder.js';
export { LengthFieldPrepender, type LengthFieldPrependerOptions } from './frame/LengthFieldPrepender.js';
export { LineBasedFrameDecoder, type LineBasedFrameDecoderOptions } from './frame/LineBasedFrameDecoder.js';
export type { ByteOrder, LengthFieldWidth } from './frame/lengthField.js';
export { JsonObjectDecoder, type JsonObjectDecoderOptions } from './json/JsonObjectDecoder.js';
export { ProtobufDecoder, type ProtobufReader } from './protobuf/ProtobufDecoder.js';
export { ProtobufEncoder, type ProtobufWriter } from './protobuf/ProtobufEncoder.js';
export {
  ProtobufVarint32FrameDecoder,
  type ProtobufVarint32FrameDecoderOptions,
} from './protobuf/ProtobufVarint32FrameDecoder.js';
export { ProtobufVarint32LengthFieldPrepender } from './protobuf/ProtobufVarint32LengthFieldPrepender.js';
export { type Charset, type CharsetName, charsetOf } from './string/Charset.js';
export { LineEncoder, type LineEncoderOptions } from './string/LineEncoder.js';
export { LineSeparator } from './string/LineSeparator.js';
export { StringDecoder, type StringDecoderOptions } from './string/StringDecoder.js';
export { StringEncoder, type StringEncoderOptions } from './string/StringEncoder.js';
