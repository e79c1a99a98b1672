/** What each codec takes and gives, and how one writes one's own. */
import {
  Base64Decoder,
  type Base64DecoderOptions,
  Base64Dialect,
  type Base64EncodeOptions,
  Base64Encoder,
  type ByteArrayDecoder,
  type ByteArrayEncoder,
  type ByteOrder,
  ByteToMessageCodec,
  ByteToMessageDecoder,
  type Charset,
  type CharsetName,
  charsetOf,
  DatagramPacketDecoder,
  DatagramPacketEncoder,
  DecoderResult,
  type DecoderResultProvider,
  DelimiterBasedFrameDecoder,
  type DelimiterBasedFrameDecoderOptions,
  Delimiters,
  decodeBase64,
  encodeBase64,
  FixedLengthFrameDecoder,
  type FixedLengthFrameDecoderOptions,
  FrameDecoder,
  FrameReader,
  type FrameStep,
  frames,
  GeneratorDecoder,
  type GeneratorDecoderOptions,
  JsonObjectDecoder,
  type JsonObjectDecoderOptions,
  LengthFieldBasedFrameDecoder,
  type LengthFieldBasedFrameDecoderOptions,
  LengthFieldPrepender,
  type LengthFieldPrependerOptions,
  type LengthFieldWidth,
  LineBasedFrameDecoder,
  type LineBasedFrameDecoderOptions,
  LineEncoder,
  type LineEncoderOptions,
  LineSeparator,
  MessageAggregator,
  type MessageAggregatorOptions,
  type MessageList,
  MessageToByteEncoder,
  MessageToMessageCodec,
  MessageToMessageDecoder,
  MessageToMessageEncoder,
  ProtobufDecoder,
  ProtobufEncoder,
  type ProtobufReader,
  ProtobufVarint32FrameDecoder,
  type ProtobufVarint32FrameDecoderOptions,
  ProtobufVarint32LengthFieldPrepender,
  type ProtobufWriter,
  ProtocolDetectionResult,
  StringDecoder,
  type StringDecoderOptions,
  StringEncoder,
  type StringEncoderOptions,
} from '@sluice/codec';
import {
  type ByteBuf,
  type ByteSource,
  type ChannelHandlerContext,
  DatagramPacket,
  type Flow,
  type HandlerTypes,
  type NextDown,
  type NextUp,
  type Pass,
  pipeline,
  type Select,
} from '@sluice/core';
import { assertType, type Equal } from '../support/assertType.js';

// ---- frames: bytes in, a Buffer out ---------------------------------------------------------------------------------

type Frames = HandlerTypes<Flow<ByteSource, Buffer>, Pass, never>;
assertType<Equal<DelimiterBasedFrameDecoder['~types'], Frames>>();
assertType<Equal<FixedLengthFrameDecoder['~types'], Frames>>();
assertType<Equal<JsonObjectDecoder['~types'], Frames>>();
assertType<Equal<LengthFieldBasedFrameDecoder['~types'], Frames>>();
assertType<Equal<LineBasedFrameDecoder['~types'], Frames>>();
assertType<Equal<ProtobufVarint32FrameDecoder['~types'], Frames>>();

const delimiters: DelimiterBasedFrameDecoderOptions = {
  maxFrameLength: 80,
  delimiters: Delimiters.nulDelimiter(),
};
const fixed: FixedLengthFrameDecoderOptions = { frameLength: 4 };
const json: JsonObjectDecoderOptions = { maxObjectLength: 80 };
const width: LengthFieldWidth = 4;
const order: ByteOrder = 'LE';
const length: LengthFieldBasedFrameDecoderOptions = {
  maxFrameLength: 80,
  lengthFieldLength: width,
  byteOrder: order,
};
const prepended: LengthFieldPrependerOptions = { lengthFieldLength: 4 };
const line: LineBasedFrameDecoderOptions = { maxLength: 80 };
const varint: ProtobufVarint32FrameDecoderOptions = { maxFrameLength: 80 };
export const steps: readonly FrameStep<Buffer>[] = [
  new DelimiterBasedFrameDecoder(delimiters),
  new FixedLengthFrameDecoder(fixed),
  new JsonObjectDecoder(json),
  new LengthFieldBasedFrameDecoder(length),
  new LineBasedFrameDecoder(line),
  new ProtobufVarint32FrameDecoder(varint),
];
assertType<Equal<Parameters<FrameStep<Buffer>['step']>, [input: ByteBuf]>>();

// ---- conversions ------------------------------------------------------------------------------------------------------

assertType<Equal<NextUp<Buffer, StringDecoder>, string>>();
assertType<Equal<NextDown<ByteSource, StringEncoder>, ByteSource | string>>();
assertType<Equal<NextDown<ByteSource, LineEncoder>, ByteSource | string>>();
assertType<Equal<NextUp<Buffer | number, ByteArrayDecoder>, Uint8Array | number>>();
assertType<Equal<NextDown<Buffer, ByteArrayEncoder>, Buffer | Uint8Array>>();
assertType<Equal<NextUp<Buffer, Base64Decoder>, Buffer>>();
assertType<Equal<NextDown<Buffer, Base64Encoder>, Buffer | ByteSource>>();
const charset: CharsetName = 'utf8';
export const decoding: Charset = charsetOf(charset);
const ofDecoder: StringDecoderOptions = { charset };
const ofEncoder: StringEncoderOptions = { charset };
const ofLines: LineEncoderOptions = { separator: LineSeparator.UNIX };
const ofBase64: Base64DecoderOptions = { dialect: Base64Dialect.STANDARD };
const encoding: Base64EncodeOptions = { breakLines: true };
export const converters = pipeline()
  .addLast(() => new LengthFieldBasedFrameDecoder(length))
  .addLast(() => new LengthFieldPrepender(prepended))
  .addLast(() => new ProtobufVarint32LengthFieldPrepender())
  .addLast(() => new Base64Decoder(ofBase64))
  .addLast(() => new Base64Encoder(encoding))
  .addLast(() => new StringDecoder(ofDecoder))
  .addLast(() => new StringEncoder(ofEncoder))
  .addLast(() => new LineEncoder(ofLines))
  .build();
export const text: string = encodeBase64(decodeBase64(Buffer.from('AA==')), encoding).toString();

// ---- messages by a Protocol Buffers library, and datagrams ------------------------------------------------------------

interface Order {
  readonly id: number;
}
/** As protobufjs generates them. */
const Orders: ProtobufReader<Order> & ProtobufWriter<Order> = {
  decode: (bytes) => ({ id: bytes.length }),
  encode: (order) => ({ finish: () => Uint8Array.of(order.id) }),
};
const orders = pipeline()
  .addLast(() => new ProtobufVarint32FrameDecoder())
  .addLast(() => new ProtobufVarint32LengthFieldPrepender())
  .addLast(() => new ProtobufDecoder(Orders))
  .addLast(() => new ProtobufEncoder<Order>({ encode: (order) => Uint8Array.of(order.id) }));
assertType<Equal<ProtobufDecoder<Order>['~types'], HandlerTypes<Select<ByteSource, Order>, Pass, never>>>();
export const server = orders.build((tail) => {
  assertType<Equal<ReturnType<typeof tail.inbound>, AsyncIterableIterator<Order>>>();
  tail.write({ id: 1 });
});

export const datagrams = pipeline<DatagramPacket, DatagramPacket<ByteSource>>()
  .addLast(() => new DatagramPacketDecoder(new StringDecoder()))
  .addLast(() => new DatagramPacketEncoder(new StringEncoder()))
  .build((tail) => {
    assertType<Equal<ReturnType<typeof tail.inbound>, AsyncIterableIterator<string>>>();
    tail.write(new DatagramPacket('text', { host: '::1', port: 1 }));
  });

// ---- one's own ----------------------------------------------------------------------------------------------------------

class Ints extends ByteToMessageDecoder<number> {
  protected override decode(
    ctx: ChannelHandlerContext<number>,
    input: ByteBuf,
    out: MessageList<number>,
  ): void {
    assertType<Equal<Parameters<typeof out.push>, [message: number]>>();
    if (input.readableBytes >= 4 && ctx.channel.isOpen) out.push(input.readInt());
  }
}
assertType<Equal<Ints['~types'], HandlerTypes<Flow<ByteSource, number>, Pass, never>>>();
class Pairs extends FrameDecoder<readonly [number, number]> {
  override step(input: ByteBuf): readonly [number, number] | undefined {
    return input.readableBytes < 2 ? undefined : [input.readByte(), input.readByte()];
  }
}
const limits: GeneratorDecoderOptions = { maxBytes: 1024 };
class Blocks extends GeneratorDecoder {
  protected override *message(): Generator<number, Buffer, ByteBuf> {
    const header = yield 4;
    assertType<Equal<typeof header, ByteBuf>>();
    const size = header.readInt();
    return (yield size).readBuffer(size);
  }
}
assertType<Equal<Blocks['~types'], Frames>>();
assertType<Equal<ReturnType<FrameReader<Buffer>['next']>, Buffer | undefined>>();
export const reader = new FrameReader(new Pairs());
assertType<Equal<ReturnType<typeof reader.next>, readonly [number, number] | undefined>>();
export async function sum(chunks: AsyncIterable<Buffer>): Promise<number> {
  let total = 0;
  for await (const [a, b] of frames(new Pairs(), chunks)) total += a + b;
  for await (const block of frames(new Blocks(limits), [])) total += block.length;
  return total;
}
class IntEncoder extends MessageToByteEncoder<number> {
  protected override encode(_ctx: ChannelHandlerContext<never, Buffer>, message: number, out: ByteBuf): void {
    out.writeInt(message);
  }
}
assertType<Equal<IntEncoder['~types'], HandlerTypes<Pass, Select<number, Buffer>, never>>>();
class IntCodec extends ByteToMessageCodec<number, number> {
  protected override encode(_ctx: unknown, message: number, out: ByteBuf): void {
    out.writeInt(message);
  }
  protected override decode(_ctx: unknown, input: ByteBuf, out: MessageList<number>): void {
    out.push(input.readInt());
  }
}
assertType<
  Equal<IntCodec['~types'], HandlerTypes<Flow<ByteSource, number>, Select<number, Buffer>, never>>
>();
class Parse extends MessageToMessageDecoder<string, number> {
  protected override decode(
    _ctx: ChannelHandlerContext<number>,
    message: string,
    out: MessageList<number>,
  ): void {
    out.push(Number(message));
  }
}
class Show extends MessageToMessageEncoder<number, string> {
  protected override encode(_ctx: unknown, message: number, out: MessageList<string>): void {
    out.push(String(message));
  }
}
class Decimal extends MessageToMessageCodec<string, number, number, string> {
  protected override decode(_ctx: unknown, message: string, out: MessageList<number>): void {
    out.push(Number(message));
  }
  protected override encode(_ctx: unknown, message: number, out: MessageList<string>): void {
    out.push(String(message));
  }
}
assertType<Equal<Parse['~types']['inbound'], Select<string, number>>>();
assertType<Equal<Show['~types']['outbound'], Select<number, string>>>();
assertType<Equal<Decimal['~types'], HandlerTypes<Select<string, number>, Select<number, string>, never>>>();

class Head {
  decoderResult = DecoderResult.SUCCESS;
}
class Part {
  constructor(
    readonly content: Buffer,
    readonly last: boolean,
  ) {}
}
class Whole implements DecoderResultProvider {
  decoderResult: DecoderResult = DecoderResult.UNFINISHED;
  body: Buffer | undefined;
}
const whole: MessageAggregatorOptions<Head | Part> = { maxContentLength: 1024 };
class Aggregator extends MessageAggregator<Head, Part, Whole> {
  protected override isStartMessage(message: Head | Part): boolean {
    return message instanceof Head;
  }
  protected override isContentMessage(message: Head | Part): boolean {
    return message instanceof Part;
  }
  protected override isLastContentMessage(content: Part): boolean {
    return content.last;
  }
  protected override isAggregated(message: Head | Part): boolean {
    return message instanceof Whole;
  }
  protected override beginAggregation(): Whole {
    return new Whole();
  }
  protected override finishAggregation(full: Whole, content: Buffer): void {
    full.body = content;
  }
}
assertType<Equal<NextUp<Head | Part | string, Aggregator>, Whole | string>>();
export const joined = new Aggregator(whole);

export function protocolOf(byte: number): ProtocolDetectionResult<'tls'> {
  return byte === 22 ? ProtocolDetectionResult.detected('tls') : ProtocolDetectionResult.invalid();
}
const found = protocolOf(1);
if (found.state === 'DETECTED') assertType<Equal<typeof found.protocol, 'tls'>>();
else assertType<Equal<typeof found.protocol, null>>();
