import { once } from 'node:events';
import { connect } from 'node:net';
import {
  type AnyChannelHandler,
  Bootstrap,
  type Channel,
  type InetSocketAddress,
  ServerBootstrap,
} from '@sluice/core';
import { frames } from '../../src/frame/FrameReader.js';
import { LengthFieldBasedFrameDecoder } from '../../src/frame/LengthFieldBasedFrameDecoder.js';
import { LengthFieldPrepender } from '../../src/frame/LengthFieldPrepender.js';
import { LineBasedFrameDecoder } from '../../src/frame/LineBasedFrameDecoder.js';
import { ProtobufVarint32FrameDecoder } from '../../src/protobuf/ProtobufVarint32FrameDecoder.js';
import { ProtobufVarint32LengthFieldPrepender } from '../../src/protobuf/ProtobufVarint32LengthFieldPrepender.js';
import { LineEncoder } from '../../src/string/LineEncoder.js';
import { StringDecoder } from '../../src/string/StringDecoder.js';

const opened: Channel[] = [];
afterEach(async () => {
  for (const channel of opened.splice(0).reverse()) await channel.close();
});

/** A server that sends back each message; the port. */
async function echo(codecs: () => AnyChannelHandler[]): Promise<number> {
  const server = await new ServerBootstrap()
    .childHandler((channel) => {
      channel.pipeline.addLast(...codecs(), {
        channelRead: (ctx, message) => void ctx.writeAndFlush(message),
        exceptionCaught: (ctx) => void ctx.close(),
      });
    })
    .bind({ host: '127.0.0.1', port: 0 });
  opened.push(server);
  return (server.localAddress as InetSocketAddress).port;
}

/** Sends messages to an echo server and returns what comes back. */
async function roundTrip(codecs: () => AnyChannelHandler[], messages: readonly Buffer[]): Promise<Buffer[]> {
  const port = await echo(codecs);
  const received: Buffer[] = [];
  const { promise, resolve } = deferred();
  const client = await new Bootstrap()
    .handler((channel) => {
      channel.pipeline.addLast(...codecs(), {
        channelRead: (_ctx, message: Buffer) => {
          received.push(message);
          if (received.length === messages.length) resolve();
        },
      });
    })
    .connect({ host: '127.0.0.1', port });
  opened.push(client);
  for (const message of messages) client.write(message);
  client.flush();
  await promise;
  return received;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const sizes = [0, 1, 2, 100, 1000, 16_383, 16_384, 65_535, 65_536, 300_000, 1 << 20, 3, 0, 70_000];
const payloads = sizes.map((size, i) => Buffer.alloc(size, i + 1));

test.each([
  [
    'a length field',
    () => [
      new LengthFieldBasedFrameDecoder({
        maxFrameLength: 1 << 21,
        lengthFieldLength: 4,
        initialBytesToStrip: 4,
      }),
      new LengthFieldPrepender({ lengthFieldLength: 4 }),
    ],
  ],
  ['a varint', () => [new ProtobufVarint32FrameDecoder(), new ProtobufVarint32LengthFieldPrepender()]],
] as const)('frames of all sizes with %s survive a socket, there and back', async (_name, codecs) => {
  const received = await roundTrip(codecs, payloads);
  expect(received.map((message) => message.length)).toEqual(sizes);
  expect(received.every((message, i) => message.equals(payloads[i] as Buffer))).toBe(true);
});

test('many small frames at once', async () => {
  const messages = Array.from({ length: 20_000 }, (_, i) => Buffer.from(`message ${i}`));
  const codecs = (): AnyChannelHandler[] => [
    new LengthFieldBasedFrameDecoder({ maxFrameLength: 100, lengthFieldLength: 2, initialBytesToStrip: 2 }),
    new LengthFieldPrepender({ lengthFieldLength: 2 }),
  ];
  expect((await roundTrip(codecs, messages)).map(String)).toEqual(messages.map(String));
});

test('lines with a plain socket at the other end, one byte at a time', async () => {
  const port = await echo(() => [
    new LineBasedFrameDecoder({ maxLength: 100 }),
    new StringDecoder(),
    new LineEncoder({ separator: '\n' }),
  ]);
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.setNoDelay(true);
  for (const byte of Buffer.from('héllo\r\n\nwörld\n')) {
    socket.write(Buffer.of(byte));
    await new Promise(setImmediate);
  }
  const lines: string[] = [];
  for await (const line of frames(new LineBasedFrameDecoder({ maxLength: 100 }), socket)) {
    lines.push(String(line));
    if (lines.length === 3) break;
  }
  expect(lines).toEqual(['héllo', '', 'wörld']);
});
