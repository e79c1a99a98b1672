import { LengthFieldBasedFrameDecoder, LengthFieldPrepender } from '@sluice/codec';
import {
  ChannelInboundHandlerAdapter,
  type InetSocketAddress,
  ServerBootstrap,
  type SocketChannel,
} from '@sluice/core';
import { IdleStateHandler } from '@sluice/handlers';
import { serve } from './peer.js';

/** Answers every frame on its own: the framework has to make one write of them. */
class EchoHandler extends ChannelInboundHandlerAdapter {
  override channelRead(ctx: Parameters<ChannelInboundHandlerAdapter['channelRead']>[0], frame: Buffer): void {
    ctx.writeAndFlush(frame);
  }
}

const server = await new ServerBootstrap()
  .childHandler((channel: SocketChannel) => {
    channel.pipeline.addLast(
      new IdleStateHandler({ readerIdle: 30_000 }),
      new LengthFieldBasedFrameDecoder({
        maxFrameLength: 8 << 20,
        lengthFieldLength: 4,
        initialBytesToStrip: 4,
      }),
      new LengthFieldPrepender({ lengthFieldLength: 4 }),
      new EchoHandler(),
    );
  })
  .bind({ host: '127.0.0.1', port: 0 });
serve((server.localAddress as InetSocketAddress).port);
