/**
 * Reads everything, answers nothing, and tells once a second how much came: `node examples/dist/discard/server.js [port]`.
 * Netty: example/discard.
 */
import { handler, ServerBootstrap } from '@sluice/core';
import { addressFromArguments, announce, run } from '../support.js';

run(async () => {
  let total = 0;
  let told = 0;
  const server = await new ServerBootstrap()
    .childHandler((channel) => {
      channel.pipeline.addLast(
        handler<Buffer>({
          channelRead(_ctx, bytes) {
            total += bytes.length;
          },
        }),
      );
    })
    .bind(addressFromArguments(7009));
  announce('discard', server);
  const report = server.eventLoop.scheduleAtFixedRate(
    () => {
      if (total === told) return;
      told = total;
      console.log(`discarded ${total} bytes`);
    },
    1000,
    1000,
  );
  server.closeFuture.addListener(() => report.cancel());
});
