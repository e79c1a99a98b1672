import { Buffer } from 'node:buffer';
import {
  Base64Decoder,
  Base64Dialect,
  Base64Encoder,
  ByteArrayDecoder,
  ByteArrayEncoder,
  type ByteOrder,
  type CharsetName,
  DelimiterBasedFrameDecoder,
  FixedLengthFrameDecoder,
  JsonObjectDecoder,
  LengthFieldBasedFrameDecoder,
  type LengthFieldBasedFrameDecoderOptions,
  LengthFieldPrepender,
  type LengthFieldWidth,
  LineBasedFrameDecoder,
  LineEncoder,
  ProtobufVarint32FrameDecoder,
  ProtobufVarint32LengthFieldPrepender,
  StringDecoder,
  StringEncoder,
} from '@sluice/codec';
import type { AnyChannelHandler } from '@sluice/core';

/** Constructor arguments by the names of Netty's parameters; each kind has some of them. */
export interface CodecArgs {
  readonly byteOrder: ByteOrder;
  readonly maxFrameLength: number;
  readonly lengthFieldOffset: number;
  readonly lengthFieldLength: LengthFieldWidth;
  readonly lengthAdjustment: number;
  readonly initialBytesToStrip: number;
  readonly lengthIncludesLengthFieldLength: boolean;
  readonly failFast: boolean;
  readonly frameLength: number;
  readonly maxLength: number;
  readonly stripDelimiter: boolean;
  /** In hexadecimal. */
  readonly delimiters: readonly string[];
  readonly maxObjectLength: number;
  readonly streamArrayElements: boolean;
  readonly charset: CharsetName;
  readonly separator: string;
  readonly dialect: 'STANDARD' | 'URL_SAFE' | 'ORDERED';
  readonly breakLines: boolean;
}

export type CodecKind = keyof typeof MAKERS;

const MAKERS = {
  LengthFieldBasedFrameDecoder: (args: CodecArgs) => [
    new LengthFieldBasedFrameDecoder(args satisfies LengthFieldBasedFrameDecoderOptions),
  ],
  FixedLengthFrameDecoder: (args: CodecArgs) => [new FixedLengthFrameDecoder(args)],
  LineBasedFrameDecoder: (args: CodecArgs) => [new LineBasedFrameDecoder(args)],
  DelimiterBasedFrameDecoder: ({ delimiters, ...args }: CodecArgs) => [
    new DelimiterBasedFrameDecoder({ ...args, delimiters: delimiters.map((hex) => Buffer.from(hex, 'hex')) }),
  ],
  JsonObjectDecoder: (args: CodecArgs) => [new JsonObjectDecoder(args)],
  // Netty's has no limit.
  ProtobufVarint32FrameDecoder: () => [new ProtobufVarint32FrameDecoder({ maxFrameLength: 2 ** 31 - 1 })],
  StringDecoder: (args: CodecArgs) => [new StringDecoder(args)],
  StringEncoder: (args: CodecArgs) => [new StringEncoder(args)],
  LineEncoder: (args: CodecArgs) => [new LineEncoder(args)],
  LengthFieldPrepender: (args: CodecArgs) => [new LengthFieldPrepender(args)],
  ProtobufVarint32LengthFieldPrepender: () => [new ProtobufVarint32LengthFieldPrepender()],
  Base64Decoder: ({ dialect }: CodecArgs) => [new Base64Decoder({ dialect: Base64Dialect[dialect] })],
  Base64Encoder: ({ dialect, breakLines }: CodecArgs) => [
    new Base64Encoder({ dialect: Base64Dialect[dialect], breakLines }),
  ],
  ByteArrayCodec: () => [new ByteArrayDecoder(), new ByteArrayEncoder()],
} as const satisfies Record<string, (args: CodecArgs) => readonly AnyChannelHandler[]>;

/** All kinds of cases. */
export const CODEC_KINDS: readonly CodecKind[] = Object.keys(MAKERS) as CodecKind[];

/** The handlers of a case; throws what their constructors throw. */
export function makeHandlers(kind: CodecKind, args: CodecArgs): readonly AnyChannelHandler[] {
  return MAKERS[kind](args);
}
