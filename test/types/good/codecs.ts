/** The codecs and handlers of the packages in typed pipelines, and those in bootstraps. */
import {
  LengthFieldBasedFrameDecoder,
  LengthFieldPrepender,
  LineBasedFrameDecoder,
  StringDecoder,
  StringEncoder,
} from '@sluice/codec';
import {
  Bootstrap,
  type ByteSource,
  ChannelOption,
  EmbeddedChannel,
  type FramedMessage,
  handler,
  type PipelineInitializer,
  pipeline,
  pipelineOf,
  ServerBootstrap,
} from '@sluice/core';
import { HeartbeatHandler, IdleStateHandler } from '@sluice/handlers';
import { assertType, type Equal } from '../support/assertType.js';

const echo = () =>
  handler<string, never, string>({
    channelRead(ctx, text) {
      ctx.writeAndFlush(`echo ${text}`);
    },
  });

const framed = pipeline()
  .addLast('idle', () => new IdleStateHandler({ readerIdle: 15_000 }))
  .addLast(
    () =>
      new LengthFieldBasedFrameDecoder({
        maxFrameLength: 1 << 20,
        lengthFieldLength: 4,
        initialBytesToStrip: 4,
      }),
  )
  .addLast(() => new LengthFieldPrepender({ lengthFieldLength: 4 }))
  .addLast(() => new StringDecoder())
  .addLast(() => new StringEncoder())
  .addLast(
    'heartbeat',
    () =>
      new HeartbeatHandler<string>({
        codec: { ping: () => 'ping', isPing: (m) => m === 'ping', isPong: (m) => m === 'pong' },
      }),
  );
export const server = framed.addLast('echo', echo).build();

const open = framed.build();
export const tail = open.tail(new EmbeddedChannel(open));
assertType<Equal<ReturnType<typeof tail.inbound>, AsyncIterableIterator<string>>>();
assertType<Equal<Parameters<typeof tail.write>[0], string | ByteSource | FramedMessage>>();
const heartbeat: HeartbeatHandler<string> = tail.get('heartbeat');
export const rtt: unknown = heartbeat;

export const lines = pipelineOf(
  () => new LineBasedFrameDecoder({ maxLength: 80 }),
  () => new StringDecoder(),
  () => new StringEncoder(),
  echo,
);

new ServerBootstrap()
  .option(ChannelOption.SO_BACKLOG, 16)
  .childOption(ChannelOption.TCP_NODELAY, true)
  .childHandler(server);
new Bootstrap().option(ChannelOption.TCP_NODELAY, true).handler(lines);

/** Where only "built with types" matters, not which: nothing may be written, what arrives is unknown. */
export const some: readonly PipelineInitializer[] = [server, open, lines];
