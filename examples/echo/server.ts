/**
 * Sends back what it gets: `node examples/dist/echo/server.js [port]`, then `nc 127.0.0.1 7007`.
 * The smallest server there is: one handler, no codec. Netty: example/echo.
 */
import { ChannelOption, handler, ServerBootstrap } from '@sluice/core';
import { addressFromArguments, announce, run } from '../support.js';

run(async () => {
  const server = await new ServerBootstrap()
    .childOption(ChannelOption.TCP_NODELAY, true)
    .childHandler((channel) => {
      channel.pipeline.addLast(
        handler<Buffer, never, Buffer>({
          channelRead(ctx, bytes) {
            ctx.write(bytes);
          },
          channelReadComplete(ctx) {
            ctx.flush();
          },
        }),
      );
    })
    .bind(addressFromArguments(7007));
  announce('echo', server);
});
