/**
 * Passes a TCP port on to another server and shows what goes by:
 * `node examples/dist/proxy/HexDumpProxy.js [port] [remoteHost] [remotePort]`.
 * Each side reads only what the other has taken: `AUTO_READ` is off, and a read is asked for when a write is done, so a
 * slow receiver slows the sender down instead of filling this process's memory. Netty: example/proxy.
 */
import {
  Bootstrap,
  type Channel,
  type ChannelHandlerContext,
  ChannelOption,
  handler,
  prettyHexDump,
  ServerBootstrap,
} from '@sluice/core';
import { announce, run } from '../support.js';

const quiet = process.env.QUIET === '1';

/** Sends what `from` wrote to the end, then closes. */
function closeOnFlush(channel: Channel | undefined): void {
  if (channel?.isActive) void channel.closeGracefully();
}

/** Writes what it reads to the other side, and reads on when that has taken it. */
function relay(direction: string, other: () => Channel | undefined) {
  return handler<Buffer>({
    channelActive(ctx) {
      ctx.read();
    },
    channelRead(ctx, bytes) {
      if (!quiet) console.log(`${direction} ${bytes.length} bytes\n${prettyHexDump(bytes)}`);
      other()
        ?.writeAndFlush(bytes)
        .addListener((written) => {
          if (written.isSuccess) ctx.channel.read();
          else ctx.close();
        });
    },
    channelInactive(ctx) {
      closeOnFlush(other());
      ctx.fireChannelInactive();
    },
    exceptionCaught(ctx: ChannelHandlerContext, cause: Error) {
      console.error(`${direction} ${String(ctx.channel)}: ${cause.message}`);
      closeOnFlush(ctx.channel);
    },
  });
}

run(async () => {
  const remote = { host: process.argv[3] ?? '127.0.0.1', port: Number(process.argv[4] ?? 7007) };
  const server = await new ServerBootstrap()
    .childOption(ChannelOption.AUTO_READ, false)
    .childHandler((inbound) => {
      let outbound: Channel | undefined;
      const toRemote = relay('-->', () => outbound);
      // The remote side is connected first; only then is the client read.
      inbound.pipeline.addLast({
        ...toRemote,
        channelActive(ctx: ChannelHandlerContext) {
          new Bootstrap()
            .option(ChannelOption.AUTO_READ, false)
            .handler((channel) => {
              outbound = channel;
              channel.pipeline.addLast(relay('<--', () => inbound));
            })
            .connect(remote)
            .addListener((connected) => {
              if (connected.isSuccess) ctx.read();
              else {
                console.error(connected.cause?.message);
                ctx.close();
              }
            });
        },
      });
    })
    .bind({ host: '127.0.0.1', port: Number(process.argv[2] ?? 7443) });
  announce(`proxy to ${remote.host}:${remote.port}`, server);
});
