import {
  LengthFieldBasedFrameDecoder,
  LengthFieldPrepender,
  LineBasedFrameDecoder,
  LineEncoder,
  LineSeparator,
  ProtobufVarint32FrameDecoder,
  ProtobufVarint32LengthFieldPrepender,
  StringDecoder,
} from '@sluice/codec';
import type { AnyChannelHandler } from '@sluice/core';

const MAX_MESSAGE = 256 * 1024;

/** How messages are told apart on the wire. Lines travel the pipeline as strings, the others as buffers. */
export interface Framing {
  readonly lines: boolean;
  handlers(): AnyChannelHandler[];
  toMessage(bytes: Buffer): Buffer | string;
  toBytes(message: Buffer | string): Buffer;
}

/** The framings by their name on the command line of the Java side. */
export type FramingName = 'lengthfield' | 'line' | 'varint';

const buffers = {
  lines: false,
  toMessage: (bytes: Buffer): Buffer => bytes,
  toBytes: (message: Buffer | string): Buffer => message as Buffer,
};

export const framings: Readonly<Record<FramingName, Framing>> = {
  lengthfield: {
    ...buffers,
    handlers: () => [
      new LengthFieldBasedFrameDecoder({
        maxFrameLength: MAX_MESSAGE + 4,
        lengthFieldLength: 4,
        initialBytesToStrip: 4,
      }),
      new LengthFieldPrepender({ lengthFieldLength: 4 }),
    ],
  },
  // Netty ends its lines with \n, Sluice with \r\n.
  line: {
    lines: true,
    handlers: () => [
      new LineBasedFrameDecoder({ maxLength: MAX_MESSAGE }),
      new StringDecoder({ charset: 'latin1' }),
      new LineEncoder({ separator: LineSeparator.WINDOWS, charset: 'latin1' }),
    ],
    toMessage: (bytes) => bytes.toString('latin1'),
    toBytes: (message) => Buffer.from(message as string, 'latin1'),
  },
  varint: {
    ...buffers,
    handlers: () => [
      new ProtobufVarint32FrameDecoder({ maxFrameLength: MAX_MESSAGE }),
      new ProtobufVarint32LengthFieldPrepender(),
    ],
  },
};
