import { LineBasedFrameDecoder, LineEncoder, StringDecoder } from '@sluice/codec';
import { EmbeddedChannel, handler, pipeline } from '@sluice/core';
import {
  HeartbeatHandler,
  IdleStateHandler,
  LoggingHandler,
  ReadTimeoutHandler,
  ReconnectHandler,
  WriteTimeoutHandler,
} from '@sluice/handlers';
import { codec } from './support.js';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const logging = new LoggingHandler({ logger: silent });

/** That this compiles is half of the test: all of these leave the types of messages as they are. */
const lines = pipeline()
  .addLast('reconnect', () => new ReconnectHandler(() => {}))
  .addLast('log', logging)
  .addLast('idle', () => new IdleStateHandler({ allIdle: 1000 }))
  .addLast('timeout', () => new ReadTimeoutHandler(5000))
  .addLast('frames', () => new LineBasedFrameDecoder({ maxLength: 1000 }))
  .addLast('decode', () => new StringDecoder())
  .addLast('encode', () => new LineEncoder())
  .addLast('log behind the codec', logging)
  .addLast('writes', () => new WriteTimeoutHandler(1000))
  .addLast('heartbeat', () => new HeartbeatHandler<string>({ codec, interval: 100 }))
  .addLast('echo', () =>
    handler<string, never, string>({
      channelRead(ctx, line) {
        ctx.writeAndFlush(line.toUpperCase());
      },
    }),
  )
  .build();

test('handlers that let messages pass fit anywhere in a typed pipeline, two channels at once', () => {
  const channels = [new EmbeddedChannel(lines), new EmbeddedChannel(lines)];
  channels.forEach((channel, i) => {
    channel.writeInbound(Buffer.from(`hello ${i}\nping 7\n`));
    const sent = channel.outboundMessages.splice(0).map((bytes) => String(bytes));
    expect(sent.join('')).toBe(`HELLO ${i}\npong 7\n`);
    channel.elapse(100);
    expect(channel.outboundMessages.map((bytes) => String(bytes)).join('')).toBe('ping 1\n');
  });
  for (const channel of channels) channel.finishAndReleaseAll();
});
